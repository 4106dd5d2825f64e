# SPDX-License-Identifier: Apache-2.0
"""Each guard of the workflows is one that a run misses: without it, something is deployed that the runs forbid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from tests.pipeline.act.harness import Start

if TYPE_CHECKING:
    from tests.pipeline.act.harness import Harness

PUSH = Start("push")
ROLLBACK = Start("workflow_dispatch", "rollback.yml", {"stack": "staging", "commit": "before"})
PLANNED = "!cancelled() && needs.plan.result == 'success'"
GATED = " && needs.gate.result == 'success'"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard taken away, and how sessions end (a plan always fails, which is soon enough) or a job is skipped."""

    file: str
    old: str
    new: str
    plays: dict[str, int] = field(default_factory=dict)
    skipped: str = ""
    start: Start = PUSH


FAILS = {"policy": 1}
MUTANTS = {
    "the first stack does not ask for the gate": Mutant("deploy.yml", GATED, "", FAILS),
    "the first stack always goes": Mutant(
        "deploy.yml", f"!cancelled() && github.ref == 'refs/heads/main'{GATED} }}}}", "always() }}", FAILS
    ),
    "a rollback does not ask for the gate": Mutant("rollback.yml", GATED, "", FAILS, start=ROLLBACK),
    "the aggregator may be skipped": Mutant("pr.yml", "    if: always()\n", "", skipped="policy"),
    "the aggregator does not look": Mutant("pr.yml", "python3 scripts/gate.py", "'true'", skipped="policy"),
    "the aggregator does not need the policy": Mutant(
        "pr.yml", "needs: [test, policy, ", "needs: [test, ", skipped="policy"
    ),
    "a failed policy goes on": Mutant("pr.yml", "scripts/nox -s policy", "scripts/nox -s policy || true", FAILS),
    "a failed policy's step is forgiven": Mutant(
        "pr.yml",
        "- run: scripts/nox -s policy",
        "- continue-on-error: true\n        run: scripts/nox -s policy",
        FAILS,
    ),
    "the policy is not asked": Mutant("pr.yml", "scripts/nox -s policy", "scripts/nox -s test", FAILS),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_without_a_guard_a_stack_is_planned(name: str, act: Harness) -> None:
    mutant = MUTANTS[name]
    act.play(**mutant.plays, plan=1)
    act.change(mutant.file, mutant.old, mutant.new)
    if mutant.skipped:
        act.change("pr.yml", f"    name: {mutant.skipped}\n", f"    name: {mutant.skipped}\n    if: false\n")
    stack = mutant.start.inputs.get("stack", "dev")
    assert mutant.start.of(act).deploying == [("plan", stack)]


@pytest.mark.parametrize(
    ("condition", "begun"), [("!cancelled() && needs.plan.result == 'success'", 0), ("always()", 1)]
)
def test_without_its_condition_a_deployment_begins_after_a_plan_that_failed(
    condition: str, begun: int, act: Harness
) -> None:
    """It then ends at the plan's artifact, which is not there."""
    act.change("stack.yml", PLANNED, condition)
    act.play(plan=1)
    ran = act.run("push")
    assert sum(name.strip().endswith("/apply") for name in ran.jobs) == begun
    assert ran.deploying == [("plan", "dev")]


def test_without_its_condition_a_stack_goes_before_the_one_that_failed(act: Harness) -> None:
    act.change("deploy.yml", " && needs.dev.result == 'success'", "")
    act.play(plan=1)
    assert ("plan", "staging") in act.run("push").deploying


def test_without_its_condition_another_branch_is_deployed(act: Harness) -> None:
    act.change("deploy.yml", " && github.ref == 'refs/heads/main'", "")
    act.play(plan=1)
    assert act.run("workflow_dispatch", "deploy.yml", ref="refs/heads/feature").deploying == [("plan", "dev")]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("stack.yml", "STACKPROOF_DIGEST: ${{ needs.plan.outputs.digest }}", "OTHER: x"),
        ("stack.yml", "artifact-ids: ${{ needs.plan.outputs.artifact }}", "name: latest"),
        ("pr.yml", "NEEDS: ${{ toJSON(needs) }}", "NEEDS: '{}'"),
    ],
)
def test_what_a_mutant_leaves_out_stops_the_promotion(file: str, old: str, new: str, act: Harness) -> None:
    """So the run in which all passes catches it."""
    act.change(file, old, new)
    ran = act.run("push")
    assert (ran.code, [step for step in ran.pulumi if step[0] == "up"]) == (1, [])


@pytest.mark.parametrize("words", ['"--policy-pack", "policies", ', '"--lock", "requirements.lock", '])
def test_a_session_without_its_pack_or_lock_plans_nothing(words: str, act: Harness) -> None:
    path = act.repository / "noxfile.py"
    text = path.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.strip().startswith("judged = (")]
    path.write_text(text.replace(line, line.replace(words, "")), encoding="utf-8")
    act.commit()
    assert (act.run("push").code, words in line) == (1, True)


@pytest.mark.parametrize("workflow", ["drift.yml", "rollback.yml"])
def test_without_its_condition_a_workflow_goes_to_work_on_another_branch(workflow: str, act: Harness) -> None:
    act.change(workflow, "    if: github.ref == 'refs/heads/main'\n", "")
    inputs = {"stack": "dev", "commit": act.commit()}
    ran = act.run("workflow_dispatch", workflow, ref="refs/heads/feature", inputs=inputs)
    assert {name for name, _ in ran.sessions} == {workflow.removesuffix(".yml")}


def test_without_its_condition_the_report_of_a_preview_that_failed_is_lost(act: Harness) -> None:
    act.change("pr.yml", "        if: ${{ !cancelled() }}\n", "")
    act.play(preview=1)
    assert (act.run("pull_request").code, act.stored()) == (1, ["preview.md/preview.md"])


def test_without_its_condition_a_fork_s_pull_request_would_be_commented(act: Harness) -> None:
    act.change("pr.yml", " && github.event.pull_request.head.repo.full_name == github.repository", "")
    assert "comment" in {name for name, _ in act.run("pull_request").sessions}


@pytest.mark.parametrize(
    ("condition", "lost"),
    [("!cancelled()", "record-dev/"), ("!cancelled() && github.event.repository.private", "state-dev/")],
)
def test_without_its_condition_what_is_kept_of_an_update_that_failed_is_lost(
    condition: str, lost: str, act: Harness
) -> None:
    act.change("stack.yml", f"        if: ${{{{ {condition} }}}}\n", "")
    (act.folder / "recorder" / "play.json").write_text('{"up": {"code": 255, "result": "failed"}}', encoding="utf-8")
    assert act.run("push").code == 1
    assert [path for path in act.stored() if path.startswith(lost)] == []


@pytest.mark.parametrize(
    ("file", "event", "line"),
    [
        ("deploy.yml", "push", "  push:\n    branches: [main]\n"),
        ("drift.yml", "schedule", '  schedule:\n    - cron: "17 5 * * *"\n'),
        ("pr.yml", "pull_request", "  pull_request:\n"),
        ("pr.yml", "merge_group", "  merge_group:\n"),
    ],
)
def test_without_its_trigger_an_event_starts_nothing(file: str, event: str, line: str, act: Harness) -> None:
    act.change(file, line, "")
    ran = act.run(event)
    assert (ran.sessions, ran.jobs) == ((), {})
