# SPDX-License-Identifier: Apache-2.0
"""The locks of a self-managed backend: who holds one, since when, and when it may be taken away.

A lock is a file ``.pulumi/locks/organization/PROJECT/STACK/ID.json`` with pid, username, hostname and timestamp; it has
no expiry, and `pulumi cancel` deletes whatever is there, a running update's too (``pkg/backend/diy`` in Pulumi's
source). Buckets of S3 are read by the `aws` command, which GitHub's runners have.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from stackproof.errors import UnrunnableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Ended", "FileStore", "Lock", "LockStore", "S3Store", "locks_of", "releasable", "run_of", "store_of"]

_FOLDER = ".pulumi/locks/organization"
_FRACTION = re.compile(r"\.\d+")


class LockStore(Protocol):
    """Where a backend keeps its files; names are relative to it."""

    def names(self, folder: str) -> tuple[str, ...]:
        """Give the names of the files in a folder, none where it is not there."""
        ...

    def read(self, name: str) -> bytes:
        """Give a file's content."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file."""
        ...


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder."""

    root: Path

    def names(self, folder: str) -> tuple[str, ...]:
        """See `LockStore.names`."""
        return tuple(sorted(f"{folder}/{path.name}" for path in (self.root / folder).glob("*.json")))

    def read(self, name: str) -> bytes:
        """See `LockStore.read`."""
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise UnrunnableError(f"{name} cannot be read: {error.strerror}; look again") from error

    def delete(self, name: str) -> None:
        """See `LockStore.delete`."""
        (self.root / name).unlink()


@dataclass(frozen=True, slots=True)
class S3Store:
    """A bucket, and what stands before every key in it."""

    bucket: str
    prefix: str

    def names(self, folder: str) -> tuple[str, ...]:
        """See `LockStore.names`."""
        asked = ("s3api", "list-objects-v2", "--bucket", self.bucket, "--prefix", f"{self.prefix}{folder}/")
        listed = json.loads(_aws(*asked, "--output", "json") or b"{}")
        keys = [str(item["Key"]).removeprefix(self.prefix) for item in listed.get("Contents") or ()]
        return tuple(sorted(key for key in keys if key.endswith(".json")))

    def read(self, name: str) -> bytes:
        """See `LockStore.read`."""
        return _aws("s3", "cp", f"s3://{self.bucket}/{self.prefix}{name}", "-")

    def delete(self, name: str) -> None:
        """See `LockStore.delete`."""
        _aws("s3", "rm", f"s3://{self.bucket}/{self.prefix}{name}")


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as it was read: its file's name and bytes, and what they say; ``since`` is None where they say nothing."""

    name: str
    content: bytes
    host: str = ""
    user: str = ""
    process: int = 0
    since: datetime | None = None

    def described(self, now: datetime) -> str:
        """Say whose it is and for how long."""
        if self.since is None:
            return f"{self.name}: not a lock that can be read; look at the file"
        minutes = int((now - self.since).total_seconds() // 60)
        return f"{self.name}: {self.user}@{self.host}, process {self.process}, for {minutes} minutes"


@dataclass(frozen=True, slots=True)
class Ended:
    """A workflow run that the API says has ended, and from when to when it ran."""

    run: str
    began: datetime
    ended: datetime


def store_of(url: str) -> LockStore:
    """Find the store behind a backend's URL.

    Raises:
        UsageError: it is none whose locks are files that can be read here.

    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileStore(Path(unquote(parts.netloc + parts.path)).expanduser())
    if parts.scheme == "s3":
        prefix = parts.path.strip("/")
        return S3Store(parts.netloc, f"{prefix}/" if prefix else "")
    if parts.scheme in {"http", "https"}:
        raise UsageError(f"{url} keeps its locks itself and ends them itself; `pulumi cancel` asks it to")
    raise UsageError(f"{url!r} is no backend whose locks can be read; file:// and s3:// are")


def locks_of(store: LockStore, project: str, stack: str) -> tuple[Lock, ...]:
    """Give the locks on a stack."""
    return tuple(_lock(name, store.read(name)) for name in store.names(f"{_FOLDER}/{project}/{stack}"))


def _lock(name: str, content: bytes) -> Lock:
    try:
        told = json.loads(content)
        since = _moment(told["timestamp"])
        return Lock(name, content, str(told["hostname"]), str(told["username"]), int(told["pid"]), since)
    except (ValueError, KeyError, TypeError):
        return Lock(name, content)


def _moment(text: str) -> datetime:
    """Read a time as Go writes it, to the second."""
    return datetime.fromisoformat(_FRACTION.sub("", text)).astimezone(UTC)


def releasable(lock: Lock, host: str, ended: Ended | None) -> str:
    """Say why a lock may not be released; empty: its holder is known to be gone."""
    if lock.since is None:
        return "it cannot be read, so whose it is cannot be told"
    if lock.host == host:
        return f"process {lock.process} is still running here; stop it" if _is_running(lock.process) else ""
    if ended is None:
        return f"it is of the host {lock.host}; name the run that held it by --run, or release it there"
    if not ended.began <= lock.since <= ended.ended:
        return f"it was taken at {lock.since:%H:%M:%S} UTC, when the run {ended.run} did not run: that is another's"
    return ""


def run_of(run: str, repository: str) -> Ended:
    """Ask GitHub about a workflow run, by its own command line.

    Raises:
        UsageError: it has not ended.
        UnrunnableError: it cannot be asked about.

    """
    told = _asked(["gh", "api", f"repos/{repository}/actions/runs/{run}"])
    status = told.get("status")
    if status != "completed":
        raise UsageError(f"the run {run} is {status}, so its lock is in use; cancel the run first, or wait for it")
    try:
        return Ended(run, _moment(str(told["run_started_at"])), _moment(str(told["updated_at"])))
    except (KeyError, ValueError) as error:
        raise UnrunnableError(f"GitHub does not say when the run {run} ran: {error!r}") from error


def _asked(command: list[str]) -> Mapping[str, object]:
    try:
        found: Mapping[str, object] = json.loads(_output(command))
    except ValueError as error:
        raise UnrunnableError(f"`{' '.join(command)}` does not print JSON: {error}") from error
    return found


def _aws(*words: str) -> bytes:
    return _output(["aws", *words])


def _output(command: list[str]) -> bytes:
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 (an argument list, never a shell)
    except OSError as error:
        raise UnrunnableError(f"`{command[0]}` is needed and cannot be started: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise UnrunnableError(f"`{' '.join(command)}` failed: {said}") from error
    return done.stdout


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
