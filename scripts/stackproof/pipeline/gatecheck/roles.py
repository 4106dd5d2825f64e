# SPDX-License-Identifier: Apache-2.0
"""What the jobs of a pipeline are for: gates, the aggregator over them, deployments. Told by what they do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.commands import GATES, UPDATES
from stackproof.pipeline.gatecheck.expressions import (
    Unknown,
    Value,
    calls,
    condition,
    evaluate,
    implied,
    interpolate,
    references,
    truth,
)
from stackproof.pipeline.gatecheck.occasions import FORKED, PULL_REQUESTS, Occasion, occasions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Map

    from stackproof.pipeline.gatecheck.allowances import Allowance
    from stackproof.pipeline.gatecheck.commands import Act, Does
    from stackproof.pipeline.gatecheck.follow import Flow, FlowJob, FlowStep
    from stackproof.pipeline.gatecheck.model import Job, Place, Trigger
    from stackproof.pipeline.gatecheck.noxfile import Forgiven
    from stackproof.pipeline.gatecheck.source import Scalar
    from stackproof.settings import GatecheckSettings

__all__ = [
    "FOLDER",
    "RESULTS",
    "Deployment",
    "Gate",
    "Pipeline",
    "Results",
    "at",
    "gate_kinds",
    "overrides_success",
    "reads",
    "runs",
    "step_runs",
]

FOLDER = "scripts/stackproof/pipeline/docs"
"""Where the pages of the rules are published."""
RESULTS = frozenset({"success", "failure", "cancelled", "skipped"})
"""The results a job can have."""
_AMISS = ("failure", "cancelled", "skipped")
_PRODUCTION = re.compile(r"(?:^|[^a-z])(?:prod|prd|production|live)(?:$|[^a-z])", re.IGNORECASE)
_STATUS = frozenset({"always", "failure", "cancelled"})
_REVIEW = re.compile(
    r"pull_request\.number|event\.number|event\.issue\.number|head_ref|ref_name|pr[-_]?number", re.IGNORECASE
)
_PERMISSION = re.compile(r"getCollaboratorPermissionLevel|/collaborators/.+/permission")
_OUTCOMES = ("outcome", "conclusion")
_AUTHORED = re.compile(
    r"^github\.(?:head_ref|actor|triggering_actor|event\.(?:label|commits|head_commit|sender)\b"
    r"|event\.pull_request\.(?:labels|title|body|draft|user|head\.ref|head\.label)\b)"
)
_JUDGES_NEEDS = re.compile(r"needs\.(\*|[\w-]+)\.result|tojson\(\s*needs\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gate:
    """A step that judges, in its job and flow."""

    flow: Flow
    job: FlowJob
    step: FlowStep
    act: Act


@dataclass(frozen=True, slots=True)
class Deployment:
    """A step that deploys, in its job and flow, with the occasions on which it may run."""

    flow: Flow
    job: FlowJob
    step: FlowStep
    act: Act
    occasions: tuple[Occasion, ...]

    @property
    def subject(self) -> str:
        """How findings name it."""
        return self.job.key

    @property
    def temporary(self) -> bool:
        """Whether its stack is not there to stay: a pull request's own, by its name, or destroyed by the same run."""
        texts = (self.act.stack, *(item.text for item in self.step.step.env.values() if "stack" in item.text.lower()))
        own = any("${{" in text and _REVIEW.search(text) for text in texts)
        made = [act for step in (*self._before_all(), self.step) for act in step.acts if act.verb in UPDATES]
        destroyed = _destroys(self.step) or any(_destroys(step) for step in self._after())
        return own or (not self.is_production and bool(made) and destroyed)

    @property
    def is_production(self) -> bool:
        """Whether its stack or environment is production, by its name."""
        environment = self.job.environment
        return any(_PRODUCTION.search(text) for text in (self.act.stack, environment.text if environment else ""))

    def _before_all(self) -> Iterator[FlowStep]:
        """Give the steps that come before it, in its job and in those it needs."""
        yield from self.before()
        for other in self.flow.ancestors(self.job.key):
            yield from other.steps

    def _after(self) -> Iterator[FlowStep]:
        """Give the steps that come after it, in its job and in those that need it."""
        yield from self.job.steps[self.job.steps.index(self.step) + 1 :]
        for other in self.flow.jobs.values():
            if any(one.key == self.job.key for one in self.flow.ancestors(other.key)):
                yield from other.steps

    def before(self) -> tuple[FlowStep, ...]:
        """Give the steps of the job before this one."""
        return self.job.steps[: self.job.steps.index(self.step)]


