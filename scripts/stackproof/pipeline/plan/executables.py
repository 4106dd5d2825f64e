# SPDX-License-Identifier: Apache-2.0
"""What runs, by content: the CLI, its language host, and the plugin of each provider, as the CLI itself finds them.

A version is a name that whoever serves a download can give to anything. The CLI takes a plugin from the project's own
`plugins`, else from the PATH, else from beside itself if it is one of its own, else from its cache in the very version
that is asked for (pulumi/pulumi, sdk/go/common/workspace/plugins.go, 3.260.0, Apache-2.0). A program's SDKs name their
plugins in `pulumi-plugin.json`; what else a stack has been made with, its state names.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stackproof.model import Program

__all__ = ["NOT_FOUND", "Plugin", "executables", "plugins_of", "strays"]

NOT_FOUND = "not found"
"""What stands in an envelope for an executable that is not there: the CLI may yet fetch one that nobody has seen."""

_ATTACHED = "attached by PULUMI_DEBUG_PROVIDERS"
_UNREADABLE = "cannot be read"
_PROVIDERS = "pulumi:providers:"
_TRUE = re.compile(r"^(?:1|true)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plugin:
    """A provider's plugin; ``version`` is empty where nothing says it, ``server`` where it is the usual one."""

    name: str
    version: str = ""
    server: str = ""

    @property
    def file(self) -> str:
        """What its executable is called."""
        return f"pulumi-resource-{self.name}"

    @property
    def key(self) -> str:
        """What it is called in an envelope and among checksums."""
        return f"{self.file}@{self.version}" if self.version else self.file


def plugins_of(program: Program, export: bytes) -> tuple[Plugin, ...]:
    """Give the plugins of the SDKs in a program's environment, and of the providers in an exported state."""
    found = {plugin.key: plugin for plugin in (*_of_state(export), *_of_sdks(program.interpreter))}
    return tuple(found[key] for key in sorted(found))


def _of_sdks(interpreter: Path) -> Iterator[Plugin]:
    for path in sorted(interpreter.parent.parent.glob("lib/python*/site-packages/*/pulumi-plugin.json")):
        try:
            said = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: cannot be read: {error}; install the SDK again") from error
        if isinstance(said, dict) and said.get("resource") is True:
            name = str(said.get("name") or path.parent.name.removeprefix("pulumi_"))
            yield Plugin(name, str(said.get("version", "")).removeprefix("v"), str(said.get("server", "")))


def _of_state(export: bytes) -> Iterator[Plugin]:
    deployment: dict[str, Any] = json.loads(export).get("deployment") or {} if export else {}
    for resource in deployment.get("resources") or ():
        if resource.get("type", "").startswith(_PROVIDERS):
            inputs = resource.get("inputs") or {}
            version, server = (str(inputs.get(key, "")) for key in ("version", "pluginDownloadURL"))
            yield Plugin(resource["type"].removeprefix(_PROVIDERS), version, server)


def executables(
    cli: Path | None, program: Program, plugins: tuple[Plugin, ...], fetch: Callable[[Plugin], None] | None = None
) -> dict[str, str]:
    """Hash each executable, by its key; ``fetch`` is asked for a plugin that is not there.

    Raises:
        UsageError: the project's file cannot be read.

    """
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    own = _own_plugins(program)
    attached = {item.partition(":")[0] for item in os.environ.get("PULUMI_DEBUG_PROVIDERS", "").split(",")}
    found = {"pulumi": _hash(cli)}
    for name in (f"pulumi-language-{program.runtime}", f"pulumi-language-{program.runtime}-exec"):
        found[name] = _hash(_beside(cli, name))
    for plugin in plugins:
        cached = home / "plugins" / f"resource-{plugin.name}-v{plugin.version}" / plugin.file
        places = [own[plugin.name] / plugin.file] if plugin.name in own else [_beside(cli, plugin.file), cached]
        if plugin.name in attached:
            found[plugin.key] = _ATTACHED
            continue
        if fetch and plugin.version and not any(place and place.is_file() for place in places):
            fetch(plugin)
        found[plugin.key] = _hash(next((place for place in places if place and place.is_file()), None))
    return found


def _own_plugins(program: Program) -> dict[str, Path]:
    """Give the folders of the provider plugins that a project names itself."""
    file = next((path for name in ("Pulumi.yaml", "Pulumi.yml") if (path := program.root / name).is_file()), None)
    try:
        said = (yaml.safe_load(file.read_text(encoding="utf-8")) if file else None) or {}
        listed = (said.get("plugins") or {}).get("providers") or ()
        return {str(one["name"]): program.root / str(one["path"]) for one in listed}
    except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: its plugins cannot be read: {error!r}; mend the file") from error


def _beside(cli: Path | None, name: str) -> Path | None:
    """Find an executable on the PATH, unless that is not to be looked at, or beside the CLI."""
    ambient = None if _TRUE.match(os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "")) else shutil.which(name)
    if ambient:
        return Path(ambient)
    bundled = cli.resolve().parent / name if cli else None
    return bundled if bundled and bundled.is_file() else None


def _hash(path: Path | None) -> str:
    if path is None:
        return NOT_FOUND
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return _UNREADABLE


def strays(found: Mapping[str, str], pins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each executable that is not what its checksum says, and each checksum of what nothing runs, in words.

    A checksum is by the key, or by the executable's name for whichever version. A plugin that has one in some version
    needs one in each, so that a new version is not taken unseen.
    """
    pinned = {name.partition("@")[0] for name in pins}
    for key, digest in sorted(found.items()):
        name = key.partition("@")[0]
        pin = pins.get(key, pins.get(name))
        if pin is None and name in pinned:
            yield key, f"has no checksum, though another version of it has; found {digest}"
        elif pin is not None and digest != f"sha256:{pin}":
            yield key, f"must be sha256:{pin}, found {digest}"
    for name in sorted(pinned - {key.partition("@")[0] for key in found}):
        yield name, "has a checksum, and nothing of that name runs here; correct the name or remove it"
