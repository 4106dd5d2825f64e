# SPDX-License-Identifier: Apache-2.0
"""Compares the embedded engine with the real CLI, program by program; without a CLI, with what one was recorded to see.

Exit code 1 where they differ otherwise than `tests/engine/meant.yaml` says, or where an entry of it is met no more.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from stackproof.aws import World
from stackproof.engine.embedded import EmbeddedEngine
from stackproof.engine.pulumi import PulumiEngine
from stackproof.parity import Case, compare, observe_under, read_record, timeout_of, write_record
from stackproof.parity.comparison import read_meant
from stackproof.parity.table import show
from stackproof.synthetic import write_program

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "tests" / "engine"
RECORDS = ENGINE / "records"
PACKAGES = ("pulumi", "pulumi-aws", "pulumi-policy")


def cases(folder: Path) -> list[Case]:
    """List the sample, every program of the engine's tests, and one of 1,000 resources, written into ``folder``."""
    probe = ENGINE / "packs" / "probe"
    roots = sorted(path.parent for path in (ENGINE / "programs").glob("*/Pulumi.yaml"))
    found = [Case(root.name, root, probe, timeout_of(root)) for root in roots]
    synthetic = Case("synthetic-1000", write_program(folder / "synthetic", 1000), probe)
    return [Case("program", ROOT / "program", ROOT / "policies"), *found, synthetic]


def main() -> None:
    """Compare, print, and record where that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="the programs to compare; default: all")
    parser.add_argument("--record", action="store_true", help="write down what the CLI saw, as the expectation")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chosen = [case for case in cases(Path(folder)) if not arguments.names or case.name in arguments.names]
        sys.exit(run(chosen, record=arguments.record, whole=not arguments.names))


def run(chosen: list[Case], *, record: bool, whole: bool) -> int:
    """Compare some cases and give the exit code; meant differences can be stale only where all cases are ``whole``."""
    console = Console(stderr=False, soft_wrap=True, highlight=False)
    meant = read_meant(ENGINE / "meant.yaml")
    live = PulumiEngine(World()) if record or shutil.which("pulumi") else None
    results = []
    for case in chosen:
        seen = observe_under(live, case) if live else read_record(RECORDS, case)
        if record:
            write_record(RECORDS, case, seen)
        results.append(compare(case, observe_under(EmbeddedEngine(World()), case), seen, meant))
        console.print(f"{case.name}: {len(results[-1].unmeant) or 'no'} differences", style="dim")
    if record and live:
        _write_provenance(live.version)
    against = f"Pulumi CLI {live.version}" if live else f"what Pulumi CLI {_recorded_version()} was recorded to see"
    met = {entry for result in results for _, entry in result.meant}
    stale = [entry for entry in meant if entry not in met] if whole else []
    show(console, results, against, stale)
    return int(bool(stale) or any(result.unmeant for result in results))


def _recorded_version() -> str:
    """Give the version of the CLI that the records were made with."""
    return str(json.loads((RECORDS / "provenance.json").read_text(encoding="utf-8"))["pulumi CLI"])


def _write_provenance(version: str) -> None:
    """Say by which versions the records were made."""
    made = {"pulumi CLI": version} | {name: importlib.metadata.version(name) for name in PACKAGES}
    (RECORDS / "provenance.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
