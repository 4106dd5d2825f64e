# SPDX-License-Identifier: Apache-2.0
"""The command that lets one finding through: what it writes, and what it and the pack refuse."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from stackproof import cli
from stackproof.errors import UsageError
from stackproof.exemptions import consent, pulumi_exception
from stackproof.exemptions.entry import Draft
from stackproof.exemptions.subject import Subject
from stackproof.findings import finding_id
from stackproof.report.json_report import SCHEMA_NAME

PACK = Path(__file__).parents[2] / "policies"
POLICY = "aws:iam/policy:Policy"
URN = f"urn:pulumi:dev::shop::{POLICY}::reader"
SOON = (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=30)).isoformat()
ID = finding_id("iam-service-wildcard", "Action::s3:*", POLICY, "reader")
WHY = ("--reason", "the vendor's: list", "--owner", "Jane Doe", "--expires", SOON)
IN_FULL = ("--rule", "iam-service-wildcard", "--key", "Action::s3:*", "--resource", f"{POLICY} reader")

Exempt = Callable[..., tuple[int, str, str]]


def finding(**changes: object) -> dict[str, object]:
    return {"rule": "iam-service-wildcard", "key": "Action::s3:*", "id": ID, "exemptable": True} | changes


def report_of(*findings: dict[str, object], urns: tuple[str, ...] = (URN,), stack: str = "dev") -> dict[str, object]:
    """Give one stack of a report, as far as the command reads it."""
    names = {"type": POLICY, "name": "reader", "urn": urns[0]}
    return {
        "schema": SCHEMA_NAME,
        "judged": {"project": "shop", "stack": stack},
        "verdicts": [{**names, "pack": "rules", "policy": "least-privilege", "findings": list(findings)}],
        "resources": [{"type": POLICY, "name": "reader", "urn": urn} for urn in urns],
    }


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Path]:
    def write(*stacks: object) -> Path:
        path = tmp_path / "report.json"
        path.write_text("".join(f"{json.dumps(stack)}\n" for stack in stacks), "utf-8")
        return path

    return write


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Give a copy of our pack, whose file of exemptions a test may change."""
    copy = tmp_path / "policies"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def exempt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack: Path) -> Exempt:
    """Type the command; give exit code, standard output and standard error."""

    def type_(*words: object, why: tuple[str, ...] = WHY) -> tuple[int, str, str]:
        told = ["stackproof", "exempt", *map(str, words), *why, "--policy-pack", str(pack)]
        monkeypatch.setattr("sys.argv", told)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return type_


def entries(pack: Path) -> Any:
    return yaml.safe_load((pack / "exemptions.yaml").read_text("utf-8"))


def test_a_finding_is_exempted_by_its_id_and_what_stood_in_the_file_stays(
    exempt: Exempt, report: Callable[..., Path], pack: Path
) -> None:
    file = pack / "exemptions.yaml"
    before = file.read_text("utf-8")
    file.chmod(0o640)
    code, out, _ = exempt(ID, "--report", report(report_of(finding())), "--link", "https://example.com/42")
    line = before.count("\n") + 1
    assert (code, out) == (0, f"{file}:{line}: iam-service-wildcard[Action::s3:*] is let through until {SOON}\n")
    assert (file.read_text("utf-8")[: len(before)], file.stat().st_mode & 0o777) == (before, 0o640)
    assert entries(pack) == [
        {
            "rule": "iam-service-wildcard",
            "key": "Action::s3:*",
            "resource": {"type": POLICY, "name": "reader"},
            "stacks": ["shop/dev"],
            "reason": "the vendor's: list",
            "owner": "Jane Doe",
            "expires": dt.date.fromisoformat(SOON),
            "link": "https://example.com/42",
        }
    ]


def test_a_finding_is_exempted_by_its_name_in_the_stacks_that_are_named(exempt: Exempt, pack: Path) -> None:
    code, _, _ = exempt(*IN_FULL, "--stack", "dev", "--stack", "shop/prod")
    assert (code, entries(pack)[0]["stacks"]) == (0, ["dev", "shop/prod"])


def test_a_resource_whose_type_and_name_are_not_its_own_alone_is_named_by_its_urn(
    exempt: Exempt, report: Callable[..., Path], pack: Path
) -> None:
    other = URN.replace(POLICY, f"a:b:C${POLICY}")
    exempt(ID, "--report", report(report_of(finding(), urns=(URN, other))))
    assert entries(pack)[0]["resource"] == URN


