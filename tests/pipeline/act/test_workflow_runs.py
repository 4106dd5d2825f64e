# SPDX-License-Identifier: Apache-2.0
"""The real workflows, run: nothing is deployed past a gate that did not pass, and exactly what is planned past one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.pipeline.act.harness import REPOSITORY, Start, gate_jobs

if TYPE_CHECKING:
    from tests.pipeline.act.harness import Harness

SESSIONS = {
    "test": "test",
    "policy": "policy",
    "parity": "parity",
    "preview": "preview",
    "checks": "types",
}
"""A session of each gate job, by which the job is made to fail."""

GATE = [("docs", "--check"), ("lint",), ("parity",), ("policy",), ("preview",), ("test",), ("types",), ("workflows",)]


COMMENT = ("comment", ("--pull-request", "7"))
REPORTS = ["preview.md/preview.md", "preview.sarif/preview.sarif"]
OWN: dict[str, Any] = {"pull_request": {"number": 7, "head": {"repo": {"fork": False, "full_name": REPOSITORY}}}}
"""What makes a pull request one of the repository's own; the harness's is a fork's."""

PULL_REQUEST, MERGE, PUSH = Start("pull_request"), Start("merge_group"), Start("push")
DISPATCH = Start("workflow_dispatch", "deploy.yml")
ROLLBACK = Start("workflow_dispatch", "rollback.yml", {"stack": "staging", "commit": "before"})
EVERY = pytest.mark.parametrize(
    "start", [PULL_REQUEST, MERGE, PUSH, DISPATCH, ROLLBACK], ids=["pull", "merge", "push", "dispatch", "rollback"]
)
JOBS = pytest.mark.parametrize("job", gate_jobs())


def promotion(stack: str) -> list[tuple[str, ...]]:
    """Give what is asked of pulumi from a plan to its end; the recorder refuses every other argument by itself."""
    export = ("stack", "export", "--stack", stack, "--cwd", "program", "--non-interactive")
    who = ("whoami", "--json", "--non-interactive")
    where = ("--non-interactive", "--color", "never", "--event-log", "events.ndjson", "--stack", stack)
    work = (*where, "--cwd", "program", "--policy-pack", "policies", "--policy-pack-config", f"{stack}.json")
    return [
        *(export, who, ("preview", "--save-plan", "plan.json", *work)),
        *(export, who, ("up", "--yes", "--plan", "plan.json", *work), export),
    ]


def test_every_gate_job_is_made_to_fail_below() -> None:
    assert sorted(SESSIONS) == gate_jobs()


@EVERY
@JOBS
def test_nothing_is_deployed_where_a_gate_job_fails(job: str, start: Start, act: Harness) -> None:
    act.play(**{SESSIONS[job]: 1})
    ran = start.of(act)
    assert (ran.code, ran.deploying) == (1, []), ran.end


@EVERY
@JOBS
def test_nothing_is_deployed_where_a_gate_job_is_skipped(job: str, start: Start, act: Harness) -> None:
    act.change("pr.yml", f"    name: {job}\n", f"    name: {job}\n    if: false\n")
    ran = start.of(act)
    assert (ran.code, ran.deploying) == (1, []), ran.end


@EVERY
@JOBS
def test_nothing_is_deployed_where_the_run_is_cancelled_in_a_gate_job(job: str, start: Start, act: Harness) -> None:
    act.play(**{SESSIONS[job]: "hang"})
    ran = start.of(act, stop_at=SESSIONS[job])
    assert (ran.code, ran.deploying) == (1, []), ran.end


@pytest.mark.parametrize("start", [PUSH, DISPATCH, ROLLBACK], ids=["push", "dispatch", "rollback"])
@JOBS
def test_nothing_is_deployed_where_a_gate_job_alone_is_cancelled(job: str, start: Start, act: Harness) -> None:
    """As GitHub does at a time limit, which act does not have: the aggregator is told so."""
    told = json.dumps({name: {"result": "cancelled" if name == job else "success"} for name in gate_jobs()})
    act.change("pr.yml", "NEEDS: ${{ toJSON(needs) }}", f"NEEDS: '{told}'")
    ran = start.of(act)
    assert (ran.code, ran.deploying) == (1, []), ran.end


@pytest.mark.parametrize("start", [PULL_REQUEST, MERGE], ids=["pull", "merge"])
def test_a_change_is_judged_and_nothing_is_deployed_though_all_pass(start: Start, act: Harness) -> None:
    ran = start.of(act)
    assert (ran.code, ran.deploying) == (0, [])
    assert sorted((name, *words) for name, words in ran.sessions) == GATE


@pytest.mark.parametrize("start", [PUSH, DISPATCH], ids=["push", "dispatch"])
def test_what_passed_is_promoted_stack_after_stack_by_exactly_these_steps(start: Start, act: Harness) -> None:
    ran = start.of(act)
    assert ran.code == 0, ran.end
    sessions = [(name, *words) for name, words in ran.sessions]
    assert sorted(sessions[: len(GATE)]) == GATE
    stacks = ("dev", "staging", "prod")
    assert sessions[len(GATE) :] == [(name, stack) for stack in stacks for name in ("plan", "deploy")]
    assert list(ran.pulumi) == [step for stack in stacks for step in promotion(stack)]


