# SPDX-License-Identifier: Apache-2.0
"""What a command does to a deployment: judges (test, policy, preview), deploys, checks a plan, or frees a lock.

Pulumi's own commands are known with their flags (`pulumi --help`, 3.272.0), Stackproof's too; what else deploys or
judges is named in the settings, by the words a command begins with or the action a step uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stackproof.pipeline.gatecheck.model import Place
    from stackproof.settings import GatecheckSettings

__all__ = ["ASSIGNMENT", "GATES", "UPDATES", "Act", "Does", "classify", "from_action", "option", "unwrap"]

Does = Literal["test", "policy", "preview", "check", "deploy", "verify", "unlock"]
GATES: Final[frozenset[Does]] = frozenset({"test", "policy", "preview", "check"})
"""What a job may do that makes it a gate; `check` only where a job sums up gates."""
UPDATES: Final = frozenset({"up", "apply", "?"})
"""The verbs that bring a program's resources about; `?` is a command that cannot be told."""

_VERBS = {
    **dict.fromkeys(("up", "update"), "up"),
    **dict.fromkeys(("destroy", "down", "dn"), "destroy"),
    **dict.fromkeys(("preview", "pre"), "preview"),
    **{verb: verb for verb in ("refresh", "import", "cancel")},
}
_VALUED = frozenset(
    {"-C", "--cwd", "-s", "--stack", "--color", "-v", "--verbose", "--profiling", "--tracing", "--memprofilerate"}
)
"""Pulumi's flags that may stand before the command and take a value."""
_NO_DEPLOYMENT = frozenset({"--help", "-h", "--version"})
_TESTS = (
    *(("pytest",), ("tox",), ("go", "test"), ("cargo", "test"), ("dotnet", "test"), ("mvn", "test"), ("mvn", "verify")),
    *((tool, *words) for tool in ("npm", "yarn", "pnpm", "bun") for words in (("test",), ("run", "test"), ("t",))),
    *(("jest",), ("vitest",), ("unittest",), ("gradle", "test"), ("gradlew", "test"), ("make", "test"), ("rspec",)),
)
_POLICIES = (("conftest", "test"), ("opa", "test"), ("checkov",), ("pulumi", "policy", "analyze"))
_VERIFIES = (("sha256sum", "-c"), ("sha256sum", "--check"), ("shasum", "-c"), ("gh", "attestation", "verify"))
_PREFIXES = frozenset({"sudo", "command", "exec", "time", "nohup", "env", "nice"})
_RUNNERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("uv", "poetry", "pipenv", "hatch", "pdm", "rye", "doppler", "op", "infisical"), ("run",)),
    **dict.fromkeys(("mise", "aws-vault", "bundle", "direnv"), ("exec",)),
    "esc": ("run",),
}
_DIRECT = frozenset({"npx", "bunx", "uvx", "pipx", "dlx"})
_LONGEST_SHOWN = 60
ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
"""How a word begins that sets a variable for the command behind it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a step does, where it is written, and why its failure would be lost, if it would.

    ``verb`` is Pulumi's word for it (`up`, `preview` …), `apply` for an approved plan, `look` for what only previews a
    refresh or the like, `?` where it cannot be told. ``when``: a text with an expression, and the value it must have.
    """

    does: frozenset[Does]
    verb: str
    words: tuple[str, ...]
    place: Place
    lost: str = ""
    tool: Literal["command", "action", "session"] = "command"
    when: tuple[str, str] = ("", "")

    @property
    def stack(self) -> str:
        """The stack that is named, or nothing."""
        return option(self.words, "--stack", "-s")

    @property
    def shown(self) -> str:
        """The command in short, for messages."""
        end = next((index for index, word in enumerate(self.words) if word.startswith("-")), len(self.words))
        text = " ".join(" ".join(self.words[: end if end > 1 else 3]).split())
        return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"

    @property
    def updates(self) -> bool:
        """Whether it brings resources about."""
        return "deploy" in self.does and self.verb in UPDATES


def option(words: tuple[str, ...], *names: str) -> str:
    """Give the value of an option, in either of its forms; `-` where it is there without one, nothing where not."""
    for index, word in enumerate(words):
        name, separator, value = word.partition("=")
        if name in names:
            return value if separator else next(iter(words[index + 1 : index + 2]), "-")
    return ""


