# SPDX-License-Identifier: Apache-2.0
"""What is read has a URN like what is registered, and shares it with nothing either."""

import pulumi_aws as aws

aws.ec2.Vpc.get("shared", "vpc-0a1b2c3d")
aws.ec2.Vpc.get("shared", "vpc-4e5f6a7b")
