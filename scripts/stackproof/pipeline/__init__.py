# SPDX-License-Identifier: Apache-2.0
"""The way to production: the linter of deployment gates, and what is checked of a repository's settings."""