@pytest.mark.parametrize("text", ["", "# none yet", "  - *\n".replace("*", "{}"), "[]\n", "a: b\n", "- [\n"])
def test_an_entry_follows_what_the_file_holds_or_nothing_is_written(exempt: Exempt, pack: Path, text: str) -> None:
    """A comment without a line's end, and a list that stands to the right, are no obstacle; another form is."""
    (pack / "exemptions.yaml").write_text(text, "utf-8")
    code, _, err = exempt(*IN_FULL, "--stack", "dev")
    after = (pack / "exemptions.yaml").read_text("utf-8")
    if text in {"", "# none yet", "  - {}\n"}:
        assert (code, after.startswith(text), entries(pack)[-1]["owner"]) == (0, True, "Jane Doe")
    else:
        said = "cannot be read as YAML" if text == "- [\n" else "is no list with a `- rule:` for each entry"
        assert (code, after, said in err) == (2, text, True)


def test_the_file_is_made_where_there_is_none(exempt: Exempt, pack: Path) -> None:
    (pack / "exemptions.yaml").unlink()
    assert (exempt(*IN_FULL, "--stack", "dev")[0], len(entries(pack))) == (0, 1)
    assert (pack / "exemptions.yaml").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in pack.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "iam-trust-anyone"), "rule: no finding of iam-trust-anyone may be let through"),
        (("--rule", "iam-nosuch"), "rule: there is no rule iam-nosuch (owner Jane Doe); take the id"),
        (("--key", "*"), "key: names every finding of the rule"),
        (("--stack", "*"), "stacks: names more than one stack"),
        (("--expires", "2999-01-01"), "and 366 are allowed"),
        (("--owner", "team: platform"), "owner: holds a colon and a space"),
        (("--link", "example.com"), "link: is no link"),
    ],
)
def test_what_the_pack_does_not_take_is_refused_in_its_words_and_not_written(
    exempt: Exempt, pack: Path, words: tuple[str, ...], said: str
) -> None:
    before = (pack / "exemptions.yaml").read_text("utf-8")
    code, _, err = exempt(*IN_FULL, "--stack", "dev", why=(*WHY, *words))
    assert (code, said in err, "nothing is written" in err) == (2, True, True)
    assert (pack / "exemptions.yaml").read_text("utf-8") == before


def test_the_limit_that_a_stack_is_configured_with_counts(exempt: Exempt, pack: Path) -> None:
    (pack / "config" / "dev.json").write_text('{"exemptions": {"enforcementLevel": "mandatory", "maxDays": 7}}')
    code, _, err = exempt(*IN_FULL, "--stack", "dev")
    assert (code, "lasts 30 days more, and 7 are allowed" in err) == (2, True)


def test_a_finding_is_not_exempted_twice(exempt: Exempt, pack: Path) -> None:
    exempt(*IN_FULL, "--stack", "dev")
    code, _, err = exempt(*IN_FULL, "--stack", "dev")
    assert (code, "already" in err, len(entries(pack))) == (2, True, 1)


def test_an_old_entry_that_is_not_in_order_is_no_obstacle(exempt: Exempt, pack: Path) -> None:
    (pack / "exemptions.yaml").write_text("- rule: x\n", "utf-8")
    assert (exempt(*IN_FULL, "--stack", "dev")[0], len(entries(pack))) == (0, 2)


@pytest.mark.parametrize(
    ("words", "why", "said"),
    [
        ((ID,), WHY, "with --report FILE"),
        ((*IN_FULL[:4],), WHY, "by --rule, --key and --resource together"),
        ((ID, *IN_FULL), WHY, "or by --rule"),
        (IN_FULL, WHY, "--stack is missing"),
        ((*IN_FULL, "--resource", "reader"), WHY, "is no URN and no 'TYPE NAME'"),
        ((*IN_FULL, "--resource", URN, "--stack", "prod"), WHY, "the finding is of shop/dev; name that stack too"),
        ((*IN_FULL, "--stack", "dev"), WHY[2:], "--reason is missing"),
        ((*IN_FULL, "--stack", "dev", "--reason", " "), WHY[2:], "--reason is missing"),
        ((*IN_FULL, "--stack", "dev"), (*WHY[:2], *WHY[4:]), "--owner is missing"),
        ((*IN_FULL, "--stack", "dev"), WHY[:4], "'' is no date"),
        ((*IN_FULL, "--stack", "dev"), (*WHY[:4], "--expires", "2027-02-30"), "'2027-02-30' is no date"),
        ((*IN_FULL, "--stack", "dev"), (*WHY[:4], "--expires", "2020-01-01"), "2020-01-01 is over"),
        ((*IN_FULL, "--stack", "dev", "--to-pulumi"), WHY, "name the finding by its id"),
    ],
)
def test_a_command_line_that_leaves_something_open_is_refused(
    exempt: Exempt, words: tuple[str, ...], why: tuple[str, ...], said: str
) -> None:
    code, out, err = exempt(*words, why=why)
    assert (code, out, said in err.replace("\n", " ")) == (2, "", True)


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        (report_of(), "has no finding"),
        (report_of(finding(id="000000000000")), "it has 000000000000: take one of these"),
        (report_of(finding(exemptable=False)), "nobody may let through"),
        (report_of(finding(key="Sid::[secret]")), "has a secret in its name"),
        (report_of(finding(exemption={"expires": "2027-01-31"})), "is exempted already, until 2027-01-31"),
        ({"schema": "stackproof.preview/0"}, ":1: is no report of the form"),
        ([], ":1: is no report of the form"),
    ],
)
def test_a_report_that_does_not_let_the_finding_be_exempted_is_refused(
    exempt: Exempt, report: Callable[..., Path], stack: object, said: str
) -> None:
    code, _, err = exempt(ID, "--report", report(stack))
    assert (code, said in err) == (2, True)


