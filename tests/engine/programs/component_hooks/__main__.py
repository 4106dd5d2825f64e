# SPDX-License-Identifier: Apache-2.0
"""A component's hooks run when it is registered, and when its outputs are."""

import pulumi


class Group(pulumi.ComponentResource):
    """A component with an output."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the output."""
        super().__init__("my:web:Group", name, {"label": name}, opts)
        self.register_outputs({"size": 3})


def before(args: pulumi.ResourceHookArgs) -> None:
    """Tell what comes."""
    pulumi.log.info(f"before {args.name}: {args.new_inputs}")


def after(args: pulumi.ResourceHookArgs) -> None:
    """Tell what came."""
    pulumi.log.info(f"after {args.name}: {args.new_outputs}")


PREVIEW = pulumi.ResourceHookOptions(on_dry_run=True)
announced = pulumi.ResourceHook("announced", before, PREVIEW)
told = pulumi.ResourceHook("told", after, PREVIEW)
Group("group", pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[announced], after_create=[told])))
