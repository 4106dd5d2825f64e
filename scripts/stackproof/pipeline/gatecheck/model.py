# SPDX-License-Identifier: Apache-2.0
"""A workflow as GitHub reads it: triggers, jobs and steps, each part with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.source import Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from stackproof.pipeline.gatecheck.source import Mapping, Node

__all__ = [
    "Action",
    "Concurrency",
    "Defaults",
    "Job",
    "Place",
    "Step",
    "Trigger",
    "Workflow",
    "texts",
]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A 1-based line of a file; the file as reports show it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event that starts a workflow, with its filters and inputs where it has any."""

    event: str
    place: Place
    options: Mapping | None = None

    def filters(self, name: str) -> tuple[Scalar, ...]:
        """Give the patterns of a filter such as `branches`."""
        return texts(self.options.get(name)) if self.options else ()


@dataclass(frozen=True, slots=True)
class Concurrency:
    """A concurrency group: its name, whether a newer run ends an older one, and how runs wait."""

    place: Place
    group: Scalar
    cancel: Scalar | None = None
    queue: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a job's scripts run in, and in what folder, where their step does not say."""

    shell: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``name`` is what it is called in messages; ``line`` its first."""

    place: Place
    name: str
    id: str = ""
    uses: Scalar | None = None
    run: Scalar | None = None
    shell: str = ""
    folder: str = ""
    condition: Scalar | None = None
    continue_on_error: Scalar | None = None
    with_: Map[str, Scalar] = field(default_factory=dict)
    env: Map[str, Scalar] = field(default_factory=dict)

    def scalars(self) -> tuple[Scalar, ...]:
        """Give every text in which an expression may stand."""
        single = (self.uses, self.run, self.condition, self.continue_on_error)
        return (*(item for item in single if item is not None), *self.with_.values(), *self.env.values())


@dataclass(frozen=True, slots=True)
class Job:
    """One job, or the call of a reusable workflow (``uses``).

    ``permissions`` is `None` where the workflow's count; ``matrix`` holds the combinations that are written out, and is
    `None` where they are not (``has_matrix`` tells one from none).
    """

    id: str
    place: Place
    name: Scalar | None = None
    needs: tuple[Scalar, ...] = ()
    condition: Scalar | None = None
    runs_on: str = ""
    uses: Scalar | None = None
    with_: Map[str, Scalar] = field(default_factory=dict)
    secrets: Scalar | Map[str, Scalar] | None = None
    environment: Scalar | None = None
    concurrency: Concurrency | None = None
    permissions: Map[str, Scalar] | None = None
    continue_on_error: Scalar | None = None
    has_matrix: bool = False
    matrix: tuple[Map[str, Scalar], ...] | None = ()
    env: Map[str, Scalar] = field(default_factory=dict)
    outputs: Map[str, Scalar] = field(default_factory=dict)
    defaults: Defaults = Defaults()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file."""

    place: Place
    name: str
    triggers: tuple[Trigger, ...]
    jobs: tuple[Job, ...]
    permissions: Map[str, Scalar] | None = None
    concurrency: Concurrency | None = None
    env: Map[str, Scalar] = field(default_factory=dict)
    defaults: Defaults = Defaults()

    @property
    def file(self) -> str:
        """The file as reports show it."""
        return self.place.file

    def trigger(self, event: str) -> Trigger | None:
        """Give the trigger of an event."""
        return next((item for item in self.triggers if item.event == event), None)


@dataclass(frozen=True, slots=True)
class Action:
    """A composite action of the repository: its steps, and the defaults of its inputs."""

    place: Place
    steps: tuple[Step, ...]
    inputs: Map[str, Scalar] = field(default_factory=dict)


def texts(node: Node | None) -> tuple[Scalar, ...]:
    """Give a text, or those of a list, as a tuple; anything else holds none."""
    if isinstance(node, Scalar):
        return () if node.is_null else (node,)
    if isinstance(node, Sequence):
        return tuple(item for item in node.items if isinstance(item, Scalar))
    return ()
