# SPDX-License-Identifier: Apache-2.0
"""What exemptions let through, and what the pack says of each that is not in order."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pulumi.runtime.proto import analyzer_pb2
from tests.rules.pack_harness import UNKNOWN, Registration, judge, reported, request, servicer, stack_request

from guardrails import exemptions
from guardrails.pack import discover

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rules.pack_harness import Reported

OWN = exemptions.FILE
TODAY = dt.date(2026, 11, 25)
STACK = Registration("pulumi:pulumi:Stack", "shop-dev", {})
POLICY = "aws:iam/policy:Policy"
QUEUE = Registration("aws:sqs/queue:Queue", "q", {"name": "q-dev"})
WIDE = {
    "rule": "iam-service-wildcard",
    "key": "Action::s3:*",
    "resource": {"type": POLICY, "name": "reader"},
    "stacks": ["dev"],
    "reason": "the vendor's tool lists what it needs in March",
    "owner": "Jane Doe",
    "expires": "2027-01-31",
}
"""The entry for what `reader` grants."""

UNWATCHED = WIDE | {"rule": "alarm-presence", "key": "Queue", "resource": {"type": QUEUE.type, "name": "q"}}

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Put entries, or a text, into the pack's file, on a day that stands still."""
    file = tmp_path / "exemptions.yaml"
    monkeypatch.setattr(exemptions, "FILE", file)
    monkeypatch.setattr(exemptions, "today", lambda: TODAY)

    def put(*entries: object) -> None:
        text = entries[0] if isinstance(entries[0], str) else yaml.safe_dump(list(entries), sort_keys=False)
        file.write_text(str(text), "utf-8")

    return put


def policy(action: object = "s3:*", name: str = "reader", type_: str = POLICY) -> Registration:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return Registration(type_, name, {"name": f"{name}-dev", "policy": json.dumps(document)})


def named(found: Reported, *fields: str) -> list[tuple[str, ...]]:
    return [tuple(item[field] for field in fields) for item in found.findings]


def about_exemptions(found: Reported) -> list[str]:
    """Give the rules of the findings about exemptions that block."""
    return [item["rule"] for item in found.findings if item["policy"].startswith("exemptions")]


def test_an_exempted_finding_is_shown_with_its_reason_and_does_not_block(write: Write) -> None:
    write(WIDE | {"link": "https://example.com/changes/42"})
    found = judge([STACK, policy()])
    assert named(found, "rule", "key", "policy", "level", "exempted", "link") == [
        (
            "iam-service-wildcard",
            "Action::s3:*",
            "least-privilege-advisory",
            "advisory",
            "until 2027-01-31 (67 days left), owner Jane Doe: the vendor's tool lists what it needs in March",
            "https://example.com/changes/42",
        )
    ]


def test_a_finding_of_the_whole_stack_is_exempted_likewise(write: Write) -> None:
    write(UNWATCHED)
    found = judge([STACK, QUEUE])
    assert named(found, "rule", "policy", "level") == [("alarm-presence", "alarm-presence-advisory", "advisory")]


def test_an_advisory_finding_is_shown_as_exempted_too(write: Write) -> None:
    write(WIDE)
    config = {"least-privilege": {"rules": {"iam-service-wildcard": "advisory"}}}
    found = judge([STACK, policy()], config=config)
    assert [(item["policy"], item["exempted"][:16]) for item in found.findings] == [
        ("least-privilege-advisory", "until 2027-01-31")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"key": "Action::s3:"},
        {"key": "action::s3:*"},
        {"resource": {"type": POLICY, "name": "writer"}},
        {"resource": {"type": "aws:iam/rolePolicy:RolePolicy", "name": "reader"}},
        {"resource": f"urn:pulumi:dev::shop::a:b:C${POLICY}::reader"},
        {"rule": "iam-verb-wildcard"},
        {"stacks": ["prod"]},
        {"stacks": ["library/dev"]},
    ],
)
def test_the_next_finding_is_not_let_through(write: Write, change: dict[str, Any]) -> None:
    """Each part of an entry must be met exactly."""
    write(WIDE | change)
    found = judge([STACK, policy()], stack=False)
    assert named(found, "rule", "level") == [("iam-service-wildcard", "mandatory")]


