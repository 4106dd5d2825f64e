# SPDX-License-Identifier: Apache-2.0
"""The components of the sample stack, one to a file, and the settings they are built from."""
