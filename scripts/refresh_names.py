# SPDX-License-Identifier: Apache-2.0
"""Regenerate the table of physical names from the installed pulumi_aws, read as syntax trees and never imported.

The property that holds a resource type's name is found by its signature and docstring, how long it may be and of what
letters also in ``names_limits.json`` (``refresh_name_limits.py`` makes it, between two runs of this script); judgement
that none of them shows stands in ``names_overrides.json`` and wins. Prints what changes, then replaces the table at
once.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import importlib.util
import json
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).resolve().parent.parent / "policies" / "guardrails" / "data"
_JUDGED = ("physical", "path", "label", "scoped", "display")
_REFERENCE = re.compile(
    r"(?!.*(key|role|subnet|instance)_id)(.+_(id|name|identifier)|rest_api|role|user|group|bucket|cluster|stage)",
)
_MAX = re.compile(
    r"(?:up to|maximum (?:length )?of|between \d+ and|at most|no more than|must be \d+ ?(?:-|to)) (\d+)"
    r"(?: \w+){0,3} characters",
    re.IGNORECASE,
)
_SCORE_NEEDED = 3
_NAME_ENDINGS = ("name", "identifier", "id")


@dataclass(frozen=True, slots=True)
class Signature:
    """One resource class: its token, the text of its docstring, and its inputs (snake case to required)."""

    token: str
    cls: str
    doc: str
    inputs: dict[str, bool]
    texts: frozenset[str]
    notes: dict[str, str]


def main() -> int:
    """Write the table; with ``--check`` only say whether it is the one that would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the table would change; write nothing")
    options = parser.parse_args()
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or not spec.submodule_search_locations:
        sys.stderr.write("pulumi_aws is not installed here; install it, then run this again\n")
        return 2
    target = DATA / "names.json"
    overrides, limits = (
        json.loads((DATA / name).read_text("utf-8")) for name in ("names_overrides.json", "names_limits.json")
    )
    text = render(build(Path(spec.submodule_search_locations[0]), overrides, limits))
    before = target.read_text("utf-8") if target.exists() else '{"types": {}}'
    sys.stdout.write("".join(f"{line}\n" for line in changes(json.loads(before)["types"], json.loads(text)["types"])))
    sys.stdout.write(f"{_counts(before)} -> {_counts(text)}\n")
    if options.check:
        return int(text != before)
    replace(target, text)
    return 0


