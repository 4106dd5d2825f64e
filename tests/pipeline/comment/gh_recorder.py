# SPDX-License-Identifier: Apache-2.0
"""A `gh` that knows one pull request: it refuses arguments it should not be given, and answers as GitHub's API does.

GH_FOLDER holds `comments.json`, a list of {"id", "body", "login", "kind"}; `viewer`, who asks; and `fails`, which if it
is there is written to standard error as what went wrong with whatever `when` (find, create, edit) names.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

FOLDER = Path(os.environ["GH_FOLDER"])
PAGE = 100
CREATE = ["api", "--method", "POST", "repos/acme/app/issues/7/comments", "--input", "-"]
GRAPHQL = ["api", "graphql", "--input", "-"]


def stop(words: str) -> NoReturn:
    sys.stderr.write(f"gh: {words}\n")
    sys.exit(1)


def load() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "comments.json").read_text(encoding="utf-8"))
    return found


def find(variables: dict[str, Any]) -> dict[str, Any]:
    if (variables["owner"], variables["name"], variables["number"]) != ("acme", "app", 7):
        stop("Could not resolve to a PullRequest with the number of 8.")
    start = int(variables["after"] or 0)
    nodes = [
        {"id": one["id"], "body": one["body"], "author": {"login": one["login"], "__typename": one["kind"]}}
        for one in load()[start : start + PAGE]
    ]
    page = {"hasNextPage": start + PAGE < len(load()), "endCursor": str(start + PAGE)}
    comments = {"nodes": nodes, "pageInfo": page}
    viewer = (FOLDER / "viewer").read_text(encoding="utf-8")
    return {"data": {"viewer": {"login": viewer}, "repository": {"pullRequest": {"comments": comments}}}}


def main() -> None:
    words, asked = sys.argv[1:], json.load(sys.stdin)
    verb = "create" if words == CREATE else "find" if "query(" in asked.get("query", "") else "edit"
    if words not in (CREATE, GRAPHQL):
        stop(f"unknown: {words}")
    with (FOLDER / "verbs").open("a", encoding="utf-8") as file:
        file.write(f"{verb}\n")
    if (FOLDER / "fails").exists() and (FOLDER / "when").read_text(encoding="utf-8") == verb:
        stop((FOLDER / "fails").read_text(encoding="utf-8"))
    comments = load()
    if verb == "create":
        comments.append({"id": f"new-{len(comments)}", "body": asked["body"], "login": "github-actions", "kind": "Bot"})
    if verb == "edit":
        [there] = [one for one in comments if one["id"] == asked["variables"]["id"]]
        there["body"] = asked["variables"]["body"]
    (FOLDER / "comments.json").write_text(json.dumps(comments), encoding="utf-8")
    sys.stdout.write(json.dumps(find(asked["variables"]) if verb == "find" else {"id": 5_000_000_000}))


if __name__ == "__main__":
    main()
