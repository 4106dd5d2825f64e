# SPDX-License-Identifier: Apache-2.0
"""The rules on a repository's settings, one a module."""
