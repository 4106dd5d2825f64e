# SPDX-License-Identifier: Apache-2.0
"""Name does not end in its stack's suffix.

## What it does
Flags a physical name (a queue's `name`, a bucket's `bucket`, a repository's `repositoryName` …) that does not end in
the stack's suffix after a separator. The suffix is the configuration value `environmentSuffix` (another key can be
set), else the stack's name. Names that Pulumi made up end in random digits and are flagged as auto-named.

## Why is this bad?
Two stacks in one account collide or, worse, are mistaken for one another: in an alarm, in a bill, in an access policy,
in the hand of whoever deletes "the old one".

## Bad
```python
import pulumi_aws as aws

aws.iam.Role("reader", name="reader", assume_role_policy="{}")
```

## Good
```python
import pulumi
import pulumi_aws as aws

suffix = pulumi.get_stack()
aws.iam.Role("reader", name=f"reader-{suffix}", assume_role_policy="{}")
```

## Not caught
Names that are unique only inside a parent, display names (but for user pools and APIs), domain names, `Name` tags.
A name that ends in the suffix by accident. Resources that are only read.

## References
- [Configure autonaming](https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.naming.suffix import has_suffix, is_auto_named, propose
from guardrails.naming.table import NameSpec, lookup
from guardrails.resources import Resource, StackContext
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.naming import FAMILY
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="naming-suffix", family=FAMILY, on=Resource, severity=Severity.MEDIUM, since="0.1")
def suffix_missing(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge one resource's physical name."""
    spec = lookup(resource.type)
    if spec is None or resource.type in settings["ignoreTypes"]:
        yield NotApplicable("the type has no physical name that is judged")
        return
    name = resource.properties.get(spec.prop)
    suffix = _suffix(resource.context, settings)
    if isinstance(name, Unknown):
        yield CannotTell(name)
    elif not isinstance(name, str) or not name:
        yield _unnamed(resource, spec, suffix)
    elif _prescribed(name, spec):
        yield NotApplicable("the service prescribes this name")
    elif not has_suffix(name, suffix, spec):
        yield _finding(resource, spec, name, suffix)


def _suffix(context: StackContext, settings: Settings) -> str:
    """Find the suffix: set for the pack, else in the stack's configuration, else the stack's name."""
    key = settings["suffixConfigKey"]
    full = key if ":" in key else f"{context.project}:{key}"
    return str(settings["suffix"] or context.config.get(full) or context.stack)


def _prescribed(name: str, spec: NameSpec) -> bool:
    return name in spec.exempt or name.startswith(("$default", "AWSServiceRoleFor", "aws.partner/"))


def _unnamed(resource: Resource, spec: NameSpec, suffix: str) -> Answer:
    proposal = propose(resource.name, suffix, spec)
    advice = f'set {spec.prop} = "{proposal}"' if proposal else f"set {spec.prop} to a name that ends in {suffix}"
    why = f"{spec.prop} is not set"
    if spec.prefix is not None and resource.properties.get(spec.prefix) is not None:
        why = f"{spec.prefix} makes AWS append a random id"
    message = f"the resource is unnamed ({why}), so its name does not end in {suffix}"
    return suffix_missing.finding(spec.prop, (spec.prop,), message, advice)


def _finding(resource: Resource, spec: NameSpec, name: str, suffix: str) -> Answer:
    if is_auto_named(name, resource.name, spec):
        proposal = propose(resource.name, suffix, spec)
        pattern = "${name}-${stack}" if suffix == resource.context.stack else f"${{name}}-{suffix}"
        if has_suffix(resource.name, suffix, spec):
            pattern, proposal = "${name}", resource.name
        message = f"the resource is auto-named {name}, which does not end in {suffix}"
        remedy = f"set the configuration pulumi:autonaming to the pattern {pattern}"
    else:
        proposal = propose(name, suffix, spec)
        message = f"the name {name} does not end in {suffix}"
        remedy = f"end {spec.prop} in {suffix}"
    extra = f', or name it "{proposal}"' if proposal else ""
    return suffix_missing.finding(spec.prop, (spec.prop,), message, remedy + extra)
