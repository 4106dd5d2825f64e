# SPDX-License-Identifier: Apache-2.0
"""Stackproof's tooling: runs Pulumi programs against policy packs offline and says what is proven."""

__version__ = "0.1.0"
