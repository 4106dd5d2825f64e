# SPDX-License-Identifier: Apache-2.0
"""Bundles of plain documents: one answer a line, in one form, whatever stands in the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.iam.bundles import NOW, allow, document

from guardrails.iam.bundle import Context
from guardrails.iam.document import parse
from guardrails.iam.plain import answer, judge_plain, kind_of

CONTEXT = Context(NOW)


def bundle(*documents: Any, **more: Any) -> str:
    return json.dumps({"id": "b", "documents": list(documents), **more})


def identity(*statements: Any) -> dict[str, Any]:
    return {"kind": "identity", "policy": document(*statements)}


def test_an_answer_has_the_form_of_the_interface() -> None:
    told = answer(bundle(identity(allow("codecommit:*", "arn:aws:codecommit:eu-west-1:1:r"))), 1, CONTEXT)
    assert told == {
        "id": "b",
        "findings": [
            {
                "rule": "iam-service-wildcard",
                "class": "A2",
                "severity": "high",
                "confidence": "definite",
                "key": "Action::codecommit:*",
                "path": "documents[0].Statement[0].Action[0]",
                "actions": ["codecommit:*"],
                "message": "the action codecommit:* allows all that a service can do, now and later",
                "remedy": "list the actions that are used",
            }
        ],
        "error": None,
    }


@pytest.mark.parametrize(
    ("line", "name", "error"),
    [
        ("nonsense", "line-7", "the line is not JSON"),
        ("[" * 100_000, "line-7", "the line is nested too deeply"),
        ("[]", "line-7", "the line is not an object"),
        ('{"documents": []}', "line-7", None),
        ('{"id": "", "documents": []}', "line-7", None),
        ('{"id": 5, "documents": []}', "line-7", None),
        ('{"id": "x"}', "x", "documents is not a list"),
        ('{"id": "x", "documents": [1]}', "x", "documents[0] is not an object"),
        (
            '{"id": "x", "documents": [{"kind": "y", "policy": {}}]}',
            "x",
            "documents[0].kind is none of identity, trust, resource, boundary, scp",
        ),
        ('{"id": "x", "documents": [{"kind": "scp"}]}', "x", "documents[0].policy is missing"),
        ('{"id": "x", "documents": [], "managedPolicyArns": "y"}', "x", "managedPolicyArns is not a list of texts"),
        ('{"id": "x", "documents": [], "accountId": "1"}', "x", "accountId is not twelve digits"),
        ('{"id": "x", "documents": [], "principalArn": 1}', "x", "principalArn is not a text"),
    ],
)
def test_a_line_that_cannot_be_used_is_answered_and_says_why(line: str, name: str, error: str | None) -> None:
    told = answer(line, 7, CONTEXT)
    assert (told["id"], told["error"]) == (name, error)


def test_a_malformed_document_hides_nothing_of_the_others() -> None:
    told = answer(bundle({"kind": "identity", "policy": "{"}, {"kind": "x"}, identity(allow("*"))), 1, CONTEXT)
    assert [(item["class"], item["path"]) for item in told["findings"]] == [
        ("G8", "documents[0]"),
        ("A1", "documents[2].Statement[0].Action[0]"),
    ]
    assert told["error"] == "documents[1].kind is none of identity, trust, resource, boundary, scp"


def test_a_document_keeps_the_number_it_has_in_its_bundle() -> None:
    told = answer(bundle({"kind": "x"}, identity(allow("*"))), 1, CONTEXT)
    assert [item["path"] for item in told["findings"]] == ["documents[1].Statement[0].Action[0]"]


def test_findings_are_ordered_and_equal_input_gives_equal_bytes() -> None:
    line = bundle(identity(allow(["s3:*", "iam:PassRole"]), allow("kms:Decrypt")), managedPolicyArns=["arn:x", "arn:y"])
    told = answer(line, 1, CONTEXT)
    order = [(item["path"], item["class"], item["key"]) for item in told["findings"]]
    assert order == sorted(order)
    assert json.dumps(answer(line, 1, CONTEXT)) == json.dumps(told)


def test_a_key_that_stands_twice_in_an_object_is_malformed() -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": "a:b"}]}'
    line = f'{{"id": "x", "documents": [{{"kind": "identity", "policy": {policy}}}]}}'
    assert "duplicate-key" in [item["key"] for item in answer(line, 1, CONTEXT)["findings"]]


def test_an_endpoint_s_policy_is_known_by_its_type() -> None:
    everything = document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})
    made = {"kind": "resource", "resourceType": "aws:ec2/vpcEndpoint:VpcEndpoint", "policy": everything}
    assert [item["class"] for item in answer(bundle(made), 1, CONTEXT)["findings"]] == ["E6"]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (allow("s3:GetObject"), "identity"),
        ({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}, "trust"),
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}, "resource"),
    ],
)
def test_the_kind_of_a_plain_file_is_read_off_its_statements(statement: Any, kind: str) -> None:
    assert kind_of(parse(document(statement))) == kind
    assert judge_plain(json.dumps(document(statement)), CONTEXT)[0] == kind
