# SPDX-License-Identifier: Apache-2.0
"""Rules on physical names: what a name says about the stack it belongs to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from guardrails.naming.table import named_types, takes_name_tag
from guardrails.rule import Family, Option, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COLLISION", "FAMILY"]

_SUFFIX = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_OTHERS = ("dev", "development", "test", "qa", "staging", "uat", "preprod", "prod", "production")


def _amiss(settings: Settings) -> Iterator[tuple[str, str]]:
    for key in ("suffix", "otherSuffixes"):
        values = [settings[key]] if key == "suffix" else settings[key]
        if any(value is not None and not _SUFFIX.fullmatch(value) for value in values):
            yield key, "a suffix is letters and digits, with single hyphens, underscores or dots between them"
    if settings["suffix"] in settings["otherSuffixes"] and settings["otherSuffixes"] != _OTHERS:
        yield "otherSuffixes", "the stack's own suffix is among them"
    for token in sorted(set(settings["ignoreTypes"])):
        if token not in named_types() and not takes_name_tag(token):
            yield "ignoreTypes", f"{token} is no type token with a name that is judged (as aws:sqs/queue:Queue)"


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
        Option("otherSuffixes", "texts", "suffixes of other environments, which no name may carry", _OTHERS),
        Option("scopedNames", "flag", "judge names that are unique only inside a parent too", default=False),
        Option("displayNames", "flag", "judge names that are only displayed too", default=False),
        Option("nameTags", "flag", "judge the tag `Name` of what has no name, such as a VPC", default=False),
        Option("ignoreTypes", "texts", "type tokens whose names are not judged", ()),
    ),
    amiss=_amiss,
)

COLLISION = Family(
    name="naming-collision",
    problem="Two resources of the stack get the same name",
    remediation="Give each resource a name of its own.",
    framework="AWS Well-Architected Framework",
    reference="OPS05-BP04 Use build and deployment management systems",
    tags=("naming",),
)
