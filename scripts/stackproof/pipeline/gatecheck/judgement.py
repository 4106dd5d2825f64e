# SPDX-License-Identifier: Apache-2.0
"""What rules ask of single values, steps and jobs: whether a key may be true, a step reports, a result is accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stackproof.pipeline.gatecheck.expressions import (
    UNKNOWN,
    Unknown,
    Value,
    condition,
    evaluate,
    interpolate,
    outcomes,
    references,
    truth,
)
from stackproof.pipeline.gatecheck.occasions import occasions
from stackproof.pipeline.gatecheck.roles import RESULTS, Results, step_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map

    from stackproof.pipeline.gatecheck.follow import Flow, FlowJob, FlowStep
    from stackproof.pipeline.gatecheck.occasions import Occasion
    from stackproof.pipeline.gatecheck.roles import Deployment, Gate
    from stackproof.pipeline.gatecheck.source import Scalar

__all__ = [
    "accepted",
    "always_holds",
    "bypass",
    "check_name",
    "fails_later",
    "fixed_ref",
    "from_caller",
    "is_approval",
    "is_bounded",
    "is_seen",
    "kept_state",
    "loose_download",
    "may_be_true",
    "other_commit",
    "reports",
    "runs_after_failure",
]

_BYPASSES: Final = (
    "--skip-preview",
    "--target",
    "--target-replace",
    "--target-dependents",
    "--exclude",
    "--exclude-dependents",
)
_REPORTERS: Final = (
    "github/codeql-action/upload-sarif",
    "marocchino/sticky-pull-request-comment",
    "peter-evans/create-or-update-comment",
    "thollander/actions-comment-pull-request",
    "mshick/add-pr-comment",
    "dorny/test-reporter",
    "enricomi/publish-unit-test-result-action",
    "mikepenz/action-junit-report",
    "test-summary/action",
)
_STATE = re.compile(r"(?:^|[/_-])(?:state|checkpoint|stack-export)(?:[-_.*][^/\n]*)?\.json\s*$", re.MULTILINE)
_REPORT_NAMES = re.compile(r"report|result|sarif|junit|record|state", re.IGNORECASE)
_VOUCHED = re.compile(
    r"github\.sha|github\.event\.(workflow_run\.head_sha|deployment\.sha|pull_request\.merge_commit_sha|after)"
    r"|github\.event\.pull_request\.head\.sha|(needs|steps)\.[\w-]+\.outputs\.[\w-]+",
    re.IGNORECASE,
)


def may_be_true(text: Scalar, variants: Iterable[Map[str, Value]], asked: Iterable[Occasion] = ()) -> bool:
    """Say whether a key such as `continue-on-error` is not known to be false, for all variants and occasions."""
    if text.boolean is not None:
        return text.boolean
    facts = [one.facts for one in asked] or [{}]
    return any(truth(interpolate(text.text, {**known, **fact})) is not False for known in variants for fact in facts)


def fails_later(job: FlowJob, gate: FlowStep) -> bool:
    """Say whether a later step fails the job by the `outcome` of a step that may fail itself."""
    names = [step.id.lower() for step in gate.chain if step.id]
    failed: dict[str, Value] = {f"steps.{name}.outcome": "failure" for name in names}
    for step in job.steps[job.steps.index(gate) + 1 :]:
        asks = any(f"steps.{name}.outcome" in text.text.lower() for name in names for text in step.step.scalars())
        run = step.step.run
        ends = step.ends_in_failure or (run is not None and re.search(r"\bexit (?:[1-9]|\$)", run.text))
        if asks and ends and step_runs(job, step, {**failed, "success()": True}) is True:
            return True
    return False


def always_holds(text: Scalar, flow: Flow) -> bool:
    """Say whether a condition holds on every event of a flow, whatever became of other jobs."""
    expression = condition(text.text)
    asked = [one for trigger in flow.triggers for one in occasions(trigger)]
    return expression is not None and all(truth(evaluate(expression, one.facts)) is True for one in asked)


def is_seen(flow: Flow, aggregator: FlowJob, gate: str) -> bool:
    """Say whether an aggregator sees a gate that did not succeed: some job it needs cannot have succeeded then."""
    # A job that is skipped inside of a called workflow does not show in the caller's result.
    inside = flow.jobs[gate].parent != aggregator.parent
    for result in sorted(RESULTS - {"success"} - ({"skipped"} if inside else set())):
        found = Results(flow, gate, result)
        if all("success" in found.of(need) for need in aggregator.needs):
            return False
    return True


def accepted(job: FlowJob) -> Iterator[tuple[str, str]]:
    """Yield each job with a result, other than success, with which the aggregator may succeed."""
    if any(_judges_all(job, step) for step in job.steps):
        return
    for need in job.job.needs:
        for result in ("failure", "cancelled", "skipped"):
            facts: dict[str, Value] = {f"needs.{need.text.lower()}.result": result}
            facts["needs.*.result"] = tuple(result if other is need else UNKNOWN for other in job.job.needs)
            if not any(_refuses(job, step, facts, need.text, result) for step in job.steps):
                yield need.text, result


def _judges_all(job: FlowJob, step: FlowStep) -> bool:
    """Say whether a step is handed all of `needs` as JSON and does more than look for failure."""
    if step.step.continue_on_error is not None and may_be_true(step.step.continue_on_error, ({},)):
        return False
    if any(act.lost for act in step.acts) or step_runs(job, step, {"success()": True, "always()": True}) is not True:
        return False
    texts = [item.text for item in (*step.step.scalars(), *job.job.env.values())]
    if not any(
        re.search(r"toJSON\(\s*needs\s*\)|toJSON\(\s*needs\.\*\.result\s*\)", text, re.IGNORECASE) for text in texts
    ):
        return False
    script = step.step.run.text if step.step.run else ""
    if re.search(r"\|\|\s*(?:true|:|echo)\b", script):
        return False
    return step.step.run is None or "success" in script or not re.search(r"\b(?:failure|cancelled)\b", script)


def _refuses(job: FlowJob, step: FlowStep, facts: dict[str, Value], need: str, result: str) -> bool:
    """Say whether a step fails for a result: it runs then and ends in failure, or asks for it, or for success."""
    if step.step.continue_on_error is not None and may_be_true(step.step.continue_on_error, ({},)):
        return False
    runs = step_runs(job, step, {**facts, "success()": True})
    if step.ends_in_failure and runs is True:
        return True
    script = step.step.run.text if step.step.run else ""
    if runs is not True or not re.search(r"\bexit (?:[1-9]|\$)|\bfalse\b|^\s*(?:\[|test )", script, re.MULTILINE):
        return False
    context = re.escape(f"needs.{need}.result")
    given = {**job.job.env, **step.step.env}.items()
    names = [name for name, text in given if re.search(context, text.text, re.IGNORECASE)]
    asked = "|".join([*(rf"\$\{{?{re.escape(name)}\b" for name in names), context])
    lines = [line for line in script.splitlines() if re.search(asked, line, re.IGNORECASE)]
    judged = [line for line in lines if re.search(r"success|failure|cancelled|skipped", line)]
    # Results that a loop goes through are compared on lines of their own.
    return any("success" in line or result in line for line in judged or (script.splitlines() if lines else ()))


def check_name(job: FlowJob) -> str:
    """Give the name of a job's check: that of its callers and its own."""
    owners = [*(caller for _, caller in job.callers), job.job]
    return " / ".join(owner.name.text if owner.name else owner.id for owner in owners)


