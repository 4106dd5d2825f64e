# SPDX-License-Identifier: Apache-2.0
"""What the linters of workflows do not check: that the gate is whole, and that nothing passes by it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
PIN = re.compile(r"uses: (?:\./\S+(?: # .*)?|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)")
AGGREGATOR = "gate"
STACK = "./.github/workflows/stack.yml"
UNASKED = "its condition does not ask each need for success"


def load(text: str) -> dict[str, Any]:
    """Read a workflow; YAML 1.1 reads the key `on` as true, so it is put right here."""
    loaded = {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}
    return {**loaded, "on": triggers(loaded["on"])}


def triggers(value: str | list[str] | dict[str, Any]) -> dict[str, Any]:
    if isinstance(value, dict):
        return {name: options or {} for name, options in value.items()}
    return {name: {} for name in ([value] if isinstance(value, str) else value)}


def needs(job: Mapping[str, Any]) -> set[str]:
    value = job.get("needs", [])
    return {value} if isinstance(value, str) else set(value)


def unpinned(text: str) -> list[str]:
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    return [line for line in lines if line.startswith("uses:") and not PIN.fullmatch(line)]


def broad(text: str) -> list[str]:
    """List what holds more than it needs: a workflow or job that lists no permissions, a job that may write."""
    workflow = load(text)
    found = [] if workflow.get("permissions") == {} else ["top level: permissions is not {}"]
    for name, job in workflow["jobs"].items():
        granted = job.get("permissions")
        if not isinstance(granted, dict):
            found.append(f"{name}: permissions are not listed")
        else:
            named = "environment" in job or job.get("uses") == STACK
            found += [
                f"{name}: may write {item}"
                for item, level in granted.items()
                if level != "read" and (item, named) not in {("id-token", True), ("security-events", False)}
            ]
    return found


def swallowing(text: str) -> list[str]:
    """List the jobs and steps whose failure would not count, or that have no time limit."""
    found = []
    for name, job in load(text)["jobs"].items():
        steps = job.get("steps", [])
        found += [f"{name}: continue-on-error" for part in (job, *steps) if "continue-on-error" in part]
        found += [
            f"{name}: {step['run']}" for step in steps if re.search(r"\|\||;|set \+e|exit 0", step.get("run", ""))
        ]
        if "uses" not in job and "timeout-minutes" not in job:
            found.append(f"{name}: no time limit")
    return found


def gaps(text: str) -> list[str]:
    """List the ways around the aggregator of a workflow that judges pull requests."""
    workflow = load(text)
    found = [f"not run on {name}" for name in ("pull_request", "merge_group") if name not in workflow["on"]]
    found += [f"{name} is filtered" for name in ("pull_request", "merge_group") if workflow["on"].get(name)]
    jobs = workflow["jobs"]
    gate = jobs.get(AGGREGATOR, {})
    found += [f"{AGGREGATOR} does not need {name}" for name in sorted(set(jobs) - {AGGREGATOR} - needs(gate))]
    found += [f"{name} may be skipped" for name, job in jobs.items() if name != AGGREGATOR and "if" in job]
    if gate.get("if") != "always()":
        found.append(f"{AGGREGATOR} may be skipped")
    commands = [(step.get("run"), step.get("env")) for step in gate.get("steps", []) if "run" in step]
    if commands != [("python3 scripts/gate.py", {"NEEDS": "${{ toJSON(needs) }}"})]:
        found.append(f"{AGGREGATOR} does not judge each result")
    return found


def ungated(text: str) -> list[str]:
    """List the calls of the deploying workflow that something else than the gate and their stack's queue leads to."""
    found = []
    for name, job in load(text)["jobs"].items():
        if job.get("uses") != STACK:
            continue
        stated = {f"needs.{need}.result == 'success'" for need in needs(job)}
        on_main = "github.ref == 'refs/heads/main'"
        if AGGREGATOR not in needs(job) or not {"!cancelled()", on_main, *stated} <= conjuncts(job.get("if", "")):
            found.append(f"{name}: {UNASKED}")
        group = f"deploy-{job['with']['stack']}"
        if job.get("concurrency") != {"group": group, "cancel-in-progress": False, "queue": "max"}:
            found.append(f"{name}: does not queue for its stack")
    return found


