# SPDX-License-Identifier: Apache-2.0
"""The throw-away place in which the real CLI works: configuration, logs, and offline a backend with one empty stack.

Nothing of the user's is written: the CLI would add a salt to `Pulumi.<stack>.yaml` and remember a login, so it is
given a copy of the one and, offline, a home of its own. A stack in a file backend is two files (``pkg/backend/diy``
in Pulumi's source); `pulumi stack init` would write the user's stack file.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.engine.pack_config import PolicyConfig
    from stackproof.model import Program

__all__ = ["Workspace"]

_ORGANIZATION = "organization"
"""The only organization that self-managed backends know."""

_EMPTY_STACK = {
    "version": 3,
    "checkpoint": {"latest": {"manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}}},
}
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_RECORDER = Path(__file__).parent / "recorder"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one run, all below ``root``, a folder that only its user may read.

    ``offline`` says whether the backend is below it as well, or is the user's own.
    """

    root: Path
    program: Program
    offline: bool

    @classmethod
    def create(cls, root: Path, program: Program, *, offline: bool) -> Workspace:
        """Lay out an empty folder."""
        made = cls(root, program, offline)
        shutil.copytree(_RECORDER, made.recorder, ignore=shutil.ignore_patterns("__pycache__"))
        if offline:
            made._lay_out_backend()
            values: object = {"config": _native(program)}
        else:
            values = _overridden(program)
        made.config.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
        return made

    def _lay_out_backend(self) -> None:
        stacks = self.backend / ".pulumi" / "stacks" / self.program.project
        stacks.mkdir(parents=True)
        (self.backend / ".pulumi" / "meta.yaml").write_text("version: 1\n", encoding="utf-8")
        (stacks / f"{self.program.stack}.json").write_text(json.dumps(_EMPTY_STACK), encoding="utf-8")
        self.home.mkdir()
        plugins = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
        if plugins.is_dir():
            # Language hosts may be installed there; the plugins of packages are never started.
            (self.home / "plugins").symlink_to(plugins)

    @property
    def backend(self) -> Path:
        """The folder of the file backend."""
        return self.root / "backend"

    @property
    def home(self) -> Path:
        """What the CLI takes for `~/.pulumi`."""
        return self.root / "home"

    @property
    def config(self) -> Path:
        """The copy of the stack's configuration."""
        return self.root / "Pulumi.stack.yaml"

    @property
    def events(self) -> Path:
        """The log of engine events."""
        return self.root / "events.ndjson"

    @property
    def digest(self) -> Path:
        """The CLI's standard output: its digest of the run."""
        return self.root / "digest.json"

    @property
    def record(self) -> Path:
        """What the recorder pack writes."""
        return self.root / "record"

    @property
    def recorder(self) -> Path:
        """The recorder pack's folder: a copy, as an engine may write beside a pack."""
        return self.root / "recorder"

    @property
    def stack(self) -> str:
        """The stack's name, in full where the backend is ours."""
        return f"{_ORGANIZATION}/{self.program.project}/{self.program.stack}" if self.offline else self.program.stack

    def pack_config(self, index: int, config: Mapping[str, PolicyConfig]) -> Path:
        """Write the configuration of a pack: every policy with its level and properties, nothing left to defaults."""
        path = self.root / f"pack-{index}.json"
        content = {name: {**entry.properties, "enforcementLevel": entry.enforcement} for name, entry in config.items()}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def environment(self, port: int, packages: tuple[str, ...]) -> dict[str, str]:
        """Give the CLI's environment.

        Offline it holds no credential and no ambient choice of a stack, and every package is attached to ``port``;
        otherwise it is the user's.
        """
        told = {
            "PULUMI_DEBUG_COMMANDS": "true",  # the flag --event-log exists only then
            "PULUMI_PYTHON_CMD": str(self.program.interpreter),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "STACKPROOF_RECORD": str(self.record),
            # Go's and Python's clients would ask a proxy of the environment for 127.0.0.1 as well.
            "no_proxy": ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get("no_proxy")])),
        }
        if not self.offline:
            return os.environ | told
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", *_CREDENTIALS))}
        return (
            kept
            | told
            | {
                "AWS_EC2_METADATA_DISABLED": "true",
                "PULUMI_BACKEND_URL": f"file://{self.backend}",
                "PULUMI_CONFIG_PASSPHRASE": "",
                "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package in packages),
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_HOME": str(self.home),
            }
        )


def _overridden(program: Program) -> dict[str, object]:
    """Give the stack file's content, ciphertext and salt included, with the values that the command line replaces."""
    loaded = yaml.safe_load(program.stack_file.read_text(encoding="utf-8")) or {}
    return {**loaded, "config": {**(loaded.get("config") or {}), **program.overrides}}


def _native(program: Program) -> dict[str, object]:
    """Give the plain configuration in the form of a stack file: objects as objects, everything else as text."""
    return {key: _value(text) for key, text in program.config.items() if key not in program.secret_keys}


def _value(text: str) -> object:
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
