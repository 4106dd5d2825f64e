# SPDX-License-Identifier: Apache-2.0
"""Names come from the stack's configuration: by type, else by package, else for all; what a program names stays."""

import pulumi_aws as aws

aws.s3.Bucket("Files")
aws.sqs.Queue("orders", fifo_queue=True)
aws.kms.Alias("named", name="alias/mine", target_key_id="key")
aws.sns.Topic("events", fifo_topic=True)
aws.ec2.KeyPair("key", public_key="ssh-ed25519 AAAA")
