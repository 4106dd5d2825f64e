# SPDX-License-Identifier: Apache-2.0
"""What credentials a job holds: secrets it reads, identity tokens it may ask for, keys that do not expire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.expressions import references
from stackproof.pipeline.gatecheck.model import Place
from stackproof.pipeline.gatecheck.roles import runs, step_runs
from stackproof.pipeline.gatecheck.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.pipeline.gatecheck.follow import Flow, FlowJob, FlowStep
    from stackproof.pipeline.gatecheck.occasions import Occasion

__all__ = ["asks_identity", "given_texts", "held_credentials", "may_ask_identity", "static_key"]

_STATIC = re.compile(
    r"(?:^|_)(?:AWS_SECRET(?:_ACCESS)?_KEY|PULUMI_(?:ACCESS_)?TOKEN|PULUMI_API_TOKEN|AZURE_CLIENT_SECRET|ARM_CLIENT_SECRET"
    r"|AZURE_CREDENTIALS|GOOGLE_CREDENTIALS|GOOGLE_APPLICATION_CREDENTIALS|GCP_SA_KEY|GCP_CREDENTIALS|GCLOUD_SERVICE_KEY"
    r"|GCP_SERVICE_ACCOUNT_KEY)(?:$|_)",
    re.IGNORECASE,
)


_HARMLESS = re.compile(
    r"(?:^|_)(?:ROLE|ARN|REGION|(?:ACCOUNT|NETWORK|TENANT|CLIENT|SUBSCRIPTION|PROJECT|ZONE)_ID)(?:$|_)"
)
"""Names of secrets that say where something is, not how to get in."""
_POWERS = ("*", "id-token", "contents", "actions")
"""The permissions of a token with which a job can get at a cloud, or change what is judged."""


_EXCHANGES = {
    "aws-actions/configure-aws-credentials": "role-to-assume",
    "google-github-actions/auth": "workload_identity_provider",
    "pulumi/auth-actions": "organization",
}
"""Actions that exchange the run's identity token, and the input that has them do so (their READMEs)."""
_OTHER_WAYS = frozenset({"aws-access-key-id", "web-identity-token-file", "role-chaining"})
_MACHINES = re.compile(r"^(?:ubuntu|windows|macos)-")


def asks_identity(job: FlowJob, step: FlowStep) -> bool:
    """Say whether a step, on a machine of GitHub's that has no identity of its own, exchanges the identity token."""
    name = step.step.uses.text.partition("@")[0].lower() if step.step.uses else ""
    given = {key.lower() for key in step.step.with_}
    keys = any("AWS_ACCESS_KEY_ID" in env for env in (job.workflow.env, job.job.env, step.step.env))
    before = job.steps[: job.steps.index(step)]
    keyed = keys or any(_OTHER_WAYS & {key.lower() for key in one.step.with_} for one in before)
    exchanges = _EXCHANGES.get(name, "\n") in given and not _OTHER_WAYS & given and not keyed
    return exchanges and _MACHINES.match(job.job.runs_on) is not None


def may_ask_identity(flow: Flow, job: FlowJob) -> bool:
    """Say whether a job has `id-token: write`, and each job that calls it; where nothing is said, who calls decides."""
    owners = [(job.workflow, job.job), *reversed(job.callers)]
    stated = [one.permissions if one.permissions is not None else workflow.permissions for workflow, one in owners]
    called = {trigger.event for trigger in flow.triggers} == {"workflow_call"}
    known = [item for item in stated if item is not None]
    if not known:
        return called
    texts = [(item.get("id-token") or item.get("*")) for item in known]
    return all(text is not None and text.text in {"write", "write-all"} for text in texts)


def held_credentials(job: FlowJob, one: Occasion) -> Iterator[tuple[str, Place]]:
    """Yield what a job holds on an occasion, in words, with the place; nothing where the job cannot run on it."""
    if runs(job, one.facts) is False or not _runs_the_change(job, one):
        return
    for name, text in job.permissions.items() if not job.inner else ():
        if name in _POWERS and text.text in {"write", "write-all"}:
            yield f"`{f'{name}: ' if name != '*' else ''}{text.text}`", Place(_owner(job, text), text.line)
    for text, file in _texts(job, one):
        for secret in _secrets(text):
            yield f"the secret {secret}", Place(file, text.line)
    if isinstance(job.job.secrets, Scalar) and job.job.secrets.text == "inherit" and not job.inner:
        yield "every secret (`secrets: inherit`)", Place(job.job.place.file, job.job.secrets.line)


def _runs_the_change(job: FlowJob, one: Occasion) -> bool:
    """Say whether a job has the files of the change: it checks out, or calls a workflow that nobody can look into.

    On pull_request_target a checkout gets the base branch, unless it names what the pull request brings.
    """
    checkouts = [
        step.step for step in job.steps if step.step.uses and step.step.uses.text.startswith("actions/checkout@")
    ]
    if one.event == "pull_request_target":
        refs = [text.text for step in checkouts for name, text in step.with_.items() if name in {"ref", "repository"}]
        return any("pull_request" in ref or "head_ref" in ref for ref in refs)
    return bool(checkouts) or (job.job.uses is not None and not job.inner)


def _owner(job: FlowJob, text: Scalar) -> str:
    """Give the file that a permission stands in."""
    owners = [(job.workflow, job.job), *reversed(job.callers)]
    for workflow, owner in owners:
        for stated in (owner.permissions, workflow.permissions):
            if stated is not None and any(item is text for item in stated.values()):
                return workflow.file
    return job.workflow.file


def _texts(job: FlowJob, one: Occasion) -> Iterator[tuple[Scalar, str]]:
    """Yield the texts that the job reads on an occasion, with the file each stands in."""
    file = job.job.place.file
    held = job.job.secrets if job.job.secrets is not None and not isinstance(job.job.secrets, Scalar) else {}
    for text in (*job.workflow.env.values(), *job.job.env.values(), *job.job.with_.values(), *held.values()):
        if not job.inner:
            yield text, file
    for step in job.steps:
        if step_runs(job, step, one.facts) is not False:
            yield from ((text, item.place.file) for item in step.chain for text in item.scalars())


def _secrets(text: Scalar) -> Iterator[str]:
    for reference in references(text.text):
        name = reference.path[1].upper() if reference.path[0] == "secrets" and reference.path[1:] else ""
        if name and name != "GITHUB_TOKEN" and not _HARMLESS.search(name):
            yield name


def given_texts(job: FlowJob) -> Iterator[tuple[str, Scalar, str]]:
    """Yield the named values that a workflow hands to steps, jobs and called workflows, with their file."""
    file = job.job.place.file
    held = job.job.secrets if job.job.secrets is not None and not isinstance(job.job.secrets, Scalar) else {}
    for owner in (job.workflow.env, job.job.env, job.job.with_, held):
        yield from ((name, text, file) for name, text in owner.items())
    for step in job.steps:
        for item in step.chain:
            for owner in (item.env, item.with_):
                yield from ((name, text, item.place.file) for name, text in owner.items())


def static_key(name: str, text: str) -> str:
    """Give the secret by which a value hands out a key that does not expire, if it does."""
    secrets = list(_secrets(Scalar(text, 1)))
    if not secrets:
        return ""
    if _STATIC.search(name.replace("-", "_")):
        return secrets[0]
    return next((secret for secret in secrets if _STATIC.search(secret)), "")
