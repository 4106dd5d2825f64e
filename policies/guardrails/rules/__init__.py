# SPDX-License-Identifier: Apache-2.0
"""The rules: one package an area, one module a rule, found by walking; nothing else is edited to add one."""
