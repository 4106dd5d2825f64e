# SPDX-License-Identifier: Apache-2.0
"""Hooks that ask for it run in a preview, with inputs before and outputs after; errors may be ignored."""

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


def before(args: pulumi.ResourceHookArgs) -> None:
    """Tell what comes."""
    pulumi.log.info(f"before {args.name}: {args.new_inputs} {args.new_outputs}")


def after(args: pulumi.ResourceHookArgs) -> None:
    """Tell what came."""
    pulumi.log.info(f"after {args.name}: {args.new_outputs}")


def refuse(_args: pulumi.ResourceHookArgs) -> None:
    """Fail."""
    message = "not today"
    raise ValueError(message)


PREVIEW = pulumi.ResourceHookOptions(on_dry_run=True)
announced = pulumi.ResourceHook("announced", before, PREVIEW)
told = pulumi.ResourceHook("told", after, PREVIEW)
ignored = pulumi.ResourceHook("ignored", refuse, pulumi.ResourceHookOptions(on_dry_run=True, ignore_errors=True))
later = pulumi.ResourceHook("later", refuse)
Thing(
    "hooked",
    {"size": 1},
    pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(before_create=[announced, later], after_create=[ignored, told])
    ),
)
