# SPDX-License-Identifier: Apache-2.0
"""Two resources of the stack get the same name.

## What it does
Flags a resource whose physical name another resource of the same type has, under the same provider, in the same region
and, where names are unique only inside one, in the same parent (event bus, cluster, schedule group …).

## Why is this bad?
The second creation fails in the middle of the deployment; or, where the API takes it for an update, both resources are
one and overwrite each other in turn.

## Bad
```python
import pulumi_aws as aws

for group in ("readers", "writers"):
    aws.iam.Group(group, name="orders-dev")
```

## Good
```python
import pulumi_aws as aws

for group in ("readers", "writers"):
    aws.iam.Group(group, name=f"orders-{group}-dev")
```

## Not caught
Names that other stacks have already taken. Two providers that reach the same account and region.

## References
- [Resource names](https://www.pulumi.com/docs/iac/concepts/resources/names/)
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from guardrails.naming.suffix import is_prescribed
from guardrails.naming.table import NameSpec, lookup
from guardrails.resources import Resource, Stack
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.naming import COLLISION
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ALIASES = {"aws:alb/": "aws:lb/", "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket"}
_PARENTS = (
    "eventBusName",
    "groupName",
    "cluster",
    "clusterName",
    "vpcId",
    "scope",
    "region",
    "applicationName",
    "application",
    "fileSystemId",
    "volumeId",
    "storageVirtualMachineId",
    "directoryId",
    "type",
)
"""Properties of physical types inside which a name is unique."""


@rule(id="naming-collision", family=COLLISION, on=Stack, severity=Severity.HIGH, since="0.1")
def collision(stack: Stack, settings: Settings) -> Iterator[Answer]:  # noqa: ARG001 - the form of every rule
    """Judge the stack; each finding is on the second and further resources of a name."""
    named = _named(stack)
    if not named:
        yield NotApplicable("no two resources of one type in the stack have names")
    for resources in named.values():
        yield from _judge(resources)


def _named(stack: Stack) -> Mapping[str, list[tuple[Resource, NameSpec]]]:
    """Group the resources that have physical names by type; a type with one resource cannot collide."""
    found: dict[str, list[tuple[Resource, NameSpec]]] = defaultdict(list)
    for token, resources in stack.by_type.items():
        spec = lookup(token)
        if spec is not None and spec.kind in ("physical", "path"):
            found[_canonical(token)] += [(resource, spec) for resource in resources]
    return {token: items for token, items in found.items() if len(items) > 1}


def _canonical(token: str) -> str:
    for alias, original in _ALIASES.items():
        if token.startswith(alias):
            return original + token.removeprefix(alias)
    return token


def _judge(resources: list[tuple[Resource, NameSpec]]) -> Iterator[Answer]:
    seen: dict[str, list[Resource]] = {}
    for resource, spec in resources:
        name = resource.get(spec.prop)
        if isinstance(name, Unknown):
            yield CannotTell(name, resource.urn)
        if not isinstance(name, str) or not name or is_prescribed(name, spec):
            continue
        same = seen.setdefault(name.casefold() if spec.lower else name, [])
        first = next((item for item in same if _place(item) == _place(resource)), None)
        same.append(resource)
        if first is not None:
            message = f"{resource.name} gets the name {name}, which {first.name} of the same type has already"
            remedy = f"give one of them another {spec.prop}"
            yield collision.finding(spec.prop, (spec.prop,), message, remedy, resource.urn)


def _place(resource: Resource) -> tuple[str, ...]:
    """Give what tells two places apart; where a parent is not known, the resources that it comes from."""
    values = {key: resource.properties.get(key) for key in _PARENTS}
    links = {key: ",".join(sorted(resource.property_dependencies.get(key, ()))) for key in _PARENTS}
    parents = (links[key] if isinstance(value, Unknown) else str(value) for key, value in values.items())
    return (resource.provider.urn if resource.provider else "", *parents)
