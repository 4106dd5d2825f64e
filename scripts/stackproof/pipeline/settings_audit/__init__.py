# SPDX-License-Identifier: Apache-2.0
"""The audit of what no file of a repository shows: its environments, rulesets and the permissions of its workflows."""