@pytest.mark.parametrize(
    "change",
    [
        {"resource": f"urn:pulumi:dev::shop::{POLICY}::reader"},
        {"stacks": ["prod", "shop/dev"]},
        {"expires": "2026-11-25"},
        {"expires": dt.date(2027, 11, 26)},
        {"key": "Action::s3:*  "},
    ],
)
def test_each_way_to_name_the_finding_lets_it_through(write: Write, change: dict[str, Any]) -> None:
    write(WIDE | change)
    found = judge([STACK, policy()])
    assert named(found, "rule", "level") == [("iam-service-wildcard", "advisory")]


def test_the_last_day_and_the_day_before_it_are_told_in_words(write: Write) -> None:
    write(WIDE | {"expires": "2026-11-25"}, UNWATCHED | {"expires": "2026-11-26"})
    found = judge([STACK, policy(), QUEUE])
    assert [item["exempted"][:30] for item in found.findings] == [
        "until 2026-11-25 (0 days left)",
        "until 2026-11-26 (1 day left),",
    ]


def test_the_day_is_that_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine's time zone, and whatever else is in its environment, moves no expiry."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    before, found, after = dt.datetime.now(tz=dt.UTC).date(), exemptions.today(), dt.datetime.now(tz=dt.UTC).date()
    assert before <= found <= after
    assert os.environ["TZ"] == "Pacific/Kiritimati"


@pytest.mark.parametrize(
    ("change", "rule", "key"),
    [
        ({"reason": ""}, "exemption-invalid", "8::reason"),
        ({"reason": " \n "}, "exemption-invalid", "8::reason"),
        ({"owner": ""}, "exemption-invalid", "9::owner"),
        ({"owner": 7}, "exemption-invalid", "9::owner"),
        ({"owner": "team: platform"}, "exemption-invalid", "9::owner"),
        ({"expires": "soon"}, "exemption-invalid", "10::expires"),
        ({"expires": "2027-02-30"}, "exemption-invalid", "10::expires"),
        ({"expires": ["2027-01-31"]}, "exemption-invalid", "11::expires"),
        ({"owner": "Jane \u202eeoD"}, "exemption-invalid", "9::owner"),
        ({"reason": "\x1b[2Jall is well"}, "exemption-invalid", "8::reason"),
        ({"link": "example.com"}, "exemption-invalid", "11::link"),
        ({"until": "2027-01-31"}, "exemption-invalid", "11::until"),
        ({"resource": "reader"}, "exemption-invalid", "3::resource"),
        ({"resource": ["reader"]}, "exemption-invalid", "4::resource"),
        ({"resource": {"type": POLICY}}, "exemption-invalid", "4::resource.name"),
        ({"resource": {"type": POLICY, "name": "reader", "urn": ""}}, "exemption-invalid", "6::resource.urn"),
        ({"resource": {"type": POLICY, "name": ""}}, "exemption-invalid", "5::resource.name"),
        ({"resource": f"urn:pulumi:prod::shop::{POLICY}::reader"}, "exemption-invalid", "5::stacks"),
        ({"stacks": "dev"}, "exemption-invalid", "6::stacks"),
        ({"stacks": []}, "exemption-invalid", "6::stacks"),
        ({"stacks": ["dev", "dev"]}, "exemption-invalid", "7::stacks"),
        ({"stacks": ["acme/shop/dev"]}, "exemption-invalid", "7::stacks"),
        ({"stacks": [1]}, "exemption-invalid", "7::stacks"),
        ({"key": None}, "exemption-invalid", "2::key"),
        ({"rule": "iam-nosuch"}, "exemption-unknown", "1::rule"),
        ({"rule": "rule-error"}, "exemption-unknown", "1::rule"),
        ({"rule": "exemption-stale"}, "exemption-unknown", "1::rule"),
        ({"rule": "iam-trust-anyone"}, "exemption-forbidden", "1::rule"),
        ({"rule": "iam-*"}, "exemption-too-broad", "1::rule"),
        ({"key": "*"}, "exemption-too-broad", "2::key"),
        ({"key": ""}, "exemption-too-broad", "2::key"),
        ({"resource": {"type": POLICY, "name": "*"}}, "exemption-too-broad", "5::resource.name"),
        ({"resource": f"urn:pulumi:dev::shop::{POLICY}::*"}, "exemption-too-broad", "3::resource"),
        ({"stacks": ["*"]}, "exemption-too-broad", "7::stacks"),
        ({"expires": "2027-11-27"}, "exemption-too-broad", "1::expires"),
        ({"expires": "2026-11-24"}, "exemption-expired", "1::expires"),
    ],
)
def test_an_entry_that_is_not_in_order_blocks_before_any_resource_and_lets_nothing_through(
    write: Write, change: dict[str, Any], rule: str, key: str
) -> None:
    """The stack alone is registered first; the finding names the rule that is broken, the line and the field."""
    write(WIDE | change)
    (item,) = judge([STACK], stack=False).findings
    assert {name: item[name] for name in ("rule", "key", "policy", "level", "exempted")} == {
        "rule": rule,
        "key": f"exemptions.yaml:{key}",
        "policy": "exemptions",
        "level": "mandatory",
        "exempted": "never",
    }
    found = judge([STACK, policy()], stack=False)
    assert ("iam-service-wildcard", "mandatory") in named(found, "rule", "level")