def test_a_report_that_cannot_be_read_is_named_with_its_line(exempt: Exempt, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{\n")
    assert f"{tmp_path}/bad.json:1: not valid JSON" in exempt(ID, "--report", tmp_path / "bad.json")[2]
    assert "cannot be read" in exempt(ID, "--report", tmp_path / "none.json")[2]


def test_a_pack_that_takes_no_exemptions_is_refused(exempt: Exempt, pack: Path) -> None:
    shutil.rmtree(pack)
    assert "is not a policy pack" in exempt(*IN_FULL, "--stack", "dev")[2]
    shutil.copytree(Path(__file__).parents[1] / "engine" / "packs" / "silent", pack)
    code, _, err = exempt(*IN_FULL, "--stack", "dev")
    assert (code, "takes no exemptions" in err, (pack / "exemptions.yaml").exists()) == (2, True, False)


def test_a_finding_of_several_stacks_is_exempted_in_those_that_are_named(
    exempt: Exempt, report: Callable[..., Path], pack: Path
) -> None:
    """What dev may do, prod need not."""
    file = report(report_of(finding()), report_of(finding(), stack="prod"), report_of(stack="staging"))
    code, _, err = exempt(ID, "--report", file)
    assert (code, "has the finding in dev, prod; name those" in err) == (2, True)
    code, _, err = exempt(ID, "--report", file, "--stack", "staging")
    assert (code, "has the finding in dev, prod; name those" in err) == (2, True)
    assert exempt(ID, "--report", file, "--stack", "prod")[0] == 0
    assert entries(pack)[0]["stacks"] == ["prod"]


def test_pulumi_s_own_form_names_policy_urn_and_time(exempt: Exempt, report: Callable[..., Path], pack: Path) -> None:
    code, out, err = exempt(ID, "--report", report(report_of(finding())), "--to-pulumi")
    body = json.loads(out)
    seconds = body.pop("expiresInSeconds")
    assert (code, body) == (
        0,
        {
            "policyPack": "rules",
            "reason": "the vendor's: list (owner Jane Doe)",
            "match": [{"policies": ["least-privilege"], "targets": [URN]}],
        },
    )
    assert (seconds % 3600, 30 * 24 < seconds / 3600 <= 31 * 24) == (0, True)
    assert "exempts the whole policy least-privilege" in err
    assert entries(pack) is None


def draft(reason: str = "r") -> Draft:
    subject = Subject("r", "k", (POLICY, "reader"), "shop/dev", "rules", "least-privilege", URN)
    return Draft(subject, ("dev",), reason, "o", dt.date(2026, 11, 25))


@pytest.mark.parametrize(
    ("made", "now", "said"),
    [
        (draft(), dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC), "less than an hour"),
        (draft("x" * 2048), dt.datetime(2026, 11, 25, tzinfo=dt.UTC), "2048 characters"),
    ],
)
def test_what_pulumi_does_not_take_is_refused(made: Draft, now: dt.datetime, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        pulumi_exception.render(made, now)


def test_the_pack_is_asked_about_nothing_but_the_new_lines(pack: Path) -> None:
    """What is wrong above stays what it was: the next preview says so."""
    text = "- rule: x\n- rule: y\n"
    said = consent.objections(pack, text, 2, "dev", "shop")
    assert {words.partition(":")[2].partition(":")[0] for words in said} == {"2"}
