# SPDX-License-Identifier: Apache-2.0
"""An envelope says one thing in one way, and whatever moved since it was made is named by its field."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from stackproof.errors import UsageError
from stackproof.pipeline.plan.canonical import digest_of, digest_of_bytes
from stackproof.pipeline.plan.envelope import SCHEMA, Envelope, PackMark, StateMark, read_envelope
from stackproof.pipeline.plan.operations import Operation
from stackproof.pipeline.plan.present import Present, mark_of_state
from stackproof.pipeline.plan.verification import Approved, mismatches
from stackproof.settings import PlanLimits

if TYPE_CHECKING:
    from pathlib import Path

PLAN = b'{"resourcePlans": {}}'
BUCKET = "urn:pulumi:prod::demo::aws:s3/bucket:Bucket::data"
NOW = 1_800_000_000
SHA = {letter: f"sha256:{letter * 64}" for letter in "abcdef0"}
GOOD = Envelope(
    schema=SCHEMA,
    mode="plan",
    commit="c" * 40,
    project="demo",
    stack="prod",
    backend="s3://states",
    state=StateMark("2026-11-01T00:00:00Z", SHA["a"], {BUCKET: SHA["b"]}),
    packs=(PackMark("small", "1.0.0", SHA["c"], SHA["d"], {"p": "mandatory", "q": "advisory"}),),
    configuration={"demo:size": SHA["a"], "demo:colour": SHA["b"]},
    files={"requirements.lock": SHA["e"]},
    versions={"pulumi-cli": "3.272.0", "pulumi-aws": "7.51.1"},
    executables={"pulumi": SHA["a"], "pulumi-resource-aws@7.51.1": SHA["b"]},
    verdicts={"pass": 4, "not-applicable": 2},
    operations=(Operation(BUCKET, "delete", "aws:s3/bucket:Bucket", (), SHA["f"]),),
    plan=digest_of_bytes(PLAN),
    allowed=(BUCKET,),
    created=NOW - 60,
    time_to_live=3600,
    run="https://github.com/o/r/actions/runs/1/attempts/1 by a",
)
THERE = Present(
    commit=GOOD.commit,
    project=GOOD.project,
    stack=GOOD.stack,
    backend=GOOD.backend,
    state=GOOD.state,
    packs=GOOD.packs,
    configuration=GOOD.configuration,
    files=GOOD.files,
    versions=GOOD.versions,
    executables=GOOD.executables,
    export=b"",
)
OTHER: dict[str, Any] = {
    "mode": "compare",
    "commit": "d" * 40,
    "project": "other",
    "stack": "dev",
    "backend": "file:///elsewhere",
    "state": {"version": "2026-11-02T00:00:00Z", "digest": SHA["0"], "resources": {}},
    "packs": [],
    "configuration": {},
    "files": {},
    "versions": {},
    "executables": {"pulumi": SHA["0"]},
    "verdicts": {"pass": 4, "unproven": 1},
    "operations": [],
    "plan": SHA["0"],
    "allowed": [],
    "created": NOW - 50,
    "time_to_live": 999_999,
    "run": "somebody else",
}


def named(sealed: Any, present: Present = THERE, plan: bytes | None = PLAN, now: int = NOW) -> list[str]:
    """Give the fields that differ."""
    found = mismatches(Approved(sealed, GOOD.digest, plan), present, PlanLimits(), now)
    return [item.field for item in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "envelope.json"
    GOOD.write(path)
    return path


def edited(path: Path, **changes: object) -> Any:
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")
    return read_envelope(path)


def test_what_was_written_is_what_is_read_and_holds(file: Path) -> None:
    sealed = read_envelope(file)
    assert sealed.envelope == GOOD
    assert named(sealed) == []


def test_one_thing_has_one_digest_whatever_order_it_was_found_in() -> None:
    turned = replace(GOOD, configuration=dict(reversed([*GOOD.configuration.items()])))
    assert turned.digest == GOOD.digest


def test_every_field_is_sealed_and_can_be_tampered_with() -> None:
    assert set(GOOD.seals) == {field.name for field in fields(Envelope)}
    assert set(OTHER) == set(GOOD.seals) - {"schema"}


@pytest.mark.parametrize("name", sorted(OTHER))
def test_a_field_that_was_edited_is_named(name: str, file: Path) -> None:
    assert name in named(edited(file, **{name: OTHER[name]}))


@pytest.mark.parametrize("name", sorted(OTHER))
def test_a_field_that_was_sealed_anew_makes_another_digest(name: str, file: Path) -> None:
    """Whoever can write the envelope can write its seals; the digest is what they cannot reach."""
    seals = {**GOOD.seals, name: digest_of(OTHER[name])}
    assert "digest" in named(edited(file, **{name: OTHER[name], "seals": seals}))


def test_all_differences_are_listed_at_once(file: Path) -> None:
    present = replace(THERE, commit="d" * 40, backend="file:///x", versions={**THERE.versions, "pulumi-cli": "3.273.0"})
    found = named(read_envelope(file), present, b"edited", NOW + 9999)
    assert found == ["commit", "backend", "versions.pulumi-cli", "plan", "time_to_live"]


MOVED = StateMark("2026-11-02T00:00:00Z", SHA["0"], {BUCKET: SHA["0"]})
PACK = GOOD.packs[0]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"commit": "d" * 40}, ["commit"]),
        ({"commit": f"{GOOD.commit} with changes in program/__main__.py"}, ["commit"]),
        ({"project": "other"}, ["project"]),
        ({"stack": "dev"}, ["stack"]),
        ({"backend": "s3://other"}, ["backend"]),
        ({"state": MOVED}, ["state.version", "state.digest", "state.resources"]),
        ({"state": replace(GOOD.state, digest=SHA["0"])}, ["state.digest"]),
        ({"state": replace(GOOD.state, version="later")}, ["state.version"]),
        ({"packs": ()}, ["packs.small"]),
        ({"packs": (*GOOD.packs, replace(PACK, name="new"))}, ["packs.new"]),
        ({"packs": (replace(PACK, version="2"),)}, ["packs.small.version"]),
        ({"packs": (replace(PACK, digest=SHA["0"]),)}, ["packs.small.digest"]),
        ({"packs": (replace(PACK, config=SHA["0"]),)}, ["packs.small.config"]),
        ({"packs": (replace(PACK, policies={"q": "advisory"}),)}, ["packs.small.policies.p"]),
        ({"packs": (replace(PACK, policies={**PACK.policies, "p": "advisory"}),)}, ["packs.small.policies.p"]),
        ({"configuration": {**GOOD.configuration, "demo:size": SHA["0"]}}, ["configuration.demo:size"]),
        ({"configuration": {**GOOD.configuration, "demo:new": SHA["0"]}}, ["configuration.demo:new"]),
        ({"files": {"requirements.lock": SHA["0"]}}, ["files.requirements.lock"]),
        ({"versions": {**GOOD.versions, "pulumi-aws": "7.52.0"}}, ["versions.pulumi-aws"]),
        ({"executables": {**GOOD.executables, "pulumi": SHA["0"]}}, ["executables.pulumi"]),
        (
            {"executables": {**GOOD.executables, "pulumi-resource-aws@7.51.1": "not found"}},
            ["executables.pulumi-resource-aws@7.51.1"],
        ),
        ({"executables": {"pulumi": SHA["a"]}}, ["executables.pulumi-resource-aws@7.51.1"]),
    ],
    ids=", ".join,
)
def test_whatever_moved_behind_the_envelope_is_named(change: dict[str, Any], expected: list[str], file: Path) -> None:
    assert named(read_envelope(file), replace(THERE, **change)) == expected


@pytest.mark.parametrize(
    ("plan", "now", "expected"),
    [
        (b"edited", NOW, ["plan"]),
        (None, NOW, ["plan"]),
        (PLAN, NOW + 3540, []),
        (PLAN, NOW + 3541, ["time_to_live"]),
        (PLAN, NOW - 61, ["created"]),
    ],
)
def test_the_plan_s_bytes_and_its_age_count(plan: bytes | None, now: int, expected: list[str], file: Path) -> None:
    assert named(read_envelope(file), THERE, plan, now) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"verdicts": {"pass": 3, "fail": 1}}, "verdicts.fail"),
        ({"verdicts": {"pass": 3, "unproven": 1}}, "verdicts.unproven"),
        ({"verdicts": {"pass": 3, "maybe": 1}}, "verdicts.maybe"),
        ({"verdicts": {}}, "verdicts.pass"),
        ({"packs": ()}, "packs"),
        ({"packs": (replace(PACK, policies={}),)}, "packs"),
        ({"allowed": ()}, "allowed"),
        ({"mode": "compare"}, "mode"),
    ],
)
def test_an_envelope_that_should_never_have_been_made_does_not_hold(
    change: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    bad = replace(GOOD, **change)
    bad.write(tmp_path / "envelope.json")
    approved = Approved(read_envelope(tmp_path / "envelope.json"), bad.digest, PLAN)
    found = mismatches(approved, replace(THERE, packs=bad.packs), PlanLimits(), NOW)
    assert expected in [item.field for item in found]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "stackproof.plan/2"}, "its schema is 'stackproof.plan/2'"),
        ({"extra": 1}, "the envelope has a field too many or too few: extra"),
        ({"created": "now"}, "created is not a whole number"),
        ({"created": 2**60}, "created is not a whole number"),
        ({"time_to_live": True}, "time_to_live is not a whole number"),
        ({"mode": "other"}, "mode is 'other'"),
        ({"state": {}}, "state has a field too many or too few"),
        ({"packs": [{}]}, "packs has a field too many or too few"),
        ({"operations": {}}, "operations is not a list"),
        ({"verdicts": {"pass": -1}}, "verdicts is not a whole number"),
        ({"seals": None}, "seals is not an object"),
        ({"configuration": {"a": 1}}, "configuration.a is not text"),
    ],
)
def test_an_envelope_of_another_form_is_refused_without_defaults(
    change: dict[str, Any], words: str, file: Path
) -> None:
    with pytest.raises(UsageError) as raised:
        edited(file, **change)
    assert words in str(raised.value)


def test_a_field_that_is_missing_or_stands_twice_is_refused(file: Path) -> None:
    content = json.loads(file.read_bytes())
    del content["run"]
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UsageError, match="too many or too few: run"):
        read_envelope(file)
    file.write_text('{"schema": "stackproof.plan/1", "schema": "stackproof.plan/1"}', encoding="utf-8")
    with pytest.raises(UsageError, match="stands twice"):
        read_envelope(file)


def test_a_state_is_marked_by_what_exists_and_not_by_who_wrote_it() -> None:
    def export(time: str, size: int) -> bytes:
        resources = [{"urn": "a", "inputs": {"size": size}}, {"urn": "b"}]
        return json.dumps({"deployment": {"manifest": {"time": time}, "resources": resources}}).encode()

    first, later, other = (mark_of_state(export(*item)) for item in (("1", 1), ("2", 1), ("1", 2)))
    assert (first.digest, first.resources) == (later.digest, later.resources)
    assert (first.version, later.version) == ("1", "2")
    assert first.digest != other.digest
    assert [urn for urn in "ab" if first.resources[urn] != other.resources[urn]] == ["a"]


def test_a_file_holds_the_fields_and_their_seals_and_nothing_else(file: Path) -> None:
    content = json.loads(file.read_bytes())
    assert content.pop("seals") == GOOD.seals
    assert content == json.loads(json.dumps(asdict(GOOD)))
