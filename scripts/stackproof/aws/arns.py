# SPDX-License-Identifier: Apache-2.0
"""ARN and identifier templates, and the stable inventions that fill them.

A template is text with fields in braces. A field is a place (``partition``, ``region``, ``account``, ``dns``), an
invention (``uuid``, ``hex:17``, ``digits:10``, ``base36:10``, ``upper:13``; ``hex:17:label`` for a second one) or a
property: ``{name}``, ``{path|/}`` with a default, ``{cluster!last}`` through a filter, ``{scope@A=x,*=y-*}`` through
a mapping (``*`` catches the rest, and stands for the value on the right). ARN forms: the "Resource types" tables of
the AWS Service Authorization Reference.
"""

from __future__ import annotations

import hashlib
import re
import string
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from stackproof.aws.tables import arn_pattern, module_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Place", "arn_template", "invent", "last_segment", "place_of", "render", "short_token"]

_FIELD = re.compile(
    r"\{(?P<name>[A-Za-z0-9]+)(?P<args>(?::[A-Za-z0-9]+)*)(?:!(?P<filter>\w+))?(?:\|(?P<default>[^@}]*))?"
    r"(?:@(?P<mapping>[^}]*))?\}",
)
_ALPHABETS = MappingProxyType(
    {
        "hex": "0123456789abcdef",
        "digits": string.digits,
        "letters": string.ascii_lowercase,
        "base36": string.ascii_lowercase + string.digits,
        "upper": string.ascii_uppercase + string.digits,
    },
)
_DNS_SUFFIXES = MappingProxyType({"aws-cn": "amazonaws.com.cn", "aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov"})
_REGION_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource lives: partition, region, twelve-digit account and the DNS suffix of the partition."""

    partition: str
    region: str
    account: str

    @property
    def dns(self) -> str:
        """Give the domain under which the partition's services answer."""
        return _DNS_SUFFIXES.get(self.partition, "amazonaws.com")


def place_of(partition: str, region: str, account: str) -> Place:
    """Make a place; a region with a name of its own partition (``cn-``, ``us-gov-`` …) decides the partition."""
    for prefix, owner in _REGION_PARTITIONS:
        if region.startswith(prefix):
            return Place(owner, region, account)
    return Place(partition, region, account)


def short_token(token: str) -> str:
    """Cut ``aws:sqs/queue:Queue`` to ``sqs/queue``."""
    return token.split(":")[1] if token.count(":") > 1 else token


def last_segment(text: str) -> str:
    """Give what follows the last ``/`` or ``:``, so that an ARN and a plain name give the same name."""
    return re.split(r"[/:]", text)[-1]


_FILTERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "last": last_segment,
        "bare": lambda text: re.sub(r"^https?://", "", text),
        "rooted": lambda text: text if text.startswith("/") else f"/{text}",
        "listener": lambda text: text.replace(":loadbalancer/", ":listener/", 1),
        "rule": lambda text: text.replace(":listener/", ":listener-rule/", 1),
        "nodot": lambda text: text.removesuffix("."),
        "lower": str.lower,
    },
)


def invent(seed: str, kind: str, length: int, label: str = "") -> str:
    """Make ``length`` characters of an alphabet, the same for the same seed and label in every process."""
    alphabet = _ALPHABETS[kind]
    block = hashlib.sha512(f"{kind}\n{label}\n{seed}".encode()).digest()
    while len(block) < length:
        block += hashlib.sha512(block).digest()
    return "".join(alphabet[byte % len(alphabet)] for byte in block[:length])


def _uuid(seed: str, label: str) -> str:
    digits = invent(seed, "hex", 32, f"uuid {label}")
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def arn_template(token: str, name_property: str) -> str:
    """Give the template of a type's ARN: the reviewed one, else ``prefix:type/name``.

    ``name_property`` is the property that names the resource, or ``""``: then seventeen hex digits stand for it.
    """
    short = short_token(token)
    module, _, kind = short.partition("/")
    label = f"{{{name_property}!last}}" if name_property else "{hex:17}"
    return arn_pattern(short) or f"{module_prefix(module)}:{kind.lower()}/{label}"


def render(template: str, place: Place, seed: str, property_of: Callable[[str, bool], str]) -> str:
    """Fill a template.

    ``property_of`` gives the text of a property, ``""`` where it has none; it is told whether the template has a
    default for that case.
    """

    def fill(match: re.Match[str]) -> str:
        name, args = match["name"], match["args"].split(":")[1:]
        if name in _ALPHABETS:
            return invent(seed, name, int(args[0]), "".join(args[1:]))
        match name:
            case "uuid":
                return _uuid(seed, "".join(args))
            case "partition" | "region" | "account" | "dns":
                text = str(getattr(place, name))
            case _:
                text = property_of(name, match["default"] is not None) or match["default"] or ""
        if match["filter"]:
            text = _FILTERS[match["filter"]](text)
        return _mapped(text, match["mapping"]) if match["mapping"] else text

    return _FIELD.sub(fill, template)


def _mapped(text: str, mapping: str) -> str:
    pairs = dict(pair.split("=", 1) for pair in mapping.split(","))
    return pairs.get(text, pairs.get("*", text).replace("*", text))
