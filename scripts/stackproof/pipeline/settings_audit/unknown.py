# SPDX-License-Identifier: Apache-2.0
"""What was not seen of a repository's settings, and the command that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.pipeline.settings_audit.facts import Document, Environment, Facts

__all__ = ["Unseen", "unknown"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A setting that cannot be told: a stable name, what is hidden in words, how to see it, and where it would be."""

    name: str
    says: str
    command: str
    file: str = ""
    path: str = ""


def unknown(facts: Facts) -> Iterator[Unseen]:
    """Yield everything that a rule would have asked and could not."""
    documents = (
        ("repository", facts.repository, facts.repo),
        ("rules", facts.rules, f"{facts.repo}/rules/branches/{facts.branch}"),
        ("actions", facts.actions, f"{facts.repo}/actions/permissions"),
        ("workflow", facts.workflow, f"{facts.repo}/actions/permissions/workflow"),
    )
    for name, document, path in documents:
        if document is None:
            yield Unseen(name, f"{path} was not seen", f"gh api {path} > {name}.json", path=path)
    yield from _fields(facts)
    if not facts.environments:
        path = f"{facts.repo}/environments"
        yield Unseen(
            "environments", "no environment was seen", f"gh api {path}/prod > environments/prod.json", path=path
        )
    for item in facts.environments:
        yield from _environment(facts, item)
    yield from _rulesets(facts)
    if facts.private is True and not facts.plan:
        owner = facts.slug.partition("/")[0]
        command = f"gh api orgs/{owner} > organisation.json, as an owner of it"
        yield Unseen("plan", "the plan of a private repository's owner was not seen", command, path=f"orgs/{owner}")


def _fields(facts: Facts) -> Iterator[Unseen]:
    wanted = (
        (facts.repository, "private", facts.repo),
        (facts.actions, "sha_pinning_required", f"{facts.repo}/actions/permissions"),
        (facts.workflow, "default_workflow_permissions", f"{facts.repo}/actions/permissions/workflow"),
        (facts.workflow, "can_approve_pull_request_reviews", f"{facts.repo}/actions/permissions/workflow"),
    )
    for document, key, path in wanted:
        if document is not None and key not in document.body:
            yield _hidden(key, document, f"gh api {path}, as an administrator")


def _hidden(key: str, document: Document, command: str, owner: str = "") -> Unseen:
    return Unseen(f"{owner}{key}", f"`{key}` is not in what was read", command, document.file, document.path)


def _environment(facts: Facts, item: Environment) -> Iterator[Unseen]:
    path = f"{facts.repo}/environments/{item.name}"
    command = f"gh api {path}, as an administrator"
    keys = ("protection_rules", "can_admins_bypass") if facts.is_production(item) else ()
    for key in (*keys, "deployment_branch_policy"):
        if key not in item.document.body:
            yield _hidden(key, item.document, command, f"{item.name}.")
    if "deployment_branch_policy" in item.document.body and item.patterns is None:
        listed = f"{path}/deployment-branch-policies"
        yield Unseen(
            f"{item.name}.branches",
            f"the branches that {item.name} admits were not seen",
            f"gh api {listed} > branch-policies/{item.name}.json",
            item.document.file,
            listed,
        )


def _rulesets(facts: Facts) -> Iterator[Unseen]:
    known = {item.id for item in facts.rulesets}
    for number in facts.ruleset_ids():
        if number not in known:
            path = f"{facts.repo}/rulesets/{number}"
            says = f"the ruleset {number}, and who may bypass it, was not seen"
            yield Unseen(f"ruleset.{number}", says, f"gh api {path} > rulesets/{number}.json", path=path)
    for item in facts.rulesets:
        if item.bypassing is None:
            command = f"gh api {facts.repo}/rulesets/{item.id}, as an administrator"
            yield _hidden("bypass_actors", item.document, command, f"ruleset.{item.id}.")
