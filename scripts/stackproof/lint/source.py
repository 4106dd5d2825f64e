# SPDX-License-Identifier: Apache-2.0
"""The files that are read: which there are, what each is for, and its syntax tree.

A *project* is a folder with a ``Pulumi.yaml`` of the runtime python. Its *entry* is ``__main__.py`` there, or what
``main`` names; outside of projects, a ``__main__.py`` that imports Pulumi is one, too. Of the other files, *tests* are
``test_*.py``, ``*_test.py``, ``conftest.py`` and all under a folder ``tests`` or ``test``; *modules* are those that
import ``pulumi`` or a ``pulumi_*`` package, or that a module or entry imports; the rest (a Lambda function's code, say)
is no program, and only its syntax is judged.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tokenize
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Kind", "Module", "Project", "Sources", "read_sources"]

Kind = Literal["entry", "module", "test", "other"]

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "virtualenv"})
_TEST_FOLDERS = frozenset({"test", "tests"})
_TEST_FILE = re.compile(r"^(test_.*|.*_test|conftest)\.py$")
_DEEPEST = 400
_PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """A Pulumi project in Python: its folder, its entry, and what its stack files set."""

    root: Path
    name: str
    entry: Path
    declared: frozenset[str]
    """Keys that ``Pulumi.yaml`` itself declares, in full."""
    stacks: dict[str, dict[str, tuple[int, bool]]]
    """By stack file: each key in full, its line, and whether its value is encrypted."""
    imports: bool = False
    """Whether a stack file imports an environment of Pulumi ESC, which may set any key."""

    @property
    def path(self) -> Path:
        """The folder that imports start from."""
        return self.entry.parent


@dataclass(slots=True, eq=False)
class Module:
    """A file: where it stands, what it is imported as, and its tree (empty where ``problem`` says why)."""

    path: Path
    shown: str
    name: str
    kind: Kind
    tree: ast.Module
    lines: Sequence[str]
    project: Project | None = None
    problem: tuple[int, str] | None = None
    asked: bool = True
    nodes: dict[type[ast.AST], list[Any]] = field(default_factory=dict)
    """The tree's nodes by their type, outer ones first."""

    @property
    def is_package(self) -> bool:
        """Whether it is a package's own file."""
        return self.path.name == "__init__.py"


@dataclass(slots=True)
class Sources:
    """All that was read, and the modules by path."""

    modules: dict[Path, Module] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)
    _heads: set[str] = field(default_factory=set)
    _found: dict[tuple[str, Path, Project | None, bool], Module | None] = field(default_factory=dict)

    def resolve(self, name: str, importer: Module) -> Module | None:
        """Find the module of the program that an absolute import names; all files must have been read."""
        if not self._heads:
            self._heads = {part for path in self.modules for part in (path.stem, *path.parent.parts[1:])}
        if name.partition(".")[0] not in self._heads:
            return None
        key = (name, importer.path.parent, importer.project, importer.kind == "test")
        if key not in self._found:
            self._found[key] = self._search(Path(*name.split(".")), importer)
        return self._found[key]

    def _search(self, relative: Path, importer: Module) -> Module | None:
        for root in self._roots(importer):
            for candidate in (root / relative.with_suffix(".py"), root / relative / "__init__.py"):
                if candidate in self.modules:
                    return self.modules[candidate]
        return None

    def _roots(self, importer: Module) -> Iterator[Path]:
        if importer.project is not None:
            yield importer.project.path
            yield importer.project.root
        if importer.kind == "test" or importer.project is None:
            yield from importer.path.parents
            yield from (project.path for project in self.projects)


def read_sources(paths: Iterable[Path]) -> Sources:
    """Read all Python files under paths, and for files of a project the rest of that project.

    Raises:
        UsageError: a path does not exist, is no Python file, or cannot be read.

    """
    sources = Sources()
    asked = sorted({file for path in paths for file in _files(path)})
    found: dict[Path, Project | None] = {}
    for file in asked:
        _add(sources, file, found, asked=True)
    for project in list(dict.fromkeys(item for item in found.values() if item is not None)):
        sources.projects.append(project)
        for file in _walk(project.root):
            if file not in sources.modules:
                _add(sources, file, found, asked=False)
    _find_kinds(sources)
    return sources


def _files(path: Path) -> Iterator[Path]:
    try:
        absolute = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links lead in a circle"
        raise UsageError(f"{path} cannot be read: {reason}; name files or folders that exist") from error
    if absolute.is_dir():
        yield from _walk(absolute)
    elif absolute.suffix == ".py":
        yield absolute
    else:
        raise UsageError(f"{path} is no Python file; name files that end in .py, or folders")


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        at = Path(here)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED and not name.startswith(".") and not (at / name / "pyvenv.cfg").exists()
        )
        yield from (at / name for name in sorted(files) if name.endswith(".py") and (at / name).is_file())


def _add(sources: Sources, file: Path, found: dict[Path, Project | None], *, asked: bool) -> None:
    project = _project_of(file.parent, found)
    root = project.path if project is not None and file.is_relative_to(project.path) else file.parent
    parts = file.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
    kind: Kind = "other"
    within = file.relative_to(project.root) if project is not None else Path(*file.parts[-4:])
    if _TEST_FILE.match(file.name) or _TEST_FOLDERS & set(within.parts[:-1]):
        kind = "test"
    elif project is not None and file == project.entry:
        kind = "entry"
    tree, lines, problem = _parsed(file)
    nodes, depth = _sorted(tree)
    if depth > _DEEPEST:
        tree, nodes = ast.Module([], []), {}
        problem = (1, f"it is nested too deeply to be judged: {depth} levels, at most {_DEEPEST}")
    sources.modules[file] = Module(file, _shown(file), name, kind, tree, lines, project, problem, asked, nodes)


