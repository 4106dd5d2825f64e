# SPDX-License-Identifier: Apache-2.0
"""A transform of function calls rewrites the arguments before the provider sees them."""

import pulumi
import pulumi_aws as aws


def elsewhere(args: pulumi.InvokeTransformArgs) -> pulumi.InvokeTransformResult:
    """Ask for another region than the program does."""
    return pulumi.InvokeTransformResult(args={**args.args, "region": "us-west-2"}, opts=args.opts)


pulumi.runtime.register_invoke_transform(elsewhere)
pulumi.export("region", aws.get_region_output(region="eu-west-1").region)
