# SPDX-License-Identifier: Apache-2.0
"""No guard of our own workflows can be removed or weakened unnoticed: gatecheck, a linter or a named test tells.

A mutant that gatecheck does not find must be expected here, with who finds it instead; what linters are said to find
is put before them.
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

from stackproof.pipeline.gatecheck.judge import judge
from stackproof.settings import GatecheckSettings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[3]
FILES = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "noxfile.py"]


@dataclass(frozen=True, slots=True)
class Expected:
    """Mutants that gatecheck leaves to others: their kind, what the changed line is like, who tells, and why."""

    kind: str
    line: str
    by: Literal["zizmor", "actionlint", "act", "law", "settings", "closed"]
    why: str


IMPLIED = r"if: \$\{\{ !cancelled\(\)( && needs\.\w+\.result == 'success')+ \}\}$"
EXPECTED = (
    Expected("pin loosened", "uses:", "zizmor", "unpinned-uses"),
    Expected("credentials persisted", "persist-credentials", "zizmor", "artipacked"),
    Expected("permissions removed", "^permissions:", "zizmor", "excessive-permissions"),
    Expected("all permissions", "^permissions:", "zizmor", "excessive-permissions"),
    Expected("permissions removed", "^    permissions:", "closed", "the workflow's own permissions are none"),
    Expected("token for identity", "contents: read", "zizmor", "undocumented-permissions"),
    Expected("permission widened", "contents: read", "law", "tests/repo: a job that may write says why"),
    Expected("needs removed", "needs:", "actionlint", "the condition asks for a job that is no longer needed"),
    Expected("one need removed", "needs:", "actionlint", "the condition asks for a job that is no longer needed"),
    Expected("timeout removed", "timeout-minutes", "law", "tests/repo: every job has a time limit"),
    Expected(
        "trigger removed", "", "closed", "nothing is deployed, a required check stays pending; act runs each event"
    ),
    Expected("paths added", "push", "closed", "fewer commits are deployed, none of them unjudged"),
    Expected("branches removed", "branches", "act", "each deployment asks for the branch itself"),
    Expected("term of if removed", r"cancelled\(\)", "closed", "success() is implied then, which asks for more"),
    Expected(
        "term of if removed", r"needs\.gate\.result", "act", "the stack before it asked for the gate, and is asked for"
    ),
    Expected(
        "term of if removed",
        r"needs\.target\.result",
        "closed",
        "the gate before asked for it, or the stack behind does",
    ),
    Expected("term of if removed", "CODE_SCANNING|head.repo.fork", "closed", "an upload that may not be fails the job"),
    Expected("if removed", IMPLIED, "closed", "success() is implied, which asks for as much"),
    Expected("if always", IMPLIED, "act", "what runs then needs the same jobs itself, and asks for their success"),
    Expected("if removed", "PULUMI_BACKEND_URL", "closed", "a login to a Pulumi Cloud that is not there fails"),
    Expected("if always", "PULUMI_BACKEND_URL", "closed", "the same"),
    Expected("if always", r"!cancelled\(\)", "law", "a report of a cancelled run; what may be shown to whom"),
    Expected(
        "if removed", r"if: github\.ref == ", "settings", "the environment admits main alone; nothing is deployed here"
    ),
    Expected("if always", r"if: github\.ref == ", "settings", "the same"),
    Expected("environment removed", "-preview", "closed", "the role's trust asks for the environment"),
    Expected("concurrency removed", "concurrency:", "closed", "what only judges or looks waits for nobody"),
    Expected(
        "cancelling", "cancel-in-progress", "closed", "a look at drift holds no lock, and the next one looks again"
    ),
    Expected("job never runs", "", "act", "the aggregator refuses a gate that was skipped"),
    Expected(
        "step may fail", "uses:", "closed", "what the step sets up is missing for the command behind it, which fails"
    ),
    Expected("step may fail", "id: keep", "closed", "without the plan's artifact nothing can be applied"),
    Expected("other commit", "persist-credentials", "closed", "the aggregator's own script comes from main then"),
    Expected("pack removed", "pack = ", "law", "no workflow runs the session rehearse"),
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


def zizmor(root: Path) -> Counter[str]:
    command = ["zizmor", "--offline", "--persona", "auditor", "--format", "json", "--quiet", str(root / ".github")]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return Counter(item["ident"] for item in json.loads(done.stdout))


def actionlint(root: Path) -> Counter[str]:
    files = sorted(str(path.relative_to(root)) for path in (root / ".github" / "workflows").glob("*.yml"))
    done = subprocess.run(["actionlint", *files], capture_output=True, check=False, cwd=root, text=True)
    return Counter(line for line in done.stdout.splitlines() if ".yml:" in line)


@pytest.mark.parametrize("linter", [zizmor, actionlint], ids=lambda linter: linter.__name__)
@pytest.mark.parametrize("file", FILES[:-1], ids=lambda file: file.name)
def test_a_linter_finds_the_first_of_each_kind_that_is_left_to_it(
    file: Path,
    linter: Callable[[Path], Counter[str]],
    left: dict[Path, list[Mutant]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    root = repository(tmp_path)
    first: dict[tuple[str, str], Mutant] = {}
    for mutant in left[file]:
        one = expected(mutant)
        if one is not None and one.by == linter.__name__:
            first.setdefault((one.kind, one.line), mutant)
    place = root / file.relative_to(ROOT)
    before = linter(root)
    missed = []
    for mutant in first.values():
        place.write_text(mutant.text, encoding="utf-8")
        if not linter(root) - before:
            missed.append(str(mutant))
    assert missed == []