def _shown(file: Path) -> str:
    """Give a path as seen from where the command was typed, so that an editor can open it."""
    return os.path.relpath(file)


def _project_of(folder: Path, found: dict[Path, Project | None]) -> Project | None:
    if folder not in found:
        own = next((folder / name for name in _PROJECT_FILES if (folder / name).is_file()), None)
        made = _read_project(own) if own is not None else None
        found[folder] = made or (_project_of(folder.parent, found) if folder.parent != folder else None)
    return found[folder]


def _read_project(file: Path) -> Project | None:
    content = _mapping(file)
    runtime = content.get("runtime")
    if (runtime.get("name") if isinstance(runtime, dict) else runtime) != "python":
        return None
    name = str(content.get("name", ""))
    main = file.parent / str(content.get("main") or ".")
    entry = (main if main.suffix == ".py" else main / "__main__.py").resolve()
    declared = content.get("config")
    keys = frozenset(_full(name, key) for key in declared) if isinstance(declared, dict) else frozenset()
    folder = file.parent / str(content.get("stackConfigDir") or ".")
    files = {stack: _mapping(stack) for stack in sorted(folder.glob("Pulumi.*.y*ml"))}
    imports = any("environment" in settings for settings in files.values())
    return Project(file.parent, name, entry, keys, _stacks(files, name), imports)


def _stacks(files: dict[Path, dict[str, object]], name: str) -> dict[str, dict[str, tuple[int, bool]]]:
    """Tell what each stack file sets; one that could not be read sets nothing."""
    found = {}
    for stack, content in files.items():
        settings = content.get("config")
        if isinstance(settings, dict):
            lines = stack.read_text(encoding="utf-8").splitlines()
            found[_shown(stack)] = {
                _full(name, key): (_line_of(str(key), lines), _is_secure(value)) for key, value in settings.items()
            }
    return found


def _is_secure(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _full(project: str, key: object) -> str:
    return str(key) if ":" in str(key) else f"{project}:{key}"


def _line_of(key: str, lines: Sequence[str]) -> int:
    pattern = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*:")
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)


def _mapping(file: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        return {}
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else {}


def _parsed(file: Path) -> tuple[ast.Module, Sequence[str], tuple[int, str] | None]:
    """Parse a file as Python would read it; what it would refuse is a problem at a line."""
    empty = ast.Module([], [])
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; make it readable or leave it out") from error
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        lines = content.decode(encoding).splitlines()
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return empty, (), (1, f"the text is not in the encoding it should be in: {error}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a compiler warns of is not this command's subject
            tree = ast.parse(content)
    except SyntaxError as error:
        newer = "; if it is for a newer Python, run this command with that" if "f-string" in error.msg else ""
        return empty, lines, (error.lineno or 1, f"{_PYTHON} cannot parse it: {error.msg}{newer}")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return empty, lines, (1, f"{_PYTHON} cannot parse it: {str(error) or type(error).__name__}")
    return tree, lines, None


def _sorted(tree: ast.AST) -> tuple[dict[type[ast.AST], list[Any]], int]:
    """Sort a tree's nodes by type, and measure how deep it is, without recursion."""
    found: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
    level, nodes = 0, [tree]
    while nodes:
        level, below = level + 1, list[ast.AST]()
        for node in nodes:
            found[type(node)].append(node)
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    below += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST) and value._fields:
                    below.append(value)
        nodes = below
    return dict(found), level


def _find_kinds(sources: Sources) -> None:
    """Tell the modules of programs from files that no program runs."""
    for module in sources.modules.values():
        if module.kind == "other" and module.project is None and module.path.name == "__main__.py":
            module.kind = "entry" if _imports_pulumi(module) else "other"
    waiting = [module for module in sources.modules.values() if module.kind == "entry" or _imports_pulumi(module)]
    seen = set()
    while waiting:
        module = waiting.pop()
        if module.path in seen:
            continue
        seen.add(module.path)
        if module.kind == "other":
            module.kind = "module"
        if module.kind != "test":
            waiting += [found for name in imported(module) if (found := sources.resolve(name, module)) is not None]


def _imports_pulumi(module: Module) -> bool:
    """Say whether a file that can be imported imports Pulumi."""
    names = imported(module) if module.path.stem.isidentifier() else []
    return any(name.partition(".")[0].split("_")[0] == "pulumi" for name in names)


def imported(module: Module) -> list[str]:
    """List the absolute names that a module imports anywhere, both of packages and of what may be modules in them."""
    found = [alias.name for node in module.nodes.get(ast.Import, ()) for alias in node.names]
    for node in module.nodes.get(ast.ImportFrom, ()):
        base = absolute(module, node)
        found += [base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*")]
    return [name for name in found if name]


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """Give the absolute name of the package or module that a ``from`` import names."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    up = node.level - 1 if module.is_package else node.level
    base = parts[: len(parts) - up] if up else parts
    return ".".join([*base, *([node.module] if node.module else [])])