@dataclass(frozen=True)
class Pipeline:
    """All that rules judge: the flows of a repository, what its noxfile forgives, comments, and the rules there are."""

    flows: tuple[Flow, ...]
    settings: GatecheckSettings
    rules: frozenset[str] = frozenset()
    forgiven: tuple[Forgiven, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        """Every deployment that may run on some event."""
        return tuple(self._deployments())

    def _deployments(self) -> Iterator[Deployment]:
        for flow in self.flows:
            for job in flow.jobs.values():
                for step in job.steps:
                    for act in step.acts:
                        possible = tuple(self._possible(flow, job, step, act)) if "deploy" in act.does else ()
                        if possible:
                            yield Deployment(flow, job, step, act, possible)

    def _possible(self, flow: Flow, job: FlowJob, step: FlowStep, act: Act) -> Iterator[Occasion]:
        """Give the occasions on which an act may be done, with what its conditions then say of contexts."""
        texts = [*(text for _, text in job.conditions), *step.conditions]
        known = {name: value for text in texts for name, value in implied(text.text).items()}
        for trigger in flow.triggers:
            for one in self._occasions(flow, job, trigger):
                if (
                    runs(job, one.facts) is not False
                    and step_runs(job, step, one.facts) is not False
                    and _is_chosen(job, act, one)
                ):
                    yield replace(one, facts={**one.facts, **known})

    def _occasions(self, flow: Flow, job: FlowJob, trigger: Trigger) -> Iterator[Occasion]:
        """Give the occasions of a trigger, without those that the repository's other workflows rule out."""
        names = {text.text for text in trigger.filters("workflows")}
        others = [item.workflow for item in self.flows if {item.workflow.name, item.workflow.file} & names]
        forked = len(others) < len(names) or any(
            PULL_REQUESTS & {one.event for one in item.triggers} for item in others
        )
        for one in occasions(trigger):
            if one.who == FORKED and not forked:
                continue
            if one.event == "issue_comment" and _asks_permission(flow, job):
                continue
            yield one

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate whose verdict somebody waits for: a change's, or that before a deployment."""
        return tuple(gate for flow in self.flows if self.is_gating(flow) for gate in self._gates(flow))

    def _gates(self, flow: Flow) -> Iterator[Gate]:
        """Yield a flow's gates; a session that only checks something is one where its workflow sums up gates."""
        summed = {id(job.workflow) for job in self.aggregators(flow)}
        for job in flow.jobs.values():
            counted = GATES if id(job.workflow) in summed else GATES - {"check"}
            for step in job.steps:
                yield from (Gate(flow, job, step, act) for act in step.acts if act.does & counted)

    @cached_property
    def watched(self) -> tuple[Gate | Deployment, ...]:
        """Every step whose failure must count: gates, checks of a plan, updates, and looks at drift."""
        looks = tuple(
            Gate(flow, job, step, act)
            for flow in self.flows
            for job in flow.jobs.values()
            for step in job.steps
            for act in step.acts
            if act.does == {"verify"} or (act.verb == "look" and act.words[0] == "stackproof")
        )
        return (*self.gates, *looks, *(item for item in self.deployments if item.act.updates))

    def is_gating(self, flow: Flow) -> bool:
        """Say whether a flow judges changes or deploys; a scheduled look at what is there does neither."""
        events = {trigger.event for trigger in flow.triggers}
        return bool(events & {*PULL_REQUESTS, "merge_group", "push", "workflow_call"}) or any(
            item.flow is flow for item in self.deployments
        )

    def is_gate(self, flow: Flow, job: FlowJob) -> bool:
        """Say whether a job is a gate."""
        return any(item.flow is flow and item.job is job for item in self.gates)

    def required(self) -> Iterator[Flow]:
        """Yield the flows on pull requests that a change must pass: with a policy or preview gate, or an aggregator."""
        for flow in self.flows:
            deploys = any(item.flow is flow for item in self.deployments)
            on_changes = flow.trigger("pull_request") or flow.trigger("pull_request_target")
            judging = not deploys or any(self.judges_changes(flow, item) for item in flow.jobs.values())
            if self.is_counted(flow) and on_changes and judging:
                yield flow

    def queued(self) -> Iterator[Trigger]:
        """Yield the triggers by which the merge queue, and no pull request, starts a workflow that judges."""
        for flow in self.flows:
            queue = flow.trigger("merge_group")
            both = any(trigger.event in PULL_REQUESTS for trigger in flow.triggers)
            if queue is not None and not both and self.is_counted(flow):
                yield queue

    def is_counted(self, flow: Flow) -> bool:
        """Say whether a flow's verdict is one to wait for: it has a policy or preview gate, or an aggregator."""
        judged = {does for item in self.gates if item.flow is flow for does in item.act.does}
        return bool(judged & {"policy", "preview"}) or any(True for _ in self.aggregators(flow))

    def judges_changes(self, flow: Flow, job: FlowJob) -> bool:
        """Say whether a gate runs on pull requests."""
        asked = [one for trigger in flow.triggers if trigger.event in PULL_REQUESTS for one in occasions(trigger)]
        return self.is_gate(flow, job) and any(runs(job, one.facts) is not False for one in asked)

    def aggregators(self, flow: Flow) -> Iterator[FlowJob]:
        """Yield the jobs that give the verdict on others: of the name in the settings, or by what they do."""
        for job in flow.jobs.values():
            deploys = any("deploy" in act.does for act in job.acts) or job.job.uses is not None
            judged = [flow.jobs[need] for need in job.needs if need in flow.jobs]
            over = any(act.does & GATES for need in judged for act in _all_acts(flow, need))
            if judged and over and not deploys and (self._is_named(job) or self._sums_up(job)):
                yield job

    def _is_named(self, job: FlowJob) -> bool:
        return self.settings.aggregator in {job.job.id, job.job.name.text if job.job.name else ""}

    @staticmethod
    def _sums_up(job: FlowJob) -> bool:
        if any(step.step.uses and step.step.uses.text.startswith("re-actors/alls-green") for step in job.steps):
            return True
        texts = [item.text for step in job.steps for item in step.step.scalars()]
        if not overrides_success(job.job.condition):
            return False
        judges = any(_JUDGES_NEEDS.search(text) for text in [*texts, *(item.text for item in job.job.env.values())])
        return judges and any("exit 1" in text or step.ends_in_failure for text in texts for step in job.steps)

    def is_on_changes(self, flow: Flow) -> bool:
        """Say whether a flow runs on pull requests or in the merge queue."""
        return bool({trigger.event for trigger in flow.triggers} & {*PULL_REQUESTS, "merge_group"})

    def is_pipeline(self, flow: Flow) -> bool:
        """Say whether a flow has a gate or a deployment."""
        return any(item.flow is flow for item in self.gates) or any(item.flow is flow for item in self.deployments)

    def checks(self) -> Iterator[tuple[FlowJob, str]]:
        """Yield every job that makes a check on changes, with the check's name."""
        for flow in self.flows:
            for job in flow.jobs.values() if self.is_on_changes(flow) else ():
                if not job.inner:
                    owners = [*(caller for _, caller in job.callers), job.job]
                    yield job, " / ".join(owner.name.text if owner.name else owner.id for owner in owners)

    def scheduled(self) -> Iterator[tuple[Flow, FlowJob, Act]]:
        """Yield what a schedule can start."""
        for flow in self.flows:
            trigger = flow.trigger("schedule")
            [one] = occasions(trigger) if trigger else [None]
            for job in flow.jobs.values() if one else ():
                for step in job.steps if one and runs(job, one.facts) is not False else ():
                    if one and step_runs(job, step, one.facts) is not False:
                        yield from ((flow, job, act) for act in step.acts)

    def counted(self, flow: Flow) -> Iterator[tuple[Job, tuple[Map[str, Value], ...]]]:
        """Yield the jobs whose failure must count, with their variants: what judges, updates or sums up, and needs."""
        jobs = [item.job for item in self.watched if item.flow is flow]
        jobs += self.aggregators(flow) if self.is_gating(flow) else ()
        for item in (one for job in jobs for one in (job, *flow.ancestors(job.key))):
            yield item.job, item.variants
            yield from ((caller, ({},)) for _, caller in item.callers)

    def decided_by_author(self, gate: Gate, name: str) -> bool:
        """Say whether who writes a change decides a context, or who dispatches the deployment behind a gate."""
        if _AUTHORED.search(name):
            return True
        chosen = re.fullmatch(r"(?:github\.event\.)?inputs\.[\w-]+", name) is not None
        if not chosen or gate.flow.trigger("workflow_dispatch") is None or _is_given(gate.job, name):
            return False
        return any(
            item.flow is gate.flow and self._follows(item, gate) and not _asks_inputs(item) for item in self.deployments
        )

    @staticmethod
    def _follows(item: Deployment, gate: Gate) -> bool:
        """Say whether a deployment comes after a gate."""
        if item.job is gate.job:
            return gate.step in item.before()
        return any(job.key == gate.job.key for job in item.flow.ancestors(item.job.key))

    def passed_by(self, item: Deployment) -> Iterator[tuple[Scalar, str, str, str]]:
        """Yield each condition by which a job can deploy although a gate, which is named, had a result, named too."""
        flow, key = item.flow, item.job.key
        between = [item.job, *flow.ancestors(key)]
        for gate in self.guards(flow, key):
            later = [job for job in between if any(one.key == gate.key for one in flow.ancestors(job.key))]
            loose = next((job for job in later if overrides_success(job.job.condition)), None)
            # A job that is skipped inside of a called workflow does not show in the caller's result.
            results = ("failure", "cancelled") if gate.parent and gate.parent != item.job.parent else _AMISS
            for result in results if loose is not None else ():
                if loose and loose.job.condition and Results(flow, gate.key, result).may_run(key):
                    yield loose.job.condition, loose.job.place.file, gate.key, result

    def passed_in_job(self, item: Deployment) -> Iterator[tuple[Scalar, str, str, str]]:
        """Yield each condition by which a step can deploy although a gate before it in its job failed."""
        loose = next((text for text in item.step.conditions if overrides_success(text)), None)
        if loose is None:
            return
        for step in item.before():
            judged = next((act for act in step.acts if act.does & GATES), None)
            facts: dict[str, Value] = {"success()": False, "failure()": True}
            facts.update(
                {f"steps.{one.id.lower()}.{what}": "failure" for one in step.chain for what in _OUTCOMES if one.id}
            )
            if judged is not None and step_runs(item.job, item.step, facts) is not False:
                yield loose, item.step.step.place.file, step.step.id or judged.shown, "failure"

    @staticmethod
    def verified_here(item: Deployment) -> bool:
        """Say whether the step that deploys verifies the plan itself first."""
        acts = item.step.acts
        return any("verify" in act.does for act in acts[: acts.index(item.act)])

    def guards(self, flow: Flow, key: str) -> tuple[FlowJob, ...]:
        """Give the jobs whose failure must stop an update: aggregators, gates that none covers, and other updates."""
        before = flow.ancestors(key)
        summing = {job.key for job in self.aggregators(flow)}
        summed = [item for item in before if item.key in summing]
        covered = {item.key for one in summed for item in flow.ancestors(one.key)} | {item.key for item in summed}
        updating = {item.job.key for item in self.deployments if item.flow is flow and item.act.updates}
        gates = [item for item in before if self.is_gate(flow, item)]
        others = [item for item in before if item.key in updating] if gates or summed else []
        return (*summed, *(item for item in (*gates, *others) if item.key not in covered))


def _all_acts(flow: Flow, job: FlowJob) -> tuple[Act, ...]:
    """Give the acts of a job and of those it calls."""
    return (*job.acts, *(act for key in job.inner for act in flow.jobs[key].acts))


def _destroys(step: FlowStep) -> bool:
    """Say whether a step destroys a stack without being asked to by an input."""
    chosen = any("inputs." in name for text in step.conditions for name in reads(text))
    return not chosen and any(act.verb == "destroy" and not act.when[0] for act in step.acts)


def _asks_permission(flow: Flow, job: FlowJob) -> bool:
    """Say whether a job before, whose output a condition reads, asks GitHub what the commenter may do."""
    texts = [text for item in (job, *flow.ancestors(job.key)) for _, text in item.conditions]
    texts += [text for step in job.steps for text in step.conditions]
    asked = {
        name.split(".")[1] for text in texts for name in reads(text) if re.fullmatch(r"needs\.[^.]+\.outputs\..+", name)
    }
    before = [item for item in flow.ancestors(job.key) if item.job.id.lower() in asked]
    return any(_PERMISSION.search(text.text) for item in before for step in item.steps for text in step.step.scalars())


def _is_chosen(job: FlowJob, act: Act, occasion: Occasion) -> bool:
    """Say whether the expression that chooses a command may come to the act's on an occasion."""
    text, wanted = act.when
    found = {interpolate(text, {**variant, **occasion.facts}) for variant in job.variants} if text else {wanted}
    return any(isinstance(value, Unknown) or value == wanted for value in found)


def runs(job: FlowJob, facts: Map[str, Value]) -> bool | None:
    """Say whether a job's conditions, and those of its callers, hold; `None` where that cannot be known."""
    return _all(job.variants[0], [text for _, text in job.conditions], facts)


def step_runs(job: FlowJob, step: FlowStep, facts: Map[str, Value]) -> bool | None:
    """Say whether a step's conditions, and those of the steps it stands in, hold, for any of the job's variants."""
    found = {_all(variant, step.conditions, facts) for variant in job.variants}
    return True if True in found else None if None in found else False


def _all(known: Map[str, Value], conditions: tuple[Scalar, ...] | list[Scalar], facts: Map[str, Value]) -> bool | None:
    verdicts: set[bool | None] = set()
    for text in conditions:
        expression = condition(text.text)
        # A condition that is no expression is one nobody can rely on.
        verdicts.add(None if expression is None else truth(evaluate(expression, {**known, **facts})))
    return False if False in verdicts else None if None in verdicts else True


@dataclass(slots=True)
class Results:
    """The results that jobs can have, where one job has had a certain one."""

    flow: Flow
    root: str
    result: str
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    visiting: set[str] = field(default_factory=set)

    def of(self, key: str) -> frozenset[str]:
        """Give the possible results of a job."""
        if key == self.root:
            return frozenset({self.result})
        if key in self.visiting or key not in self.flow.jobs:
            return RESULTS
        if key not in self.known:
            self.visiting.add(key)
            self.known[key] = self._reached(key)
            self.visiting.discard(key)
        return self.known[key]

    def _reached(self, key: str) -> frozenset[str]:
        if not self.may_run(key):
            return frozenset({"skipped"})
        inner = [self.of(item) for item in self.flow.jobs[key].inner]
        if frozenset({"failure"}) in inner:
            return frozenset({"failure"})
        if frozenset({"cancelled"}) in inner:
            return frozenset({"failure", "cancelled"})
        return RESULTS

    def may_run(self, key: str) -> bool:
        """Say whether a job can run all the same."""
        job = self.flow.jobs[key]
        if job.parent in self.flow.jobs and not self.may_run(job.parent):
            return False
        touched = any(self._is_touched(need) for need in job.needs)
        facts: dict[str, Value] = {**job.variants[0]}
        if touched:
            facts["success()"] = False
            if self.result == "failure":
                facts["failure()"] = True
        prefix = job.key.removesuffix(job.job.id)
        values = {need.removeprefix(prefix).lower(): _value(self.of(need)) for need in job.needs}
        facts.update({f"needs.{name}.result": value for name, value in values.items()})
        facts["needs.*.result"] = tuple(values.values())
        expression = condition(job.job.condition.text if job.job.condition else "")
        return expression is None or truth(evaluate(expression, facts)) is not False

    def _is_touched(self, key: str) -> bool:
        if key not in self.flow.jobs:
            return False
        inside = self.root in self.flow.jobs[key].inner
        return key == self.root or inside or any(item.key == self.root for item in self.flow.ancestors(key))


def _value(results: frozenset[str]) -> Value:
    return next(iter(results)) if len(results) == 1 else Unknown(among=results)


def overrides_success(text: Scalar | None) -> bool:
    """Say whether a condition calls a function that lets a job or step run after a failure."""
    return text is not None and bool(calls(text.text) & _STATUS)


def reads(text: Scalar | None) -> Iterator[str]:
    """Yield the dotted contexts that a condition reads."""
    if text is not None:
        for reference in references(text.text, bare=True):
            yield reference.dotted


def gate_kinds(job: FlowJob) -> frozenset[Does]:
    """Give what a job judges."""
    return frozenset(does for act in job.acts for does in act.does if does in GATES)


def at(text: Scalar, place: Place) -> Place:
    """Give the place of a text in the file of its owner."""
    return type(place)(place.file, text.line)


def _is_given(job: FlowJob, name: str) -> bool:
    """Say whether a caller gives an input, so that nobody chooses it."""
    value = job.variants[0].get(name)
    return value is not None and not isinstance(value, Unknown)


def _asks_inputs(item: Deployment) -> bool:
    """Say whether a deployment itself is chosen by an input."""
    texts = [*(text for _, text in item.job.conditions), *item.step.conditions]
    return any("inputs." in name for text in texts for name in reads(text))
