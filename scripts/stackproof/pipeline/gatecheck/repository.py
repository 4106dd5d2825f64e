# SPDX-License-Identifier: Apache-2.0
"""The files of a repository that a pipeline is made of, each read once; what cannot be read is told with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stackproof.errors import UsageError
from stackproof.pipeline.gatecheck.noxfile import Noxfile, read_noxfile
from stackproof.pipeline.gatecheck.parse import parse_action, parse_workflow
from stackproof.pipeline.gatecheck.source import LONGEST, MalformedError
from stackproof.pipeline.gatecheck.tasks import Makefile, TaskLine, package_script, read_makefile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from stackproof.pipeline.gatecheck.model import Action, Workflow

    Parsed = TypeVar("Parsed")

__all__ = ["Repository", "find_workflows"]

WORKFLOWS = Path(".github/workflows")
_LARGEST = 4 * LONGEST
"""The bytes that a file of so many characters may have."""
_SUFFIXES = {".yml", ".yaml"}


@dataclass(slots=True)
class Repository:
    """A repository's files by their path from its root; ``prefix`` is what reports put before that.

    ``problems`` collects what could not be read, ``texts`` what was.
    """

    root: Path
    prefix: str = ""
    problems: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    _parsed: dict[str, object] = field(default_factory=dict)

    def shown(self, path: str) -> str:
        """Give a path as reports show it."""
        return f"{self.prefix}{path}"

    def workflow(self, path: str) -> Workflow | None:
        """Read a workflow, unless it cannot be read, which is a problem."""
        return self._once(path, parse_workflow)

    def action(self, folder: str) -> Action | None:
        """Read a local action; `None` where it is not made of steps. One that is absent is a problem."""
        names = [f"{folder}/{name}" if folder else name for name in ("action.yml", "action.yaml")]
        path = next((name for name in names if (self.root / name).is_file()), names[0])
        return self._once(path, parse_action)

    def noxfile(self) -> Noxfile | None:
        """Read the noxfile, if the repository has one."""
        if not (self.root / "noxfile.py").is_file():
            return None
        return self._once("noxfile.py", read_noxfile)

    def makefile(self, folder: str) -> tuple[str, Makefile] | None:
        """Read the makefile of a folder, if it has one, and give its path too."""
        for name in ("GNUmakefile", "makefile", "Makefile"):
            path = _inside(folder, name)
            if path and (self.root / path).is_file():
                found = self._once(path, read_makefile)
                return (path, found) if found else None
        return None

    def package(self, folder: str, script: str) -> tuple[str, TaskLine] | None:
        """Read a script of the package in a folder, if it has one, and give the path of package.json too."""
        path = _inside(folder, "package.json")
        if not path or not (self.root / path).is_file():
            return None
        text = self._once(path, lambda text, _: text)
        try:
            found = package_script(text, script) if text is not None else None
        except MalformedError as error:
            self.problems += [problem for problem in [f"{self.shown(path)}:1: {error}"] if problem not in self.problems]
            return None
        return (path, found) if found else None

    def script(self, path: str) -> str | None:
        """Read a shell script of the repository; `None` for what is no file of it, or no such script."""
        if path.startswith("/") or ".." in Path(path).parts or not (self.root / path).is_file():
            return None
        text = self._once(path, lambda text, _: text)
        if text is None:
            return None
        first = text.partition("\n")[0]
        is_shell = first.startswith("#!") and any(word in first for word in ("sh", "bash")) and "python" not in first
        return text if is_shell or path.endswith((".sh", ".bash")) else None

    def _once(self, path: str, parse: Callable[[str, str], Parsed | None]) -> Parsed | None:
        if path not in self._parsed:
            self._parsed[path] = self._read(path, parse)
        return self._parsed[path]  # type: ignore[return-value]  # a path is always read in the same way

    def _read(self, path: str, parse: Callable[[str, str], Parsed | None]) -> Parsed | None:
        shown = self.shown(path)
        try:
            text = self._text(path)
            self.texts[shown] = text
            return parse(text, shown)
        except MalformedError as error:
            self.problems.append(f"{shown}:{error.line}: {error}")
        except UnicodeDecodeError:
            self.problems.append(f"{shown}:1: is not UTF-8")
        except OSError as error:
            self.problems.append(f"{shown}:1: cannot be read: {error.strerror}")
        return None

    def _text(self, path: str) -> str:
        file = self.root / path
        if not file.resolve().is_relative_to(self.root.resolve()):
            raise MalformedError("is outside of the repository", 1)
        if file.stat().st_size > _LARGEST:
            raise MalformedError(f"is longer than {LONGEST} characters", 1)
        return file.read_text(encoding="utf-8-sig")


def _inside(folder: str, name: str) -> str:
    """Give the path of a file in a folder of the repository; nothing where the folder is not in it."""
    path = Path(folder or ".") / name
    return "" if path.is_absolute() or ".." in path.parts or "$" in folder else path.as_posix()


def find_workflows(paths: Iterable[Path]) -> tuple[Repository, tuple[str, ...]]:
    """Find the workflows asked for: all of a repository, or single files of one.

    Raises:
        UsageError: there are none, or they are not of one repository.

    """
    given = tuple(paths)
    if len(given) == 1 and given[0].is_dir():
        return _whole(given[0])
    roots = {_root_of(path) for path in given}
    if len(roots) != 1:
        raise UsageError("the workflow files are of several repositories; check one at a time")
    [root] = roots
    names = tuple(str(path.resolve().relative_to(root.resolve())) for path in given)
    return Repository(root, _prefix(root)), names


def _whole(root: Path) -> tuple[Repository, tuple[str, ...]]:
    folder = root / WORKFLOWS
    files = sorted(path for path in folder.glob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not files:
        raise UsageError(f"{folder} holds no workflow; name a repository's root or workflow files")
    return Repository(root, _prefix(root)), tuple(path.relative_to(root).as_posix() for path in files)


def _root_of(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"{path} is no file; name a repository's root or workflow files")
    parents = path.resolve().parents
    at = next((index for index, parent in enumerate(parents) if parent.name == ".github"), None)
    return parents[at + 1] if at is not None else parents[0]


def _prefix(root: Path) -> str:
    """Give what stands before a path from the root, seen from where the command was typed."""
    resolved, here = root.resolve(), Path.cwd().resolve()
    if resolved == here:
        return ""
    inside = resolved.is_relative_to(here)
    return f"{resolved.relative_to(here) if inside else resolved}/"
