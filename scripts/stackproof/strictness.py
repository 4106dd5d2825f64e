# SPDX-License-Identifier: Apache-2.0
"""What blocks at which stack: asked for on the command line, set for the stack, or the default for its name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from stackproof.model import Strictness

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FailOn", "strictness"]

_RELAXED = "dev"
"""The one stack where what is unproven only warns, unless its settings say otherwise."""


class FailOn(StrEnum):
    """What makes `stackproof preview` end with a failure, from the least to the strictest."""

    VIOLATION = "violation"
    UNPROVEN = "unproven"
    ADVISORY = "advisory"

    @property
    def strictness(self) -> Strictness:
        """What that means for a stack."""
        return Strictness(
            unproven=self is not FailOn.VIOLATION, advisory=self is FailOn.ADVISORY, origin=f"--fail-on {self}"
        )


def strictness(stack: str, settings: Mapping[str, Strictness], asked: FailOn | None) -> Strictness:
    """Give what blocks at a stack: as asked, else as the settings have it by name, else the default.

    By default what is unproven blocks, save in the stack `dev`, where it warns.
    """
    if asked is not None:
        return asked.strictness
    if stack in settings:
        return settings[stack]
    return Strictness(unproven=stack != _RELAXED, origin=f"default for stack {stack}")
