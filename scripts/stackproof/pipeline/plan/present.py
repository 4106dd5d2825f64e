# SPDX-License-Identifier: Apache-2.0
"""What is there now: everything that a plan is bound to, collected anew each time."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import yaml

from stackproof.checkout import Checkout
from stackproof.engine.embedded.analyzer import RunningPack
from stackproof.engine.nursery import Nursery
from stackproof.errors import UnrunnableError, UsageError
from stackproof.pipeline.plan.canonical import digest_of, digest_of_file
from stackproof.pipeline.plan.envelope import PackMark, StateMark
from stackproof.pipeline.plan.executables import executables, plugins_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.model import Job, Program
    from stackproof.pipeline.plan.console import Console

__all__ = ["Present", "collect", "mark_of_state"]

_WRITTEN = ("manifest", "metadata")
"""What an export says of its writing, not of what exists."""


@dataclass(frozen=True, slots=True)
class Present:
    """The present values of the fields of an envelope that can be collected anew; ``export`` is the state's text."""

    commit: str
    project: str
    stack: str
    backend: str
    state: StateMark
    packs: tuple[PackMark, ...]
    configuration: Mapping[str, str]
    files: Mapping[str, str]
    versions: Mapping[str, str]
    executables: Mapping[str, str]
    export: bytes


def collect(job: Job, locks: tuple[Path, ...], console: Console) -> Present:
    """Collect them; packs are started and asked, and the state is read from the backend.

    Raises:
        UsageError: a file is missing or malformed, or there is no commit.
        UnrunnableError: the CLI or a pack fails.

    """
    program = job.program
    checkout = Checkout.of(program.root)
    export = console.export()
    return Present(
        commit=checkout.commit,
        project=program.project,
        stack=program.stack,
        backend=console.backend(),
        state=mark_of_state(export),
        packs=_packs(job),
        configuration=_configuration(program.stack_file),
        files={checkout.shown(path): digest_of_file(path) for path in (_project_file(program), *locks)},
        versions={"pulumi-cli": console.version, **_sdks(program.interpreter)},
        executables=executables(console.path, program, plugins_of(program, export), console.fetch),
        export=export,
    )


def mark_of_state(export: bytes) -> StateMark:
    """Read an exported state into its marks.

    Raises:
        UnrunnableError: it is none.

    """
    try:
        deployment: dict[str, Any] = json.loads(export)["deployment"] or {}
        by_urn: dict[str, list[object]] = defaultdict(list)
        for resource in deployment.get("resources") or ():
            by_urn[resource["urn"]].append(resource)
        version = str((deployment.get("manifest") or {}).get("time", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnrunnableError(f"what `pulumi stack export` printed is no state: {error!r}") from error
    lasting = {name: value for name, value in deployment.items() if name not in _WRITTEN}
    return StateMark(version, digest_of(lasting), {urn: digest_of(items) for urn, items in by_urn.items()})


def _packs(job: Job) -> tuple[PackMark, ...]:
    nursery = Nursery()
    found = []
    try:
        for source in job.packs:
            running = RunningPack(source, job, nursery)
            try:
                pack = running.start()
            finally:
                running.close()
            levels = {policy.name: policy.enforcement for policy in pack.policies}
            config = digest_of(source.config)
            found.append(PackMark(pack.name, pack.version, f"sha256:{pack.digest}", config, levels))
    finally:
        nursery.close()
    return tuple(found)


def _configuration(stack_file: Path) -> dict[str, str]:
    """Hash each configuration value, and what else the stack file says, by key; comments and order do not count."""
    try:
        content = yaml.safe_load(stack_file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{stack_file}: cannot be read: {error}; mend the file") from error
    values = {**content.pop("config", {}), **{f"({name})": value for name, value in content.items()}}
    return {str(key): digest_of(json.loads(json.dumps(value, default=str))) for key, value in values.items()}


def _project_file(program: Program) -> Path:
    found = (program.root / name for name in ("Pulumi.yaml", "Pulumi.yml"))
    return next(path for path in found if path.is_file())


def _sdks(interpreter: Path) -> dict[str, str]:
    """Give the version of each Pulumi SDK in an interpreter's environment."""
    folders = [str(path) for path in interpreter.parent.parent.glob("lib/python*/site-packages")]
    found = ((item.metadata["Name"].lower(), item.version) for item in metadata.distributions(path=folders))
    return {name.replace("_", "-"): version for name, version in found if name.startswith("pulumi")}
