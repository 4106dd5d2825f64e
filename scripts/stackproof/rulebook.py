# SPDX-License-Identifier: Apache-2.0
"""What a rule of the tooling is: its metadata, its page, and how rules are found: one a module, no registry.

The pack has a form of its own (`guardrails.rule`), since it ships without this package; the pages of both have the
same headings and are shown by the same reports.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from stackproof.model import Finding, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from stackproof.model import Severity

__all__ = ["HEADINGS", "REPOSITORY", "Rule", "discover", "rule"]

REPOSITORY = "https://github.com/stackproof/stackproof"
"""Where the pages of rules are published."""

HEADINGS = ("What it does", "Why is this bad?", "Bad", "Good", "Not caught", "References")
"""The headings of a rule's module docstring, all of them, in this order."""

View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Rule(Generic[View]):
    """A rule: a pure function from one kind of view to findings, and everything that is said about it.

    ``folder`` is where its set's pages are published, relative to the repository.
    """

    id: str
    severity: Severity
    enforcement: Literal["mandatory", "advisory"]
    since: str
    check: Callable[[View], Iterator[Finding]]
    folder: str

    @property
    def url(self) -> str:
        """Where the rule's page is published."""
        return f"{REPOSITORY}/blob/main/{self.folder}/{self.id}.md"

    @property
    def page(self) -> Page:
        """The rule's page, read from its module's docstring.

        Raises:
            ValueError: a heading is missing, foreign or out of order, or a section is empty.

        """
        title, sections = _parse(inspect.getdoc(inspect.getmodule(self.check)) or "", self.id)
        return Page(self.id, title, self.severity, self.enforcement, self.url, sections)

    def finding(  # noqa: PLR0913 (the fields of a finding that a rule knows)
        self, key: str, file: str, line: int, message: str, *, remedy: str, fragment: str = "", path: str = ""
    ) -> Finding:
        """Make a finding of this rule at a 1-based line of a file."""
        return Finding(
            rule=self.id,
            key=key,
            severity=self.severity,
            enforcement=self.enforcement,
            message=message,
            remedy=remedy,
            url=self.url,
            path=path,
            file=file,
            line=line,
            fragment=fragment,
        )


def rule(
    *,
    id: str,  # noqa: A002 (the published name of the field)
    severity: Severity,
    since: str,
    folder: str,
    enforcement: Literal["mandatory", "advisory"] = "mandatory",
) -> Callable[[Callable[[View], Iterator[Finding]]], Rule[View]]:
    """Make a rule of a function from a view to findings."""

    def decorate(check: Callable[[View], Iterator[Finding]]) -> Rule[View]:
        return Rule(id, severity, enforcement, since, check, folder)

    return decorate


def discover(package: ModuleType) -> tuple[Rule[Any], ...]:
    """Find every rule of a package, by id.

    Raises:
        ValueError: two modules use the same id, or a module does not hold exactly one rule.

    """
    found: dict[str, Rule[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        members = [item for item in vars(importlib.import_module(module.name)).values() if isinstance(item, Rule)]
        if len(members) != 1:
            message = f"{module.name} must hold exactly one rule, not {len(members)}"
            raise ValueError(message)
        if members[0].id in found:
            message = f"the rule id {members[0].id} is used twice, again in {module.name}; rename one"
            raise ValueError(message)
        found[members[0].id] = members[0]
    return tuple(found[key] for key in sorted(found))


def _parse(text: str, owner: str) -> tuple[str, dict[str, str]]:
    title, *parts = re.split(r"^## +(.+)$", inspect.cleandoc(text), flags=re.MULTILINE)
    headings = tuple(heading.strip() for heading in parts[::2])
    bodies = [body.strip() for body in parts[1::2]]
    if headings != HEADINGS or not all(bodies) or not title.strip():
        message = f"{owner}: a rule's docstring needs a title and the headings {', '.join(HEADINGS)}, none empty"
        raise ValueError(message)
    return title.strip().rstrip("."), dict(zip(headings, bodies, strict=True))
