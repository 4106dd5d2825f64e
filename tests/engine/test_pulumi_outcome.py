# SPDX-License-Identifier: Apache-2.0
"""What runs of the real CLI mean, read from the files that they left (`runs/`)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from stackproof.aws import World, providers
from stackproof.aws.serve import ProviderServer
from stackproof.engine.pulumi.events import Events, missing_plugin
from stackproof.engine.pulumi.outcome import Outcome, assemble
from stackproof.engine.pulumi.workspace import Workspace
from stackproof.errors import UnrunnableError
from stackproof.model import Job, Pass, PolicyInfo, PolicyPack, Program, ProgramEnd, SourcePosition
from stackproof.outside import Outside

HERE = Path(__file__).parent
QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::jobs"
POLICY = "urn:pulumi:dev::shop::aws:sqs/queuePolicy:QueuePolicy::access"
STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
SHOP = Path("/shop")
PROGRAM = Program(SHOP, SHOP, SHOP / "__main__.py", "shop", "dev", "python", Path(sys.executable), {}, SHOP / "s")


def policy(name: str, description: str, *, stack_level: bool = False) -> PolicyInfo:
    """Make what the pack announces of a policy."""
    return PolicyInfo(
        name, "mandatory", stack_level, description, "", "", "", "", reports_unknowns=False, declared="mandatory"
    )


PROBE = PolicyPack(
    "probe",
    "1.2.3",
    HERE,
    "",
    (
        policy("read-all", "Holds many values"),
        policy("name", "Has an odd name"),
        policy("options", "Has options"),
        policy("links", "Has links", stack_level=True),
        policy("outputs", "Has no outputs", stack_level=True),
    ),
)


def outcome(folder: Path, code: int | None, words: str = "") -> Outcome:
    """Read a run's files, as the engine does when the CLI has ended."""
    place = Workspace(folder, PROGRAM, offline=True)
    events = Events(place.events)
    events.read()
    server = ProviderServer(providers(World(), Outside(), resolved=False))
    return Outcome.of(place, events, code, words, server)


def seen(name: str, code: int | None, pack: PolicyPack = PROBE) -> Pass:
    """Give the pass that a run makes."""
    return assemble(Job(PROGRAM, ()), "faithful", [pack], outcome(HERE / "runs" / name, code), 0.0)


def test_a_run_is_read_as_a_pass() -> None:
    """Resources as packs were shown them, with the lines that made them; the program's words apart from others."""
    run = seen("preview", 0)
    assert (run.end, run.output) == (ProgramEnd.COMPLETED, "two resources")
    assert [(line.severity, line.message, line.urn) for line in run.log] == [
        ("warning", "nobody reads the queue", QUEUE)
    ]
    by_urn = {resource.urn: resource for resource in run.resources}
    assert [resource.name for resource in run.resources] == ["shop-dev", "default_7_51_1", "jobs", "access"]
    access = by_urn[POLICY]
    assert (access.custom, access.parent, access.source) == (True, STACK, SourcePosition("__main__.py", 5))
    assert access.dependencies == (QUEUE,)
    assert access.property_dependencies == {"policy": (QUEUE,), "queueUrl": (QUEUE,)}
    assert by_urn[QUEUE].outputs["arn"] == by_urn[POLICY].inputs["policy"]


def test_answers_are_who_said_what_and_who_did_not_apply() -> None:
    """A policy that could not run is no violation; one that neither passed nor failed did not apply."""
    answers = {item.urn: item for item in seen("preview", 0).analyses if not item.stack_level}
    access = answers[POLICY]
    assert access.tainted == ("policy", "queueUrl")
    could_not, odd = (next(d for d in access.diagnostics if d.policy == name) for name in ("read-all", "options"))
    assert (could_not.could_not_run, odd.could_not_run, odd.enforcement) == (True, False, "advisory")
    assert odd.message.startswith('{"protect"')
    assert set(answers[STACK].not_applicable) == {"read-all"}


def test_the_whole_stacks_answer_carries_the_unknowns_of_all() -> None:
    """Under the Stack's URN; the links name the resource that they are about."""
    (whole,) = [item for item in seen("preview", 0).analyses if item.stack_level]
    assert whole.urn == STACK
    assert f"{QUEUE}#arn" in whole.tainted
    assert {(said.policy, said.urn) for said in whole.diagnostics} == {("links", POLICY), ("outputs", STACK)}


