# SPDX-License-Identifier: Apache-2.0
"""Which suffix the names of a stack are to end in, and how that is said to Pulumi's auto-naming."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.naming.table import NameSpec
    from guardrails.resources import StackContext
    from guardrails.rule import Settings

__all__ = ["Suffix", "suffix_of"]


@dataclass(frozen=True, slots=True)
class Suffix:
    """The suffix, and the expression of an auto-naming pattern that gives it."""

    text: str
    expression: str

    def pattern(self, logical_has_it: bool, spec: NameSpec) -> str:  # noqa: FBT001 - the one thing that decides
        """Write the auto-naming pattern that ends names in the suffix; logical names may already do."""
        return "${name}" if logical_has_it else f"${{name}}{spec.separator}{self.expression}"


def suffix_of(context: StackContext, settings: Settings) -> Suffix:
    """Find the suffix: set for the pack, else in the stack's configuration, else the stack's name.

    The stack's name is read off a URN, so a state that is judged without its configuration still has a suffix.
    """
    return _found(context, settings["suffix"], settings["suffixConfigKey"])


@lru_cache(maxsize=4)
def _found(context: StackContext, fixed: str | None, name: str) -> Suffix:
    if fixed:
        return Suffix(fixed, "${stack}" if fixed == context.stack else fixed)
    project, _, key = name.rpartition(":")
    found = context.config.get(f"{project or context.project}:{key}")
    if found:
        own = project in ("", context.project)
        return Suffix(found, "${stack}" if found == context.stack else f"${{config.{key}}}" if own else found)
    return Suffix(context.stack, "${stack}")
