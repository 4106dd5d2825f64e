# SPDX-License-Identifier: Apache-2.0
"""The way to production: what judges workflows and repository settings, binds plans to approvals, and tends locks."""
