# SPDX-License-Identifier: Apache-2.0
"""Pure analysis of physical names: which property holds one, what it ends in, what it could be called."""
