# SPDX-License-Identifier: Apache-2.0
"""The throw-away place in which the real CLI works: configuration, logs, and offline a backend with one empty stack.

Nothing of the user's is written: the CLI would add a salt to `Pulumi.<stack>.yaml` and remember a login, so it is
given a copy of the one and, offline, a home of its own. A stack in a file backend is two files (``pkg/backend/diy``
in Pulumi's source); `pulumi stack init` would write the user's stack file.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from stackproof.errors import UsageError
from stackproof.model import STACK_TYPE
from stackproof.outside import full_name
from stackproof.wire import SECRET_SIGNATURE, SIGNATURE, is_secret, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackproof.engine.pack_config import PolicyConfig
    from stackproof.model import Job, Program
    from stackproof.outside import Outside
    from stackproof.state import State
    from stackproof.wire import Properties, Value

__all__ = ["Workspace", "temporary_folder"]

_ORGANIZATION = "organization"
"""The only organization that self-managed backends know."""

_MANIFEST = {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}
_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_PREFIX = "stackproof"
_RECORDER = Path(__file__).parent / "recorder"


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder of this process's own for a while, after removing those of processes that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*-*"):
        owner = path.name.split("-")[1]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}-{os.getpid()}-") as folder:
        yield Path(folder)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one run, all below ``root``, a folder that only its user may read.

    ``offline`` says whether the backend is below it as well, or is the user's own.
    """

    root: Path
    program: Program
    offline: bool

    @classmethod
    def create(cls, root: Path, job: Job, *, offline: bool) -> Workspace:
        """Lay out an empty folder.

        Raises:
            UsageError: what the user says of the outside world cannot be put into a backend.

        """
        program = job.program
        made = cls(root, program, offline)
        shutil.copytree(_RECORDER, made.recorder, ignore=shutil.ignore_patterns("__pycache__"))
        if offline:
            made._lay_out_backend(job.outside)
            values: object = {"config": _native(program)}
        else:
            values = _overridden(program)
        made.config.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
        return made

    def _lay_out_backend(self, outside: Outside) -> None:
        (self.backend / ".pulumi").mkdir(parents=True)
        (self.backend / ".pulumi" / "meta.yaml").write_text("version: 1\n", encoding="utf-8")
        for known in outside.stacks:
            organization, project, stack = full_name(known.name, self.program.project)
            # A self-managed backend has no other organization: a reference to one fails there, in the CLI's words.
            if organization in {"", _ORGANIZATION} and not known.failure:
                self._write_stack(project, stack, {"resources": [_stack_resource(project, stack, known.outputs)]})
        deployment = _exported(outside.state) if outside.state else {}
        self._write_stack(self.program.project, self.program.stack, deployment)
        self.home.mkdir()
        plugins = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
        if plugins.is_dir():
            # Language hosts may be installed there; the plugins of packages are never started.
            (self.home / "plugins").symlink_to(plugins)

    def _write_stack(self, project: str, stack: str, deployment: Mapping[str, object]) -> None:
        folder = self.backend / ".pulumi" / "stacks" / project
        folder.mkdir(parents=True, exist_ok=True)
        content = {"version": 3, "checkpoint": {"latest": {"manifest": _MANIFEST, **deployment}}}
        (folder / f"{stack}.json").write_text(json.dumps(content), encoding="utf-8")

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


def _stack_resource(project: str, stack: str, outputs: Properties) -> dict[str, object]:
    """Give the Stack of another stack with its outputs, as a checkpoint holds it."""
    urn = f"urn:pulumi:{stack}::{project}::{STACK_TYPE}::{project}-{stack}"
    stored = {name: _stored(value) for name, value in outputs.items()}
    return {"urn": urn, "custom": False, "type": STACK_TYPE, "outputs": stored}


def _stored(value: Value) -> object:
    """Give a value as a checkpoint holds it: a secret as the JSON text of what it hides."""
    if is_secret(value):
        return {SIGNATURE: SECRET_SIGNATURE, "plaintext": json.dumps(plain(value))}
    if isinstance(value, dict):
        return {name: _stored(item) for name, item in value.items()}
    return [_stored(item) for item in value] if isinstance(value, list) else value


def _exported(state: State) -> dict[str, object]:
    """Give the deployment of an exported state, for a backend that has none of its keys."""
    text = state.path.read_text(encoding="utf-8")
    if '"ciphertext"' in text:
        message = f"{state.path} holds encrypted secrets, which the CLI refuses; export it with --show-secrets"
        raise UsageError(message)
    deployment: dict[str, object] = json.loads(text)["deployment"]
    return {name: value for name, value in deployment.items() if name != "secrets_providers"}


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