def loose(text: str) -> list[str]:
    """List what keeps the workflow of one stack from applying what was planned, and that alone."""
    plan, apply = (load(text)["jobs"][name] for name in ("plan", "apply"))
    given = [step.get("env", {}).get("STACKPROOF_DIGEST") for step in apply["steps"] if "run" in step]
    taken = [step["with"].get("artifact-ids") for step in apply["steps"] if "download" in step.get("uses", "")]
    commits = {step["with"].get("ref") for job in (plan, apply) for step in job["steps"] if "checkout" in str(step)}
    wanted = {
        "the plan has no environment that may only read": plan.get("environment") == "${{ inputs.stack }}-preview",
        "the stack's own environment is not asked": apply.get("environment") == "${{ inputs.stack }}",
        UNASKED: conjuncts(apply.get("if", "")) == {"!cancelled()", "needs.plan.result == 'success'"},
        "the digest is not the plan's": given == ["${{ needs.plan.outputs.digest }}"],
        "the artifact is not the plan's": taken == ["${{ needs.plan.outputs.artifact }}"],
        "two commits are checked out": commits == {"${{ inputs.commit || github.sha }}"},
    }
    return [words for words, holds in wanted.items() if not holds]


def conjuncts(condition: str) -> set[str]:
    return {part.strip() for part in condition.removeprefix("${{").removesuffix("}}").split("&&")}


@pytest.mark.parametrize("law", [unpinned, broad, swallowing], ids=lambda law: law.__name__)
@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_no_workflow_breaks_the_law(name: str, law: Callable[[str], list[str]]) -> None:
    assert law(WORKFLOWS[name].read_text(encoding="utf-8")) == []


def test_nothing_passes_by_the_aggregator() -> None:
    assert gaps(WORKFLOWS["pr.yml"].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["deploy.yml", "rollback.yml"])
