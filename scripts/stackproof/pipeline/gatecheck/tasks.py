# SPDX-License-Identifier: Apache-2.0
"""What a task of a Makefile or of package.json runs: its commands, with their lines, and whether it forgives failure.

Of make's language, rules with their prerequisites and recipes, and variables that are set once, are read; conditionals,
functions, patterns and includes are not. A line of a recipe is a script of its own, run by `sh -c` (GNU make's manual,
"Recipe Execution"), and one that begins with a dash may fail. npm runs a script by `sh -c` too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.source import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Makefile", "TaskLine", "make_targets", "package_script", "read_makefile", "script_name"]

_RULE = re.compile(r"^([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^=#|;]*)")
_VARIABLE = re.compile(r"^(?:export\s+)?(\w+)\s*[?:]{0,3}=\s*(.*)$")
_USE = re.compile(r"\$[({](\w+)[)}]")
_RUNNERS = ("npm", "pnpm", "yarn", "bun")
_OWN = frozenset({"install", "ci", "add", "exec", "dlx", "test", "publish", "login", "config", "cache", "pulumi"})
"""Commands of those runners that are no scripts of a package, or are known as what they are."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A script that a task runs, its 1-based line, and why its failure would not fail the task."""

    script: str
    line: int
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Makefile:
    """The rules of a makefile: what a target needs, and its recipe."""

    needs: dict[str, tuple[str, ...]]
    recipes: dict[str, tuple[TaskLine, ...]]
    first: str

    def lines(self, target: str) -> tuple[TaskLine, ...]:
        """Give what making a target runs, its prerequisites first, each once."""
        return tuple(self._lines(target or self.first, set()))

    def _lines(self, target: str, seen: set[str]) -> Iterator[TaskLine]:
        pending = [(target, False)]
        while pending:
            name, ready = pending.pop()
            if ready:
                yield from self.recipes.get(name, ())
            elif name not in seen:
                seen.add(name)
                pending.append((name, True))
                pending += [(need, False) for need in reversed(self.needs.get(name, ()))]


def read_makefile(text: str, _: str = "") -> Makefile:
    """Read a makefile as far as it is of the simple kind."""
    variables: dict[str, str] = {}
    needs: dict[str, tuple[str, ...]] = {}
    recipes: dict[str, tuple[TaskLine, ...]] = {}
    current: tuple[str, ...] = ()
    for number, line in _joined(text):
        if line.startswith("\t"):
            made = _recipe_line(line, number, variables)
            recipes.update({name: (*recipes.get(name, ()), made) for name in current})
        elif variable := _VARIABLE.match(line):
            variables.setdefault(variable.group(1), variable.group(2).partition(" #")[0].strip())
        elif rule := _RULE.match(line):
            current = tuple(rule.group(1).split())
            listed = tuple(_USE.sub(lambda use: variables.get(use.group(1), ""), rule.group(2)).split())
            needs.update({name: (*needs.get(name, ()), *listed) for name in current})
    first = next((name for name in needs if not name.startswith(".")), "")
    return Makefile(needs, recipes, first)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with those that continue them."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        held, start = (held + line, start) if held else (line, number)
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        yield start, held
        held = ""


def _recipe_line(line: str, number: int, variables: dict[str, str]) -> TaskLine:
    mark = re.match(r"\s*[@+-]*", line)
    prefix = mark.group() if mark else ""
    script = line[len(prefix) :]
    for _ in range(len(variables)):
        made = _USE.sub(lambda use: variables.get(use.group(1), use.group()), script)
        if made == script:
            break
        script = made
    lost = "its line in the makefile begins with a dash, so that make goes on" if "-" in prefix else ""
    return TaskLine(script.replace("$$", "$"), number, lost)


def make_targets(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Give the folder and the targets of a call of make."""
    folder, targets, rest = "", list[str](), list(words[1:])
    while rest:
        word = rest.pop(0)
        if word in {"-C", "-f", "--directory", "--file"} and rest:
            folder = rest.pop(0) if word in {"-C", "--directory"} else folder
        elif not word.startswith("-") and "=" not in word:
            targets.append(word)
    return folder, tuple(targets or [""])


def script_name(words: tuple[str, ...]) -> tuple[str, str] | None:
    """Give the folder and the script of a call of npm or its kin; `None` where it runs no script of a package."""
    if words[:1] == () or words[0] not in _RUNNERS:
        return None
    folder, named, rest = "", list[str](), list(words[1:])
    while rest and not named:
        word = rest.pop(0)
        if word in {"-C", "--prefix", "--dir", "--cwd", "--filter", "-w", "--workspace"} and rest:
            folder = rest.pop(0)
        elif word in {"run", "run-script"}:
            named = [item for item in rest if not item.startswith("-")][:1]
            break
        elif not word.startswith("-"):
            named = [] if words[0] == "npm" or word in _OWN else [word]
            break
    return (folder, named[0]) if named else None


def package_script(text: str, name: str) -> TaskLine | None:
    """Give a script of a package.json.

    Raises:
        MalformedError: it is no JSON.

    """
    try:
        scripts = json.loads(text).get("scripts", {})
        script = scripts.get(name)
    except (ValueError, AttributeError, RecursionError) as error:
        raise MalformedError(f"is no package.json: {error}", 1) from error
    if not isinstance(script, str):
        return None
    line = next((number for number, one in enumerate(text.splitlines(), 1) if f'"{name}"' in one), 1)
    return TaskLine(script, line)