def build(package: Path, overrides: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Make the table of the enforced types: token to ``{prop, kind, prefix?, max?, ...}``.

    Raises:
        SystemExit: one of the two files speaks of a type that pulumi_aws does not have.

    """
    signatures = {item.token: item for path in sorted(package.glob("*/*.py")) for item in read(path)}
    for name, table in (("names_overrides.json", overrides), ("names_limits.json", limits)):
        foreign = sorted(set(table["types"]) - set(signatures))
        if foreign:
            raise SystemExit(f"{name} speaks of types that pulumi_aws does not have: {', '.join(foreign)}")
    types: dict[str, dict[str, Any]] = {}
    tagged = []
    for token, signature in sorted(signatures.items()):
        given = overrides["types"].get(token, {})
        entry = {**limited({**classify(signature), **given}, limits["types"].get(token, {})), **given}
        if entry.get("kind") in _JUDGED:
            types[token] = {"absent": _absent(entry["prop"], signature), **entry}
        elif entry.get("kind") in (None, "tags-only") and "tags" in signature.inputs:
            tagged.append(token)
    provenance = {
        "source": "pulumi_aws, resource classes and docstrings",
        "version": importlib.metadata.version("pulumi_aws"),
        "licence": "Apache-2.0",
        "limits": {key: limits["provenance"][key] for key in ("source", "version", "date", "licence")},
        "generator": "scripts/refresh_names.py with names_limits.json and names_overrides.json",
        "counts": {"resourceTypes": len(signatures), **_by_kind(types), "tagged": len(tagged)},
    }
    return {"provenance": provenance, "types": types, "tagged": tagged}


def limited(entry: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Add what is known of a name's length and letters; of two lengths the lesser counts."""
    if not entry:
        return entry
    lengths = [found["max"] for found in (entry, limits) if "max" in found]
    letters = {key: said for key, said in limits.items() if key in ("lower", "seps")}
    return {**entry, **letters, **({"max": min(lengths)} if lengths else {})}


def changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each type whose entry changes."""
    for token in sorted({*before, *after}):
        old, new = before.get(token), after.get(token)
        if old != new:
            yield f"{token}: {json.dumps(old)} -> {json.dumps(new)}"


def _absent(prop: str, signature: Signature) -> str:
    """Say what becomes of a name that is not given: required, invented by Pulumi, or left to the provider."""
    required = next((needed for key, needed in signature.inputs.items() if camel(key) == prop), False)
    if required:
        return "required"
    return "auto" if prop == "name" else "invented"


def read(path: Path) -> list[Signature]:
    """Read the resource classes of one module."""
    if path.name.startswith(("_", "get_")):
        return []
    tree = ast.parse(path.read_text("utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = []
    for name, node in classes.items():
        token, arguments = _token(node), classes.get(f"{name}InitArgs") or classes.get(f"{name}Args")
        if token and arguments:
            found.append(_signature(token, node, arguments))
    return found


def _token(node: ast.ClassDef) -> str | None:
    """Find the token that the class hands to its base: ``aws:sqs/queue:Queue``."""
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr == "__init__":
            first = item.args[0] if item.args else None
            if isinstance(first, ast.Constant) and str(first.value).startswith("aws:"):
                return str(first.value)
    return None


def _signature(token: str, node: ast.ClassDef, arguments: ast.ClassDef) -> Signature:
    init = next(item for item in arguments.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")
    pairs = list(zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True))
    texts = {arg.arg for arg, _ in pairs if arg.annotation and "_builtins.str]" in ast.unparse(arg.annotation)}
    scalars = {arg.arg for arg, _ in pairs if arg.annotation and "Sequence" not in ast.unparse(arg.annotation)}
    notes = dict(re.findall(r":param [^:]+\] (\w+): (.+)", ast.get_docstring(init) or ""))
    doc = "\n".join(ast.get_docstring(item) or "" for item in node.body if isinstance(item, ast.FunctionDef))
    inputs = {arg.arg: default is None for arg, default in pairs}
    return Signature(token, node.name, doc, inputs, frozenset(texts & scalars), notes)


def classify(signature: Signature) -> dict[str, Any]:
    """Say by the signature which property is the name, and whether a parent scopes it."""
    prop = _name_property(signature)
    if prop is None:
        return {}
    parents = [key for key, needed in signature.inputs.items() if needed and key != prop and _REFERENCE.fullmatch(key)]
    entry: dict[str, Any] = {"prop": camel(prop), "kind": "scoped" if parents else "physical"}
    if f"{prop}_prefix" in signature.inputs:
        entry["prefix"] = camel(f"{prop}_prefix")
    limits = [int(number) for number in _MAX.findall(signature.notes.get(prop, ""))]
    if limits:
        entry["max"] = min(limits)
    return entry


def _name_property(signature: Signature) -> str | None:
    if "name" in signature.texts:
        return "name"
    scores = {key: _score(key, signature) for key in signature.texts}
    best = max(sorted(scores), key=lambda key: scores[key], default=None)
    return best if best is not None and scores[best] >= _SCORE_NEEDED else None


def _score(key: str, signature: Signature) -> int:
    """Weigh what speaks for a property being the name: prefix sibling, the class's last word, import key, docstring.

    A property named after another class is a reference to that, whatever its docstring says.
    """
    words = [word.lower() for word in re.findall(r"[A-Z][a-z0-9]+", signature.cls)]
    stem, _, ending = key.rpartition("_")
    own = key == words[-1] or (ending in _NAME_ENDINGS and stem.split("_")[-1] == words[-1])
    prefixed = f"{key}_prefix" in signature.inputs
    note = signature.notes.get(key, "").lower()
    score = 3 * prefixed + 2 * own + 2 * bool(re.search(rf"using (?:the )?`{key}`", signature.doc))
    score += bool(re.search(r"\b(name|identifier|id|alias)\b", note))
    return score if prefixed or own else 0


def camel(name: str) -> str:
    """Write a property of the SDK as the wire has it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _by_kind(types: dict[str, dict[str, Any]]) -> dict[str, int]:
    return dict(sorted(Counter(entry["kind"] for entry in types.values()).items()))


def _counts(text: str) -> str:
    types = json.loads(text)["types"]
    tagged = len(json.loads(text).get("tagged", []))
    return f"{len(types)} types {_by_kind(types)}, {tagged} with a Name tag at most"


def render(table: dict[str, Any]) -> str:
    """Write the table, a type a line, so that a difference between versions can be read."""
    rows = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(value, sort_keys=True)}" for key, value in table["types"].items()
    )
    tagged = ",\n".join(f"  {json.dumps(token)}" for token in table["tagged"])
    head = json.dumps(table["provenance"])
    return f'{{\n "provenance": {head},\n "types": {{\n{rows}\n }},\n "tagged": [\n{tagged}\n ]\n}}\n'


def replace(target: Path, text: str) -> None:
    """Put a file in place in one step, so that no reader sees half of it."""
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as handle:
        handle.write(text)
    Path(handle.name).chmod(0o644)
    os.replace(handle.name, target)  # noqa: PTH105 - the documented atomic replacement


if __name__ == "__main__":
    sys.exit(main())
