# SPDX-License-Identifier: Apache-2.0
"""What the linters of workflows do not check: that the gate is whole, and that nothing passes by it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.repo.laws import (
    AGGREGATOR,
    GUARDS,
    UNASKED,
    broad,
    broken,
    gaps,
    load,
    loose,
    needs,
    strayed,
    swallowing,
    ungated,
    unjudged,
    unpinned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}


@pytest.mark.parametrize("name", sorted({*WORKFLOWS, "noxfile.py"}))
def test_no_law_is_broken(name: str) -> None:
    path = WORKFLOWS.get(name, ROOT / name)
    assert broken(name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["deploy.yml", "rollback.yml"])
def test_each_deployment_waits_for_the_gate_and_in_its_own_queue(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    jobs = load(text)["jobs"]
    assert jobs[AGGREGATOR]["uses"] == "./.github/workflows/pr.yml"
    assert {
        "deploy.yml": {"gate": set(), "dev": {"gate"}, "staging": {"gate", "dev"}, "prod": {"gate", "staging"}},
        "rollback.yml": {"target": set(), "gate": {"target"}, "stack": {"target", "gate"}},
    }[name] == {key: needs(job) for key, job in jobs.items()}


def test_a_rollback_judges_and_deploys_the_commit_that_was_checked() -> None:
    jobs = load(WORKFLOWS["rollback.yml"].read_text(encoding="utf-8"))["jobs"]
    checked = "${{ needs.target.outputs.commit }}"
    assert [jobs[name]["with"]["commit"] for name in ("gate", "stack")] == [checked, checked]


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
        (gaps, PR, "preview, checks]", "preview, checks, comment]", ["gate waits for comment"]),
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


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("deploy.yml", "  push:\n", "  push:\n    paths: [program/**]\n", "on.push.paths"),
        ("pr.yml", "  pull_request:\n", "", "on.pull_request"),
        ("drift.yml", "cancel-in-progress: false", "cancel-in-progress: true", "concurrency.cancel-in-progress"),
        ("stack.yml", "needs: [plan]", "needs: []", "jobs.apply.needs"),
        ("stack.yml", "if: ${{ !cancelled() }}", "if: always()", "jobs.apply.steps.actions/upload-artifact record-"),
        ("drift.yml", "persist-credentials: false", "ref: main", "jobs.drift.steps.actions/checkout.ref"),
    ],
)
def test_a_guard_that_strays_from_the_table_is_named(name: str, old: str, new: str, place: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert old in text
    [found] = strayed(name, text.replace(old, new, 1))
    assert found.startswith(place)


def test_a_workflow_that_the_table_does_not_know_breaks_the_law() -> None:
    assert strayed("other.yml", PR) != []
    assert sorted(GUARDS) == sorted(WORKFLOWS)


def test_a_session_without_its_pack_is_named() -> None:
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    pack = 'else ["--policy-pack", "policies"]'
    assert unjudged(text.replace(pack, "else []")) == [
        f"{name}: there is no --policy-pack" for name in ("preview", "rehearse")
    ]
