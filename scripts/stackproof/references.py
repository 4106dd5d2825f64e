# SPDX-License-Identifier: Apache-2.0
"""Other stacks' outputs: from a file, or from a preview of the program that makes them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from stackproof.errors import UsageError
from stackproof.model import STACK_TYPE, Job, ProgramEnd
from stackproof.outside import StackOutputs
from stackproof.project import load_program
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.wire import secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TypeAlias

    from stackproof.aws import World
    from stackproof.model import Pass, Program
    from stackproof.settings import StackReference
    from stackproof.wire import Properties, Value

    Place: TypeAlias = tuple[Path, str]

__all__ = ["OtherStacks", "Run", "read_outputs"]

_SECRET_PLACEHOLDER = "[secret]"  # noqa: S105 (what `pulumi stack output --json` prints instead of a secret)


class Run(Protocol):
    """Runs the resolved pass of a program in a world."""

    def __call__(self, job: Job, world: World) -> Pass:
        """Run a job without packs; raises what `stackproof.engine.Engine.run` raises."""
        ...


class OtherStacks:
    """Finds the outputs of the stacks that settings describe; a program is previewed once, whoever refers to it."""

    def __init__(self, run: Run, timeout: float) -> None:
        """Preview programs with ``run``; ``timeout`` is seconds for each."""
        self._run = run
        self._timeout = timeout
        self._known: dict[Place, StackOutputs] = {}

    def described(self, program: Program, settings: Settings, files: Mapping[str, Path]) -> tuple[StackOutputs, ...]:
        """Give the outputs of every stack described; ``files``, of the command line, replace the settings' entries.

        Raises:
            UsageError: a file, a program or its settings are missing or malformed.

        """
        return self._described(settings, files, (program,))

    def _described(
        self,
        settings: Settings,
        files: Mapping[str, Path],
        chain: tuple[Program, ...],
    ) -> tuple[StackOutputs, ...]:
        by_flag = [read_outputs(name, path) for name, path in files.items()]
        rest = [reference for reference in settings.stack_references if reference.name not in files]
        return (*by_flag, *(self._outputs(reference, chain) for reference in rest))

    def _outputs(self, reference: StackReference, chain: tuple[Program, ...]) -> StackOutputs:
        if reference.outputs is not None:
            return read_outputs(reference.name, reference.outputs)
        assert reference.program is not None, reference.name  # noqa: S101 (settings.load_settings saw to it)
        program = load_program(reference.program, reference.stack, {})
        places = [(one.root, one.stack) for one in chain]
        place = (program.root, program.stack)
        if place in places:
            steps = (*chain[places.index(place) :], program)
            words = " → ".join(f"{one.project}/{one.stack}" for one in steps)
            return StackOutputs(reference.name, {}, "", failure=f"stack references form a cycle: {words}")
        if place not in self._known:
            self._known[place] = self._previewed(reference.name, program, (*chain, program))
        return replace(self._known[place], name=reference.name)

    def _previewed(self, name: str, program: Program, chain: tuple[Program, ...]) -> StackOutputs:
        path = find_settings(program.root)
        settings = load_settings(path) if path else Settings()
        outside = replace(settings.outside, stacks=self._described(settings, {}, chain))
        run = self._run(Job(program, (), self._timeout, outside), settings.world)
        if run.end is not ProgramEnd.COMPLETED:
            said = next((line.message for line in run.log if line.severity == "error"), "")
            words = f"the program of {program.project}/{program.stack} {run.end.value}" + (said and f": {said}")
            return StackOutputs(name, {}, "", failure=words)
        outputs = next((one.outputs for one in run.resources if one.type == STACK_TYPE), {})
        origin = f"synthesised by a preview of the program of {program.project}/{program.stack}"
        return StackOutputs(name, outputs, origin)


def read_outputs(name: str, path: Path) -> StackOutputs:
    """Read what `pulumi stack output --json` prints for a stack.

    A secret that is not shown stays its placeholder, under the secret mark: the SDK keeps all outputs in one value,
    so one unknown among them would make every other unknown too.

    Raises:
        UsageError: the file is missing or no JSON object.

    """
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"), parse_int=float)
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}; mend the file"
        raise UsageError(message) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: outputs of stack {name} cannot be read: {error}"
        raise UsageError(message) from error
    if not isinstance(content, dict):
        message = f"{path}: must be an object of outputs; give what `pulumi stack output --json` prints"
        raise UsageError(message)
    outputs: Properties = {key: _output(value) for key, value in content.items()}
    hidden = [key for key, value in content.items() if value == _SECRET_PLACEHOLDER]
    words = f"; secret, so the program ran with a placeholder: {', '.join(hidden)}" if hidden else ""
    return StackOutputs(name, outputs, f"read from {path.name}{words}")


def _output(value: Value) -> Value:
    return secret(value) if value == _SECRET_PLACEHOLDER else value
