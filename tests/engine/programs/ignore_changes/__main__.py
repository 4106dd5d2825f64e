# SPDX-License-Identifier: Apache-2.0
"""`ignore_changes` reaches packs as the provider's own property names, and changes nothing of a new resource."""

import pulumi
import pulumi_aws as aws

aws.sqs.Queue("queue", name="queue-dev", fifo_queue=False, opts=pulumi.ResourceOptions(ignore_changes=["fifo_queue"]))
