# SPDX-License-Identifier: Apache-2.0
"""The occasions on which a workflow runs: an event, whether anyone can bring it about, and what its contexts hold then.

An event that people outside of the trusted branch can cause has an occasion in which they did: a fork's pull request,
a push to some branch, a comment by anyone. A condition that cannot hold on it is a guard. What contexts hold for which
event: GitHub's documentation, "Events that trigger workflows" and "Contexts reference".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stackproof.pipeline.gatecheck.expressions import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Map

    from stackproof.pipeline.gatecheck.model import Trigger

__all__ = ["FORKED", "PULL_REQUESTS", "Occasion", "occasions"]

PULL_REQUESTS = frozenset({"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"})
FORKED: Final = "a fork's run of the other workflow"
"""Who may cause a run that follows another workflow's, if that one runs for pull requests."""
_FORK, _OWNER, _BRANCH = "somebody/fork", "somebody", "a-branch-of-anyone"
_ANY_BRANCH: Map[str, Value] = {
    "github.ref": f"refs/heads/{_BRANCH}",
    "github.ref_name": _BRANCH,
    "github.ref_type": "branch",
}
_NO_PULL_REQUEST: Map[str, Value] = {"github.event.pull_request": None, "github.head_ref": "", "github.base_ref": ""}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One way in which an event comes about. ``who`` can cause it, where it is not somebody trusted."""

    event: str
    facts: Map[str, Value]
    who: str = ""


def occasions(trigger: Trigger) -> tuple[Occasion, ...]:
    """Give the occasions of a trigger."""
    return tuple(_of(trigger))


def _of(trigger: Trigger) -> Iterator[Occasion]:
    name: Map[str, Value] = {"github.event_name": trigger.event}
    match trigger.event:
        case event if event in PULL_REQUESTS:
            yield from _pull_request(trigger, name)
        case "push":
            yield from _push(trigger, {**name, **_NO_PULL_REQUEST})
        case "workflow_run":
            facts = {**name, **_NO_PULL_REQUEST}
            ended = "github.event.workflow_run"
            failed: Map[str, Value] = {f"{ended}.conclusion": "failure"}
            forked: Map[str, Value] = {
                f"{ended}.event": "pull_request",
                f"{ended}.head_repository.full_name": _FORK,
                f"{ended}.head_repository.fork": True,
                f"{ended}.head_repository.owner.login": _OWNER,
                **_own_repository(),
            }
            yield Occasion("workflow_run", facts)
            yield Occasion("workflow_run", {**facts, **failed}, "a run of the other workflow that failed")
            yield Occasion("workflow_run", {**facts, **forked}, FORKED)
        case "issue_comment":
            anyone: Map[str, Value] = {"github.event.comment.author_association": "NONE"}
            yield Occasion("issue_comment", {**name, **anyone}, "a comment of anyone")
        case "workflow_call":
            yield Occasion("workflow_call", {})
        case "merge_group":
            ref = Unknown(prefix="refs/heads/gh-readonly-queue/")
            yield Occasion("merge_group", {**name, **_NO_PULL_REQUEST, "github.ref": ref})
        case "workflow_dispatch":
            yield Occasion("workflow_dispatch", {**name, **_NO_PULL_REQUEST})
            yield Occasion(
                "workflow_dispatch", {**name, **_NO_PULL_REQUEST, **_ANY_BRANCH}, "a dispatch from any branch"
            )
        case event:
            yield Occasion(event, {**name, **_NO_PULL_REQUEST})


def _own_repository() -> Map[str, Value]:
    return {
        "github.repository": Unknown(truth=True, never=frozenset({_FORK})),
        "github.repository_owner": Unknown(truth=True, never=frozenset({_OWNER})),
    }


def _pull_request(trigger: Trigger, name: Map[str, Value]) -> Iterator[Occasion]:
    request = "github.event.pull_request"
    known: dict[str, Value] = {**name, "github.head_ref": Unknown(truth=True), "github.base_ref": Unknown(truth=True)}
    if trigger.event != "pull_request_target":
        known["github.ref"] = Unknown(prefix="refs/pull/")
    fork: Map[str, Value] = {
        f"{request}.merged": False,
        f"{request}.head.repo.fork": True,
        f"{request}.head.repo.full_name": _FORK,
        f"{request}.head.repo.owner.login": _OWNER,
        f"{request}.head.user.login": _OWNER,
        f"{request}.author_association": "NONE",
        **_own_repository(),
    }
    types = {item.text for item in trigger.filters("types")}
    if types:
        known["github.event.action"] = Unknown(among=frozenset(types))
    elif trigger.event != "pull_request_review_comment":
        known["github.event.action"] = Unknown(among=frozenset({"opened", "synchronize", "reopened"}))
    yield Occasion(trigger.event, {**known, **fork}, "a pull request of anyone")
    if "closed" in types:
        merged: Map[str, Value] = {f"{request}.merged": True, "github.event.action": "closed"}
        yield Occasion(trigger.event, {**known, **merged})


def _push(trigger: Trigger, known: Map[str, Value]) -> Iterator[Occasion]:
    branches = [item.text for item in trigger.filters("branches")]
    tags_alone = bool(trigger.filters("tags")) and not branches and not trigger.filters("branches-ignore")
    anywhere = not tags_alone and (not branches or any(item in {"*", "**"} for item in branches))
    if anywhere:
        yield Occasion("push", {**known, **_ANY_BRANCH}, "a push to any branch")
    if tags_alone:
        yield Occasion("push", {**known, "github.ref": Unknown(prefix="refs/tags/"), "github.ref_type": "tag"})
        return
    plain = branches and not trigger.filters("tags") and not any(set(item) & set("*?[!+") for item in branches)
    ref = Unknown(among=frozenset(f"refs/heads/{item}" for item in branches)) if plain else Unknown(prefix="refs/")
    name = Unknown(among=frozenset(branches)) if plain else Unknown(truth=True)
    one: Map[str, Value] = {"github.ref": f"refs/heads/{branches[0]}", "github.ref_name": branches[0]} if plain else {}
    several: Map[str, Value] = {"github.ref": ref, "github.ref_name": name}
    yield Occasion("push", {**known, **(one if len(branches) == 1 else several)})