def bypass(words: tuple[str, ...]) -> str:
    """Give the flag by which `pulumi up` skips its preview, or updates only a part, if there is one."""
    for word in words:
        name = word.partition("=")[0]
        if name in _BYPASSES or re.fullmatch(r"-[a-zA-Z]*[ft][a-zA-Z]*", name):
            return name
    return ""


def loose_download(uses: str, inputs: Map[str, Scalar]) -> str:
    """Say what is loose about a step that downloads an artifact; nothing where nothing is, or it is no such step."""
    name = uses.partition("@")[0].lower()
    if name == "dawidd6/action-download-artifact":
        return "is the latest of its name in another run"
    if name != "actions/download-artifact":
        return ""
    softened = inputs.get("digest-mismatch")
    if softened is not None and softened.text != "error":
        return f"may differ from its digest (`digest-mismatch: {softened.text}`)"
    return "" if "artifact-ids" in inputs else "is found by its name"


def reports(step: FlowStep) -> bool:
    """Say whether a step publishes a report."""
    if step.step.run is not None:
        return "GITHUB_STEP_SUMMARY" in step.step.run.text and not step.acts
    name = step.step.uses.text.partition("@")[0].lower() if step.step.uses else ""
    given = step.step.with_.get("name")
    stored = name == "actions/upload-artifact" and bool(given and _REPORT_NAMES.search(given.text))
    return name in _REPORTERS or stored