def test_each_deployment_waits_for_the_gate_and_in_its_own_queue(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    jobs = load(text)["jobs"]
    assert ungated(text) == []
    assert jobs[AGGREGATOR]["uses"] == "./.github/workflows/pr.yml"
    assert {
        "deploy.yml": {"gate": set(), "dev": {"gate"}, "staging": {"gate", "dev"}, "prod": {"gate", "staging"}},
        "rollback.yml": {"target": set(), "gate": {"target"}, "stack": {"target", "gate"}},
    }[name] == {key: needs(job) for key, job in jobs.items()}


def test_a_rollback_judges_and_deploys_the_commit_that_was_checked() -> None:
    jobs = load(WORKFLOWS["rollback.yml"].read_text(encoding="utf-8"))["jobs"]
    checked = "${{ needs.target.outputs.commit }}"
    assert [jobs[name]["with"]["commit"] for name in ("gate", "stack")] == [checked, checked]


def test_what_was_planned_is_what_is_applied() -> None:
    assert loose(WORKFLOWS["stack.yml"].read_text(encoding="utf-8")) == []


def test_the_one_secret_is_read_in_an_environment_alone() -> None:
    found = {}
    for name, path in WORKFLOWS.items():
        for key, job in load(path.read_text(encoding="utf-8"))["jobs"].items():
            if read := sorted(set(re.findall(r"secrets\.(\w+)", str(job)))):
                found[name, key] = (read, "environment" in job)
    expected = [("drift.yml", "drift"), ("stack.yml", "apply"), ("stack.yml", "plan")]
    assert found == dict.fromkeys(expected, (["PULUMI_CONFIG_PASSPHRASE"], True))


PR = (ROOT / ".github" / "workflows" / "pr.yml").read_text(encoding="utf-8")
ONE = (ROOT / ".github" / "workflows" / "stack.yml").read_text(encoding="utf-8")
DEPLOY = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
STAGING = "github.ref == 'refs/heads/main' && needs.gate.result == 'success' && needs.dev.result == 'success'"


@pytest.mark.parametrize(
    ("law", "text", "old", "new", "expected"),
    [
        (unpinned, PR, SHA, "v7", ["uses: actions/checkout@v7"]),
        (unpinned, PR, SHA, SHA.partition(" ")[0], [f"uses: actions/checkout@{SHA.partition(' ')[0]}"]),
        (broad, PR, "permissions: {}\n", "", ["top level: permissions is not {}"]),
        (broad, PR, "permissions: {}\n", "permissions: write-all\n", ["top level: permissions is not {}"]),
        (broad, PR, "contents: read", "contents: write", ["test: may write contents"]),
        (broad, PR, "      contents: read", "      id-token: write", ["test: may write id-token"]),
        (swallowing, PR, "    timeout-minutes: 20\n", "", ["test: no time limit"]),
        (swallowing, PR, "-s policy\n", "-s policy || true\n", ["policy: scripts/nox -s policy || true"]),
        (swallowing, PR, "  test:\n", "  test:\n    continue-on-error: true\n", ["test: continue-on-error"]),
        (gaps, PR, "  merge_group:\n", "", ["not run on merge_group"]),
        (gaps, PR, "  pull_request:\n", "  pull_request:\n    paths: [a]\n", ["pull_request is filtered"]),
        (gaps, PR, "policy, parity, preview, checks]", "parity, preview, checks]", ["gate does not need policy"]),
        (gaps, PR, "    if: always()\n", "", ["gate may be skipped"]),
        (gaps, PR, "  test:\n", "  test:\n    if: github.actor != 'a'\n", ["test may be skipped"]),
        (gaps, PR, "python3 scripts/gate.py", "echo", ["gate does not judge each result"]),
        (gaps, PR, "toJSON(needs)", "'{}'", ["gate does not judge each result"]),
        (ungated, DEPLOY, "!cancelled() && ", "", [f"dev: {UNASKED}"]),
        (ungated, DEPLOY, STAGING, "always()", [f"staging: {UNASKED}"]),
        (
            ungated,
            DEPLOY,
            STAGING,
            STAGING.replace("&& needs.dev", "|| needs.dev"),
            [f"staging: {UNASKED}"],
        ),
        (ungated, DEPLOY, " && github.ref == 'refs/heads/main'", "", [f"dev: {UNASKED}"]),
        (loose, ONE, "    environment: ${{ inputs.stack }}\n", "", ["the stack's own environment is not asked"]),
        (loose, ONE, "}}-preview", "}}", ["the plan has no environment that may only read"]),
        (loose, ONE, "!cancelled() && needs.plan", "always() || needs.plan", [UNASKED]),
        (loose, ONE, "needs.plan.outputs.digest", "inputs.digest", ["the digest is not the plan's"]),
        (
            loose,
            ONE,
            "artifact-ids: ${{ needs.plan.outputs.artifact }}",
            "name: plan",
            ["the artifact is not the plan's"],
        ),
        (loose, ONE, "inputs.commit || github.sha", "github.ref", ["two commits are checked out"]),
        (ungated, DEPLOY, "group: deploy-prod", "group: deploy", ["prod: does not queue for its stack"]),
        (ungated, DEPLOY, "queue: max", "queue: single", ["dev: does not queue for its stack"]),
    ],
)
def test_a_workflow_that_breaks_a_law_is_named(
    law: Callable[[str], list[str]],
    text: str,
    old: str,
    new: str,
    expected: list[str],
) -> None:
    assert old in text
    assert law(text.replace(old, new, 1)) == expected
