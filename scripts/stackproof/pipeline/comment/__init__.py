# SPDX-License-Identifier: Apache-2.0
"""Comments on a pull request, one a stack, that each run edits in place."""
