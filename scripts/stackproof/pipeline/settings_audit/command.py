# SPDX-License-Identifier: Apache-2.0
"""`stackproof settings`: what GitHub's API says of a repository in, findings and the commands that mend them out."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackproof.audit import Audit
from stackproof.errors import UsageError
from stackproof.model import Severity  # noqa: TC001 (typer reads the annotation)
from stackproof.pipeline.settings_audit import rules as all_rules
from stackproof.pipeline.settings_audit.facts import Facts
from stackproof.pipeline.settings_audit.reading import Files, from_files, from_gh
from stackproof.report.audit_report import AuditFormat
from stackproof.rulebook import discover
from stackproof.settings import Settings, find_settings, load_settings
from stackproof.telling import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["judge", "settings"]

_SLUG = re.compile(r"[\w.-]+/[\w.-]+")
_FOLDER = """A folder of saved answers: repository.json, organisation.json, rules.json, actions.json, workflow.json,
environments/*.json, branch-policies/ENVIRONMENT.json, rulesets/*.json."""
FileOption = Annotated[Path | None, typer.Option(help="The answer of the API, saved.")]
FilesOption = Annotated[list[Path] | None, typer.Option(help="The answer of the API, saved; repeatable.")]


def settings(  # noqa: PLR0913, PLR0917 (each argument is an option of the command)
    folder: Annotated[Path | None, typer.Argument(help=_FOLDER)] = None,
    repo: Annotated[str, typer.Option(help="OWNER/NAME: ask GitHub through gh, or what saved answers are of.")] = "",
    repository: FileOption = None,
    organisation: FileOption = None,
    environment: FilesOption = None,
    rules: FileOption = None,
    ruleset: FilesOption = None,
    actions: FileOption = None,
    branch: Annotated[str, typer.Option(help="The branch that deploys.")] = "main",
    production: Annotated[
        list[str] | None, typer.Option(help="An environment that needs approval; repeatable. Default: by its name.")
    ] = None,
    format_: Annotated[AuditFormat, typer.Option("--format", help="The report's form.")] = AuditFormat.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file instead.")] = None,
    fail_on: Annotated[Severity, typer.Option(help="The least severity that fails.")] = "low",
) -> None:
    """Judge a repository's settings: who may approve, bypass, merge and deploy. What cannot be seen is no pass.

    Exit codes: 0 clean, 1 a finding at or above --fail-on, 2 usage error or unreadable input.
    """
    began = time.monotonic()
    if repo and not _SLUG.fullmatch(repo):
        raise UsageError(f"--repo {repo!r} is not OWNER/NAME")
    found = find_settings(Path())
    check = (load_settings(found) if found else Settings()).gatecheck.aggregator
    asked = Facts(slug=repo, branch=branch, check=check, production=frozenset(production or ()))
    single = Files(repository, organisation, rules, actions, None, tuple(environment or ()), {}, tuple(ruleset or ()))
    facts = _read(folder, single, asked)
    tell(judge(facts, time.monotonic() - began), format_, output, fail_on)


def _read(folder: Path | None, single: Files, asked: Facts) -> Facts:
    """Read from the one source that was named.

    Raises:
        UsageError: none was, or two were, or one cannot be read.

    """
    if folder is not None and single != Files():
        raise UsageError("a folder and single files were named; keep one of them")
    if folder is not None:
        return from_files(Files.of(folder), asked)
    if single != Files():
        return from_files(single, asked)
    if not asked.slug:
        raise UsageError("nothing to judge was named; give --repo OWNER/NAME, a folder or files")
    return from_gh(asked)


def judge(facts: Facts, seconds: float = 0.0) -> Audit:
    """Ask every rule."""
    known = discover(all_rules)
    findings = sorted((one for item in known for one in item.check(facts)), key=lambda one: (one.rule, one.key))
    return Audit(
        command="settings",
        examined=tuple(sorted(_examined(facts))),
        rules=tuple(item.page for item in known),
        findings=tuple(findings),
        seconds=seconds,
    )


def _examined(facts: Facts) -> Iterator[str]:
    single = (facts.repository, facts.organisation, facts.rules, facts.actions, facts.workflow)
    several = [item.document for item in facts.environments] + [item.document for item in facts.rulesets]
    yield from {document.file or document.path for document in (*single, *several) if document is not None}
