# SPDX-License-Identifier: Apache-2.0
"""Exemptions as the tool writes them: an entry for one finding, which the pack itself takes or refuses."""
