# SPDX-License-Identifier: Apache-2.0
"""Where the lengths and letters of names come from: the refresh finds the right member, and reads it with care."""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import refresh_name_limits as refresh
import refresh_names
from guardrails.naming.table import lookup

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "aws:sqs/queue:Queue"
RULE = "aws:cloudwatch/eventRule:EventRule"
GROUP = "aws:alb/targetGroup:TargetGroup"
TYPES = {QUEUE: {"prop": "name"}, RULE: {"prop": "name"}, GROUP: {"prop": "name"}}
SOURCES: dict[str, Any] = {
    "modules": {"cloudwatch": {"botocore": ["logs", "events"]}, "alb": {"botocore": [], "cfn": "LoadBalancing"}},
    "types": {},
}


def write_service(folder: Path, service: str, operation: str, member: str, shape: dict[str, Any]) -> None:
    model = {
        "operations": {operation: {"input": {"shape": "Input"}}},
        "shapes": {"Input": {"type": "structure", "members": {member: {"shape": "Name"}}}, "Name": shape},
    }
    place = folder / "botocore" / "data" / service / "2020-01-01"
    place.mkdir(parents=True)
    (place / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[refresh.Botocore, refresh.Schemas]:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{name} 1")
    write_service(tmp_path, "sqs", "CreateQueue", "QueueName", {"type": "string", "max": 100})
    write_service(tmp_path, "logs", "CreateLogGroup", "logGroupName", {"type": "string"})
    write_service(tmp_path, "events", "PutRule", "Name", {"type": "string", "max": 64, "pattern": r"[\.\-_A-Za-z0-9]+"})
    schemas = tmp_path / "cfnlint" / refresh.SCHEMAS
    (schemas / "providers").mkdir(parents=True)
    (schemas / "resources").mkdir()
    listed = {"AWS::SQS::Queue": "q", "AWS::LoadBalancing::TargetGroup": "t"}
    (schemas / "providers" / "us-east-1.json").write_text(json.dumps(listed), "utf-8")
    for name, prop, said in (("q", "QueueName", {"maxLength": 80}), ("t", "Name", {"$ref": "#/definitions/Short"})):
        schema = {"properties": {prop: said}, "definitions": {"Short": {"maxLength": 32, "pattern": "^[a-z-]+$"}}}
        (schemas / "resources" / f"{name}.json").write_text(json.dumps(schema), "utf-8")
    return refresh.Botocore(tmp_path / "botocore" / "data"), refresh.Schemas(schemas)


def built(packages: tuple[refresh.Botocore, refresh.Schemas], **types: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = refresh.build(*packages, {**SOURCES, "types": types}, TYPES)["types"]
    return made


def test_a_type_is_found_by_its_words_and_of_two_lengths_the_lesser_counts(
    packages: tuple[refresh.Botocore, refresh.Schemas],
) -> None:
    assert built(packages) == {
        QUEUE: {"max": 80, "from": "sqs.CreateQueue.QueueName, AWS::SQS::Queue.QueueName"},
        RULE: {"max": 64, "seps": "-_.", "from": "events.PutRule.Name"},
        GROUP: {"max": 32, "lower": True, "seps": "-", "from": "AWS::LoadBalancing::TargetGroup.Name"},
    }


def test_what_the_reviewed_file_says_counts_before_what_is_found(
    packages: tuple[refresh.Botocore, refresh.Schemas],
) -> None:
    made = built(packages, **{QUEUE: {"cfn": ""}, GROUP: {"botocore": "events.PutRule.Name", "cfn": ""}})
    assert (made[QUEUE]["max"], made[GROUP]["from"]) == (100, "events.PutRule.Name")


@pytest.mark.parametrize(
    ("types", "error"),
    [
        ({QUEUE: {"botocore": "sqs.CreateQueue.Nobody"}}, "speaks of sqs.CreateQueue.Nobody, and botocore has no"),
        ({QUEUE: {"cfn": "AWS::SQS::Queue.Nobody"}}, "speaks of AWS::SQS::Queue.Nobody, and cfn-lint has no"),
        ({"aws:sqs/nobody:Nobody": {}}, "speaks of types that have no name: aws:sqs/nobody:Nobody"),
    ],
)
def test_a_place_that_has_moved_fails_loudly(
    packages: tuple[refresh.Botocore, refresh.Schemas],
    types: dict[str, dict[str, str]],
    error: str,
) -> None:
    with pytest.raises(SystemExit, match=error):
        built(packages, **types)


@pytest.mark.parametrize(
    ("pattern", "alphabet", "longest"),
    [
        (r"^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$", ("-", True), 50),
        (r"[a-zA-Z0-9_]+", ("_", False), None),
        (r"([a-zA-Z0-9]{1,8}){1,4}", ("", False), 32),
        (r"^alias/[a-zA-Z0-9/_-]+$", ("-_/", False), None),
        (r"[\p{L}]+", None, None),
        (r"[0-9]+", None, None),
        ("", None, None),
    ],
)
def test_a_pattern_tells_separators_case_and_length_or_nothing(
    pattern: str,
    alphabet: tuple[str, bool] | None,
    longest: int | None,
) -> None:
    """What Python cannot compile, and what no plain name matches, tells nothing."""
    assert (refresh.alphabet(pattern), refresh.longest(pattern)) == (alphabet, longest)


def test_a_member_that_takes_an_arn_too_tells_nothing_of_names() -> None:
    """Its length is that of an ARN."""
    both = refresh.Limits("botocore", "lambda.CreateFunction.FunctionName", 140, r"(arn:aws:lambda:)?[a-zA-Z0-9-_]+")
    assert refresh.merged([both]) == {}
    assert refresh.merged([refresh.Limits("botocore", "text.Create.Name", 65_536, "")]) == {}


def test_the_refresh_prints_what_changes_dates_it_and_writes_nothing_when_asked_to_check(
    packages: tuple[refresh.Botocore, refresh.Schemas],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del packages
    monkeypatch.setattr(refresh, "DATA", tmp_path)
    monkeypatch.setattr(refresh, "package", tmp_path.joinpath)
    (tmp_path / "names_sources.json").write_text(json.dumps(SOURCES), "utf-8")
    (tmp_path / "names.json").write_text(json.dumps({"types": TYPES}), "utf-8")
    target = tmp_path / "names_limits.json"
    monkeypatch.setattr(sys, "argv", ["refresh_name_limits.py", "--check"])
    assert (refresh.main(), target.exists()) == (1, False)
    monkeypatch.setattr(sys, "argv", ["refresh_name_limits.py"])
    assert refresh.main() == 0
    first = target.read_text("utf-8").replace(json.loads(target.read_text("utf-8"))["provenance"]["date"], "2026-01-02")
    target.write_text(first, "utf-8")
    assert (refresh.main(), target.read_text("utf-8")) == (0, first)
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "3 types -> 3 types"
    assert f'{RULE}: null -> {{"max": 64, "seps": "-_.", "from": "events.PutRule.Name"}}' in printed


def test_a_package_that_is_missing_is_told() -> None:
    with pytest.raises(SystemExit, match="install the dependency group refresh"):
        refresh.package("no_such_package")


def test_a_limit_of_a_type_that_the_provider_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"names_limits.json speaks of types .*: aws:x/y:Y"):
        refresh_names.build(tmp_path, {"types": {}}, {"types": {"aws:x/y:Y": {"max": 1}}})


@pytest.mark.parametrize(
    ("token", "longest", "lower", "seps"),
    [
        ("aws:sqs/queue:Queue", 80, False, "-_"),
        ("aws:iam/role:Role", 64, False, "-_."),
        ("aws:s3/bucket:Bucket", 63, True, "-."),
        ("aws:lambda/function:Function", 64, False, "-_"),
        ("aws:lb/targetGroup:TargetGroup", 32, False, "-"),
        ("aws:opensearch/domain:Domain", 28, True, "-"),
        ("aws:rds/instance:Instance", 63, True, "-"),
        ("aws:iot/topicRule:TopicRule", 128, False, "_"),
        ("aws:mq/broker:Broker", 50, False, "-_"),
        ("aws:kinesis/videoStream:VideoStream", 256, False, "-_."),
        ("aws:lex/bot:Bot", 50, False, "_"),
        ("aws:dynamodb/table:Table", 255, False, "-_."),
        ("aws:ecr/repository:Repository", 256, True, "-_./"),
    ],
)
def test_pinned_lengths_and_letters(token: str, longest: int, seps: str, *, lower: bool) -> None:
    """What AWS documents; an upgrade of a source that says otherwise is to be looked at."""
    spec = lookup(token)
    assert spec is not None
    assert (spec.max, spec.lower, spec.seps) == (longest, lower, seps)


def test_every_limit_names_its_source_and_is_in_the_table() -> None:
    table = json.loads((refresh_names.DATA / "names_limits.json").read_text("utf-8"))
    assert table["provenance"]["counts"]["types"] == len(table["types"])
    assert {"source", "version", "date", "licence", "generator"} <= set(table["provenance"])
    assert [token for token, entry in table["types"].items() if not entry["from"] or lookup(token) is None] == []
