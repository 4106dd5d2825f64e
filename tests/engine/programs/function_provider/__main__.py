# SPDX-License-Identifier: Apache-2.0
"""A function is answered by the provider that it names, by its parent's, or a default of the version that it names."""

import pulumi
import pulumi_aws as aws


class Group(pulumi.ComponentResource):
    """A component that hands a provider down."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        """Register the component."""
        super().__init__("my:web:Group", name, None, opts)
        self.register_outputs({})


west = aws.Provider("west", region="us-west-2")
group = Group("group", pulumi.ResourceOptions(providers=[west]))
pulumi.export("default", aws.get_region_output().region)
pulumi.export("named", aws.get_region_output(opts=pulumi.InvokeOutputOptions(provider=west)).region)
pulumi.export("parents", aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=group)).region)
pulumi.export("version", aws.get_region_output(opts=pulumi.InvokeOutputOptions(version="7.50.0")).region)