def kept_state(step: FlowStep) -> Scalar | None:
    """Give the path of a stack's state that a step uploads in the clear, if it does."""
    name = step.step.uses.text.partition("@")[0].lower() if step.step.uses else ""
    path = step.step.with_.get("path")
    if name != "actions/upload-artifact" or path is None or not _STATE.search(path.text):
        return None
    return path


def runs_after_failure(gate: Gate | Deployment, step: FlowStep) -> bool:
    """Say whether a step can run once the gate before it has failed."""
    ids = [item.id.lower() for item in gate.step.chain if item.id]
    facts: dict[str, Value] = {"success()": False, "failure()": True, "cancelled()": False}
    facts.update({f"steps.{name}.{what}": "failure" for name in ids for what in ("outcome", "conclusion")})
    tolerated = any(item.continue_on_error is not None for item in gate.step.chain)
    implicit = step_runs(gate.job, step, facts) if step.conditions else False
    return tolerated or bool(gate.act.lost) or implicit is not False


def other_commit(step: FlowStep, variants: tuple[Map[str, Value], ...]) -> Scalar | None:
    """Give the `ref` of a checkout of this repository into the work tree, unless it is the commit that was judged."""
    uses, inputs = step.step.uses, step.step.with_
    if uses is None or not uses.text.lower().startswith("actions/checkout@"):
        return None
    ref = inputs.get("ref")
    if ref is None or not ref.text.strip() or "repository" in inputs or "path" in inputs:
        return None
    if re.fullmatch(r"[0-9a-f]{40}", ref.text.strip()) or all(
        _is_vouched_for(ref.text.strip(), variant) for variant in variants
    ):
        return None
    values = {interpolate(ref.text, variant) for variant in variants}
    return None if values == {""} else ref


def _is_vouched_for(ref: str, known: Map[str, Value]) -> bool:
    """Say whether a `ref` is one expression, and every value it may take a commit of this run or of an earlier job.

    Of an input that a caller gives, what the caller wrote counts; one it does not give is no value.
    """
    whole = ref.startswith("${{") and ref.endswith("}}") and ref.count("${{") == 1
    read = [item.dotted for item in references(ref) if item.dotted != "github.event_name"]
    absent = {name for name in read if known.get(name) == ""}
    given = {name: value.origin for name in read if isinstance(value := known.get(name), Unknown) and value.origin}
    return (
        whole
        and bool(read)
        and all(
            name in absent or _VOUCHED.fullmatch(name) or (name in given and _is_vouched_for(given[name], {}))
            for name in read
        )
    )


def from_caller(item: Deployment, text: Scalar) -> bool:
    """Say whether a text is an input that only callers in other repositories give."""
    called = {trigger.event for trigger in item.flow.triggers} == {"workflow_call"}
    return called and "inputs." in text.text


def fixed_ref(step: FlowStep) -> Scalar | None:
    """Give the `ref` of a checkout of this repository into the work tree, if it is a name that is written out."""
    ref = other_commit(step, ({},))
    return None if ref is None or "${{" in ref.text else ref


def is_approval(job: FlowJob) -> bool:
    """Say whether a job is there to be approved: it names an environment, and neither judges nor deploys."""
    return job.environment is not None and not job.acts


def is_bounded(text: Scalar, item: Deployment) -> bool:
    """Say whether an environment's name is one of a few that are written in the repository."""
    if "${{" not in text.text:
        return True
    for variant in item.job.variants:
        for one in item.occasions:
            value = interpolate(text.text, {**variant, **one.facts})
            if isinstance(value, Unknown) and not value.among and outcomes(text.text, variant) is None:
                return from_caller(item, text)
    return True
