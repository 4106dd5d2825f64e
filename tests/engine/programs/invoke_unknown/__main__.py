# SPDX-License-Identifier: Apache-2.0
"""A function that lacks an argument, or waits for a new resource, is not called: the result is unknown, of nothing."""

import pulumi
import pulumi_aws as aws


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str, props: dict[str, object], opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, props, opts)


first = Thing("first", {})
of_unknown = aws.iam.get_policy_document_output(
    statements=[{"actions": ["s3:GetObject"], "resources": [first.id]}],  # type: ignore[list-item]  # the SDK takes Outputs, its types do not say so
)
after_new = aws.get_region_output(region="eu-west-1", opts=pulumi.InvokeOutputOptions(depends_on=[first]))
known = aws.get_region_output(region="eu-west-1")
Thing("second", {"of_unknown": of_unknown.json, "after_new": after_new.region, "known": known.region})
