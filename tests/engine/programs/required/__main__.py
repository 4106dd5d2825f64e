# SPDX-License-Identifier: Apache-2.0
"""A required input that is missing is refused in the provider's own words, and the resource is named."""

import pulumi


class QueuePolicy(pulumi.CustomResource):
    """A resource of AWS without the SDK's own check of its arguments."""

    def __init__(self, name: str) -> None:
        """Register the resource without its policy."""
        super().__init__("aws:sqs/queuePolicy:QueuePolicy", name, {"queueUrl": "https://sqs.example.com/q"})


QueuePolicy("halfway")