@pytest.mark.parametrize("name", list(WIDE))
def test_a_missing_field_is_named(write: Write, name: str) -> None:
    write({key: value for key, value in WIDE.items() if key != name})
    (item,) = judge([STACK], stack=False).findings
    assert (item["rule"], item["key"]) == ("exemption-invalid", f"exemptions.yaml:1::{name}")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("- rule: [\n", "exemptions.yaml:2"),
        ("rule: iam-service-wildcard\n", "exemptions.yaml:1"),
        ("- rule: a\n- rule: b\n---\n- c\n", "exemptions.yaml:3"),
        ("- &a\n  rule: x\n  rule: y\n", "exemptions.yaml:3::rule"),
        ("- iam-service-wildcard\n", "exemptions.yaml:1"),
        ("- *nothing\n", "exemptions.yaml:1"),
        ("- &a {rule: x}\n- <<: *a\n", "exemptions.yaml:2::<<"),
        ("a\0b", "exemptions.yaml:1"),
        ("[" * 5000, "exemptions.yaml:1"),
    ],
)
def test_a_file_out_of_form_blocks_and_names_the_line(write: Write, text: str, key: str) -> None:
    write(text)
    found = judge([STACK], stack=False)
    assert ("exemption-invalid", key) in named(found, "rule", "key")


def test_a_file_that_is_no_text_blocks(write: Write) -> None:
    write("")
    exemptions.FILE.write_bytes(b"\xff\xfe\x00")
    assert named(judge([STACK], stack=False), "rule", "key") == [("exemption-invalid", "exemptions.yaml:1")]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n"])
def test_a_file_without_entries_lets_nothing_through_and_is_in_order(write: Write, text: str) -> None:
    write(text)
    assert named(judge([STACK, policy()]), "rule", "level") == [("iam-service-wildcard", "mandatory")]
    names = [item.name for item in servicer().GetAnalyzerInfo(None, None).policies]
    assert [name for name in names if name.startswith("exemptions")] == ["exemptions"]


def test_the_file_is_judged_before_it_is_used_and_its_use_after_all_else(write: Write) -> None:
    """The SDK asks policies in the order in which they are announced."""
    write(WIDE)
    names = [item.name for item in servicer().GetAnalyzerInfo(None, None).policies]
    assert (names[0], names[-1]) == ("exemptions", "exemptions-in-use")


def test_a_pack_without_the_file_is_in_order(write: Write) -> None:
    write("")
    exemptions.FILE.unlink()
    assert about_exemptions(judge([STACK, policy()])) == []


def test_the_example_in_the_pack_s_own_file_is_in_form(write: Write) -> None:
    text = OWN.read_text("utf-8")
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("# - "))
    write("\n".join(line.removeprefix("# ") for line in lines[begin:]))
    (entry,), problems = exemptions.read(exemptions.FILE, discover())
    assert (entry.rule, entry.link, problems) == ("iam-resource-star", "https://example.com/changes/42", ())


