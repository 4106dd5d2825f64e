# SPDX-License-Identifier: Apache-2.0
"""Guardrails: the rules of the pack, the analysis they stand on, and the bridge to CrossGuard."""
