# SPDX-License-Identifier: Apache-2.0
"""One policy for each way to answer, so that two engines can be compared by what packs say under them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)


def leaves(value: Any) -> int:
    """Count the values inside a value; an unknown one raises."""
    if isinstance(value, Mapping):
        return sum(leaves(value[key]) for key in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(leaves(item) for item in value)
    return 1


def read_all(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Read every property; a resource without any is not applicable."""
    if not args.props:
        args.not_applicable("no properties")
    if leaves(args.props) > 5:
        report("more than five values", None)


def name(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Object to one name in two, without reading a property."""
    if len(args.name) % 2:
        report(f"{args.name} has an odd number of letters", None)


def options(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Repeat as JSON which options arrived."""
    timeouts = args.opts.custom_timeouts
    told = {
        "protect": args.opts.protect,
        "ignore_changes": list(args.opts.ignore_changes),
        "delete_before_replace": args.opts.delete_before_replace,
        "aliases": list(args.opts.aliases),
        "custom_timeouts": [timeouts.create_seconds, timeouts.update_seconds, timeouts.delete_seconds],
        "additional_secret_outputs": list(args.opts.additional_secret_outputs),
    }
    report(json.dumps(told), None)


def links(args: StackValidationArgs, report: ReportViolation) -> None:
    """Say which resources depend on others, and by which property."""
    for resource in args.resources:
        names = sorted(other.name for other in resource.dependencies)
        properties = {
            key: sorted(other.name for other in others)
            for key, others in sorted(resource.property_dependencies.items())
            if others
        }
        if names or properties:
            report(f"depends on {names} by {properties}", resource.urn)


def outputs(args: StackValidationArgs, report: ReportViolation) -> None:
    """Read every output of the stack, then object to none."""
    if not sum(leaves(resource.props) for resource in args.resources):
        report("no outputs at all", None)


PolicyPack(
    "probe",
    [
        ResourceValidationPolicy("read-all", "Holds many values", read_all, EnforcementLevel.MANDATORY),
        ResourceValidationPolicy("name", "Has an odd name", name, EnforcementLevel.ADVISORY, severity=Severity.LOW),
        ResourceValidationPolicy("options", "Has options", options, EnforcementLevel.ADVISORY),
        StackValidationPolicy("links", "Has links", links, EnforcementLevel.ADVISORY, severity=Severity.HIGH),
        StackValidationPolicy("outputs", "Has no outputs", outputs, EnforcementLevel.MANDATORY),
    ],
)
