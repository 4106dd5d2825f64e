# SPDX-License-Identifier: Apache-2.0
"""Every way to remove or weaken one guard of a workflow, or of the noxfile it calls, as texts.

Nothing here knows our jobs: a mutation is made wherever its kind of line stands, in whatever workflow there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Mutant", "mutants"]

_PIN = re.compile(r"@[0-9a-f]{40} # v(\d+)\.\d+\.\d+")
_TERM = "term of if removed"
_STEP = re.compile(r"^ +- (?:uses|run|name|id|if):")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file's text with one guard less: the kind of change, the 1-based line it was made at, and what is gone."""

    kind: str
    line: int
    was: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind} at line {self.line}: {self.was.strip()}"


def mutants(text: str) -> Iterator[Mutant]:
    """Yield every mutant of a workflow or noxfile."""
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        for kind, change in _CHANGES.items():
            for made in change(lines, index):
                was = _lost_term(line, made[index]) if kind == _TERM else line
                yield Mutant(kind, index + 1, was, "".join(made))


def _lost_term(before: str, after: str) -> str:
    """Give the term of a condition that is left out."""
    kept = set(_terms(after))
    return next(term for term in _terms(before) if term not in kept)


def _terms(line: str) -> list[str]:
    found = re.match(r"^\s*(?:- )?if: (?:\$\{\{ )?(.+?)(?: \}\})?$", line.rstrip("\n"))
    return found.group(1).split(" && ") if found else []


def _block(lines: list[str], index: int) -> int:
    """Give the end of the block that a line opens: of it and what is indented deeper."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    end = index + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def _key(line: str) -> str:
    found = re.match(r"^\s*(?:- )?([\w-]+):", line)
    return found.group(1) if found else ""


def _without(name: str) -> Callable[[list[str], int], Iterator[list[str]]]:
    """Make a change that removes a key with all below it; of a step's first key, the dash stays."""

    def change(lines: list[str], index: int) -> Iterator[list[str]]:
        line = lines[index]
        if _key(line) != name or line.lstrip().startswith("- "):
            return
        yield [*lines[:index], *lines[_block(lines, index) :]]

    return change


def _instead(pattern: str, new: str) -> Callable[[list[str], int], Iterator[list[str]]]:
    """Make a change that replaces what matches in a line."""

    def change(lines: list[str], index: int) -> Iterator[list[str]]:
        changed = re.sub(pattern, new, lines[index])
        if changed != lines[index]:
            yield [*lines[:index], changed, *lines[index + 1 :]]

    return change


def _needs(lines: list[str], index: int) -> Iterator[list[str]]:
    """Leave out each of several needs."""
    found = re.match(r"^(\s*needs: )\[(.+)\](.*)$", lines[index].rstrip("\n"))
    names = [item.strip() for item in found.group(2).split(",")] if found else []
    for name in names if found else ():
        rest = ", ".join(item for item in names if item != name)
        yield [*lines[:index], f"{found.group(1)}[{rest}]{found.group(3)}\n", *lines[index + 1 :]] if found else []


def _conjuncts(lines: list[str], index: int) -> Iterator[list[str]]:
    """Leave out each term of a condition that joins several by `&&`."""
    found = re.match(r"^(\s*(?:- )?if: )(\$\{\{ )?(.+?)( \}\})?$", lines[index].rstrip("\n"))
    terms = found.group(3).split(" && ") if found else []
    for term in terms if len(terms) > 1 and found else ():
        rest = " && ".join(item for item in terms if item != term)
        yield [*lines[:index], f"{found.group(1)}${{{{ {rest} }}}}\n", *lines[index + 1 :]] if found else []


def _into_jobs(key: str) -> Callable[[list[str], int], Iterator[list[str]]]:
    """Make a change that gives a job one more key."""

    def change(lines: list[str], index: int) -> Iterator[list[str]]:
        inside = "jobs:\n" in lines[:index]
        called = any(
            _key(line) == "uses" and line.startswith("    uses") for line in lines[index : _block(lines, index)]
        )
        if inside and re.match(r"^  [\w-]+:\s*(#.*)?$", lines[index].rstrip("\n")) and not called:
            yield [*lines[: index + 1], f"    {key}\n", *lines[index + 1 :]]

    return change


