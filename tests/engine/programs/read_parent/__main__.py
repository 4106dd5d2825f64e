# SPDX-License-Identifier: Apache-2.0
"""A resource that was read may be a parent: its type stands in the URNs of its children."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc.get("shared", "vpc-0a1b2c3d")
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=pulumi.ResourceOptions(parent=vpc))
