# SPDX-License-Identifier: Apache-2.0
"""The pack's entry point: serve the policies until the engine ends the process."""

from guardrails.pack import serve

serve()
