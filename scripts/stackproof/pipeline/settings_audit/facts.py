# SPDX-License-Identifier: Apache-2.0
"""What is known of a repository's settings: documents of GitHub's REST API, of which any part may be hidden or absent.

The documents are those of the API's version 2022-11-28: `repos/O/R`, `orgs/O`, `repos/O/R/environments/E` and its
`deployment-branch-policies`, `repos/O/R/rules/branches/B`, `repos/O/R/rulesets/ID`, `repos/O/R/actions/permissions`
and its `workflow`. A value that is not there is unknown (`None`), never what would be convenient.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ACTIONS_APP", "REVIEWED", "Document", "Environment", "Facts", "Json", "Ruleset", "call", "whole"]

Json: TypeAlias = "Mapping[str, Any]"
ACTIONS_APP: Final = 15368
"""The id of the app GitHub Actions; no token that may merely write statuses can post a check that is bound to it."""
_PRODUCTION = re.compile(r"(?:^|[^a-z])(?:prod|prd|production|live)(?:$|[^a-z])", re.IGNORECASE)
_LIMITED = frozenset({"free", "pro", "team"})
"""GitHub plans without required reviewers in private repositories ("Deployments and environments", GitHub's docs)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document with the place it was read from: a file as reports show it, or the path of the API."""

    body: Any
    file: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, and the branches it admits where those are listed one by one."""

    document: Document
    branches: Document | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.document.body.get("name", ""))

    @property
    def admins_bypass(self) -> bool | None:
        """Whether an administrator may deploy without approval."""
        return boolean(self.document.body.get("can_admins_bypass"))

    @property
    def reviewing(self) -> Json | None:
        """The rule that asks for approval: empty where there is none, `None` where rules are hidden."""
        rules = self.document.body.get("protection_rules")
        if not isinstance(rules, list):
            return None
        return next((one for one in rules if isinstance(one, dict) and one.get("type") == "required_reviewers"), {})

    @property
    def patterns(self) -> tuple[str, ...] | None:
        """The branches and tags it admits: `*` for all, `(protected)` for the protected ones, `None` for unknown."""
        if "deployment_branch_policy" not in self.document.body:
            return None
        policy = self.document.body["deployment_branch_policy"]
        if policy is None:
            return ("*",)
        if not isinstance(policy, dict):
            return None
        if policy.get("protected_branches") is True:
            return ("(protected)",)
        listed = self.branches.body.get("branch_policies") if self.branches else None
        if not isinstance(listed, list):
            return None
        return tuple(str(one.get("name", "*")) for one in listed if isinstance(one, dict))

    def replaced(self, **changes: object) -> dict[str, Any]:
        """Give the body that sets this environment to what it is, but for some values: a request replaces them all."""
        rule = self.reviewing or {}
        reviewers = [
            {"type": one.get("type"), "id": mapping(one.get("reviewer")).get("id")}
            for one in objects(rule.get("reviewers"))
        ]
        return {
            "prevent_self_review": rule.get("prevent_self_review") is True,
            "reviewers": reviewers,
            "deployment_branch_policy": self.document.body.get("deployment_branch_policy"),
            **changes,
        }


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A ruleset in full."""

    document: Document

    @property
    def id(self) -> object:
        """Its number."""
        return self.document.body.get("id")

    @property
    def bypassing(self) -> list[Json] | None:
        """Who may pass by it; `None` where that is hidden, as it is from everybody who may not edit it."""
        actors = self.document.body.get("bypass_actors")
        return objects(actors) if isinstance(actors, list) else None

    @property
    def endpoint(self) -> str:
        """The path of the API under which it is changed."""
        body = self.document.body
        owner = str(body.get("source", ""))
        of_organisation = body.get("source_type") == "Organization"
        return f"{'orgs' if of_organisation else 'repos'}/{owner}/rulesets/{self.id}"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was read. ``branch`` is the one that deploys, ``check`` the check it must require."""

    slug: str
    branch: str = "main"
    check: str = "gate"
    production: frozenset[str] = frozenset()
    repository: Document | None = None
    organisation: Document | None = None
    environments: tuple[Environment, ...] = ()
    rules: Document | None = None
    rulesets: tuple[Ruleset, ...] = ()
    actions: Document | None = None
    workflow: Document | None = None

    @property
    def repo(self) -> str:
        """The repository's path in the API."""
        return f"repos/{self.slug}"

    @property
    def private(self) -> bool | None:
        """Whether the repository is not public."""
        return boolean(self.repository.body.get("private")) if self.repository else None

    @property
    def plan(self) -> str:
        """The owner's plan in lower case; nothing where it is hidden."""
        plan = self.organisation.body.get("plan") if self.organisation else None
        return str(plan.get("name", "")).lower() if isinstance(plan, dict) else ""

    @property
    def reviewers_offered(self) -> bool | None:
        """Whether GitHub offers required reviewers here; `None` where the plan decides and is hidden."""
        if self.private is not True:
            return None if self.private is None else True
        return self.plan not in _LIMITED if self.plan else None

    def is_production(self, environment: Environment) -> bool:
        """Say whether an environment is production: it was named so, or its name says so."""
        named = environment.name in self.production
        return named or (not self.production and _PRODUCTION.search(environment.name) is not None)

    def active(self, kind: str) -> tuple[Json, ...] | None:
        """Give the parameters of all active rules of one kind on the branch; `None` where rules are unknown."""
        if self.rules is None or not isinstance(self.rules.body, list):
            return None
        found = (one for one in self.rules.body if isinstance(one, dict) and one.get("type") == kind)
        return tuple(mapping(one.get("parameters")) for one in found)

    def checks(self) -> tuple[Json, ...] | None:
        """Give the checks that the branch requires."""
        rules = self.active("required_status_checks")
        if rules is None:
            return None
        return tuple(one for rule in rules for one in objects(rule.get("required_status_checks")))

    def ruleset_ids(self) -> Iterator[object]:
        """Yield the numbers of the rulesets that the branch's rules come from."""
        body = self.rules.body if self.rules and isinstance(self.rules.body, list) else []
        ids = [one["ruleset_id"] for one in objects(body) if isinstance(one.get("ruleset_id"), int | str)]
        yield from dict.fromkeys(ids)

    def added_rule(self, name: str, kind: str, parameters: Json | None = None) -> str:
        """Give the command that adds a ruleset of one rule; rulesets add up, so nothing else changes."""
        rule = {"type": kind, **({"parameters": parameters} if parameters else {})}
        body = {
            "name": name,
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": [f"refs/heads/{self.branch}"], "exclude": []}},
            "rules": [rule],
        }
        return call("POST", f"{self.repo}/rulesets", body)


def mapping(value: object) -> Json:
    """Take a value as an object, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """Take a value as a list of objects, leaving out what is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def whole(value: object) -> int:
    """Take a value as a whole number, anything else as 0."""
    return value if isinstance(value, int) else 0


def boolean(value: object) -> bool | None:
    """Take a value as a boolean, anything else as unknown."""
    return value if isinstance(value, bool) else None


def call(method: str, path: str, body: Json) -> str:
    """Give the shell command that makes a request with `gh`."""
    return f"gh api --method {method} {shlex.quote(path)} --input - <<< {shlex.quote(json.dumps(body))}"


REVIEWED: Final[Json] = {
    "required_approving_review_count": 1,
    "require_code_owner_review": True,
    "require_last_push_approval": True,
    "dismiss_stale_reviews_on_push": True,
    "required_review_thread_resolution": False,
}
"""The parameters of a rule that asks for one approval of the last push, by a code owner."""