def test_two_entries_for_one_finding_are_one_too_many(write: Write) -> None:
    """By whichever name the second one calls the resource."""
    write(WIDE, WIDE | {"resource": f"urn:pulumi:dev::shop::{POLICY}::reader", "stacks": ["dev"]})
    (item,) = judge([STACK], stack=False).findings
    assert (item["rule"], "in line 1 already" in item["message"]) == ("exemption-invalid", True)


def test_what_is_wrong_is_said_with_the_owner_and_what_to_do(write: Write) -> None:
    write(WIDE | {"expires": "2026-11-24"})
    (item,) = judge([STACK], stack=False).findings
    subject = "the exemption of iam-service-wildcard[Action::s3:*] on aws:iam/policy:Policy reader"
    assert (item["message"], item["remedy"]) == (
        f"exemptions.yaml:1: expires: {subject} ended on 2026-11-24 (owner Jane Doe)",
        "mend the finding and remove the entry, or have it approved anew",
    )


def test_an_entry_that_ended_blocks_the_stacks_it_was_for_alone(write: Write) -> None:
    write(WIDE | {"expires": "2026-11-24", "stacks": ["prod"]})
    assert judge([STACK], stack=False).findings == []


def test_how_long_an_exemption_may_last_is_configured(write: Write) -> None:
    write(WIDE)
    found = judge([STACK, policy()], stack=False, config={"exemptions": {"maxDays": 66}})
    assert named(found, "rule", "level") == [
        ("exemption-too-broad", "mandatory"),
        ("iam-service-wildcard", "mandatory"),
    ]
    assert about_exemptions(judge([STACK, policy()], config={"exemptions": {"maxDays": 67}})) == []


@pytest.mark.parametrize("value", [0, 3651, 1.5, True, "366"])
def test_a_maximum_that_is_no_number_of_days_is_refused(write: Write, value: object) -> None:
    write("")
    found = judge([STACK], stack=False, config={"exemptions": {"maxDays": value}})
    assert named(found, "rule", "key") == [("config-error", "maxDays")]