def unwrap(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take away what only runs another command, and the folder a program is named with."""
    while words:
        first = PurePosixPath(words[0]).name if "${{" not in words[0] else words[0]
        rest = words[1:]
        if ASSIGNMENT.match(words[0]) or first in _PREFIXES:
            words = rest
        elif first == "timeout":
            words = _past_options(rest)[1:]
        elif first in _DIRECT:
            words = _past_options(rest[1:] if rest[:1] in {("run",), ("--",)} else rest)
        elif first in _RUNNERS and rest[:1] == _RUNNERS[first]:
            words = rest[rest.index("--") + 1 :] if "--" in rest else _past_options(rest[1:])
        elif first in {"pnpm", "yarn", "bun"} and rest[:1] == ("pulumi",):
            words = rest
        elif first == "nix" and (mark := next((word for word in ("--command", "-c") if word in rest), "")):
            words = rest[rest.index(mark) + 1 :]
        elif first == "pulumi" and rest[:2] == ("env", "run") and "--" in rest:
            words = rest[rest.index("--") + 1 :]
        elif re.fullmatch(r"python[\d.]*", first) and rest[:1] == ("-m",):
            words = rest[1:]
        else:
            return (first, *rest)
    return ()


def _past_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out options before the first word; one of two dashes without `=` may take the next word."""
    while words and words[0].startswith("-"):
        takes = words[0] in {"--with", "--group", "--extra", "--python", "-p", "--from", "--directory", "--project"}
        words = words[2:] if takes else words[1:]
    return words


def classify(words: tuple[str, ...], place: Place, lost: str, settings: GatecheckSettings) -> Act | None:
    """Say what a command does; `None` where it is neither gate nor deployment."""
    inner = unwrap(words)
    if not inner or _NO_DEPLOYMENT & set(inner):
        return None
    made = _configured(inner, place, lost, settings)
    if made is None and inner[0] == "pulumi":
        made = _pulumi(inner, place, lost)
    if made is None and inner[0] == "stackproof":
        made = _stackproof(inner, place, lost)
    return made or _known(inner, place, lost)


def _configured(words: tuple[str, ...], place: Place, lost: str, settings: GatecheckSettings) -> Act | None:
    if _begins(words, (tuple(item.split()) for item in settings.deploy_commands)):
        return Act(frozenset({"deploy"}), "apply" if words[0] == "stackproof" else "deploy", words, place, lost)
    if _begins(words, (tuple(item.split()) for item in settings.gate_commands)):
        return Act(frozenset({"policy"}), "gate", words, place, lost)
    return None


def _begins(words: tuple[str, ...], known: Iterable[tuple[str, ...]]) -> bool:
    return any(words[: len(item)] == item for item in known if item)


def _known(words: tuple[str, ...], place: Place, lost: str) -> Act | None:
    kinds: tuple[tuple[Does, tuple[tuple[str, ...], ...]], ...] = (
        ("test", _TESTS),
        ("policy", _POLICIES),
        ("verify", _VERIFIES),
    )
    for does, known in kinds:
        if _begins(words, known):
            return Act(frozenset({does}), does, words, place, lost)
    return None


def _pulumi(words: tuple[str, ...], place: Place, lost: str) -> Act | None:
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in _VALUED else rest[1:]
    if not rest:
        return None
    verb = _VERBS.get(rest[0], "")
    if rest[0] == "state":
        verb = "state"
    if rest[0].startswith("$") or "${{" in rest[0]:
        verb = "?"
    if verb == "cancel":
        return Act(frozenset({"unlock"}), verb, words, place, lost)
    if verb and verb != "preview" and "--preview-only" in words:
        return Act(frozenset({"preview"}), "preview" if verb == "up" else "look", words, place, lost)
    if verb == "preview":
        does: set[Does] = {"preview", "policy"} if option(words, "--policy-pack") else {"preview"}
        return Act(frozenset(does), "preview", words, place, lost)
    return Act(frozenset({"deploy"}), verb, words, place, lost) if verb else None


def _stackproof(words: tuple[str, ...], place: Place, lost: str) -> Act | None:
    known: dict[tuple[str, ...], tuple[frozenset[Does], str]] = {
        ("preview",): (frozenset({"preview", "policy"}), "judge"),
        ("up",): (frozenset({"policy"}), "judge"),
        ("plan", "create"): (frozenset({"preview", "policy"}), "judge"),
        ("drift",): (frozenset({"preview"}), "look"),
        ("plan", "apply"): (frozenset({"deploy", "verify"}), "apply"),
        ("plan", "verify"): (frozenset({"verify"}), "verify"),
        ("rollback",): (frozenset({"verify"}), "verify"),
    }
    for form, (does, verb) in known.items():
        if words[1 : 1 + len(form)] == form:
            return Act(does, verb, words, place, lost)
    return None


def from_action(uses: str, inputs: dict[str, str], place: Place, settings: GatecheckSettings) -> Act | None:
    """Say what a step does that uses an action, from the inputs it is given."""
    name = uses.partition("@")[0].lower()
    if any("/" in item and name == item.lower() for item in settings.deploy_commands):
        return Act(frozenset({"deploy"}), "deploy", (uses,), place, tool="action")
    if any("/" in item and name == item.lower() for item in settings.gate_commands):
        return Act(frozenset({"policy"}), "gate", (uses,), place, tool="action")
    if name.startswith("docker://pulumi/"):
        return _pulumi(("pulumi", *inputs.get("args", "").split()), place, "")
    if name != "pulumi/actions" or not inputs.get("command"):
        return None
    words = ("pulumi", inputs["command"], *_flags(inputs))
    made = _pulumi(words, place, "")
    return Act(made.does, made.verb, made.words, place, tool="action") if made else None


def _flags(inputs: dict[str, str]) -> Iterable[str]:
    """Give the flags that inputs of pulumi/actions stand for (its README, v7)."""
    valued = {"stack-name": "--stack", "policypacks": "--policy-pack", "target": "--target", "exclude": "--exclude"}
    lowered = {key.lower(): value for key, value in inputs.items()}
    for key, flag in {**valued, "plan": "--plan"}.items():
        if lowered.get(key):
            yield from (flag, lowered[key])
    for key in ("refresh", "expect-no-changes", "destroy"):
        if lowered.get(key, "").lower() == "true":
            yield f"--{key}"
