# SPDX-License-Identifier: Apache-2.0
"""Reading settings: from JSON that was saved, a file for each document or a folder of them, or through `gh`.

The files of a folder: `repository.json`, `organisation.json`, `rules.json`, `actions.json`, `workflow.json`,
`environments/*.json`, `branch-policies/<environment>.json`, `rulesets/*.json`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stackproof.errors import UsageError
from stackproof.pipeline.settings_audit.facts import Document, Environment, Facts, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Files", "from_files", "from_gh"]

_LONGEST = 10_000_000
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Files:
    """The files that were named, by what they hold."""

    repository: Path | None = None
    organisation: Path | None = None
    rules: Path | None = None
    actions: Path | None = None
    workflow: Path | None = None
    environments: tuple[Path, ...] = ()
    branch_policies: dict[str, Path] = field(default_factory=dict)
    rulesets: tuple[Path, ...] = ()

    @classmethod
    def of(cls, folder: Path) -> Files:
        """Find the files of a folder.

        Raises:
            UsageError: it is no folder, or holds none of them.

        """

        def one(name: str) -> Path | None:
            path = folder / f"{name}.json"
            return path if path.is_file() else None

        def several(name: str) -> tuple[Path, ...]:
            return tuple(sorted((folder / name).glob("*.json")))

        made = cls(
            repository=one("repository"),
            organisation=one("organisation"),
            rules=one("rules"),
            actions=one("actions"),
            workflow=one("workflow"),
            environments=several("environments"),
            branch_policies={path.stem: path for path in several("branch-policies")},
            rulesets=several("rulesets"),
        )
        if made == cls():
            raise UsageError(f"{folder} holds no settings; save them there, such as repository.json, or name --repo")
        return made


def from_files(files: Files, asked: Facts) -> Facts:
    """Read saved documents.

    Raises:
        UsageError: one of them cannot be read or is not what it should be.

    """
    repository = _object(files.repository)
    slug = str(repository.body.get("full_name", "")) if repository else ""
    environments = [
        Environment(document, _object(files.branch_policies.get(str(document.body.get("name", "")))))
        for document in _several(files.environments, "environments")
    ]
    return replace(
        asked,
        slug=asked.slug or slug or "OWNER/NAME",
        repository=repository,
        organisation=_object(files.organisation),
        environments=tuple(environments),
        rules=_list(files.rules),
        rulesets=tuple(Ruleset(document) for document in _several(files.rulesets, "rulesets")),
        actions=_object(files.actions),
        workflow=_object(files.workflow),
    )


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > _LONGEST:
            raise UsageError(f"{path}: is longer than {_LONGEST} bytes; name a document of GitHub's API")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON: {error}; save it with `gh api`") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _object(path: Path | None) -> Document | None:
    if path is None:
        return None
    body = _load(path)
    if not isinstance(body, dict):
        raise UsageError(f"{path}: must be one JSON object, as GitHub's API gives it")
    _refuse_error(body, str(path))
    return Document(body, file=str(path))


def _refuse_error(body: dict[str, Any], where: str) -> None:
    if "message" in body and "documentation_url" in body:
        raise UsageError(f"{where}: is an error of GitHub's API: {body['message']}; save the document itself")


def _list(path: Path | None) -> Document | None:
    if path is None:
        return None
    body = _load(path)
    if isinstance(body, dict):
        _refuse_error(body, str(path))
    if not isinstance(body, list):
        raise UsageError(f"{path}: must be a list of rules, as `rules/branches/BRANCH` of GitHub's API gives it")
    return Document(body, file=str(path))


def _several(paths: Iterable[Path], key: str) -> Iterable[Document]:
    """Read documents, of which a file may hold one, a list, or the answer of the API that lists them under a key."""
    for path in paths:
        body = _load(path)
        if isinstance(body, dict):
            _refuse_error(body, str(path))
        items = body.get(key, [body]) if isinstance(body, dict) else body
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UsageError(f"{path}: must hold JSON objects, as GitHub's API gives them")
        yield from (Document(item, file=str(path)) for item in items)


def from_gh(asked: Facts) -> Facts:
    """Read the settings of ``asked.slug`` through `gh`; what it may not see is left out.

    Raises:
        UsageError: there is no `gh`, or it cannot see the repository.

    """
    if shutil.which("gh") is None:
        raise UsageError("--repo needs the command gh; install it, or save the documents and name their folder")
    repository = _ask(asked.repo, demanded=True)
    owner = asked.slug.partition("/")[0]
    listed = _ask(f"{asked.repo}/environments?per_page=100")
    found = listed.body.get("environments") if listed and isinstance(listed.body, dict) else None
    environments = [_environment(asked, body) for body in found or () if isinstance(body, dict)]
    rules = _ask(f"{asked.repo}/rules/branches/{quote(asked.branch, safe='')}?per_page=100")
    with_rules = replace(asked, rules=rules if rules and isinstance(rules.body, list) else None)
    rulesets = [_ask(f"{asked.repo}/rulesets/{number}") for number in with_rules.ruleset_ids()]
    return replace(
        with_rules,
        repository=repository,
        organisation=_ask(f"orgs/{owner}"),
        environments=tuple(environments),
        rulesets=tuple(Ruleset(document) for document in rulesets if document is not None),
        actions=_ask(f"{asked.repo}/actions/permissions"),
        workflow=_ask(f"{asked.repo}/actions/permissions/workflow"),
    )


def _environment(asked: Facts, body: dict[str, Any]) -> Environment:
    path = f"{asked.repo}/environments/{quote(str(body.get('name', '')), safe='')}"
    policy = body.get("deployment_branch_policy")
    custom = isinstance(policy, dict) and policy.get("custom_branch_policies") is True
    branches = _ask(f"{path}/deployment-branch-policies?per_page=100") if custom else None
    return Environment(Document(body, path=path), branches)


def _ask(path: str, *, demanded: bool = False) -> Document | None:
    """Ask for one document; nothing where GitHub does not show it."""
    command: Sequence[str] = ("gh", "api", path)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603 (an argument list, never a shell)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(
            f"`gh api {path}` did not answer: {error}; save the documents and name their folder"
        ) from error
    if done.returncode != 0:
        if demanded:
            raise UsageError(f"`gh api {path}` failed: {done.stderr.strip()[:300]}; log in, or correct --repo")
        return None
    try:
        return Document(json.loads(done.stdout), path=path)
    except ValueError:
        return None
