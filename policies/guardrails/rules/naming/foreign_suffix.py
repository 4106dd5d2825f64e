# SPDX-License-Identifier: Apache-2.0
"""Name carries the suffix of another environment.

## What it does
Flags a physical name that ends in the suffix of an environment other than the stack's own: `orders-prod` in the stack
`dev`. The other suffixes are listed under `otherSuffixes`; other spellings of the stack's own (`prod` and `production`)
are not flagged here.

## Why is this bad?
Either the stack is about to take over, or to collide with, a resource of that environment; or whoever reads the name in
an alarm, a bill or a policy will take it for one.

## Bad
```python
import pulumi_aws as aws

aws.iam.Group("readers", name="readers-prod")
```

## Good
```python
import pulumi
import pulumi_aws as aws

suffix = pulumi.get_stack()
aws.iam.Group("readers", name=f"readers-{suffix}")
```

## Not caught
Another environment's name elsewhere than at the end, and environments that `otherSuffixes` does not list:
`naming-suffix` flags those names as it does any other.

## References
- [Organize your stacks](https://www.pulumi.com/docs/iac/guides/basics/organizing-projects-stacks/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.naming.stacks import suffix_of
from guardrails.naming.suffix import foreign_suffix, is_auto_named, is_prescribed, propose
from guardrails.naming.table import NameSpec, lookup
from guardrails.resources import Resource
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.naming import FAMILY
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="naming-foreign-suffix", family=FAMILY, on=Resource, severity=Severity.HIGH, since="0.1")
def foreign(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge one resource's physical name."""
    spec = lookup(resource.type)
    if spec is None or spec.kind in ("scoped", "display") or resource.type in settings["ignoreTypes"]:
        yield NotApplicable("the type has no name that is judged")
        return
    name, own = resource.get(spec.prop), suffix_of(resource.context, settings).text
    if isinstance(name, Unknown):
        yield CannotTell(name)
    elif not isinstance(name, str):
        yield NotApplicable("nobody chose the name")
    elif other := foreign_suffix(name, own, settings["otherSuffixes"], spec):
        if is_prescribed(name, spec) or is_auto_named(name, resource.name, spec):
            yield NotApplicable("nobody chose the name")
            return
        proposal = propose(_without(name, other, spec) or resource.name, own, spec)
        message = f"the name {name} ends in {other}, the suffix of another environment, in the stack of {own}"
        remedy = f'set {spec.prop} = "{proposal}"' if proposal else f"end {spec.prop} in {own}"
        yield foreign.finding(f"{spec.prop}::{other}", (spec.prop,), message, remedy)


def _without(name: str, other: str, spec: NameSpec) -> str:
    """Cut another environment's suffix off, and keep what the service demands after it."""
    ending = spec.ending if spec.ending and name.endswith(spec.ending) else ""
    base = name[: name.casefold().rfind(other.casefold())].rstrip("-_./")
    return f"{base}{ending}" if base else ""
