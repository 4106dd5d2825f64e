# SPDX-License-Identifier: Apache-2.0
"""Write the table of other packages' outputs from SDKs that were installed in a folder, and say what changes."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from stackproof.aws.refresh import write_atomically
from stackproof.aws.refresh_packages import changes, read_packages, render

_TARGET = Path(__file__).parent / "stackproof" / "aws" / "data" / "packages.json"


def main() -> None:
    """Read, print the difference, write the table (``--check``: write nothing, exit 1 on a difference)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where pip installed the SDKs (--no-deps --target FOLDER)")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.UTC).date().isoformat())
    parser.add_argument("--check", action="store_true", help="only say what would change")
    options = parser.parse_args()
    old = _TARGET.read_text(encoding="utf-8") if _TARGET.is_file() else ""
    try:
        new = render(read_packages(options.folder), options.date)
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write("\n".join(changes(old, new)[-40:]) + "\n")
    if options.check:
        sys.exit(old.splitlines()[2:] != new.splitlines()[2:])
    write_atomically(_TARGET, new)


if __name__ == "__main__":
    main()
