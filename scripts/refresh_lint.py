# SPDX-License-Identifier: Apache-2.0
"""Write the linter's table of names from the installed pulumi-aws, after printing what changes."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from stackproof.aws.refresh import write_atomically
from stackproof.lint.table import changes, read_package, render

_TARGET = Path(__file__).parent / "stackproof" / "lint" / "data" / "pulumi_aws.json"
_MOST_LINES = 40


def _installed() -> Path:
    """Find the folder of pulumi_aws without importing it."""
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or found.origin is None:
        sys.exit("pulumi_aws is not installed here: install it, or name its folder with --package")
    return Path(found.origin).parent


def main() -> None:
    """Read the package, print the difference, write the table (``--check``: write nothing, exit 1 on a difference)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="folder of pulumi_aws; default: the installed one")
    parser.add_argument("--check", action="store_true", help="only say what would change")
    options = parser.parse_args()
    old = _TARGET.read_text(encoding="utf-8") if _TARGET.is_file() else ""
    try:
        version, table = read_package(options.package or _installed())
    except ValueError as error:
        sys.exit(str(error))
    new = render(version, table)
    sys.stdout.write("\n".join(changes(old, new)[-_MOST_LINES:]) + "\n")
    if options.check:
        sys.exit(old != new)
    write_atomically(_TARGET, new)


if __name__ == "__main__":
    main()
