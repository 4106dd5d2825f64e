# SPDX-License-Identifier: Apache-2.0
"""The benchmark runs what it says it runs, and its table is what a reader needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stackproof import bench
from stackproof.bench import Cost, Row, in_pack, measure, show
from stackproof.bench.documents import large_documents, made_documents, measure_documents
from stackproof.bench.peer import measure as measure_peer
from stackproof.bench.stack_rules import PackCost, measure_pack
from stackproof.synthetic import write_program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("cli", ["/usr/bin/pulumi", None])
def test_a_size_is_measured_by_whole_processes_in_turn(cli: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor runs here for real; the previews, which other tests run, are noted and take as long."""
    commands: list[list[str]] = []
    real = bench._run

    def run(command: list[str]) -> str:
        commands.append(command)
        real(command if "stackproof.bench.floor" in command else ["-c", ""])
        return "2.5\n"

    monkeypatch.setattr(bench, "_run", run)
    monkeypatch.setattr("shutil.which", {"pulumi": cli}.get)
    (row,) = measure((1,), runs=1)
    assert (row.resources, row.cli) == (1, 2.5 if cli else None)
    assert row.floor.wall > row.faithful.wall > 0
    assert row.floor.processor > row.both.processor > 0
    modules = ["stackproof.bench.floor", "stackproof", "stackproof", *(["stackproof.bench.peer"] if cli else [])]
    assert [command[1] for command in commands] == modules
    assert [command[-2:] for command in commands[1:3]] == [["--pass", "faithful"], ["--fail-on", "violation"]]


def test_the_table_gives_ratios_and_the_cost_of_a_further_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """The first row has no row before it to be compared with, and without a CLI there is none to be compared with."""
    small = Row(10, Cost(1.0, 1.0), Cost(2.0, 2.0), Cost(3.0, 4.0), None)
    show([small, Row(110, Cost(2.0, 2.0), Cost(3.0, 3.0), Cost(4.0, 6.0), 8.0)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-2] == ["10", "1.00", "s", "2.00", "s", "3.00", "s", "3.00", "4.00"]
    assert lines[-1] == ["110", "2.00", "s", "3.00", "s", "4.00", "s", "2.00", "3.00", "10.0", "8.00", "s", "0.50"]


def test_the_cli_is_timed_alone_over_the_offline_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its program here is a shell script, which keeps what it was told."""
    script = tmp_path / "bin" / "pulumi"
    script.parent.mkdir()
    script.write_text(f"""#!/bin/sh
[ "$1" = version ] && echo v3.300.0 && exit
echo "$@" $PULUMI_DEBUG_PROVIDERS $PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION > {tmp_path}/told
""")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    root = write_program(tmp_path / "program", 1)
    assert measure_peer(root, tmp_path / "pack") > 0
    told = (tmp_path / "told").read_text().split()
    assert (told[0], told[-4:-2], told[-1]) == ("preview", ["--policy-pack", str(tmp_path / "pack")], "true")
    assert any(entry.startswith("aws:") for entry in told[-2].split(","))


_PACK = """\
import time
from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy

def work(seconds):
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass

PolicyPack("slow", [
    StackValidationPolicy("slow", "Slow", lambda args, report: work(0.4)),
    StackValidationPolicy("waits", "Waits", lambda args, report: time.sleep(0.4)),
    ResourceValidationPolicy("each", "Each", lambda args, report: work(0.0004)),
])
"""


def test_a_pack_is_measured_beside_as_many_empty_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What works costs that beyond an empty policy; only what is named runs, by default what judges the stack."""
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "__main__.py").write_text(_PACK, "utf-8")
    in_pack.main([str(pack), "1", "each"])
    stack, each, both = (
        measure_pack(pack, 1),
        PackCost(**json.loads(capsys.readouterr().out)),
        measure_pack(pack, 1, ("each", "slow")),
    )
    assert [cost.policies for cost in (stack, each, both)] == [2, 1, 2]
    assert [cost.beyond > least for cost, least in ((stack, 200), (each, 200), (both, 600))] == [True] * 3
    assert each.beyond < both.beyond
    assert PackCost(1, 2.0, 5.0).beyond == 3.0


def test_other_analysers_run_in_the_interpreter_that_has_them(tmp_path: Path) -> None:
    """One that is not installed there is no figure, and no error either."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncase "$2" in *parliament*) echo "[1.0, 3.0]";; *) exit 1;; esac\n')
    python.chmod(0o700)
    found = measure_documents(made_documents(2), str(python))
    assert (found["cloudsplaining"], found["parliament"]) == ("not installed", [1.0, 3.0])
    assert len(found["stackproof iam"]) == 2


def test_an_analyser_that_takes_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackproof.bench.documents._PATIENCE", 0.01)
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 5\n")
    python.chmod(0o700)
    assert measure_documents(made_documents(1), str(python))["parliament"] == "over 0.01 s"


def test_large_documents_have_up_to_100_kb() -> None:
    assert [len(text) for text in large_documents() if not 40_000 < len(text) <= 100_000] == []