def _into_steps(key: str) -> Callable[[list[str], int], Iterator[list[str]]]:
    """Make a change that gives a step one more key."""

    def change(lines: list[str], index: int) -> Iterator[list[str]]:
        if _STEP.match(lines[index]):
            indent = " " * (len(lines[index]) - len(lines[index].lstrip()) + 2)
            rest = _block(lines, index)
            end = index + 1
            while end < rest and len(lines[end]) - len(lines[end].lstrip()) > len(indent):
                end += 1
            yield [*lines[:end], f"{indent}{key}\n", *lines[end:]]

    return change


def _swallow(lines: list[str], index: int) -> Iterator[list[str]]:
    """Let a script's line end in success whatever happens: of one line, or each of a block."""
    found = re.match(r"^(\s*(?:- )?run: )([^|>\s].*)$", lines[index].rstrip("\n"))
    if found:
        yield [*lines[:index], f"{found.group(1)}{found.group(2)} || true\n", *lines[index + 1 :]]
    elif re.match(r"^\s*(?:- )?run: [|>]", lines[index]):
        for inner in range(index + 1, _block(lines, index)):
            if lines[inner].strip() and not lines[inner].rstrip().endswith(("\\", "|", "&&", "then", "do")):
                yield [*lines[:inner], f"{lines[inner].rstrip()} || true\n", *lines[inner + 1 :]]


def _filter(lines: list[str], index: int) -> Iterator[list[str]]:
    """Let a trigger run for some paths alone."""
    if re.match(r"^  (pull_request|push):\s*$", lines[index].rstrip("\n")):
        yield [*lines[: index + 1], "    paths: ['program/**']\n", *lines[index + 1 :]]


def _trigger(lines: list[str], index: int) -> Iterator[list[str]]:
    """Remove each trigger."""
    if "jobs:\n" not in lines[:index] and re.match(
        r"^  (pull_request|merge_group|push|schedule|workflow_dispatch):", lines[index]
    ):
        yield [*lines[:index], *lines[_block(lines, index) :]]


_CHANGES: dict[str, Callable[[list[str], int], Iterator[list[str]]]] = {
    "needs removed": _without("needs"),
    "one need removed": _needs,
    "if removed": _without("if"),
    "if always": _instead(r"^(\s*(?:- )?if: ).+", r"\1always()"),
    _TERM: _conjuncts,
    "environment removed": _without("environment"),
    "pack removed": _instead(r'"--policy-pack", (?:str\(pack\)|"\w+")(?:, )?| --policy-pack \S+', ""),
    "permissions removed": _without("permissions"),
    "permission widened": _instead(r"^(\s+contents: )read", r"\1write"),
    "all permissions": _instead(r"^permissions: \{\}", "permissions: write-all"),
    "token for identity": _instead(r"^(\s+)(contents: read.*)", r"\1\2\n\1id-token: write"),
    "pin loosened": _instead(_PIN.pattern, r"@v\1"),
    "credentials persisted": _instead("persist-credentials: false", "persist-credentials: true"),
    "branches removed": _without("branches"),
    "trigger removed": _trigger,
    "paths added": _filter,
    "concurrency removed": _without("concurrency"),
    "cancelling": _instead(r"cancel-in-progress: false", "cancel-in-progress: true"),
    "queue removed": _without("queue"),
    "timeout removed": _without("timeout-minutes"),
    "job may fail": _into_jobs("continue-on-error: true"),
    "step may fail": _into_steps("continue-on-error: true"),
    "exit code lost": _swallow,
    "job never runs": _into_jobs("if: ${{ false }}"),
    "skipped by label": _into_jobs("if: ${{ !contains(github.event.pull_request.labels.*.name, 'skip') }}"),
    "artifact by name": _instead(r"artifact-ids: .+", "name: plan"),
    "other commit": _instead(r"(\n?\s+)persist-credentials: false", r"\1persist-credentials: false\n\1ref: main"),
    "preview skipped": _instead(r"(pulumi up --yes)", r"\1 --skip-preview"),
}
