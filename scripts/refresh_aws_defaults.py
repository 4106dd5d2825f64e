# SPDX-License-Identifier: Apache-2.0
"""Write the table of AWS defaults from checkouts of terraform-provider-aws and pulumi-aws, and say what changes.

The installed pulumi-aws confirms each default. Where the checkout of the Terraform provider is older than what
pulumi-aws is built on, name with ``--rewritten`` the resources that have moved to Terraform's plugin framework since.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import re
import sys
from pathlib import Path

from stackproof.aws.refresh import write_atomically
from stackproof.aws.refresh_defaults import Overrides, PythonSdk, build, changes, render
from stackproof.aws.terraform_schema import Enumerations, TerraformProvider

_TARGET = Path(__file__).parent / "stackproof" / "aws" / "data" / "defaults.json"


def _installed() -> Path:
    """Find the folder of pulumi_aws without importing it."""
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or found.origin is None:
        sys.exit("pulumi_aws is not installed here: install it, or name its folder with --package")
    return Path(found.origin).parent


def _version(checkout: Path) -> str:
    """Give the version that a checkout of terraform-provider-aws works towards: the first heading of its changes."""
    changelog = checkout / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    found = re.search(r"^## (\d\S*)", text, re.MULTILINE)
    return found[1] if found else "unknown"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("terraform", type=Path, help="checkout of terraform-provider-aws")
    parser.add_argument("pulumi", type=Path, help="checkout of pulumi-aws")
    parser.add_argument("--repository", default="hashicorp/terraform-provider-aws", help="of the first, for the record")
    parser.add_argument("--commit", default="", help="of the first, for the record")
    parser.add_argument("--enumerations", type=Path, required=True, help="folder data of an unpacked botocore")
    parser.add_argument("--rewritten", nargs="*", default=[], metavar="RESOURCE", help="now on the plugin framework")
    parser.add_argument("--package", type=Path, help="folder of pulumi_aws; default: the installed one")
    parser.add_argument("--date", default=dt.datetime.now(tz=dt.UTC).date().isoformat())
    parser.add_argument("--check", action="store_true", help="only say what would change")
    return parser.parse_args()


def main() -> None:
    """Read, print the difference, write the table (``--check``: write nothing, exit 1 on a difference)."""
    options = _arguments()
    package = options.package or _installed()
    old = _TARGET.read_text(encoding="utf-8") if _TARGET.is_file() else ""
    try:
        terraform = TerraformProvider(options.terraform, Enumerations(options.enumerations))
        sdk = PythonSdk(package)
        table = build(terraform, Overrides.read(options.pulumi), sdk, frozenset(options.rewritten))
    except ValueError as error:
        sys.exit(str(error))
    new = render(
        table,
        {
            "source": f"{options.repository}, named as pulumi-aws does, confirmed by its Python SDK",
            "version": _version(options.terraform),
            "commit": options.commit,
            "confirmed by": json.loads((package / "pulumi-plugin.json").read_text(encoding="utf-8"))["version"],
            "date": options.date,
            "licence": "MPL-2.0 (facts only: names and values)",
        },
    )
    sys.stdout.write("\n".join(changes(old, new)[-40:]) + "\n")
    if options.check:
        sys.exit(old.splitlines()[2:] != new.splitlines()[2:])
    write_atomically(_TARGET, new)


if __name__ == "__main__":
    main()
