# SPDX-License-Identifier: Apache-2.0
"""What a rule of the linter looks at: all modules, what following them found, and the making of findings."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.facts import Event, Facts
    from stackproof.lint.source import Kind, Module, Project, Sources
    from stackproof.model import Finding
    from stackproof.rulebook import Rule

__all__ = ["FOLDER", "Program", "report"]

FOLDER: Final = "scripts/stackproof/lint/docs"
"""Where the pages of the rules are published, in the repository."""

_LONGEST: Final = 60
Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Program:
    """All that was read. ``misused`` are suppressions that are no good, each with its module, line and complaint."""

    sources: Sources
    facts: Facts
    misused: tuple[tuple[Module, int, str, str], ...] = ()

    def modules(self, *kinds: Kind) -> Iterator[Module]:
        """Yield the modules of some kinds; without kinds, of programs."""
        wanted = kinds or ("entry", "module")
        yield from (module for module in self.sources.modules.values() if module.kind in wanted)

    def nodes(self, module: Module, kind: type[Node]) -> list[Node]:
        """Give the nodes of one type in a module, in an order that does not change."""
        return module.nodes.get(kind, [])

    def projects(self) -> list[Project]:
        """Give the projects that were read."""
        return self.sources.projects


def report(  # noqa: PLR0913 (what a rule knows of a finding)
    rule: Rule[Any], module: Module, node: ast.AST, message: str, *, remedy: str, key: str = ""
) -> Finding:
    """Make a finding at an expression; its key is the expression's own text unless the rule has a better one."""
    fragment = shortened(node) if isinstance(node, ast.expr) else ""
    return rule.finding(
        key or fragment, module.shown, getattr(node, "lineno", 1), message, remedy=remedy, fragment=fragment
    )


def shortened(node: ast.AST) -> str:
    """Give an expression's text on one line, cut where it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def in_program(event: Event) -> bool:
    """Say whether something happens in a program's own files, not in a test of it."""
    return event.module.kind in {"entry", "module"}
