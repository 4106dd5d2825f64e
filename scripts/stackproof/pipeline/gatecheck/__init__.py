# SPDX-License-Identifier: Apache-2.0
"""The linter of deployment gates: what in a repository's workflows lets something by that was not judged."""
