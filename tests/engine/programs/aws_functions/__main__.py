# SPDX-License-Identifier: Apache-2.0
"""Functions that most programs call are answered, a policy document for real; an unknown argument gives unknown."""

import json

import pulumi
import pulumi_aws as aws

identity = aws.get_caller_identity()
region = aws.get_region()
zones = aws.get_availability_zones()
elsewhere = aws.Provider("elsewhere", region="us-west-2")
west = aws.get_region(opts=pulumi.InvokeOptions(provider=elsewhere))
document = aws.iam.get_policy_document(
    statements=[aws.iam.GetPolicyDocumentStatementArgs(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"])],
)
bucket = aws.s3.Bucket("bucket", bucket="bucket-dev")
unknown = aws.iam.get_policy_document_output(
    statements=[{"actions": ["s3:GetObject"], "resources": [bucket.arn]}],  # type: ignore[list-item]  # the SDK takes Outputs, its types do not say so
)
aws.ssm.Parameter(
    "facts",
    name="/engine/dev",
    type=aws.ssm.ParameterType.STRING,
    value=json.dumps([identity.account_id, region.region, len(zones.names), west.region]),
)
aws.iam.Policy("known", name="known-dev", policy=document.json)
aws.iam.Policy("unknown", name="unknown-dev", policy=unknown.json)
