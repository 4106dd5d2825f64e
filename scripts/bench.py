# SPDX-License-Identifier: Apache-2.0
"""Measures the embedded engine beside the SDK's mocks and the real CLI, and what the pack's stack policies cost."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stackproof.bench import measure, show
from stackproof.bench.stack_rules import measure_pack

_PACK = Path(__file__).parents[1] / "policies"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000], help="numbers of resources")
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run each way")
    arguments = parser.parse_args()
    show(measure(tuple(arguments.sizes), arguments.runs))
    cost = measure_pack(_PACK, arguments.runs)
    sys.stdout.write(
        f"\nstack policies of policies/, 1,000 resources with 300 alarms: {cost.pack:.0f} ms for {cost.policies}, "
        f"{cost.beyond:.0f} ms beyond as many empty ones\n",
    )


if __name__ == "__main__":
    main()
