# SPDX-License-Identifier: Apache-2.0
"""A pull request's comments through `gh`: which are by the author whose token it is, one more, or one of them edited.

GraphQL calls a bot by its name alone as an author, and by its name with `[bot]` as the viewer; a person may have the
same name, so that the kind of author counts too (GitHub's documentation, GraphQL, "Interfaces": Actor). A comment is
edited by its node's id, as its number no longer fits GraphQL's integers.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from stackproof.errors import UnrunnableError, UsageError

__all__ = ["Comment", "PullRequest", "RefusedError"]

_SECONDS = 60
_MOST_PAGES = 100
_BOT = "[bot]"
_REFUSED = re.compile(r"HTTP 403|not accessible by|does not have (?:the correct )?permission", re.IGNORECASE)
_LATER = re.compile(r"rate limit", re.IGNORECASE)
_FIND = """\
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $after) {
        nodes { id body author { login __typename } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""
_EDIT = """\
mutation($id: ID!, $body: String!) {
  updateIssueComment(input: {id: $id, body: $body}) { issueComment { id } }
}"""


class RefusedError(UnrunnableError):
    """The token may not do that."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its node's id and its text."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, and what may be done with its comments.

    Each method asks GitHub, and raises `UsageError` where there is no `gh`, `RefusedError` where the token may not, and
    `UnrunnableError` where there is no answer or none that can be understood.
    """

    repository: str
    number: int

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"

    def own_comments(self) -> list[Comment]:
        """Give the comments, on all pages, that the token's own author wrote, in their order."""
        found: list[Comment] = []
        after: str | None = None
        for _ in range(_MOST_PAGES):
            viewer, page = self._page(after)
            found += (Comment(str(node["id"]), str(node["body"])) for node in page["nodes"] if _wrote(viewer, node))
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]
        raise UnrunnableError(f"{self} has more than {_MOST_PAGES * 100:,} comments; not all can be looked through")

    def _page(self, after: str | None) -> tuple[str, dict[str, Any]]:
        owner, _, name = self.repository.partition("/")
        answer = _graphql(_FIND, {"owner": owner, "name": name, "number": self.number, "after": after})
        try:
            page: dict[str, Any] = answer["data"]["repository"]["pullRequest"]["comments"]
            return str(answer["data"]["viewer"]["login"]), page
        except (KeyError, TypeError) as error:
            raise UnrunnableError(f"GitHub does not tell the comments on {self}: {error!r}") from error

    def create(self, body: str) -> None:
        """Write one more."""
        path = f"repos/{self.repository}/issues/{self.number}/comments"
        _ask(["gh", "api", "--method", "POST", path, "--input", "-"], {"body": body})

    def edit(self, there: Comment, body: str) -> None:
        """Give one another text."""
        _graphql(_EDIT, {"id": there.id, "body": body})


def _wrote(viewer: str, node: dict[str, Any]) -> bool:
    """Say whether the viewer is a comment's author; one whose author is gone has none."""
    author = node.get("author") or {}
    kind = "Bot" if viewer.endswith(_BOT) else "User"
    return (author.get("login"), author.get("__typename")) == (viewer.removesuffix(_BOT), kind)


def _graphql(query: str, variables: dict[str, object]) -> dict[str, Any]:
    return _ask(["gh", "api", "graphql", "--input", "-"], {"query": query, "variables": variables})


def _ask(command: list[str], content: dict[str, object]) -> dict[str, Any]:
    """Ask for a JSON object; what is sent goes through standard input, for an argument has a longest length."""
    shown = " ".join(command)
    try:
        done = subprocess.run(  # noqa: S603 (an argument list, never a shell)
            command, input=json.dumps(content), capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError as error:
        raise UsageError("comments need the command gh; install it") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnrunnableError(f"`{shown}` did not answer: {error}") from error
    if done.returncode != 0:
        told = done.stderr.strip()[:300]
        refused = _REFUSED.search(told) and not _LATER.search(told)
        kind = RefusedError if refused else UnrunnableError
        cure = "give the job `pull-requests: write`; a fork's token never has it" if refused else "run it again"
        raise kind(f"`{shown}` failed: {told}; {cure}")
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise UnrunnableError(f"`{shown}` does not print JSON: {error}") from error
    if not isinstance(answer, dict):
        raise UnrunnableError(f"`{shown}` does not print a JSON object")
    return answer
