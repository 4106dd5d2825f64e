# SPDX-License-Identifier: Apache-2.0
"""Whether the embedded engine sees what the real CLI sees: the same programs under both, compared place by place.

Where no CLI is at hand, what it saw is read from files that a run with it wrote (`scripts/parity.py --record`).
"""

from __future__ import annotations

import json
from concurrent import futures
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import yaml

from stackproof.engine.embedded import EmbeddedEngine
from stackproof.errors import StackproofError
from stackproof.model import Job
from stackproof.parity.comparison import differences
from stackproof.parity.observation import observe
from stackproof.project import load_pack, load_program
from stackproof.references import OtherStacks
from stackproof.settings import Settings, find_settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from stackproof.engine import Engine
    from stackproof.model import Pass, PassName
    from stackproof.parity.comparison import Difference, Meant
    from stackproof.parity.observation import Observation

__all__ = [
    "Case",
    "Result",
    "compare",
    "job_of",
    "observe_under",
    "read_record",
    "run_both",
    "timeout_of",
    "write_record",
]

_PASSES: tuple[PassName, ...] = ("faithful", "resolved")
_STACK = "dev"
_TIMEOUT = 120.0
"""Seconds for each process of a program that ends."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program and the pack that judges it, for the stack dev. ``timeout`` is in seconds, for each process."""

    name: str
    root: Path
    pack: Path
    timeout: float = _TIMEOUT


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case: where the two observations differ, apart by whether it is meant."""

    case: Case
    resources: int
    verdicts: int
    exit: int | str
    unmeant: tuple[Difference, ...]
    meant: tuple[tuple[Difference, Meant], ...]


def timeout_of(root: Path) -> float:
    """Give the seconds that a test program may take: a number in its `expect.yaml`, for those that never end."""
    expected = root / "expect.yaml"
    loaded = yaml.safe_load(expected.read_text(encoding="utf-8")) if expected.is_file() else {}
    return float(loaded.get("timeout", _TIMEOUT))


def job_of(case: Case) -> Job:
    """Read a case, with what its settings say of the outside world.

    Raises:
        UsageError: a file of it is malformed.

    """
    program = load_program(case.root, _STACK, {})
    path = find_settings(case.root) if (case.root / "stackproof.toml").is_file() else None
    settings = load_settings(path) if path else Settings()
    others = OtherStacks(lambda job, world: EmbeddedEngine(world).run(job, "resolved"), case.timeout)
    outside = replace(settings.outside, stacks=others.described(program, settings, {}))
    return Job(program, (load_pack(case.pack, _STACK, None),), case.timeout, outside)


def run_both(engine: Engine, job: Job) -> list[Pass]:
    """Run both passes, side by side."""
    with futures.ThreadPoolExecutor(max_workers=len(_PASSES)) as pool:
        return list(pool.map(lambda name: engine.run(job, name), _PASSES))


def observe_under(engine: Engine, case: Case) -> Observation:
    """Run both passes of a case; an engine that refuses it is an observation too."""
    try:
        job = job_of(case)
        return observe(job, run_both(engine, job))
    except StackproofError as error:
        return {"refused": type(error).__name__, "exit": error.exit_code}


def compare(case: Case, embedded: Observation, pulumi: Observation, meant: Sequence[Meant]) -> Result:
    """Compare what the two engines saw of a case."""
    unmeant: list[Difference] = []
    covered: list[tuple[Difference, Meant]] = []
    for difference in differences(case.name, embedded, pulumi):
        cover = next((entry for entry in meant if entry.covers(difference)), None)
        if cover is None:
            unmeant.append(difference)
        else:
            covered.append((difference, cover))
    passes = embedded.get("passes", {}).values()
    return Result(
        case=case,
        resources=max((len(seen["resources"]) for seen in passes), default=0),
        verdicts=len(embedded.get("verdicts", ())),
        exit=embedded["exit"],
        unmeant=tuple(unmeant),
        meant=tuple(covered),
    )


def read_record(folder: Path, case: Case) -> Observation:
    """Read what a real CLI saw of a case.

    Raises:
        FileNotFoundError: nothing was recorded of it.

    """
    found: Observation = json.loads((folder / f"{case.name}.json").read_text(encoding="utf-8"))
    return found


def write_record(folder: Path, case: Case, observation: Observation) -> None:
    """Keep what a real CLI saw of a case, for where there is none."""
    text = json.dumps(observation, ensure_ascii=False, indent=1, sort_keys=True)
    folder.mkdir(exist_ok=True)
    target = folder / f"{case.name}.json"
    temporary = target.with_suffix(".tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(target)
