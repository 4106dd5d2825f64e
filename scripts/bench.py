# SPDX-License-Identifier: Apache-2.0
"""Measures what the embedded engine costs, beside the same programs under the SDK's mocks and the real CLI."""

from __future__ import annotations

import argparse

from stackproof.bench import measure, show


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000], help="numbers of resources")
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run each way")
    arguments = parser.parse_args()
    show(measure(tuple(arguments.sizes), arguments.runs))


if __name__ == "__main__":
    main()
