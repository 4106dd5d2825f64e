# SPDX-License-Identifier: Apache-2.0
"""What keeps a stack from being deployed: the locks on it, and their release by whoever may."""
