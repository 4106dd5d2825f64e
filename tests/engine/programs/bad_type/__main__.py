# SPDX-License-Identifier: Apache-2.0
"""A type that is no type token ends the deployment."""

import pulumi

pulumi.CustomResource("nonsense", "first", {})