def test_a_program_that_raised_failed_in_its_own_words() -> None:
    """Nobody was shown its stack."""
    run = seen("raised", 1)
    assert run.end is ProgramEnd.FAILED
    assert "ValueError: boom" in run.log[0].message
    assert not any(item.stack_level for item in run.analyses)


def test_a_program_that_left_early_is_no_success() -> None:
    """The CLI has no error for it: the Stack's outputs are missing, which a program registers at its end."""
    for code in (0, 1):
        run = seen("left_early", code)
        assert (run.end, run.output) == (ProgramEnd.EXITED_EARLY, "early")


def test_a_policy_that_raised_is_the_answers_error() -> None:
    """The CLI stops there, and the report says so."""
    crash = PolicyPack("written", "1.0.0", HERE, "", (policy("p", "said"),))
    run = seen("crashed", 1, crash)
    assert [(item.urn, item.stack_level, item.error) for item in run.analyses] == [
        (STACK, False, "division by zero"),
        (STACK, True, "division by zero"),
    ]
    assert "stops at the first error of a pack" in run.log[0].message


def test_a_run_that_was_stopped_timed_out() -> None:
    """Whatever it had said before."""
    assert seen("preview", None).end is ProgramEnd.TIMED_OUT


def test_a_cli_that_never_began_is_an_error_with_its_own_words(tmp_path: Path) -> None:
    """And with what they mean, where that is known."""
    with pytest.raises(UnrunnableError, match=r"(?s)holds the stack's lock.*the CLI's own words:\nerror: .*locked"):
        assemble(
            Job(PROGRAM, ()),
            "faithful",
            [PROBE],
            outcome(tmp_path, 255, "error: the stack is currently locked by 1 lock(s)"),
            0.0,
        )


def test_an_end_without_a_word_is_told_as_that(tmp_path: Path) -> None:
    """It must not pass for a program that left early by itself."""
    lines = (HERE / "runs" / "left_early" / "events.ndjson").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "policyEvent" not in line]
    (tmp_path / "events.ndjson").write_text("\n".join(kept) + "\n", encoding="utf-8")
    run = assemble(Job(PROGRAM, ()), "faithful", [PROBE], outcome(tmp_path, 9), 0.0)
    assert run.end is ProgramEnd.FAILED
    assert "ended with exit code 9" in run.log[-1].message


def test_events_are_read_as_they_are_written(tmp_path: Path) -> None:
    """A half-written line waits for its end; what a deployment's preview said is said again by the deployment."""
    whole = (HERE / "runs" / "preview" / "events.ndjson").read_bytes()
    path = tmp_path / "events.ndjson"
    events = Events(path)
    events.read()
    for end in range(0, len(whole), 1000):
        path.write_bytes(whole[: end + 1000])
        events.read()
    assert events.completed
    said = len(events.policies)
    path.write_bytes(whole + whole)
    events.read()
    assert (len(events.policies), events.completed) == (said, True)


def test_a_missing_plugin_is_recognised() -> None:
    """With a version in its name or without."""
    text = "error: no resource plugin 'pulumi-resource-{}' found in the workspace or on your $PATH"
    assert missing_plugin(text.format("docker-build-v0.0.7")) == "docker-build"
    assert missing_plugin(text.format("test")) == "test"
    assert missing_plugin("error: something else") is None


def test_a_missing_plugin_ends_an_attempt(tmp_path: Path) -> None:
    """It is served in the next one."""
    shutil.copy(HERE / "runs" / "raised" / "events.ndjson", tmp_path / "events.ndjson")
    text = (tmp_path / "events.ndjson").read_text(encoding="utf-8")
    before, _, after = text.partition("Program failed with an unhandled exception:")
    (tmp_path / "events.ndjson").write_text(
        f"{before}no resource plugin 'pulumi-resource-random-v4.1.0' found in{after}", encoding="utf-8"
    )
    assert outcome(tmp_path, 1).missing == "random"
    assert outcome(HERE / "runs" / "preview", 0).missing is None
