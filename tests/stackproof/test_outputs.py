# SPDX-License-Identifier: Apache-2.0
"""Where reports go, and that each file is true at every moment, however a run ends."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.report.stack import RICH

from stackproof.errors import UnrunnableError, UsageError
from stackproof.outputs import Reports
from stackproof.report.formats import Format

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = replace(RICH, verdicts=())


def test_one_form_is_shown_and_others_go_to_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each in one run."""
    outputs = [f"sarif={tmp_path / 'x.sarif'}", f"junit={tmp_path / 'x.xml'}"]
    with Reports.asked(None, outputs).writing() as reports:
        reports.tell(RICH)
    assert capsys.readouterr().out.startswith("shop · prod")
    assert json.loads((tmp_path / "x.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "<testsuites" in (tmp_path / "x.xml").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.sarif", "x.xml"]


def test_a_file_without_a_form_takes_that_of_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where its name has an equals sign; then nothing is shown."""
    with Reports.asked(Format.JSON, [str(tmp_path / "a=b")]).writing() as reports:
        reports.tell(CLEAN)
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "a=b").read_text(encoding="utf-8"))["exitCode"] == 0


@pytest.mark.parametrize("form", Format)
def test_each_form_can_be_shown(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    with Reports.asked(form, []).writing() as reports:
        reports.tell(RICH)
    assert "shop" in capsys.readouterr().out


def test_before_anything_is_judged_an_old_report_is_gone(tmp_path: Path) -> None:
    """A run that is killed leaves none that could be taken for its own."""
    file = tmp_path / "report.json"
    file.write_text('{"exitCode": 0}')
    with Reports.asked(Format.JSON, [str(file)]).writing():
        killed = json.loads(file.read_text(encoding="utf-8"))
    assert killed["exitCode"] == 4
    assert killed["problems"] == ["the run did not finish: it was killed, or it is still going on"]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UnrunnableError("pack rules did not start"), 4, "pack rules did not start"),
        (UsageError("no such stack"), 2, "no such stack"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("by AKIAIOSFODNN7EXAMPLE"), 4, "stackproof itself failed with ZeroDivisionError"),
        (UsageError("odd value AKIAIOSFODNN7EXAMPLE"), 2, "odd value [secret]"),
    ],
)
def test_a_run_that_ends_early_says_so_in_its_files(
    tmp_path: Path, error: BaseException, code: int, words: str
) -> None:
    """After what was judged until then."""
    file = tmp_path / "report.json"

    def run() -> None:
        with Reports.asked(None, [f"json={file}"]).writing() as reports:
            reports.tell(CLEAN)
            raise error

    with pytest.raises(type(error)):
        run()
    first, last = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (first["exitCode"], last["exitCode"]) == (0, code)
    assert last["problems"][0].startswith(words)


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (["json="], "names no file"),
        (["sarfi=x"], "sarfi is no form of report; there are text, json, sarif.*a file that is called so is ./sarfi=x"),
        (["json=x", "sarif=./x"], "two reports go to"),
        (["json=no/such/folder/x"], "cannot be written"),
        (["json=."], "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words), Reports.asked(None, outputs).writing():
        raise AssertionError
    assert list(tmp_path.iterdir()) == []
