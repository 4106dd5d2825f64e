# SPDX-License-Identifier: Apache-2.0
"""Whether a stack still is as it was deployed: found by a preview that refreshes in memory and writes no state."""
