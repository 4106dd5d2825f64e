# SPDX-License-Identifier: Apache-2.0
"""Measures the embedded engine beside its peers, the stack policies of the pack, and the IAM analysis."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stackproof.bench import measure, show
from stackproof.bench.documents import measure_documents, show_documents
from stackproof.bench.stack_rules import measure_pack

_PACK = Path(__file__).parents[1] / "policies"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000], help="numbers of resources")
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run each way")
    parser.add_argument("--documents", type=int, default=1000, help="number of IAM documents; 0 for none")
    arguments = parser.parse_args()
    if arguments.documents:
        show_documents(arguments.documents, measure_documents(arguments.documents))
    show(measure(tuple(arguments.sizes), arguments.runs))
    cost = measure_pack(_PACK, arguments.runs)
    sys.stdout.write(
        f"\nstack policies of policies/, 1,000 resources with 300 alarms: {cost.pack:.0f} ms for {cost.policies}, "
        f"{cost.beyond:.0f} ms beyond as many empty ones\n",
    )


if __name__ == "__main__":
    main()
