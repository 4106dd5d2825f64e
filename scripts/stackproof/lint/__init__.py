# SPDX-License-Identifier: Apache-2.0
"""The program linter: reads the source of Pulumi programs in Python, and of their tests, without running any of it."""
