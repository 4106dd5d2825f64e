# SPDX-License-Identifier: Apache-2.0
"""The errors that end a command with words for its user, each with the exit code it stands for."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["StackproofError", "StoppedError", "UnrunnableError", "UsageError"]


class StackproofError(Exception):
    """A failure whose text says what is wrong, where, and what to do. ``exit_code`` is the process's."""

    exit_code: ClassVar[int] = 4


class UsageError(StackproofError):
    """The command line, a settings file or a stack file is wrong: exit code 2."""

    exit_code: ClassVar[int] = 2


class UnrunnableError(StackproofError):
    """The program or a pack could not be run: exit code 4."""


class StoppedError(StackproofError):
    """A person or the system stopped the command: exit code 130, as shells have it for an interrupt."""

    exit_code: ClassVar[int] = 130