def test_a_worse_finding_under_the_same_key_is_not_let_through(write: Write) -> None:
    """Who may read is exempted; that everyone may write, too, has the same key, and no exemption covers it."""
    place = {"type": "aws:s3/bucketPolicy:BucketPolicy", "name": "site"}
    write(WIDE | {"rule": "iam-public-resource", "key": "Principal::*", "resource": place})

    def open_to_all(action: str) -> Registration:
        statement = {"Effect": "Allow", "Action": action, "Principal": "*", "Resource": "arn:aws:s3:::b/*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return Registration(place["type"], "site", {"bucket": "b", "policy": text})

    reading, writing = (judge([STACK, open_to_all(action)]) for action in ("s3:GetObject", "s3:PutObject"))
    assert [(item["severity"], item["level"]) for item in reading.of("iam-public-resource")] == [("high", "advisory")]
    assert [(item["severity"], item["level"], item["exempted"]) for item in writing.of("iam-public-resource")] == [
        ("critical", "mandatory", "never")
    ]


@pytest.mark.parametrize(
    ("items", "config", "reason"),
    [
        ([policy("s3:GetObject")], {}, "its finding occurs no more"),
        ([QUEUE], {"alarm-presence": {"rules": {"alarm-presence": "disabled"}}}, "there is no such resource"),
        (
            [policy()],
            {"least-privilege": {"rules": {"iam-service-wildcard": "disabled"}}},
            "its rule is disabled",
        ),
    ],
)
def test_an_entry_that_lets_nothing_through_any_more_blocks(
    write: Write, items: list[Registration], config: dict[str, Any], reason: str
) -> None:
    write(WIDE)
    found = judge([STACK, *items], config=config)
    stale = found.of("exemption-stale")
    assert [(item["policy"], item["level"]) for item in stale] == [("exemptions-in-use", "mandatory")]
    assert reason in stale[0]["message"]


def test_an_entry_for_a_rule_whose_policy_is_disabled_is_stale(write: Write) -> None:
    write(WIDE)
    made = servicer()
    made._PolicyAnalyzerServicer__policy_pack_config_enforcement_level = {}
    items = [STACK, policy()]
    found = reported([made.AnalyzeStack(stack_request(items), None)])
    assert "belongs to a policy that is disabled" in found.of("exemption-stale")[0]["message"]


@pytest.mark.parametrize(
    ("entry", "items", "twin"),
    [(WIDE, [policy()], "least-privilege-advisory"), (UNWATCHED, [QUEUE], "alarm-presence-advisory")],
)
def test_an_exempted_finding_that_nobody_is_shown_blocks(
    write: Write, entry: dict[str, Any], items: list[Registration], twin: str
) -> None:
    """A configuration may disable the policy that shows it."""
    write(entry)
    made = servicer()
    sent = analyzer_pb2.ConfigureAnalyzerRequest()
    sent.policyConfig[twin].enforcementLevel = analyzer_pb2.DISABLED
    made.Configure(sent, None)
    found = reported(
        [*(made.Analyze(request(item), None) for item in items), made.AnalyzeStack(stack_request(items), None)]
    )
    assert named(found, "rule", "policy", "level") == [("exemption-hidden", "exemptions-in-use", "mandatory")]


def test_an_entry_for_another_stack_or_project_is_not_stale_here(write: Write) -> None:
    write(WIDE | {"stacks": ["prod", "library/dev"]})
    assert about_exemptions(judge([STACK, QUEUE])) == []


def test_an_entry_that_fits_two_resources_is_too_broad(write: Write) -> None:
    """A type and a name may stand under two parents."""
    write(WIDE)
    items = [STACK, policy(), policy()]
    sent = [request(item) for item in items]
    sent[2].urn = f"urn:pulumi:dev::shop::a:b:C${POLICY}::reader"
    whole = stack_request(items)
    whole.resources[2].urn = sent[2].urn
    made = servicer()
    found = reported([*(made.Analyze(item, None) for item in sent), made.AnalyzeStack(whole, None)])
    (item,) = found.of("exemption-too-broad")
    assert ("fits 2 resources" in item["message"], item["level"]) == (True, "mandatory")


@pytest.mark.parametrize(
    ("entry", "items"),
    [
        (WIDE, [Registration(POLICY, "reader", {"name": "reader-dev", "policy": UNKNOWN})]),
        (WIDE, [policy(["s3:GetObject", UNKNOWN])]),
        (WIDE, [Registration("aws:sqs/queue:Queue", "q", {"name": "q-dev", "arn": UNKNOWN})]),
        (
            UNWATCHED,
            [
                QUEUE,
                Registration(
                    "aws:cloudwatch/metricAlarm:MetricAlarm",
                    "a",
                    {
                        "name": "a-dev",
                        "namespace": "AWS/SQS",
                        "metricName": "ApproximateAgeOfOldestMessage",
                        "dimensions": {"QueueName": UNKNOWN},
                        "alarmActions": ["arn:aws:sns:eu-west-1:111122223333:oncall-dev"],
                    },
                    {"dimensions": ["q"]},
                ),
            ],
        ),
    ],
    ids=["unknown document", "unknown action", "a resource may still come", "a doubt of the whole stack"],
)
def test_while_something_is_unknown_an_unused_entry_is_no_violation(
    write: Write, entry: dict[str, Any], items: list[Registration]
) -> None:
    """A preview must not stop an update that will need the entry; that nobody can tell is said."""
    write(entry)
    found = judge([STACK, *items])
    assert about_exemptions(found) == []
    assert "exemptions-in-use" in {policy for policy, _ in found.cannot_tell}


def test_an_unknown_elsewhere_keeps_no_entry_of_a_known_resource(write: Write) -> None:
    write(WIDE)
    unknown = Registration("aws:iam/policy:Policy", "other", {"name": "other-dev", "policy": UNKNOWN})
    assert about_exemptions(judge([STACK, policy("s3:GetObject"), unknown])) == ["exemption-stale"]


def test_a_family_that_is_not_configured_right_makes_no_entry_stale(write: Write) -> None:
    """The configuration's error blocks by itself; whether the entry is of use nobody knows."""
    write(WIDE)
    found = judge([STACK, policy("s3:GetObject")], config={"least-privilege": {"x": 1}})
    assert about_exemptions(found) == []


def test_what_stands_in_a_field_that_does_not_exist_is_not_repeated(write: Write) -> None:
    """A pasted secret under a field that does not exist stays where it is."""
    write(WIDE | {"token": "hunter2-not-to-be-seen"})
    assert "hunter2" not in str(judge([STACK, policy()]))
