# SPDX-License-Identifier: Apache-2.0
"""The plan envelope: what was approved, in a form that nothing else can pass for."""
