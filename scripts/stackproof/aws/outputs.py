# SPDX-License-Identifier: Apache-2.0
"""Output values as AWS would give them: reviewed templates first, then an invention that fits name and type.

An invention depends on the URN alone, so it is the same in every run and differs between resources. What a program
left out and the provider would compute is invented only where it places or names the resource: inventing an
encryption key, say, would let a rule pass that should not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackproof.aws.arns import Place, arn_template, invent, render, short_token
from stackproof.aws.tables import Shape, module_prefix, output_templates, shape_row
from stackproof.wire import UNKNOWN, Properties, Value, contains_unknown, is_secret, reveal, secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["EMPTY_POLICY", "Synthesis", "may_be_invented"]

EMPTY_POLICY = '{"Version":"2012-10-17","Statement":[]}'

_DEEPEST = 6
_PLACING = re.compile(
    r"availabilityZones?|availabilityZoneId|vpcId|subnetIds?|privateIps?|ipAddress|port|region|accountId|ownerId|"
    r"catalogId|registryId|networkInterfaceId|name|arn",
)


def may_be_invented(name: str, short: str) -> bool:
    """Say whether a computed input that was left out gets a value in the resolved pass."""
    return bool(_PLACING.fullmatch(name)) or name in output_templates(short)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    template: str


def _rules(*pairs: tuple[str, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(re.compile(pattern), template) for pattern, template in pairs)


_BY_NAME = _rules(
    (r"outpostArn|instanceLifecycle|spotInstanceRequestId|passwordData", ""),
    (r"path", "/"),
    (r"(?i).*secretArn", "arn:{partition}:secretsmanager:{region}:{account}:secret:{logical}-{base36:6:@}"),
    (r"(?i).*topicArn", "arn:{partition}:sns:{region}:{account}:{logical}-{hex:7:@}"),
    (r"(?i).*queueArn", "arn:{partition}:sqs:{region}:{account}:{logical}-{hex:7:@}"),
    (r"(?i).*bucketArn", "arn:{partition}:s3:::{logical}-{hex:7:@}"),
    (r"(?i).*(function|lambda)Arn", "arn:{partition}:lambda:{region}:{account}:function:{logical}-{hex:7:@}"),
    (r"(?i).*logGroupArn", "arn:{partition}:logs:{region}:{account}:log-group:{logical}-{hex:7:@}"),
    (r"(?i).*certificateArn", "arn:{partition}:acm:{region}:{account}:certificate/{uuid:@}"),
    (r"(?i).*policyArn", "arn:{partition}:iam::{account}:policy/{logical}-{hex:7:@}"),
    (r"(?i).*userArn", "arn:{partition}:iam::{account}:user/{logical}-{hex:7:@}"),
    (r"(?i).*roleArn", "arn:{partition}:iam::{account}:role/{logical}-{hex:7:@}"),
    (r"(?i).*(kmsKey|encryptionKey)(Arn|Id)", "arn:{partition}:kms:{region}:{account}:key/{uuid:@}"),
    (r"(?i).*Arn", "{prefix}:{kebab}/{hex:17:@}"),
    (r"vpcId|.*VpcId", "vpc-{hex:17:@}"),
    (r"subnet|(.*[sS]ubnetId)", "subnet-{hex:17:@}"),
    (r"(.*[sS]ecurityGroup(Id)?)", "sg-{hex:17:@}"),
    (r"(.*[nN]etworkInterfaceId)", "eni-{hex:17:@}"),
    (r"(.*[rR]outeTableId)", "rtb-{hex:17:@}"),
    (r"(.*[vV]olumeId)", "vol-{hex:17:@}"),
    (r"(.*[sS]napshotId)", "snap-{hex:17:@}"),
    (r"(.*([iI]mage|[aA]mi)Id)", "ami-{hex:17:@}"),
    (r"(.*[iI]nstanceId)", "i-{hex:17:@}"),
    (r"(.*[vV]pcEndpointId)", "vpce-{hex:17:@}"),
    (r"(.*[tT]ransitGatewayId)", "tgw-{hex:17:@}"),
    (r"(.*[aA]ssociationId)", "assoc-{hex:17:@}"),
    (r"(.*[oO]wnerId|.*[aA]ccountId|registryId|catalogId|owner|resourceOwner)", "{account}"),
    (r"(.*[zZ]oneId)", "Z{upper:13:@}"),
    (r"region|.*Region", "{region}"),
    (r"availabilityZone", "{region}a"),
    (r"(?i).*ipv6.*cidr.*", "2001:db8:{hex:4:@}::/56"),
    (r"(?i).*cidr.*", "10.0.0.0/16"),
    (r"(?i).*ipv6.*", "2001:db8::{hex:4:@}"),
    (r"(?i).*public.*ip|elasticIp", "203.0.113.{digits:2:@}"),
    (r"(?i)(.*[a-z])?ip|.*ipAddress", "10.0.1.{digits:2:@}"),
    (r"(?i)macAddress", "0a:{hex:2:a@}:{hex:2:b@}:{hex:2:c@}:{hex:2:d@}:{hex:2:e@}"),
    (r"(?i).*email.*", "{logical}@example.com"),
    (r"(?i).*ur[li]", "https://{hex:12:@}.{module}.{region}.{dns}/"),
    (
        r"(?i).*(endpoint|dns|dnsName|domainName|domain|fqdn|hostname|address|cname|host)",
        "{hex:12:@}.{module}.{region}.{dns}",
    ),
    (r"(?i)create.*(by|from)|.*(message|reason|description)", ""),
    (r"(created?|updated?|modified|last|start|expir|deletion).*|.*(Date|Time|Timestamp|At)", "2024-01-01T00:00:00Z"),
    (r"(?i).*(status|state)", "ACTIVE"),
    (r"(?i).*(version|revision)", "1"),
    (r"(?i).*(etag|fingerprint|hash|sha256|sha1|md5|checksum)", "{hex:32:@}"),
    (r"(?i).*(password|secret|token|privateKey|secretString)", "{base36:32:@}"),
    (r"(?i)(.*policy|.*document|.*json)", EMPTY_POLICY),
    (r"id|.*Id|.*ID", "{uuid:@}"),
    (r"", "{logical}-{hex:8:@}"),
)


@dataclass(slots=True)
class Synthesis:
    """The values of one resource or one function result, made on demand and remembered.

    ``given`` holds what is known (inputs or arguments); ``shapes`` the types of what may be asked for; ``seed``
    decides every invention; ``logical`` is the name the program gave. A map's keys are not in its type, and a program
    that asks an empty one for a key fails: so a map is unknown, unless ``knows_maps`` (one unknown would make the
    whole result of a function unknown).
    """

    token: str
    seed: str
    logical: str
    place: Place
    given: Properties
    shapes: Mapping[str, Shape]
    name_property: str = ""
    knows_maps: bool = False
    _made: Properties = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def value(self, name: str) -> Value:
        """Give a property: as given, from a template, or invented; unknown and secret parts are never lost."""
        if self.given.get(name) is not None:
            return self.given[name]
        if name not in self._made:
            if name in self._open:
                return invent(self.seed, "hex", 8, name)
            self._open.add(name)
            self._made[name] = self._make(name)
            self._open.discard(name)
        return self._made[name]

    def _make(self, name: str) -> Value:
        template = self._template(name)
        shape = self.shapes.get(name, "s")
        if template is not None:
            return self._filled(template, shape)
        return self._invented(name, name, shape, 0)

    def _template(self, name: str) -> object:
        short = short_token(self.token)
        templates = output_templates(short)
        prefix = self.given.get(f"{name}Prefix")
        if isinstance(reveal(prefix), str):
            return f"{{{name}Prefix}}{{digits:26:{name}}}"
        if name in templates:
            return templates[name]
        if name == "arn":
            return arn_template(self.token, self._named())
        if name == "id":
            return f"{{{self._named()}}}" if self._named() else "{logical}-{hex:8}"
        return None

    def _named(self) -> str:
        candidates = (self.name_property, "name")
        return next((name for name in candidates if name and self._is_text(name)), "")

    def _is_text(self, name: str) -> bool:
        given = reveal(self.given.get(name))
        return isinstance(given, str) or (given is None and self.shapes.get(name) == "s")

    def _filled(self, template: object, shape: Shape) -> Value:
        if isinstance(template, dict):
            return {name: self._filled(item, "s") for name, item in template.items()}
        if isinstance(template, list):
            return [self._filled(item, "s") for item in template]
        return self._typed(self._rendered(str(template)), shape)

    def _typed(self, value: Value, shape: Shape) -> Value:
        if shape in ("i", "f") and isinstance(value, str) and value != UNKNOWN:
            return float(value)
        return value

    def _rendered(self, template: str, label: str = "") -> Value:
        """Fill a template; one unknown part makes the whole unknown, one secret part makes it secret."""
        parts: list[Value] = []

        def text_of(name: str, has_default: bool) -> str:  # noqa: FBT001 - the form that render calls
            own = self._own(name, label)
            if own is not None:
                return own
            if has_default and self.given.get(name) is None and self._template(name) is None:
                return ""
            value = self.value(name)
            parts.append(value)
            return _plain(reveal(value))

        text: Value = render(template.replace("@}", f"{_word(label)}}}"), self.place, self.seed, text_of)
        text = UNKNOWN if any(contains_unknown(part) for part in parts) else text
        return secret(text) if any(is_secret(part) for part in parts) else text

    def _own(self, name: str, label: str) -> str | None:
        """Give the fields that describe the resource itself rather than one of its properties."""
        module = short_token(self.token).partition("/")[0]
        made: dict[str, Callable[[], str]] = {
            "logical": lambda: _word(self.logical).lower(),
            "module": lambda: module,
            "kebab": lambda: re.sub(r"(?<!^)(?=[A-Z])", "-", re.sub(r"Arn$", "", label.rpartition(".")[2])).lower(),
            "prefix": lambda: render(module_prefix(module), self.place, self.seed, lambda *_: ""),
        }
        return made[name]() if name in made and name not in self.given else None

    def _invented(self, name: str, path: str, shape: Shape, depth: int) -> Value:
        if isinstance(shape, list):
            return self._collection(name, path, shape, depth)
        if isinstance(shape, int):
            rows = shape_row(shape) if depth < _DEEPEST else {}
            return {key: self._invented(key, f"{path}.{key}", inner, depth + 1) for key, inner in rows.items()}
        if shape == "b":
            return False
        if shape in ("i", "f"):
            return 443.0 if name.lower().endswith("port") else 1.0
        rule = next(rule for rule in _BY_NAME if rule.pattern.fullmatch(name) or not rule.pattern.pattern)
        return self._rendered(rule.template, path)

    def _collection(self, name: str, path: str, shape: list[Shape], depth: int) -> Value:
        kind, inner = shape
        if kind == "m":
            return {} if self.knows_maps else UNKNOWN
        if depth >= _DEEPEST:
            return []
        if name == "availabilityZones":
            return [f"{self.place.region}{letter}" for letter in "abc"]
        return [self._invented(name.removesuffix("s"), path, inner, depth + 1)]


def _plain(value: Value) -> str:
    """Write a scalar as a program would see it in a text."""
    match value:
        case bool():
            return str(value).lower()
        case float() | int():
            return f"{value:g}" if value != int(value) else str(int(value))
        case str():
            return value
        case _:
            return ""


def _word(text: str) -> str:
    """Cut a text to what may stand in a template field and in a host name."""
    return re.sub(r"[^A-Za-z0-9-]", "", text)
