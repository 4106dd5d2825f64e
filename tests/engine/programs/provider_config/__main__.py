# SPDX-License-Identifier: Apache-2.0
"""A default provider is configured from the stack: objects as JSON, and resources follow it."""

import pulumi_aws as aws

aws.sqs.Queue("queue", name="queue-dev")
