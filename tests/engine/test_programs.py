# SPDX-License-Identifier: Apache-2.0
"""Each folder of `programs/` is a program and, in `expect.yaml`, what the engine must see of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from stackproof import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine import Engine
    from stackproof.model import Job, Resource
    from stackproof.wire import Value

PROGRAMS = sorted(path.parent for path in (Path(__file__).parent / "programs").glob("*/expect.yaml"))


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


def observed(resource: Resource, asked: dict[str, object]) -> dict[str, object]:
    """Give what a resource is, for the aspects that an expectation asks about."""
    at = f"{resource.source.file}:{resource.source.line}" if resource.source else None
    aspects: dict[str, object] = {
        "parent": short(resource.parent),
        "at": at,
        "inputs": readable(dict(resource.inputs)),
        "outputs": readable(dict(resource.outputs)),
        "provider": short(resource.provider),
        "opaque": resource.opaque,
        "dependencies": [short(urn) for urn in resource.dependencies],
        "property_dependencies": {
            key: [short(u) for u in urns] for key, urns in resource.property_dependencies.items()
        },
    }
    return {aspect: aspects[aspect] for aspect in asked}


@pytest.mark.parametrize("root", PROGRAMS, ids=lambda path: path.name)
def test_a_program_registers_what_is_expected(root: Path, engine: Engine, job: Callable[..., Job]) -> None:
    """The faithful pass, resource by resource; where asked for, what the resolved pass registers beyond that."""
    expected = yaml.safe_load((root / "expect.yaml").read_text(encoding="utf-8"))
    faithful = engine.run(job(root), "faithful")
    assert faithful.end.value == expected.get("end", "ran to its end"), faithful.log
    if "log" in expected:
        assert any(expected["log"] in line.message for line in faithful.log), faithful.log
    if "assumed" in expected:
        assert any(expected["assumed"] in note for note in faithful.assumptions), faithful.assumptions
    if "resources" not in expected:
        return
    wanted = expected["resources"]
    seen = {short(resource.urn): resource for resource in faithful.resources}
    assert sorted(seen) == sorted(wanted)
    found = {urn: observed(seen[urn], aspects) for urn, aspects in wanted.items()}
    for aspects in wanted.values():
        if "parent" in aspects:
            aspects["parent"] = next(
                short(r.urn) for r in faithful.resources if short(r.urn).endswith(aspects["parent"])
            )
    assert found == wanted
    if "resolved_only" in expected:
        resolved = engine.run(job(root), "resolved")
        more = {short(resource.urn) for resource in resolved.resources} - set(seen)
        assert sorted(more) == sorted(expected["resolved_only"])
