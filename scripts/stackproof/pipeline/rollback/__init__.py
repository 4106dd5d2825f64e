# SPDX-License-Identifier: Apache-2.0
"""Which commit a stack may be taken back to."""
