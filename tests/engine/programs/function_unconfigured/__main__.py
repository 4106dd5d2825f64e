# SPDX-License-Identifier: Apache-2.0
"""A function of a provider that is not configured yet is answered, so that the program goes on; the report says so."""

import pulumi
import pulumi_aws as aws

queue = aws.sqs.Queue("queue", name="queue-dev")
unsure = aws.Provider("unsure", profile=queue.arn)
aws.get_region(opts=pulumi.InvokeOptions(provider=unsure))
