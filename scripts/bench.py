# SPDX-License-Identifier: Apache-2.0
"""Measures the engine beside its peers, the stack policies of the pack, the IAM analysis and the program linter."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stackproof.bench import measure, show
from stackproof.bench.documents import large_documents, made_documents, measure_documents, show_documents
from stackproof.bench.source import measure_source, show_source
from stackproof.bench.stack_rules import measure_pack

_PACK = Path(__file__).parents[1] / "policies"
_RULES = ("alarm-presence", "naming-suffix")
_FAMILIES = (*_RULES, "alarm-cannot-fire", "naming-collision")
_POLICIES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in _FAMILIES},
    " and ".join(_RULES): _RULES,
    "these four together": _FAMILIES,
    "every stack policy": (),
}
"""Families of the pack, each measured with its advisory twin."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1000], help="numbers of resources")
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run each way")
    parser.add_argument("--documents", type=int, default=1000, help="number of IAM documents; 0 for none")
    parser.add_argument("--peers", default=sys.executable, help="an interpreter that has other analysers of them")
    parser.add_argument("--lines", type=int, default=10_000, help="lines of the program that is linted; 0 for none")
    arguments = parser.parse_args()
    if arguments.documents:
        documents = {
            f"{arguments.documents:,} IAM documents, warm": made_documents(arguments.documents),
            "IAM documents of up to 100 KB that ask for much, warm": large_documents(),
        }
        for title, texts in documents.items():
            show_documents(title, measure_documents(texts, arguments.peers))
    if arguments.lines:
        show_source(measure_source(arguments.lines, arguments.runs))
    show(measure(tuple(arguments.sizes), arguments.runs))
    sys.stdout.write("\npolicies of policies/ on 1,000 resources with 300 alarms, processor time of the pack:\n")
    for title, names in _POLICIES.items():
        cost = measure_pack(_PACK, arguments.runs, [twin for name in names for twin in (name, f"{name}-advisory")])
        sys.stdout.write(
            f"{title}: {cost.pack:.0f} ms for {cost.policies}, {cost.empty:.0f} ms for as many empty ones, "
            f"{cost.beyond:.0f} ms beyond them\n",
        )


if __name__ == "__main__":
    main()
