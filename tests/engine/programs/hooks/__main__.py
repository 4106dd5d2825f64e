# SPDX-License-Identifier: Apache-2.0
"""Hooks belong to a deployment: they are accepted, not run, and the report says so."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {}, opts)


def refuse(_args: pulumi.ResourceHookArgs) -> None:
    """Fail if anybody calls."""
    raise AssertionError


hook = pulumi.ResourceHook("refuse", refuse, pulumi.ResourceHookOptions(on_dry_run=True))
Thing("hooked", pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
