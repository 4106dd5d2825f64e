# SPDX-License-Identifier: Apache-2.0
"""The `pulumi` program on this machine: which one it is, and what its failures mean in words that help."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from stackproof.errors import UnrunnableError

__all__ = ["OLDEST", "explain", "find", "has_credentials"]

OLDEST = (3, 256)
"""The oldest release that is known to judge rightly: earlier ones lose policy events after a panic of a pack."""

_ACCOUNT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_BACKEND = ("PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL")

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_INSTALL = "install it (https://www.pulumi.com/docs/install/), or use --engine embedded, which needs no CLI"

_MEANINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), meaning)
    for pattern, meaning in (
        (
            r"the stack is currently locked",
            "another update holds the stack's lock; wait for it, or run `pulumi cancel` if it is gone",
        ),
        (
            r"incorrect passphrase",
            "the passphrase does not open the stack's secrets; set PULUMI_CONFIG_PASSPHRASE to the right one",
        ),
        (
            r"passphrase must be set",
            "the stack's secrets need a passphrase; set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
        ),
        (
            r"Could not find `\w+` executable",
            "the toolchain that Pulumi.yaml names is not installed; install it, or use --engine embedded",
        ),
        (
            r"No module named pip|failed to discover package requirements",
            "the virtual environment has no pip, which Pulumi's language host needs; make it with `uv venv --seed`",
        ),
        (
            r"failed to load language plugin (?P<what>\S+)|no language plugin 'pulumi-language-(?P<host>[^']+)'",
            "the CLI has no language host for the program's runtime; install the complete release of Pulumi",
        ),
        (
            r"no stack named",
            "the stack does not exist in the backend; create it with `pulumi stack init`",
        ),
        (
            r"PULUMI_ACCESS_TOKEN must be set|not logged in",
            "the CLI is not logged in; run `pulumi login`, set PULUMI_BACKEND_URL, or judge with --offline",
        ),
    )
)


def find() -> tuple[Path, str]:
    """Find the CLI on the PATH and give it with its version, such as ``3.260.0``.

    Raises:
        UnrunnableError: there is none, it does not run, or it is older than `OLDEST`.

    """
    found = shutil.which("pulumi")
    if found is None:
        message = f"there is no `pulumi` on the PATH; {_INSTALL}"
        raise UnrunnableError(message)
    try:
        done = subprocess.run([found, "version"], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 (an argument list, never a shell)
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{found} does not tell its version ({error}); {_INSTALL}"
        raise UnrunnableError(message) from error
    match = _VERSION.match(done.stdout.strip())
    if match is None:
        message = f"{found} gives {done.stdout.strip()!r} as its version, which is none; {_INSTALL}"
        raise UnrunnableError(message)
    major, minor, _ = (int(part) for part in match.groups())
    version = match[0].removeprefix("v")
    if (major, minor) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        message = f"{found} is version {version}; {oldest} is the oldest that judges rightly: update the Pulumi CLI"
        raise UnrunnableError(message)
    return Path(found), version


def has_credentials() -> bool:
    """Say whether this environment could reach both an account of AWS and a backend of Pulumi."""
    home = Path.home()
    account = any(name in os.environ for name in _ACCOUNT) or (home / ".aws" / "credentials").is_file()
    pulumi = Path(os.environ.get("PULUMI_HOME") or home / ".pulumi")
    backend = any(name in os.environ for name in _BACKEND) or (pulumi / "credentials.json").is_file()
    return account and backend


def explain(text: str) -> str:
    """Add to the CLI's own words what they mean and what to do, where that is known."""
    words = text.strip()
    for pattern, meaning in _MEANINGS:
        if pattern.search(words):
            return f"{meaning}\nthe CLI's own words:\n{words}"
    return words
