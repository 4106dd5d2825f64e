# SPDX-License-Identifier: Apache-2.0
"""A hook that fails after a creation ends the deployment, in its words."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


def refuse(_args: pulumi.ResourceHookArgs) -> None:
    """Fail."""
    message = "not today"
    raise ValueError(message)


hook = pulumi.ResourceHook("refuse", refuse, pulumi.ResourceHookOptions(on_dry_run=True))

Thing("hooked", {}, pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[hook])))
