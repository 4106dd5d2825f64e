# SPDX-License-Identifier: Apache-2.0
"""Runs the command line as `python -m stackproof`."""

from __future__ import annotations

import gc

_GARBAGE = (100_000, 20, 100)
"""Thresholds of the cyclic collector. What is imported and registered lives until the end, and looking through it
again and again, and once more at the end, was a tenth of what a preview of ten resources costs."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*_GARBAGE)
    try:
        from stackproof import cli  # noqa: PLC0415 (imported under the thresholds)

        cli.main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
