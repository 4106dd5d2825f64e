# SPDX-License-Identifier: Apache-2.0
"""A pack with one policy that never applies: what an engine costs and does without any rule."""

from pulumi_policy import PolicyPack, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy


def never(args: ResourceValidationArgs, report: ReportViolation) -> None:  # noqa: ARG001 (CrossGuard's signature)
    """Apply to nothing."""
    args.not_applicable("applies to nothing")


PolicyPack("silent", [ResourceValidationPolicy("never", "Never said", never)])
