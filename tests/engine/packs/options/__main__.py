# SPDX-License-Identifier: Apache-2.0
"""A pack that repeats what it was told of each resource's options, as JSON."""

import json

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)


def repeat(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Report the options."""
    timeouts = args.opts.custom_timeouts
    options = {
        "protect": args.opts.protect,
        "ignore_changes": list(args.opts.ignore_changes),
        "delete_before_replace": args.opts.delete_before_replace,
        "aliases": list(args.opts.aliases),
        "custom_timeouts": [timeouts.create_seconds, timeouts.update_seconds, timeouts.delete_seconds],
        "additional_secret_outputs": list(args.opts.additional_secret_outputs),
    }
    report(json.dumps(options), None)


PolicyPack("options", [ResourceValidationPolicy("repeat", "Repeated", repeat, EnforcementLevel.ADVISORY)])
