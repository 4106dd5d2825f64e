# SPDX-License-Identifier: Apache-2.0
"""Policy documents: arguments against the text that the real data source gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import OfflineAws, World
from stackproof.aws.policy_document import PolicyDocumentError, policy_document

if TYPE_CHECKING:
    from stackproof.wire import Properties


def _minified(arguments: Properties) -> object:
    return json.loads(policy_document(arguments)["minifiedJson"])


def test_one_statement_is_written_byte_for_byte_as_the_provider_writes_it() -> None:
    made = policy_document(
        {
            "statements": [
                {
                    "sid": "Read",
                    "actions": ["s3:GetObject", "s3:PutObject", "s3:GetObject"],
                    "resources": ["arn:aws:s3:::b/home/&{aws:username}/*"],
                    "principals": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
                    "conditions": [
                        {"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/&{aws:username}"]}
                    ],
                },
            ],
        },
    )
    assert made["json"] == (
        '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Sid": "Read",\n      "Effect": "Allow",\n'
        '      "Action": [\n        "s3:PutObject",\n        "s3:GetObject"\n      ],\n'
        '      "Resource": "arn:aws:s3:::b/home/${aws:username}/*",\n'
        '      "Principal": {\n        "Service": "ec2.amazonaws.com"\n      },\n'
        '      "Condition": {\n        "StringLike": {\n          "s3:prefix": [\n            "",\n'
        '            "home/${aws:username}"\n          ]\n        }\n      }\n    }\n  ]\n}'
    )
    assert made["minifiedJson"] == json.dumps(json.loads(made["json"]), separators=(",", ":"))


def test_no_arguments_make_a_document_of_a_version_alone() -> None:
    made = policy_document({})
    assert made == {
        "id": made["id"],
        "json": '{\n  "Version": "2012-10-17"\n}',
        "minifiedJson": '{"Version":"2012-10-17"}',
    }
    assert made["id"].isdigit()


def test_deny_with_the_not_forms_keeps_the_keys_in_order() -> None:
    statement: Properties = {
        "effect": "Deny",
        "notActions": ["iam:*"],
        "notResources": ["*"],
        "notPrincipals": [{"type": "AWS", "identifiers": ["b", "c"]}],
    }
    made = policy_document({"policyId": "Guard", "statements": [statement]})
    assert made["minifiedJson"] == (
        '{"Version":"2012-10-17","Id":"Guard","Statement":[{"Effect":"Deny","NotAction":"iam:*",'
        '"NotResource":"*","NotPrincipal":{"AWS":["c","b"]}}]}'
    )


@pytest.mark.parametrize(
    ("blocks", "written"),
    [
        ([{"type": "*", "identifiers": ["*"]}], "*"),
        ([{"type": "AWS", "identifiers": ["*"]}], {"AWS": "*"}),
        ([{"type": "AWS", "identifiers": ["a"]}, {"type": "AWS", "identifiers": ["b"]}], {"AWS": ["a", "b"]}),
        (
            [{"type": "Service", "identifiers": ["s"]}, {"type": "AWS", "identifiers": ["a"]}],
            {"AWS": "a", "Service": "s"},
        ),
    ],
)
def test_principals_are_grouped_by_type_and_everybody_is_a_star(blocks: list[object], written: object) -> None:
    document = _minified({"statements": [{"actions": ["sts:AssumeRole"], "principals": blocks}]})  # type: ignore[dict-item] # JSON
    expected = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": written}
    assert document == {"Version": "2012-10-17", "Statement": [expected]}


def test_conditions_of_one_key_are_joined() -> None:
    conditions: Properties = {
        "conditions": [
            {"test": "StringEquals", "variable": "aws:a", "values": ["2"]},
            {"test": "StringEquals", "variable": "aws:a", "values": ["1"]},
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
        ],
    }
    written = {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:a": ["2", "1"]}}
    expected = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Condition": written}]}
    assert _minified({"statements": [conditions]}) == expected


def _text(sid: str, action: str, version: str = "2008-10-17") -> str:
    return json.dumps({"Version": version, "Statement": {"Sid": sid, "Effect": "Allow", "Action": action}})


def test_sources_come_first_and_overrides_replace_statements_of_the_same_sid_in_place() -> None:
    document = _minified(
        {
            "sourcePolicyDocuments": [_text("A", "source:a"), _text("B", "source:b")],
            "statements": [
                {"sid": "B", "actions": ["own:b"]},
                {"sid": "C", "actions": ["own:c"]},
                {"actions": ["own:d"]},
            ],
            "overridePolicyDocuments": [_text("A", "over:a"), _text("", "over:e")],
        },
    )
    actions = [(item.get("Sid"), item["Action"]) for item in document["Statement"]]  # type: ignore[index] # JSON
    assert actions == [("A", "over:a"), ("B", "own:b"), ("C", "own:c"), (None, "own:d"), (None, "over:e")]
    assert document["Version"] == "2012-10-17"  # type: ignore[index] # JSON


def test_a_written_document_keeps_its_lists_and_reads_its_booleans_as_text() -> None:
    source = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["b:x", "a:x"],
                "Principal": {"AWS": ["one"]},
                "Condition": {"Bool": {"aws:SecureTransport": False, "aws:x": ["one"]}},
            },
        ],
    }
    document = _minified({"sourcePolicyDocuments": [json.dumps(source)]})
    source["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "false", "aws:x": "one"}}  # type: ignore[index] # JSON
    assert document == source


def test_angle_brackets_and_ampersands_are_escaped_as_go_does() -> None:
    made = policy_document({"statements": [{"actions": ["a<b>&c"]}]})
    assert r'"Action":"a\u003cb\u003e\u0026c"' in made["minifiedJson"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"version": "2020-01-01"}, "version"),
        ({"statements": [{"effect": "Maybe"}]}, "statements[0].effect"),
        ({"statements": [{"sid": "no spaces"}]}, "statements[0].sid"),
        ({"statements": [{"sid": "A"}, {"sid": "A"}]}, "statements[1].sid"),
        ({"statements": ["text"]}, "statements[0]"),
        ({"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]}, "statements[0].resources"),
        ({"sourcePolicyDocuments": ["{"]}, "sourcePolicyDocuments[0]"),
        ({"overridePolicyDocuments": ["[]"]}, "overridePolicyDocuments[0]"),
        ({"sourcePolicyDocuments": [_text("A", "x"), _text("A", "y")]}, "sourcePolicyDocuments[1]"),
        ({"sourcePolicyDocuments": ['{"Statement":["x"]}']}, "sourcePolicyDocuments[0].Statement[0]"),
        (
            {"sourcePolicyDocuments": ['{"Statement":{"Principal":[]}}']},
            "sourcePolicyDocuments[0].Statement[0].Principal",
        ),
        (
            {"sourcePolicyDocuments": ['{"Statement":{"Condition":[]}}']},
            "sourcePolicyDocuments[0].Statement[0].Condition",
        ),
    ],
)
def test_what_the_provider_rejects_is_rejected_where_it_stands(arguments: Properties, where: str) -> None:
    with pytest.raises(PolicyDocumentError) as raised:
        policy_document(arguments)
    assert raised.value.where == where
    answer = OfflineAws(World(), resolved=False).invoke("aws:iam/getPolicyDocument:getPolicyDocument", arguments, {})
    assert [failure.property for failure in answer.failures] == [where]
    assert answer.values is None
