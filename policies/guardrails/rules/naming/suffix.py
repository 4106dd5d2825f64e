# SPDX-License-Identifier: Apache-2.0
"""Name does not end in its stack's suffix.

## What it does
Flags a physical name (a queue's `name`, a bucket's `bucket`, a repository's `repositoryName` …) of one of 589 types, a
log group, parameter or secret, and the name of a user pool or an API, that does not end in the stack's suffix after a
separator. The suffix is the configuration value `environmentSuffix` (another key can be set), else the stack's name. It
stands before what a service demands at the end (`.fifo`), and on any segment of a path. Names that Pulumi or the
provider makes up end in random characters: they are flagged as auto-named or unnamed. Names inside a parent
(`scopedNames`), display names (`displayNames`) and `Name` tags (`nameTags`) are judged where the configuration says so.

## Why is this bad?
Two stacks in one account collide or, worse, are mistaken for one another: in an alarm, in a bill, in an access policy,
in the hand of whoever deletes "the old one".

## Bad
```python
import pulumi_aws as aws

aws.iam.Group("readers", name="readers")
```

## Good
```python
import pulumi
import pulumi_aws as aws

suffix = pulumi.get_stack()
aws.iam.Group("readers", name=f"readers-{suffix}")
```

## Not caught
A name that carries another environment's suffix: that is `naming-foreign-suffix`. A name that ends in the suffix by
accident. Domain names, references, and what a service prescribes. Resources that are only read.

## References
- [Configure autonaming](https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.naming.stacks import Suffix, suffix_of
from guardrails.naming.suffix import foreign_suffix, has_suffix, is_auto_named, is_prescribed, propose
from guardrails.naming.table import NameSpec, lookup, takes_name_tag
from guardrails.resources import Resource
from guardrails.rule import Answer, CannotTell, NotApplicable, Settings, Severity, rule
from guardrails.rules.naming import FAMILY
from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

_ON_DEMAND = {"scoped": "scopedNames", "display": "displayNames"}
_TAG = NameSpec("tags", "display", "invented", max=256)


@rule(id="naming-suffix", family=FAMILY, on=Resource, severity=Severity.MEDIUM, since="0.1")
def suffix_missing(resource: Resource, settings: Settings) -> Iterator[Answer]:
    """Judge one resource's physical name, or its name tag."""
    spec = lookup(resource.type)
    if resource.type not in settings["ignoreTypes"]:
        if spec is not None and settings.get(_ON_DEMAND.get(spec.kind, ""), True):
            yield from _judge(resource, spec, settings)
            return
        if settings["nameTags"] and takes_name_tag(resource.type):
            yield from _tag(resource, settings)
            return
    yield NotApplicable("the type has no name that is judged")


def _judge(resource: Resource, spec: NameSpec, settings: Settings) -> Iterator[Answer]:
    name, suffix = resource.get(spec.prop), suffix_of(resource.context, settings)
    if isinstance(name, Unknown):
        yield CannotTell(name)
    elif not isinstance(name, str) or not name:
        yield _unnamed(resource, spec, suffix)
    elif is_prescribed(name, spec):
        yield NotApplicable("the service prescribes this name")
    elif is_auto_named(name, resource.name, spec):
        yield _auto_named(resource, spec, name, suffix)
    elif not has_suffix(name, suffix.text, spec) and not foreign_suffix(
        name, suffix.text, settings["otherSuffixes"], spec
    ):
        message = f"the name {name} does not end in {suffix.text}"
        if spec.kind == "path":
            message = f"no part of the name {name} ends in {suffix.text}"
        yield _finding(spec.prop, (spec.prop,), message, _advice(spec, suffix, propose(name, suffix.text, spec)))


def _advice(spec: NameSpec, suffix: Suffix, proposal: str | None) -> str:
    if proposal is None:
        room = f", in {spec.max} characters" if spec.max else ""
        return f"set {spec.prop} to a shorter name that ends in {suffix.text}{room}"
    return f'set {spec.prop} = "{proposal}"'


def _unnamed(resource: Resource, spec: NameSpec, suffix: Suffix) -> Answer:
    why = f"{spec.prop} is not set, and the provider invents one"
    if spec.prefix is not None and resource.get(spec.prefix) is not None:
        why = f"{spec.prefix} makes AWS append a random id"
    message = f"the resource is unnamed ({why}), so its name does not end in {suffix.text}"
    return _finding(spec.prop, (spec.prop,), message, _advice(spec, suffix, propose(resource.name, suffix.text, spec)))


def _auto_named(resource: Resource, spec: NameSpec, name: str, suffix: Suffix) -> Answer:
    """Offer the pattern that mends every auto-named resource at once, and a name where the pattern gives a bad one."""
    already = has_suffix(resource.name, suffix.text, spec)
    proposal = resource.name if already else propose(resource.name, suffix.text, spec)
    message = f"the resource is auto-named {name}, which does not end in {suffix.text}"
    remedy = f"set the configuration pulumi:autonaming to the pattern {suffix.pattern(already, spec)}"
    where = "" if "-" in spec.seps else " for this type, as it allows no hyphen"
    return _finding(
        spec.prop, (spec.prop,), message, remedy + where + (f', or name it "{proposal}"' if proposal else "")
    )


def _tag(resource: Resource, settings: Settings) -> Iterator[Answer]:
    tags, suffix = resource.properties.get("tags"), suffix_of(resource.context, settings)
    name = tags.get("Name") if isinstance(tags, dict) else tags
    if isinstance(name, Unknown):
        yield CannotTell(name)
    elif not isinstance(name, str):
        advice = f'set the tag Name = "{propose(resource.name, suffix.text, _TAG)}"'
        yield _finding("tags.Name", ("tags",), "the resource has no tag Name", advice)
    elif not has_suffix(name, suffix.text, _TAG):
        advice = f'set the tag Name = "{propose(name, suffix.text, _TAG)}"'
        yield _finding("tags.Name", ("tags", "Name"), f"the tag Name, {name}, does not end in {suffix.text}", advice)


def _finding(key: str, path: tuple[str, ...], message: str, remedy: str) -> Answer:
    return suffix_missing.finding(key, path, message, remedy)
