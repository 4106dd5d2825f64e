# SPDX-License-Identifier: Apache-2.0
"""Runs the command line as `python -m stackproof`."""

from __future__ import annotations

from stackproof.cli import main

if __name__ == "__main__":
    main()
