# SPDX-License-Identifier: Apache-2.0
"""The one way in which a plan command says no."""

from __future__ import annotations

from typing import ClassVar

from stackproof.errors import StackproofError

__all__ = ["RefusedError"]


class RefusedError(StackproofError):
    """What was asked for may not go on, for all of these reasons: exit code 1."""

    exit_code: ClassVar[int] = 1

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Give one line to each reason."""
        super().__init__("refused:" + "".join(f"\n  - {reason}" for reason in reasons))
        self.reasons = reasons
