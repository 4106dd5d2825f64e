# SPDX-License-Identifier: Apache-2.0
"""Rules on physical names: what a name says about the stack it belongs to."""

from __future__ import annotations

from guardrails.rule import Family, Option

__all__ = ["FAMILY"]

FAMILY = Family(
    name="naming-suffix",
    problem="Name does not tell its stack",
    remediation="End the physical name in the stack's suffix, or set pulumi:autonaming with a pattern that does.",
    framework="AWS Well-Architected Framework",
    reference="OPS05-BP04 Use build and deployment management systems",
    tags=("naming",),
    options=(
        Option("suffix", "text", "the suffix itself; where absent, it is read from the stack's configuration"),
        Option(
            "suffixConfigKey",
            "text",
            "the configuration key that holds the suffix, with or without its project; else the stack's name is used",
            "environmentSuffix",
        ),
        Option("ignoreTypes", "texts", "type tokens whose names are not judged", ()),
    ),
)
