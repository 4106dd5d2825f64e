# SPDX-License-Identifier: Apache-2.0
"""What a check takes over from the inputs that a resource had before: defaults, among them its invented name.

The rule is that of pulumi/pulumi-terraform-bridge, ``pkg/tfbridge/schema.go`` (``applyDefaults``, Apache-2.0): old
inputs list under ``__defaults`` which of them the program had not given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackproof.wire import Properties

__all__ = ["with_prior_defaults"]


def with_prior_defaults(token: str, inputs: Properties, prior: Properties, settings: Properties) -> Properties:
    """Give inputs to check, of a resource that exists with the inputs ``prior``; ``settings`` are its provider's.

    A default is kept where the program still gives no value of its own, nor a prefix of one; so is an AWS resource's
    region, where neither the resource nor its provider names one: then it is what the environment said.
    """
    listed = prior.get("__defaults")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    if token.startswith("aws:") and not settings.get("region"):
        names.append("region")
    given = {name for name, value in inputs.items() if value is not None}
    kept = {name: prior[name] for name in names if name in prior and not given & {name, f"{name}Prefix"}}
    return {**inputs, **kept}
