# SPDX-License-Identifier: Apache-2.0
"""The comparison of two engines: what counts as a difference, what is left out, and what stands in files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from stackproof import parity
from stackproof.model import (
    Analysis,
    Diagnostic,
    Job,
    LogLine,
    Pass,
    PolicyInfo,
    PolicyPack,
    Program,
    ProgramEnd,
    Resource,
)
from stackproof.parity import Case, compare, read_record, write_record
from stackproof.parity.comparison import differences, read_meant
from stackproof.parity.observation import Observation, observe
from stackproof.parity.table import show
from stackproof.wire import ASSET_SIGNATURE, SIGNATURE, UNKNOWN, secret

ROOT = Path("/shop")
PROGRAM = Program(ROOT, ROOT, ROOT / "__main__.py", "shop", "dev", "python", Path("/python"), {}, ROOT / "s")
STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::jobs"
CASE = Case("shop", ROOT, ROOT)


def resource(urn: str, **inputs: object) -> Resource:
    """Make a resource."""
    type_, name = urn.split("::")[2:]
    made = Resource(urn, type_, name, urn != STACK, "", "", {}, {}, (), {}, None)
    return replace(made, inputs=inputs)  # type: ignore[arg-type]  # wire values, by name


def passed(*resources: Resource, end: ProgramEnd = ProgramEnd.COMPLETED, log: tuple[LogLine, ...] = ()) -> Pass:
    """Make a pass over a stack, in which a pack could not read one of two unknowns."""
    words = "can't run policy 'p' during preview: string value at .a can't be known during preview"
    said = Diagnostic("p", QUEUE, "advisory", "", "said", words, could_not_run=True)
    policy = PolicyInfo(
        "p", "mandatory", *(False, "said", "", "", "", ""), reports_unknowns=False, declared="mandatory"
    )
    answers = [Analysis("rules", item.urn, False, ("b", "a"), (said,), {}) for item in resources]  # noqa: FBT003 (a field)
    return Pass(
        name="faithful",
        end=end,
        exit_code=0,
        output="",
        resources=resources,
        packs=(PolicyPack("rules", "1", ROOT, "", (policy,)),),
        analyses=(*answers, Analysis("rules", STACK, True, (), (), {})),  # noqa: FBT003 (a field)
        log=log,
        assumptions=(),
        seconds=1.0,
    )


def seen(*resources: Resource, **changes: object) -> Observation:
    """Observe a pass over the Stack and some resources."""
    return observe(Job(PROGRAM, ()), [passed(resource(STACK), *resources, **changes)])  # type: ignore[arg-type]  # by name


def test_values_are_written_in_words_and_large_ones_by_their_hash() -> None:
    """Unknowns, secrets and files; the CLI's hashes of files are left out, which no policy sees."""
    page = {SIGNATURE: ASSET_SIGNATURE, "hash": "abc", "text": "hello"}
    found = seen(resource(QUEUE, a=UNKNOWN, b=secret("x"), page=page, long="x" * 10_000, many=[1.0] * 200))
    inputs = found["passes"]["faithful"]["resources"]["aws:sqs/queue:Queue::jobs"]["inputs"]
    assert {name: inputs[name] for name in ("a", "b", "page")} == {
        "a": "<unknown>",
        "b": {"<secret>": "x"},
        "page": {"<asset>": {"text": "hello"}},
    }
    assert [inputs[name].partition(",")[0] for name in ("long", "many")] == ["<10000 characters", "<200 items"]


def test_of_several_unknowns_the_one_that_was_met_first_does_not_count() -> None:
    """Maps have no order on the wire."""
    (said,) = seen(resource(QUEUE))["passes"]["faithful"]["answers"]["rules aws:sqs/queue:Queue::jobs"]["diagnostics"]
    assert "value at .<one of the unknowns> can't be known" in said


def test_of_a_run_that_broke_off_outputs_and_lines_do_not_count() -> None:
    """Nor the frames of a traceback, nor the exceptions under the last."""
    trace = (
        'Program failed with an unhandled exception:\nTraceback (most recent call last):\n  File "x", line 1\nE: one\n'
        '\nDuring handling of the above exception, another exception occurred:\n\n  File "y", line 2\nE: two'
    )
    found = seen(resource(QUEUE), end=ProgramEnd.FAILED, log=(LogLine("error", trace), LogLine("info", "hello")))
    faithful = found["passes"]["faithful"]
    assert faithful["log"] == ["error : Program failed with an unhandled exception: E: two"]
    queue = faithful["resources"]["aws:sqs/queue:Queue::jobs"]
    assert set(queue) == {"custom", "parent", "provider", "inputs", "opaque"}


def test_each_difference_is_named_by_its_place() -> None:
    """In a list only what one side lacks; its order does not count."""
    left: Observation = {"a": {"b": 1}, "list": ["x", "y"], "same": [1, 2]}
    right: Observation = {"a": {"b": 2}, "list": ["y", "z"], "same": [2, 1], "more": 1}
    assert {(item.where, str(item.embedded), str(item.pulumi)) for item in differences("shop", left, right)} == {
        ("shop: a.b", "1", "2"),
        ("shop: list[]", "x", "<absent>"),
        ("shop: list[]", "<absent>", "z"),
        ("shop: more", "<absent>", "1"),
    }


def test_twice_the_same_is_not_once() -> None:
    """Two equal entries of a list are two."""
    assert [item.where for item in differences("shop", {"a": ["x", "x"]}, {"a": ["x"]})] == ["shop: a"]


def test_a_difference_that_is_meant_is_told_apart(tmp_path: Path) -> None:
    """By a pattern for the whole of its place; one that is met no more is told."""
    path = tmp_path / "meant.yaml"
    path.write_text("- {where: 'shop: exit', reason: chance}\n- {where: 'shop: a', reason: never}\n")
    meant = read_meant(path)
    result = compare(CASE, {"exit": 0, "about": 1}, {"exit": 1, "about": 2}, meant)
    assert [item.where for item in result.unmeant] == ["shop: about"]
    assert [(item.where, entry.reason) for item, entry in result.meant] == [("shop: exit", "chance")]
    console = Console(record=True, width=200)
    show(console, [result], "the CLI", meant[1:])
    told = console.export_text()
    assert "shop: about" in told
    assert "meant, but not met any more: shop: a (never)" in told
    assert "1 programs, 0 resources, embedded engine against the CLI: 1 differences" in told


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """And replaced as a whole."""
    write_record(tmp_path / "records", CASE, {"exit": 0})
    write_record(tmp_path / "records", CASE, {"exit": 1})
    assert read_record(tmp_path / "records", CASE) == {"exit": 1}
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["shop.json"]


def test_an_engine_that_refuses_a_case_is_an_observation(tmp_path: Path) -> None:
    """The other must refuse it too."""

    class Untouched:
        """An engine that is never asked."""

        name = "untouched"

        def run(self, job: Job, pass_name: str) -> Pass:
            """Fail the test."""
            raise AssertionError(job, pass_name)

        def stop(self) -> None:
            """Nothing runs."""

    found = parity.observe_under(Untouched(), Case("none", tmp_path, tmp_path))
    assert found == {"refused": "UsageError", "exit": 2}


@pytest.mark.parametrize(("text", "seconds"), [("timeout: 3\n", 3.0), ("{}\n", 120.0), ("", 120.0)])
def test_a_program_that_never_ends_says_how_long_to_wait(text: str, seconds: float, tmp_path: Path) -> None:
    """In its expectation."""
    if text:
        (tmp_path / "expect.yaml").write_text(text)
    assert parity.timeout_of(tmp_path) == seconds
