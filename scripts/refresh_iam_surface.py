# SPDX-License-Identifier: Apache-2.0
"""Regenerate the table of properties that hold an IAM document, from the installed pulumi_aws, read as syntax trees.

A property counts by its name; what a document is for, what only looks like one, and documents inside of
other values stand in ``iam_surface_overrides.json`` and win. Prints the count, then replaces the table at once.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

from refresh_names import DATA, camel, read, replace

_NAMES = re.compile(
    r"policy|((kms|s3|sts)_)?policy_document|access_polic(y|ies)"
    r"|(assume_role|delivery_destination|inline|repository|resource|session)_policy",
)


def main() -> int:
    """Write the table; with ``--check`` only say whether it is the one that would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the table would change; write nothing")
    options = parser.parse_args()
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or not found.submodule_search_locations:
        sys.stderr.write("pulumi_aws is not installed here; install it, then run this again\n")
        return 2
    overrides = json.loads((DATA / "iam_surface_overrides.json").read_text("utf-8"))
    target = DATA / "iam_surface.json"
    text = render(build(Path(found.submodule_search_locations[0]), overrides))
    before = target.read_text("utf-8") if target.exists() else ""
    sys.stdout.write(f"{text.count('aws:')} types\n")
    if options.check:
        return int(text != before)
    replace(target, text)
    return 0


def build(package: Path, overrides: dict[str, Any]) -> dict[str, Any]:
    """Make the table: token to ``{property path: kind}``, where ``[]`` steps into each element of a list.

    Raises:
        SystemExit: the overrides speak of a type or property that the package does not have.

    """
    types: dict[str, dict[str, str]] = {}
    known: set[str] = set()
    for path in sorted(package.glob("*/*.py")):
        for signature in read(path):
            known |= {f"{signature.token} {camel(name)}" for name in signature.inputs}
            for name in signature.inputs:
                key = f"{signature.token} {camel(name)}"
                if _NAMES.fullmatch(name) and key not in overrides["notIam"]:
                    types.setdefault(signature.token, {})[camel(name)] = "resource"
    for key, kind in overrides["kinds"].items():
        token, _, place = key.partition(" ")
        if f"{token} {place.partition('.')[0].removesuffix('[]')}" not in known:
            sys.exit(f"iam_surface_overrides.json speaks of {key}, which pulumi_aws does not have")
        types.setdefault(token, {})[place] = kind
    stale = sorted(key for key in overrides["notIam"] if key not in known)
    if stale:
        sys.exit(f"iam_surface_overrides.json speaks of {', '.join(stale)}, which pulumi_aws does not have")
    provenance = {
        "source": "pulumi_aws, resource classes",
        "version": importlib.metadata.version("pulumi_aws"),
        "licence": "Apache-2.0",
        "generator": "scripts/refresh_iam_surface.py with iam_surface_overrides.json",
        "counts": {"types": len(types), "properties": sum(map(len, types.values()))},
    }
    return {"provenance": provenance, "types": dict(sorted(types.items()))}


def render(table: dict[str, Any]) -> str:
    """Write the table, a type a line."""
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table["types"].items())
    return f'{{\n "provenance": {json.dumps(table["provenance"])},\n "types": {{\n{rows}\n }}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
