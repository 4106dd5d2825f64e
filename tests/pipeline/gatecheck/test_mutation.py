# SPDX-License-Identifier: Apache-2.0
"""No guard of our own workflows can be removed or weakened unnoticed: gatecheck, a linter or a law of tests/repo tells.

A mutant that gatecheck does not find must be expected here, with who finds it instead, and each is put before that one.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from tests.pipeline.gatecheck.mutants import Mutant, mutants
from tests.repo.laws import broken

from stackproof.pipeline.gatecheck.judge import judge
from stackproof.settings import GatecheckSettings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
FILES = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "noxfile.py"]


@dataclass(frozen=True, slots=True)
class Expected:
    """Mutants that gatecheck leaves to others: their kind, what the changed line is like, who tells, and by what."""

    kind: str
    line: str
    by: Literal["zizmor", "actionlint", "law"]
    what: str


GUARDED = "the table of guards"
EXPECTED = (
    Expected("pin loosened", "uses:", "zizmor", "unpinned-uses"),
    Expected("credentials persisted", "persist-credentials", "zizmor", "artipacked"),
    Expected("permissions removed", "^permissions:", "zizmor", "excessive-permissions"),
    Expected("all permissions", "^permissions:", "zizmor", "excessive-permissions"),
    Expected("token for identity", "contents: read", "zizmor", "undocumented-permissions"),
    Expected("needs removed", "needs:", "actionlint", "the condition asks for a job that is no longer needed"),
    Expected("one need removed", "needs:", "actionlint", "the condition asks for a job that is no longer needed"),
    Expected("permissions removed", "^    permissions:", "law", "each job lists its permissions"),
    Expected("permission widened", "contents: read", "law", "a job that may write says why"),
    Expected("timeout removed", "timeout-minutes", "law", "every job has a time limit"),
    Expected("step may fail", "uses:|id: (keep|report)", "law", "no failure is forgiven"),
    Expected("job never runs", "", "law", "no job is skipped but by its reviewed condition; act runs it too"),
    Expected("trigger removed", "", "law", f"{GUARDED}; act starts each workflow by each event"),
    Expected("branches removed", "branches", "law", f"{GUARDED}; act runs another branch"),
    Expected("paths added", "push", "law", GUARDED),
    Expected("term of if removed", "", "law", f"{GUARDED}; act runs what a term keeps from running"),
    Expected("if removed", "", "law", f"{GUARDED}; act runs another branch"),
    Expected("if always", "", "law", f"{GUARDED}; act runs another branch, and a plan that failed"),
    Expected("environment removed", "-preview", "law", f"{GUARDED}; the role's trust asks for the environment too"),
    Expected("concurrency removed", "concurrency:", "law", GUARDED),
    Expected("cancelling", "cancel-in-progress", "law", GUARDED),
    Expected("other commit", "persist-credentials", "law", GUARDED),
    Expected("artifact by name", "needs.preview", "law", GUARDED),
    Expected("pack removed", "pack = ", "law", "each session that judges names the pack"),
)


def repository(folder: Path) -> Path:
    shutil.copytree(ROOT / ".github", folder / ".github")
    shutil.copy(ROOT / "noxfile.py", folder)
    (folder / ".git").mkdir()
    return folder


def findings(root: Path) -> Counter[tuple[str, str, str]]:
    audit = judge([root], GatecheckSettings())
    told = Counter((finding.rule, finding.key, Path(finding.file).name) for finding in audit.findings)
    return told + Counter(("", problem, "") for problem in audit.problems)


def survivors(root: Path, file: Path) -> list[Mutant]:
    """Give the mutants of a file in which gatecheck finds nothing that it does not find now."""
    place = root / file.relative_to(ROOT)
    text, before = file.read_text(encoding="utf-8"), findings(root)
    left = []
    for mutant in mutants(text):
        place.write_text(mutant.text, encoding="utf-8")
        if not findings(root) - before:
            left.append(mutant)
    return left


def expected(mutant: Mutant) -> Expected | None:
    fitting = (one for one in EXPECTED if one.kind == mutant.kind and re.search(one.line, mutant.was))
    return next(fitting, None)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Mutant]]:
    """Find the survivors of each file."""
    return {file: survivors(repository(tmp_path_factory.mktemp("mutants")), file) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_mutant_is_found_or_known_to_be_found_by_another(file: Path, left: dict[Path, list[Mutant]]) -> None:
    assert [str(mutant) for mutant in left[file] if expected(mutant) is None] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_law_is_broken_by_each_mutant_that_is_left_to_the_laws(file: Path, left: dict[Path, list[Mutant]]) -> None:
    theirs = [mutant for mutant in left[file] if (one := expected(mutant)) is not None and one.by == "law"]
    assert [str(mutant) for mutant in theirs if broken(file.name, mutant.text) == []] == []


def test_no_row_is_left_that_no_mutant_needs(left: dict[Path, list[Mutant]]) -> None:
    used = {expected(mutant) for mutants_ in left.values() for mutant in mutants_}
    assert [one for one in EXPECTED if one not in used] == []


def zizmor(files: list[Path]) -> set[str]:
    """Give the files that the linter finds something in."""
    command = ["zizmor", "--offline", "--persona", "auditor", "--format", "json", "--quiet", *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    found = (place["symbolic"]["key"]["Local"] for item in json.loads(done.stdout) for place in item["locations"])
    return {place["verbatim_path"] for place in found}


def actionlint(files: list[Path]) -> set[str]:
    """Give the files that the linter finds something in."""
    command = ["actionlint", "-format", "{{json .}}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=False, cwd="/", text=True)
    return {f"/{item['filepath'].lstrip('/')}" for item in json.loads(done.stdout)}


@pytest.mark.parametrize("linter", [zizmor, actionlint], ids=lambda linter: linter.__name__)
@pytest.mark.parametrize("file", FILES[:-1], ids=lambda file: file.name)
def test_a_linter_finds_each_mutant_that_is_left_to_it_and_nothing_in_the_file_itself(
    file: Path,
    linter: Callable[[list[Path]], set[str]],
    left: dict[Path, list[Mutant]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    theirs = [mutant for mutant in left[file] if (one := expected(mutant)) is not None and one.by == linter.__name__]
    places = {}
    for number, text in enumerate([file.read_text(encoding="utf-8"), *(mutant.text for mutant in theirs)]):
        root = tmp_path / str(number)
        root.mkdir()
        place = repository(root) / file.relative_to(ROOT)
        place.write_text(text, encoding="utf-8")
        places[place] = str(theirs[number - 1]) if number else "nothing was changed"
    told = linter(list(places))
    assert [what for place, what in places.items() if str(place) not in told] == ["nothing was changed"]
