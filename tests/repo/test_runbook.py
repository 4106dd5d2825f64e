# SPDX-License-Identifier: Apache-2.0
"""Each page of the runbook is listed, and gives a command that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stackproof.cli import app

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / ".github" / "runbook"
PAGES = sorted(path.name for path in RUNBOOK.glob("*.md") if path.name != "README.md")


def blocks(name: str) -> str:
    text = (RUNBOOK / name).read_text(encoding="utf-8")
    return "".join(re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL))


def test_every_page_is_listed_and_every_listed_page_is_there() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (RUNBOOK / "README.md").read_text(encoding="utf-8"))
    assert sorted(set(listed)) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_every_page_gives_a_command_and_names_only_what_exists(name: str) -> None:
    typed = blocks(name)
    assert typed != ""
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(encoding="utf-8"), re.MULTILINE))
    commands = {item.name or str(item.callback.__name__) for item in app.registered_commands if item.callback}
    commands |= {str(item.name) for item in app.registered_groups}
    workflows = {path.name for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    assert set(re.findall(r"scripts/nox -s (\w+)", typed)) - sessions == set()
    assert set(re.findall(r"\bstackproof (\w+)", typed)) - commands == set()
    assert set(re.findall(r"[\w-]+\.yml", typed)) - workflows == set()
    links = re.findall(r"\]\(([\w-]+\.md)\)", (RUNBOOK / name).read_text(encoding="utf-8"))
    assert set(links) - set(PAGES) == set()
