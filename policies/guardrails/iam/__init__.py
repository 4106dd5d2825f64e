# SPDX-License-Identifier: Apache-2.0
"""Pure analysis of IAM policy documents; knows nothing of Pulumi's SDKs and judges plain JSON as well."""
