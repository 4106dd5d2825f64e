# SPDX-License-Identifier: Apache-2.0
"""What really runs: workflows with the workflows, actions, sessions and scripts they call put in their place.

A flow is one workflow that events start, with every job that runs for it: those of reusable workflows of the
repository too, under the path of their callers (`gate/test`). A job's steps are those of its file and of the composite
actions it uses, each with the acts its commands, sessions and scripts come down to.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck import commands
from stackproof.pipeline.gatecheck.commands import Act, classify, from_action, unwrap
from stackproof.pipeline.gatecheck.expressions import Unknown, Value, interpolate, outcomes
from stackproof.pipeline.gatecheck.model import Concurrency, Job, Place, Step, Trigger, Workflow, texts
from stackproof.pipeline.gatecheck.shell import Options, read_script
from stackproof.pipeline.gatecheck.source import Mapping, Scalar
from stackproof.pipeline.gatecheck.tasks import TaskLine, make_targets, script_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map

    from stackproof.pipeline.gatecheck.repository import Repository
    from stackproof.settings import GatecheckSettings

__all__ = ["Flow", "FlowJob", "FlowStep", "make_flows"]

_DEEPEST = 8
"""The levels of calls that are followed; GitHub allows ten of workflows."""
_MOST_WORDS = 16
"""The values of a matrix or choice that one command is read with."""


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of a job. ``outer`` are the steps of composite actions it stands in, the outermost first."""

    step: Step
    outer: tuple[Step, ...] = ()
    acts: tuple[Act, ...] = ()
    ends_in_failure: bool = False
    unread: int | None = None

    @property
    def chain(self) -> tuple[Step, ...]:
        """The step with those it stands in, the outermost first."""
        return (*self.outer, self.step)

    @property
    def conditions(self) -> tuple[Scalar, ...]:
        """Every condition that must hold for it to run."""
        return tuple(item.condition for item in self.chain if item.condition is not None)


