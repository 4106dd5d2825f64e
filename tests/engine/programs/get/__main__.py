# SPDX-License-Identifier: Apache-2.0
"""What is read with `get` is known by its id, is no part of the stack, and is told as invented."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc.get("shared", "vpc-0a1b2c3d")
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
pulumi.export("vpc", vpc.id)
