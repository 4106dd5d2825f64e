# SPDX-License-Identifier: Apache-2.0
"""The rules of the program linter, one a module."""
