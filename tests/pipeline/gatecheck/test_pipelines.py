# SPDX-License-Identifier: Apache-2.0
"""Whole pipelines: what jobs are for is told by what they do, through every call, and guards count if they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stackproof.pipeline.gatecheck.judge import judge
from stackproof.settings import GatecheckSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JUDGE = "stackproof preview program --policy-pack policies"
APPLY = "stackproof plan apply plan.json --stack prod"
DEPLOY = f"""\
on:
  push:
    branches: [main]
permissions: {{}}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: {JUDGE}
  prod:
    needs: [policy]
    runs-on: ubuntu-24.04
    environment: prod
    concurrency: {{group: deploy-prod, cancel-in-progress: false, queue: max}}
    steps:
      - uses: actions/checkout@v7
      - run: {APPLY}
"""
DEV = DEPLOY.replace("environment: prod", "environment: dev")
REQUEST = f"""\
on:
  pull_request:
  merge_group:
permissions: {{}}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: pytest
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: {JUDGE}
  gate:
    needs: [test, policy]
    if: always()
    runs-on: ubuntu-24.04
    steps:
      - run: python3 scripts/gate.py
        env:
          NEEDS: ${{{{ toJSON(needs) }}}}
"""
CALLED = REQUEST.replace("  merge_group:\n", "  merge_group:\n  workflow_call:\n")
CALLING = DEPLOY.replace(
    f"""\
  policy:
    runs-on: ubuntu-24.04
    steps:
      - run: {JUDGE}
""",
    """\
  policy:
    uses: ./.github/workflows/request.yml
""",
)
NEEDS = "    needs: [policy]\n"


BASES = {"deploy": DEPLOY, "deploy-dev": DEV, "request": REQUEST, "calling": CALLING}
CASES = yaml.safe_load((Path(__file__).parent / "pipelines.yaml").read_text(encoding="utf-8"))


def spoilt(base: str, changes: Iterable[tuple[str, str]]) -> str:
    for old, new in changes:
        assert base.count(old) == 1, old
        base = base.replace(old, new)
    return base


def found(root: Path, text: str, files: Mapping[str, str], settings: GatecheckSettings) -> list[str]:
    for name, content in {".github/workflows/pipeline.yml": text, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CALLED if content == "request" else content, encoding="utf-8")
    audit = judge([root], settings)
    assert audit.problems == ()
    return sorted({finding.rule for finding in audit.findings})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_pipeline_is_judged_by_what_it_does(case: dict[str, Any], tmp_path: Path) -> None:
    changes = [(change["old"], change["new"]) for change in case.get("change", ())]
    text = case["text"] if "text" in case else spoilt(BASES[case["base"]], changes)
    assert found(tmp_path, text, case.get("files", {}), GatecheckSettings()) == case["finds"]


@pytest.mark.parametrize(
    ("command", "known"),
    [("terraform apply -auto-approve", "terraform apply"), ("npx cdk deploy --all", "cdk deploy")],
)
def test_a_command_of_the_settings_deploys(command: str, known: str, tmp_path: Path) -> None:
    text = spoilt(DEPLOY, [(APPLY, command), (NEEDS, "")])
    assert found(tmp_path, text, {}, GatecheckSettings(deploy_commands=(known,))) == ["deploy-without-policy"]


def test_an_action_of_the_settings_deploys(tmp_path: Path) -> None:
    text = spoilt(DEPLOY, [(f"- run: {APPLY}", "- uses: acme/ship@v1"), (NEEDS, "")])
    assert found(tmp_path, text, {}, GatecheckSettings(deploy_commands=("acme/ship",))) == ["deploy-without-policy"]


def test_a_command_of_the_settings_judges(tmp_path: Path) -> None:
    text = spoilt(DEPLOY, [(JUDGE, "make verdict")])
    assert found(tmp_path, text, {}, GatecheckSettings(gate_commands=("make verdict",))) == []


def test_the_aggregator_of_the_settings_is_known_by_its_name(tmp_path: Path) -> None:
    text = spoilt(REQUEST, [("  gate:\n", "  verdict:\n"), ("    if: always()\n", "")])
    assert found(tmp_path, text, {}, GatecheckSettings(aggregator="verdict")) == ["aggregator-skippable"]
