# SPDX-License-Identifier: Apache-2.0
"""Reports: pure functions from a judged stack to text that people or programs read."""