@dataclass(frozen=True, slots=True)
class FlowJob:
    """A job of a flow. ``needs`` are keys of it; ``callers`` the jobs that call its workflow, the outermost first.

    ``variants`` are the values of matrix and inputs it runs with; ``inner`` the keys of the jobs it calls.
    """

    key: str
    job: Job
    workflow: Workflow
    needs: tuple[str, ...]
    callers: tuple[tuple[Workflow, Job], ...] = ()
    parent: str = ""
    inner: tuple[str, ...] = ()
    variants: tuple[Map[str, Value], ...] = ({},)
    steps: tuple[FlowStep, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """All acts of its steps, in order."""
        return tuple(act for step in self.steps for act in step.acts)

    @property
    def conditions(self) -> tuple[tuple[str, Scalar], ...]:
        """Every condition that must hold for it to run, with the prefix of the keys that its needs have."""
        stages = [*((job, workflow) for workflow, job in self.callers), (self.job, self.workflow)]
        parts = self.key.split("/")
        return tuple(
            ("/".join(parts[:depth]) + "/" if depth else "", job.condition)
            for depth, (job, _) in enumerate(stages)
            if job.condition is not None
        )

    @property
    def groups(self) -> tuple[Concurrency, ...]:
        """Every concurrency group it waits in, its own first."""
        owners = [(self.workflow, self.job), *reversed(self.callers)]
        found = [item for workflow, job in owners for item in (job.concurrency, workflow.concurrency)]
        return tuple(dict.fromkeys(item for item in found if item is not None))

    @property
    def permissions(self) -> Map[str, Scalar]:
        """The permissions that count for it: its own, else those of the nearest that says some."""
        owners = [(self.workflow, self.job), *reversed(self.callers)]
        stated = (item for workflow, job in owners for item in (job.permissions, workflow.permissions))
        return next((item for item in stated if item is not None), {})

    @property
    def environment(self) -> Scalar | None:
        """The environment it deploys to, if it names one."""
        return self.job.environment


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow as it runs: the events that start it, and every job."""

    workflow: Workflow
    triggers: tuple[Trigger, ...]
    jobs: Map[str, FlowJob]
    _before: dict[str, tuple[FlowJob, ...]] = field(default_factory=dict, compare=False)

    def trigger(self, event: str) -> Trigger | None:
        """Give the trigger of an event."""
        return next((item for item in self.triggers if item.event == event), None)

    def ancestors(self, key: str) -> tuple[FlowJob, ...]:
        """Give every job that must end before this one begins, those inside called workflows too."""
        if key not in self._before:
            self._before[key] = self._ancestors(key)
        return self._before[key]

    def _ancestors(self, key: str) -> tuple[FlowJob, ...]:
        found: dict[str, FlowJob] = {}
        pending = list(self.direct(key))
        while pending:
            current = pending.pop()
            if current in found or current not in self.jobs:
                continue
            found[current] = self.jobs[current]
            pending += [*self.direct(current), *self.jobs[current].inner]
        return tuple(found.values())

    def direct(self, key: str) -> tuple[str, ...]:
        """Give the keys a job needs itself, and those its callers need."""
        job = self.jobs[key]
        return (*job.needs, *(self.direct(job.parent) if job.parent in self.jobs else ()))


def make_flows(repository: Repository, names: Iterable[str], settings: GatecheckSettings) -> tuple[Flow, ...]:
    """Make the flow of every workflow that events start, and of reusable ones that no other calls."""
    builder = _Builder(repository, settings)
    loaded = {name: workflow for name in names if (workflow := repository.workflow(name)) is not None}
    called = {path for workflow in loaded.values() for job in workflow.jobs if (path := _local(job.uses))}
    flows = []
    for name, workflow in loaded.items():
        events = tuple(item for item in workflow.triggers if item.event != "workflow_call")
        if not events and name in called:
            continue
        jobs: dict[str, FlowJob] = {}
        builder.expand(_Call(workflow, "", (), "", _dispatch_inputs(workflow)), jobs)
        flows.append(Flow(workflow, events or workflow.triggers, jobs))
    return tuple(flows)


def _local(uses: Scalar | None) -> str:
    """Give the path from the root of what `uses: ./…` names, in either of its forms."""
    text = uses.text.partition("@")[0] if uses else ""
    return str(PurePosixPath(text)) if text.startswith("./") else ""


def _dispatch_inputs(workflow: Workflow) -> dict[str, Value]:
    """Give what is known of inputs that a person chooses: one of the options, or a boolean."""
    trigger = workflow.trigger("workflow_dispatch")
    inputs = trigger.options.get("inputs") if trigger and trigger.options else None
    known: dict[str, Value] = {}
    for name, body in inputs.entries if isinstance(inputs, Mapping) else ():
        kind = body.get("type") if isinstance(body, Mapping) else None
        if isinstance(body, Mapping) and isinstance(kind, Scalar) and kind.text in {"choice", "environment"}:
            written = frozenset(item.text for item in texts(body.get("options")))
            options = written or frozenset({"an environment of the repository"})
            known[f"inputs.{name.text.lower()}"] = Unknown(among=options)
            known[f"github.event.inputs.{name.text.lower()}"] = Unknown(among=options)
    return known


@dataclass(frozen=True, slots=True)
class _Call:
    """A workflow about to be put in place, and from where."""

    workflow: Workflow
    prefix: str
    callers: tuple[tuple[Workflow, Job], ...]
    parent: str
    known: Map[str, Value]


@dataclass(frozen=True, slots=True)
class _Context:
    """What a step's texts are read with."""

    variants: tuple[Map[str, Value], ...]
    env: Map[str, Scalar]
    shell: str
    posix: bool
    folder: str = ""
    depth: int = 0


@dataclass(slots=True)
class _Builder:
    """Puts what is called in the place of its call."""

    repository: Repository
    settings: GatecheckSettings
    missing: set[str] = field(default_factory=set)

    def expand(self, call: _Call, jobs: dict[str, FlowJob]) -> None:
        """Add the jobs of a workflow, and of those it calls, to a flow."""
        for job in call.workflow.jobs:
            key = f"{call.prefix}{job.id}"
            made = FlowJob(
                key=key,
                job=job,
                workflow=call.workflow,
                needs=tuple(f"{call.prefix}{need.text}" for need in job.needs),
                callers=call.callers,
                parent=call.parent,
                variants=_variants(job, call.known),
            )
            jobs[key] = made
            if path := _local(job.uses):
                self._call(made, path, jobs)
            else:
                jobs[key] = replace(made, steps=tuple(self._steps(made)))

    def _call(self, caller: FlowJob, path: str, jobs: dict[str, FlowJob]) -> None:
        if len(caller.callers) >= _DEEPEST or not path.startswith(".github/workflows/"):
            return
        called = self.repository.workflow(path)
        if called is None:
            return
        inner: dict[str, FlowJob] = {}
        known = _bound(called, caller)
        callers = (*caller.callers, (caller.workflow, caller.job))
        self.expand(_Call(called, f"{caller.key}/", callers, caller.key, known), inner)
        jobs.update(inner)
        jobs[caller.key] = replace(caller, inner=tuple(inner))

    def _steps(self, job: FlowJob) -> Iterator[FlowStep]:
        env = {**job.workflow.env, **job.job.env}
        shell = job.job.defaults.shell or job.workflow.defaults.shell
        folder = job.job.defaults.folder or job.workflow.defaults.folder
        context = _Context(job.variants, env, shell, "windows" not in job.job.runs_on.lower(), folder)
        for step in job.job.steps:
            yield from self._step(step, (), context)

    def _step(self, step: Step, outer: tuple[Step, ...], context: _Context) -> Iterator[FlowStep]:
        folder = step.folder or context.folder
        context = replace(context, env={**context.env, **step.env}, folder=folder)
        if step.uses is not None and (step.uses.text.startswith("./")):
            yield from self._composite(step, outer, context)
        elif step.uses is not None:
            acts = tuple(_unique(self._action_acts(step, context)))
            yield FlowStep(step, outer, acts)
        elif step.run is not None:
            yield self._script_step(step, outer, context)
        else:
            yield FlowStep(step, outer)

    def _composite(self, step: Step, outer: tuple[Step, ...], context: _Context) -> Iterator[FlowStep]:
        action = self.repository.action(_local(step.uses)) if len(outer) < _DEEPEST else None
        if action is None:
            yield FlowStep(step, outer)
            return
        given = {**action.inputs, **step.with_}
        variants = tuple(
            {f"inputs.{name.lower()}": interpolate(value.text, variant) for name, value in given.items()}
            for variant in context.variants
        )
        inner = replace(context, variants=variants, shell="", env={}, folder="")
        for item in action.steps:
            yield from self._step(item, (*outer, step), inner)

    def _action_acts(self, step: Step, context: _Context) -> Iterator[Act]:
        uses = step.uses
        if uses is None:
            return
        place = Place(step.place.file, uses.line)
        for variant in context.variants[:_MOST_WORDS]:
            command = step.with_.get("command")
            choices = _alternatives(command, variant)
            for verb in choices:
                inputs = {key: _settled(value.text, variant) for key, value in step.with_.items()}
                act = from_action(uses.text, {**inputs, "command": verb} if verb else inputs, place, self.settings)
                if act is not None:
                    yield replace(act, when=(command.text, verb)) if command and len(choices) > 1 else act

    def _script_step(self, step: Step, outer: tuple[Step, ...], context: _Context) -> FlowStep:
        run = step.run
        options = _options(step.shell or context.shell) if context.posix or step.shell or context.shell else None
        if run is None or options is None:
            return FlowStep(step, outer)
        script = read_script(run.text, options)
        made = tuple(
            act
            for command in script.commands
            for act in self._acts(
                command.words, Place(step.place.file, run.first_line + command.line), command.lost, context
            )
        )
        return FlowStep(step, outer, tuple(_unique(made)), script.ends_in_failure, script.unread)

    def _acts(self, words: tuple[str, ...], place: Place, lost: str, context: _Context) -> Iterator[Act]:
        """Say what a command comes down to, for every value its words may have."""
        for variant in context.variants[:_MOST_WORDS]:
            for settled in itertools.islice(_word_choices(words, variant, context.env), _MOST_WORDS):
                yield from self._command(settled, place, lost, context)

    def _command(self, words: tuple[str, ...], place: Place, lost: str, context: _Context) -> Iterator[Act]:
        if context.depth >= _DEEPEST:
            return
        act = classify(words, place, lost, self.settings)
        if act is not None:
            yield act
            return
        inner = unwrap(words)
        deeper = replace(context, depth=context.depth + 1)
        if inner[:1] == ("nox",):
            yield from self._nox(inner, place, lost, deeper)
        elif inner[:1] and inner[0] in {"bash", "sh", "dash", "zsh"} and "-c" in inner:
            text = next(iter(inner[inner.index("-c") + 1 :]), "")
            for command in read_script(text, Options(errexit=False)).commands:
                yield from self._acts(command.words, place, lost or command.lost, deeper)
        elif inner[:1] == ("make",):
            yield from self._make(inner, lost, deeper)
        elif (named := script_name(inner)) is not None:
            yield from self._package(*named, lost, deeper)
        elif path := _script_path(words):
            yield from self._local_script(path, lost, deeper)

    def _make(self, words: tuple[str, ...], lost: str, context: _Context) -> Iterator[Act]:
        folder, targets = make_targets(words)
        found = self.repository.makefile(str(PurePosixPath(context.folder, folder)))
        for target in targets if found else ():
            for line in found[1].lines(target) if found else ():
                yield from self._task(line, found[0] if found else "", lost, context)

    def _package(self, folder: str, script: str, lost: str, context: _Context) -> Iterator[Act]:
        found = self.repository.package(str(PurePosixPath(context.folder, folder)), script)
        if found:
            yield from self._task(found[1], found[0], lost, context)

    def _task(self, line: TaskLine, path: str, lost: str, context: _Context) -> Iterator[Act]:
        shown = self.repository.shown(path)
        for command in read_script(line.script, Options(errexit=False)).commands:
            place = Place(shown, line.line)
            yield from self._acts(command.words, place, lost or line.lost or command.lost, context)

    def _local_script(self, path: str, lost: str, context: _Context) -> Iterator[Act]:
        path = str(PurePosixPath(context.folder, path))
        text = self.repository.script(path)
        if text is None:
            return
        first = text.partition("\n")[0]
        shown = self.repository.shown(path)
        for command in read_script(text, Options(errexit=first.startswith("#!") and " -e" in first)).commands:
            yield from self._acts(command.words, Place(shown, command.line + 1), lost or command.lost, context)

    def _nox(self, words: tuple[str, ...], place: Place, lost: str, context: _Context) -> Iterator[Act]:
        """Follow sessions; one is also what its name says: `test`, `policy`, `preview`, `deploy`."""
        noxfile = self.repository.noxfile()
        sessions, posargs = _asked(words)
        for session in sessions or (noxfile.default if noxfile else ()):
            found = [
                act
                for command in (noxfile.commands(session, posargs) if noxfile else ())
                for act in self._command(command.words, command.place, lost, context)
            ]
            if found:
                yield from (replace(act, place=place, lost=lost, tool="session") for act in _unique(found))
            yield from self._named(
                session, (*words[:1], "-s", session, *(("--", *posargs) if posargs else ())), place, lost, found
            )

    @staticmethod
    def _named(session: str, words: tuple[str, ...], place: Place, lost: str, found: list[Act]) -> Iterator[Act]:
        name = {"tests": "test", "policies": "policy"}.get(session.partition("-")[0], session.partition("-")[0])
        for does in commands.GATES:
            if name == does and not any(does in act.does for act in found):
                yield Act(frozenset({does}), "judge", words, place, lost, "session")
        if name == "deploy" and not any("deploy" in act.does for act in found):
            yield Act(frozenset({"deploy"}), "?", words, place, lost, "session")
        elif name not in commands.GATES and not found:
            yield Act(frozenset({"check"}), "session", words, place, lost, "session")


def _unique(acts: Iterable[Act]) -> tuple[Act, ...]:
    return tuple(dict.fromkeys(acts))


def _variants(job: Job, known: Map[str, Value]) -> tuple[Map[str, Value], ...]:
    rows = job.matrix or ({},)
    return tuple(
        {**known, **{f"matrix.{name.lower()}": _typed(cell, known) for name, cell in row.items()}} for row in rows
    )


def _bound(called: Workflow, caller: FlowJob) -> dict[str, Value]:
    """Give what is known of a called workflow's inputs, where all variants of the call agree."""
    trigger = called.trigger("workflow_call")
    inputs = trigger.options.get("inputs") if trigger and trigger.options else None
    known: dict[str, Value] = {}
    for name, body in inputs.entries if isinstance(inputs, Mapping) else ():
        given = caller.job.with_.get(name.text)
        default = body.get("default") if isinstance(body, Mapping) else None
        text = given or (default if isinstance(default, Scalar) else None)
        if text is None:
            known[f"inputs.{name.text.lower()}"] = ""
            continue
        values = {_typed(text, variant) for variant in caller.variants}
        if len(values) == 1:
            known[f"inputs.{name.text.lower()}"] = values.pop()
        elif all(isinstance(value, str) for value in values):
            known[f"inputs.{name.text.lower()}"] = Unknown(among=frozenset(str(value) for value in values))
    return known


def _typed(text: Scalar, variant: Map[str, Value]) -> Value:
    value = text.boolean if text.boolean is not None else interpolate(text.text, variant)
    return replace(value, origin=text.text) if isinstance(value, Unknown) and not value.origin else value


def _settled(text: str, variant: Map[str, Value]) -> str:
    value = interpolate(text, variant)
    return value if isinstance(value, str) else text


def _alternatives(text: Scalar | None, variant: Map[str, Value]) -> tuple[str, ...]:
    """Give the values a text may have: one, each of a choice, or itself where nothing is known."""
    if text is None:
        return ("",)
    value = interpolate(text.text, variant)
    if isinstance(value, Unknown) and value.among:
        return tuple(sorted(value.among))
    if isinstance(value, str):
        return (value,)
    return tuple(sorted(outcomes(text.text, variant) or (text.text,)))


def _word_choices(words: tuple[str, ...], variant: Map[str, Value], env: Map[str, Scalar]) -> Iterator[tuple[str, ...]]:
    choices = [tuple(_one_word(word, variant, env)) for word in words]
    for row in itertools.product(*choices):
        yield tuple(itertools.chain.from_iterable(row))


def _one_word(word: str, variant: Map[str, Value], env: Map[str, Scalar]) -> Iterator[tuple[str, ...]]:
    """Give the words that one word may become; an expression or variable that is a whole word may hold several."""
    name = word[2:-1] if word.startswith("${") and word.endswith("}") else word[1:]
    if word.startswith("$") and name in env:
        word = env[name].text
    if "${{" not in word:
        yield (word,)
        return
    value = interpolate(word, variant)
    if isinstance(value, Unknown) and value.among:
        yield from (tuple(item.split()) for item in sorted(value.among))
    elif isinstance(value, str):
        whole = word.startswith("${{") and word.endswith("}}")
        yield tuple(value.split()) if whole else (value,)
    else:
        yield (word,)


def _options(shell: str) -> Options | None:
    """Give what a shell starts a script with; `None` for one that is not read here."""
    if not shell:
        return Options()
    words = shell.split()
    name = PurePosixPath(words[0]).name
    if name not in {"bash", "sh"}:
        return None
    if len(words) == 1:
        return Options(pipefail=name == "bash")
    flags = [word for word in words[1:] if word.startswith("-")]
    errexit = any(not word.startswith("--") and "e" in word for word in flags)
    return Options(errexit=errexit, pipefail="pipefail" in words)


def _script_path(words: tuple[str, ...]) -> str:
    """Give the path of the script that a command runs, if it is one of the repository."""
    rest = [word for word in words if not commands.ASSIGNMENT.match(word)]
    if rest[:1] and PurePosixPath(rest[0]).name in {"bash", "sh", "source", "."}:
        rest = [word for word in rest[1:] if not word.startswith("-")]
    if not rest or ("/" not in rest[0] and not rest[0].endswith(".sh")) or "$" in rest[0]:
        return ""
    return rest[0].removeprefix("./")


def _asked(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the sessions that a nox command names, and what follows `--`."""
    end = words.index("--") if "--" in words else len(words)
    sessions: list[str] = []
    collecting = False
    for word in words[1:end]:
        name, separator, value = word.partition("=")
        if name in {"-s", "-e", "--session", "--sessions"}:
            collecting = not separator
            sessions += [value] if separator else []
        elif word.startswith("-"):
            collecting = False
        elif collecting:
            sessions.append(word)
    return tuple(sessions), tuple(words[end + 1 :])
