# SPDX-License-Identifier: Apache-2.0
"""From what a command was asked to the jobs an engine is given: one for each stack, everything read and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stackproof.errors import UsageError
from stackproof.model import Job
from stackproof.project import load_pack, load_program, stack_names
from stackproof.references import OtherStacks
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.state import load_state
from stackproof.strictness import strictness

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.aws import World
    from stackproof.references import Run
    from stackproof.strictness import FailOn

__all__ = ["Asked", "make_jobs"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line says: without ``stacks`` every stack file counts; ``timeout`` is in seconds."""

    program: Path
    stacks: tuple[str, ...]
    packs: tuple[Path, ...]
    pack_configs: tuple[Path, ...]
    overrides: Mapping[str, str]
    stack_outputs: Mapping[str, Path]
    timeout: float
    settings: Path | None = None
    state: Path | None = None
    fail_on: FailOn | None = None


def make_jobs(asked: Asked, run: Run) -> tuple[tuple[Job, ...], World]:
    """Make the jobs, and give the world that they run in; ``run`` previews the programs of other stacks.

    Raises:
        UsageError: a file is missing or malformed, or what is asked contradicts itself.

    """
    if not asked.program.is_dir():
        message = f"{asked.program} is not a folder; name the one with Pulumi.yaml"
        raise UsageError(message)
    stacks = asked.stacks or stack_names(asked.program)
    if not stacks:
        message = f"{asked.program} has no stack file Pulumi.<stack>.yaml; create one or name the stack with --stack"
        raise UsageError(message)
    if asked.state is not None and len(stacks) > 1:
        message = f"--state is the state of one stack, and {len(stacks)} are judged; name one with --stack"
        raise UsageError(message)
    packs = _paired(asked.packs, asked.pack_configs)
    path = asked.settings or find_settings(asked.program)
    settings = load_settings(path) if path else Settings()
    others = OtherStacks(run, asked.timeout)
    return tuple(_job(asked, stack, packs, settings, others) for stack in stacks), settings.world


def _job(
    asked: Asked,
    stack: str,
    packs: list[tuple[Path, Path | None]],
    settings: Settings,
    others: OtherStacks,
) -> Job:
    program = load_program(asked.program, stack, dict(asked.overrides))
    sources = tuple(load_pack(pack, stack, file) for pack, file in packs)
    state = load_state(asked.state, program.project, stack) if asked.state else None
    known = others.described(program, settings, asked.stack_outputs)
    outside = replace(settings.outside, stacks=known, state=state)
    return Job(program, sources, asked.timeout, outside, strictness(stack, settings.stacks, asked.fail_on))


def _paired(packs: tuple[Path, ...], configs: tuple[Path, ...]) -> list[tuple[Path, Path | None]]:
    """Give each pack its configuration file, if files are named."""
    if not packs:
        message = "no policy pack is named, and a gate without rules proves nothing; name one with --policy-pack"
        raise UsageError(message)
    if configs and len(configs) != len(packs):
        message = f"{len(configs)} files by --policy-pack-config for {len(packs)} packs; give one for each, in order"
        raise UsageError(message)
    return list(zip(packs, [*configs] if configs else [None] * len(packs), strict=True))
