# SPDX-License-Identifier: Apache-2.0
"""Each folder of `programs/` is a program and, in `expect.yaml`, what matters in what the engine sees of it.

That it sees what the real CLI sees, in everything, is compared by `scripts/nox -s parity`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from stackproof import wire
from stackproof.parity import Case, job_of, timeout_of

if TYPE_CHECKING:
    from stackproof.engine import Engine
    from stackproof.model import Pass, Resource
    from stackproof.wire import Value

HERE = Path(__file__).parent
PROGRAMS = sorted(path.parent for path in (HERE / "programs").glob("*/expect.yaml"))


_NAMES = {
    wire.SECRET_SIGNATURE: "secret",
    wire.ASSET_SIGNATURE: "asset",
    wire.ARCHIVE_SIGNATURE: "archive",
}


def short(urn: str) -> str:
    """Leave out the stack and the project, which are the same in every test program."""
    return urn.removeprefix("urn:pulumi:dev::engine::")


def readable(value: Value) -> Value:
    """Write unknowns, secrets and assets in words."""
    if wire.is_unknown(value):
        return "<unknown>"
    if isinstance(value, list):
        return [readable(item) for item in value]
    if not isinstance(value, dict):
        return value
    if wire.SIGNATURE not in value:
        return {key: readable(item) for key, item in value.items()}
    rest = {key: readable(item) for key, item in value.items() if key != wire.SIGNATURE}
    name = _NAMES[str(value[wire.SIGNATURE])]
    return {name: rest["value"] if name == "secret" else rest}


def told(run: Pass, urn: str) -> dict[str, object]:
    """Give the options that the pack `probe` was told of a resource; nothing where it was not asked."""
    said = [
        item.message for one in run.analyses if one.urn == urn for item in one.diagnostics if item.policy == "options"
    ]
    return dict(json.loads(said[0])) if said else {}


def observed(run: Pass, resource: Resource, asked: dict[str, object]) -> dict[str, object]:
    """Give what a resource is, for the aspects that an expectation asks about."""
    options = told(run, resource.urn)
    wanted = asked.get("options")
    at = f"{resource.source.file}:{resource.source.line}" if resource.source else None
    aspects: dict[str, object] = {
        "parent": short(resource.parent),
        "at": at,
        "inputs": readable({name: resource.inputs.get(name) for name in _names(asked.get("inputs"))}),
        "outputs": readable(dict(resource.outputs)),
        "provider": short(resource.provider),
        "opaque": resource.opaque,
        "options": {name: options[name] for name in wanted} if isinstance(wanted, dict) else {},
        "dependencies": [short(urn) for urn in resource.dependencies],
        "property_dependencies": {
            key: [short(u) for u in urns] for key, urns in resource.property_dependencies.items()
        },
    }
    return {aspect: aspects[aspect] for aspect in asked}


def _names(asked: object) -> list[str]:
    """List the inputs that an expectation names; that there are no others is for parity to tell."""
    return list(asked) if isinstance(asked, dict) else []


@pytest.mark.parametrize("root", PROGRAMS, ids=lambda path: path.name)
def test_a_program_registers_what_is_expected(
    root: Path, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faithful pass, resource by resource; where asked for, what the resolved pass registers beyond that."""
    monkeypatch.chdir(tmp_path)  # a source line is shown from the current folder where the program lies below it
    expected = yaml.safe_load((root / "expect.yaml").read_text(encoding="utf-8"))
    job = job_of(Case(root.name, root, HERE / "packs" / "probe", timeout_of(root)))
    faithful = engine.run(job, "faithful")
    assert faithful.end.value == expected.get("end", "ran to its end"), faithful.log
    log = [f"{line.severity}: {line.message}" + f" ({line.urn})" * bool(line.urn) for line in faithful.log]
    assert [words for words in expected.get("log", []) if not any(words in line for line in log)] == [], log
    if "assumed" in expected:
        assert any(expected["assumed"] in note for note in faithful.assumptions), faithful.assumptions
    if "resources" not in expected:
        return
    wanted = expected["resources"]
    seen = {short(resource.urn): resource for resource in faithful.resources}
    assert sorted(seen) == sorted(wanted)
    found = {urn: observed(faithful, seen[urn], aspects) for urn, aspects in wanted.items()}
    for aspects in wanted.values():
        if "parent" in aspects:
            aspects["parent"] = next(
                short(r.urn) for r in faithful.resources if short(r.urn).endswith(aspects["parent"])
            )
    assert found == wanted
    if "resolved_only" in expected:
        resolved = engine.run(job, "resolved")
        more = {short(resource.urn) for resource in resolved.resources} - set(seen)
        assert sorted(more) == sorted(expected["resolved_only"])
