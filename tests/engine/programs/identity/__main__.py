# SPDX-License-Identifier: Apache-2.0
"""The program knows its organization, project and stack."""

import pulumi

pulumi.export("organization", pulumi.get_organization())
pulumi.export("project", pulumi.get_project())
pulumi.export("stack", pulumi.get_stack())