def test_a_rollback_takes_one_stack_to_the_commit_that_was_named(act: Harness) -> None:
    ran = ROLLBACK.of(act)
    assert ran.code == 0, ran.end
    before = act.repository_commit("HEAD~1")
    assert (ran.sessions[0], ran.sessions[-2:]) == (
        ("rollback", (before,)),
        (("plan", ("staging",)), ("deploy", ("staging",))),
    )
    assert list(ran.pulumi) == promotion("staging")
    record = json.loads((act.folder / "store" / "record-staging" / "record.json").read_bytes())
    assert (record["commit"], record["problems"]) == (before, [])


@pytest.mark.parametrize("commit", ["main", "0" * 40])
def test_a_rollback_to_what_the_branch_was_never_at_ends_before_the_gate(commit: str, act: Harness) -> None:
    ran = act.run("workflow_dispatch", "rollback.yml", inputs={"stack": "staging", "commit": commit})
    assert (ran.code, ran.sessions, ran.pulumi) == (1, (("rollback", (commit,)),), ())


@pytest.mark.parametrize(("workflow", "sessions"), [("deploy.yml", GATE), ("rollback.yml", []), ("drift.yml", [])])
def test_nothing_is_deployed_or_looked_at_from_another_branch(
    workflow: str, sessions: list[tuple[str, ...]], act: Harness
) -> None:
    before = act.commit()
    act.commit()
    inputs = {"stack": "dev", "commit": before}
    ran = act.run("workflow_dispatch", workflow, ref="refs/heads/feature", inputs=inputs)
    assert ran.deploying == [], ran.end
    assert sorted((name, *words) for name, words in ran.sessions) == sessions


@pytest.mark.parametrize(
    ("session", "expected"),
    [("plan", [("plan", "dev")]), ("deploy", [("plan", "dev"), ("deploy", "dev")])],
)
def test_a_stack_that_failed_ends_the_promotion(session: str, expected: list[tuple[str, ...]], act: Harness) -> None:
    act.play(**{session: 1})
    ran = act.run("push")
    assert (ran.code, [step for step in ran.deploying if step[0] in {"plan", "deploy"}]) == (1, expected)
    assert [step for step in ran.pulumi if step[0] == "up"] == []


def test_a_plan_that_was_exchanged_on_the_way_is_not_applied(act: Harness) -> None:
    """The artifact store is not trusted: the digest came through the job's output."""
    act.spoil_downloads('echo edited > "$1/plan.json"')
    ran = act.run("push")
    assert ran.code == 1
    assert [step for step in ran.pulumi if step[0] == "up"] == []
    assert "plan: planned sha256:" in ran.printed


@pytest.mark.parametrize(
    "start", [Start("schedule"), Start("workflow_dispatch", "drift.yml")], ids=["schedule", "dispatch"]
)
def test_drift_is_looked_for_in_every_stack_and_changes_none(start: Start, act: Harness) -> None:
    (act.folder / "recorder" / "play.json").write_text('{"op": "same"}', encoding="utf-8")
    ran = start.of(act)
    assert ran.code == 0, ran.end
    assert sorted(ran.sessions) == [("drift", ("dev",)), ("drift", ("prod",)), ("drift", ("staging",))]
    asked = sorted(step for step in ran.pulumi if step[0] not in {"stack", "whoami"})
    assert [(step[:3], step[step.index("--stack") + 1]) for step in asked] == [
        (("preview", "--refresh", "--expect-no-changes"), stack) for stack in ("dev", "prod", "staging")
    ]


def test_the_report_of_a_preview_that_failed_is_kept(act: Harness) -> None:
    act.play(preview=1)
    assert act.run("pull_request").code == 1
    assert act.stored() == REPORTS


def test_the_record_and_the_state_of_an_update_that_failed_are_kept(act: Harness) -> None:
    (act.folder / "recorder" / "play.json").write_text('{"up": {"code": 255, "result": "failed"}}', encoding="utf-8")
    ran = act.run("push")
    assert (ran.code, [name for name, _ in ran.sessions[-2:]]) == (1, ["plan", "deploy"]), ran.end
    kept = ["record-dev/record.json", "state-dev/state-after.json", "state-dev/state-before.json"]
    assert [path for path in act.stored() if not path.startswith("plan-")] == [*REPORTS, *kept]


@pytest.mark.parametrize("code", [0, 1])
def test_a_pull_request_of_our_own_is_commented_whatever_its_preview_says(code: int, act: Harness) -> None:
    act.play(preview=code)
    ran = act.run("pull_request", **OWN)
    assert (ran.code, [one for one in ran.sessions if one[0] == "comment"]) == (code, [COMMENT]), ran.end


def test_a_comment_that_could_not_be_written_keeps_nothing_from_passing(act: Harness) -> None:
    """The job is red by itself; the check that is required is not."""
    act.play(comment=1)
    jobs = {name.strip().rpartition("/")[2]: result for name, result in act.run("pull_request", **OWN).jobs.items()}
    assert (jobs["gate"], jobs["comment"]) == ("success", "failure")


@pytest.mark.parametrize("start", [PULL_REQUEST, MERGE, PUSH], ids=["fork", "merge", "push"])
def test_nothing_is_commented_where_nobody_may_or_would_read_it(start: Start, act: Harness) -> None:
    act.play(plan=1)
    assert [one for one in start.of(act).sessions if one[0] == "comment"] == []


def test_without_a_report_the_comment_is_not_written(act: Harness) -> None:
    act.change("pr.yml", "path: build/preview.md", "path: build/other.md")
    assert COMMENT not in act.run("pull_request", **OWN).sessions
