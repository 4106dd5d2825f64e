# SPDX-License-Identifier: Apache-2.0
"""The HTML report of a real run: its lines are the program's, its graph and reach are those of the resolved stack."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Judge the sample for one stack, and read the data of its page."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    command = ["preview", "program", "--policy-pack", "policies", "--stack", "dev", "--output", f"html={file}"]
    env = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    subprocess.run([sys.executable, "-m", "stackproof", *command], cwd=ROOT, env=env, capture_output=True, check=True)
    (text,) = re.findall(r'id="data">(.*?)</script>', file.read_text(encoding="utf-8"), re.DOTALL)
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_the_lines_are_those_of_the_program(page: dict[str, Any]) -> None:
    """Round every resource, and as they stand in the file but for what is hidden."""
    for file, runs in page["files"].items():
        written = (ROOT / file).read_text(encoding="utf-8").splitlines()
        for first, lines in runs:
            assert lines == [line.rstrip() for line in written[first - 1 : first - 1 + len(lines)]]
    (stack,) = page["stacks"]
    placed = [(page["texts"][one["f"]], one["l"]) for one in stack["resources"] if "f" in one]
    assert [place for place in placed if not _held(page, *place)] == []


def _held(page: dict[str, Any], file: str, line: int) -> bool:
    return any(first <= line < first + len(lines) for first, lines in page["files"][file])


def test_the_contributor_may_read_and_write_its_repositories_but_no_protected_branch(page: dict[str, Any]) -> None:
    (stack,) = page["stacks"]
    (principal,) = [one for one in stack["reach"]["principals"] if one["n"] == "repository-contributor"]
    texts = page["texts"]
    assert principal["cells"] == {"codecommit": ["read", "write"]}
    (permission,) = principal["may"]
    assert [texts[number].rpartition(":")[2] for number in permission["on"]] == ["payments-api-dev", "payments-web-dev"]
    branch = "codecommit:References is refs/heads/main (or is absent) and codecommit:References is present"
    assert [texts[number] for number in permission["not"]] == [f"never codecommit:GitPush, where {branch}"]


def test_alarms_watch_and_tell_and_the_role_may_reach(page: dict[str, Any]) -> None:
    (stack,) = page["stacks"]
    names = [f"{page['texts'][one['t']].rpartition(':')[2]} {one['n']}" for one in stack["resources"]]
    edges = {(names[source], kind, names[target]) for source, target, kind, _ in stack["edges"]}
    role = "Role repository-contributor"
    assert {edge for edge in edges if edge[:2] == (role, "grants")} == {
        (role, "grants", "Repository payments-api"),
        (role, "grants", "Repository payments-web"),
    }
    for name in ("payments-api", "payments-web"):
        assert (f"EventRule {name}-branch-deleted", "watches", f"Repository {name}") in edges
        assert (f"MetricAlarm {name}-branch-deleted", "watches", f"EventRule {name}-branch-deleted") in edges
        assert (f"MetricAlarm {name}-branch-deleted", "tells", "Topic repository-alarms") in edges
