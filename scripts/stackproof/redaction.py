# SPDX-License-Identifier: Apache-2.0
"""Keeping secrets out of everything that is shown: what travels as a secret, and what looks like a credential.

A judged stack is redacted once, before any report sees it, so no report can forget to. Known secrets are replaced
wherever their text stands, also as JSON or base64 has it; a secret shorter than six characters only where it is the
whole value, since `prod` or `1` would take half of every report with it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from stackproof.wire import SIGNATURE, UNKNOWN_SENTINELS, is_secret, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stackproof.model import Job, Pass
    from stackproof.wire import Value

__all__ = ["HIDDEN", "Redactor", "secrets_of"]

HIDDEN = "[secret]"
"""What stands in a secret's place."""

_SHORTEST = 6
_FORMS = (
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS, by the prefixes of its reference of IAM identifiers
    r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}",  # GitHub
    r"\bglpat-[\w-]{20,}",  # GitLab
    r"\bpul-[0-9a-f]{40}\b",  # Pulumi Cloud
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"\b[rs]k_live_[A-Za-z0-9]{16,}",  # Stripe
    r"\bAIza[\w-]{35}",  # Google
    r"\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}",  # registries
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",  # a JSON Web Token
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",  # user and password of a URL
    r"(?i:(?<=bearer ))[\w.~+/-]{20,}=*",
)
_CREDENTIALS = re.compile("|".join(_FORMS), re.DOTALL)
_DENSE = re.compile(r"(?<![A-Za-z0-9/+_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")
"""The form of AWS's secret access keys: forty characters of base64, told from a path or a hash by how even they are."""
_EVEN = 4.3
"""Bits a character: forty random ones of base64 have 4.5 to 5.1, words and paths below 4.2, hexadecimal at most 4."""

Shown = TypeVar("Shown")


class Redactor:
    """Takes the known secrets, and whatever looks like a credential, out of texts and out of values made of texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Know some secrets; their written forms are worked out once."""
        known = {item for item in secrets if item and item != HIDDEN and item not in UNKNOWN_SENTINELS}
        forms = {form for item in known if len(item) >= _SHORTEST for form in _forms(item)}
        self._whole = frozenset(known)
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._texts: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Give a text without secrets."""
        if text not in self._texts:
            self._texts[text] = self._without(text)
        return self._texts[text]

    def _without(self, text: str) -> str:
        if text in self._whole:
            return HIDDEN
        if self._known:
            text = self._known.sub(HIDDEN, text)
        text = _CREDENTIALS.sub(HIDDEN, text)
        return _DENSE.sub(lambda match: HIDDEN if _bits(match[0]) >= _EVEN else match[0], text)

    def shown(self, value: Shown) -> Shown:
        """Give a value with every text in it redacted, and everything under a secret mark hidden, at any depth."""
        made: Any = self._shown(value)
        return made  # type: ignore[no-any-return]  # of the same shape as what came in

    def _shown(self, value: object) -> object:
        if type(value) is str:
            return self.text(value)
        if isinstance(value, tuple | list | frozenset):
            return type(value)(map(self._shown, value))
        if isinstance(value, dict):
            if is_secret(value):
                return {**value, "value": HIDDEN}
            return {self._shown(key): self._shown(item) for key, item in value.items()}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
            changed = {name: made for name, old in fields.items() if (made := self._shown(old)) != old}
            return dataclasses.replace(value, **changed) if changed else value
        return value


def secrets_of(job: Job, passes: Sequence[Pass]) -> Iterator[str]:
    """Yield every secret text that is known of a stack: secret configuration, and what travelled as a secret.

    What looks like a credential in a property or in configuration counts as well: a rule may build a longer text of
    it, such as a name to use instead, in which nobody would recognise it.
    """
    for value in job.program.config.values():
        yield from _credentials(value)
    yield from (job.program.config[key] for key in job.program.secret_keys if key in job.program.config)
    if job.outside.state:
        yield from _hidden(job.outside.state)
    for run in passes:
        for resource in run.resources:
            yield from _secret_texts(resource.inputs)
            yield from _secret_texts(resource.outputs)
            for text in _texts(dict(resource.inputs)):
                yield from _credentials(text)


def _credentials(text: str) -> Iterator[str]:
    yield from (match[0] for match in _CREDENTIALS.finditer(text))
    yield from (match[0] for match in _DENSE.finditer(text) if _bits(match[0]) >= _EVEN)


def _hidden(value: object) -> Iterator[str]:
    """Yield the secret texts of a value of dataclasses, such as a state."""
    if isinstance(value, dict):
        yield from _secret_texts(value)
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from _hidden(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for item in dataclasses.fields(value):
            yield from _hidden(getattr(value, item.name))


def _secret_texts(value: Value | Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, dict):
        if is_secret(value):
            yield from _texts(reveal(value))
            return
        for item in value.values():
            if type(item) is not str:
                yield from _secret_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secret_texts(item)


def _texts(value: Value) -> Iterator[str]:
    """Yield the texts inside a secret; numbers and flags too, as the programs that print them have them."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name != SIGNATURE:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))


def _forms(secret: str) -> Iterator[str]:
    """Give the ways in which a secret is written: itself, each of its lines, as JSON, as base64."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield base64.b64encode(secret.encode("utf-8", "replace")).decode()
    yield from (line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST)


def _bits(text: str) -> float:
    """Give Shannon's entropy of a text, in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
