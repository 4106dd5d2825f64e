# SPDX-License-Identifier: Apache-2.0
"""Secrets never reach a report: what travels as a secret, and what looks like a credential."""

from __future__ import annotations

import base64
import json
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackproof.model import LogLine, Resource
from stackproof.redaction import HIDDEN, Redactor
from stackproof.wire import UNKNOWN, secret

if TYPE_CHECKING:
    import random

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
"""The secret access key of AWS's own examples."""


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        KEY,
        "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2" * 9,
        "glpat-" + "a1B2c" * 4,
        "pul-" + "0123456789" * 4,
        "xoxb-123456789012-abcdef",
        "sk_live_" + "a1B2" * 5,
        "AIza" + "a1B2c3D" * 5,
        "npm_" + "a1B2" * 9,
        "SG." + "a1B2" * 5 + "." + "a1B2" * 5,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nand its end is cut off",
    ],
)
def test_what_looks_like_a_credential_is_hidden_in_the_midst_of_a_text(text: str) -> None:
    assert Redactor(()).text(f"before {text} after") in {f"before {HIDDEN} after", f"before {HIDDEN}"}


def test_the_password_of_a_url_is_hidden_and_its_host_is_not() -> None:
    assert Redactor(()).text("postgres://app:hunter22@db.example:5432/x") == f"postgres://{HIDDEN}@db.example:5432/x"


@pytest.mark.parametrize(
    "text",
    [
        "urn:pulumi:prod::shop::acme:index:Team$aws:codecommit/repository:Repository::documentation",
        "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "0123456789abcdef0123456789abcdef01234567",
        "sha256:" + "ab" * 32,
        "policies/guardrails/rules/iam/admin_access",
        "the action codecommit:* allows all that a service can do, now and later",
        "https://github.com/stackproof/stackproof/blob/main/policies/docs/iam-service-wildcard.md",
        "aws:lambda/eventSourceMapping:EventSourceMapping consumer",
        "AROAJQABLZS4A3QDU576Q",
    ],
)
def test_what_only_resembles_one_is_left(text: str) -> None:
    """Names, ARNs, hashes, paths and links are what reports are made of."""
    assert Redactor(()).text(text) == text


@given(st.randoms(use_true_random=True))
def test_random_access_keys_are_hidden(source: random.Random) -> None:
    """Whatever forty characters they have, and whatever stands before them."""
    key = "".join(source.choices(string.ascii_letters + string.digits + "+/", k=40))
    if len(set(key)) >= 24:
        assert Redactor(()).text(f"key={key} ") == f"key={HIDDEN} "


@given(st.text(min_size=6), st.text(), st.text())
def test_a_known_secret_is_nowhere_however_it_is_written(hidden: str, before: str, after: str) -> None:
    """As itself, in JSON, as Python's repr, in base64."""
    redactor = Redactor([hidden])
    for form in (hidden, json.dumps(hidden)[1:-1], repr(hidden)[1:-1]):
        assert hidden not in redactor.text(f"{before}\x00{form}\x00{after}").replace(HIDDEN, "")
    encoded = base64.b64encode(hidden.encode("utf-8", "replace")).decode()
    assert encoded not in redactor.text(encoded)


def test_a_short_secret_hides_where_it_is_the_whole_value_only() -> None:
    """Or `prod` would take half of every report with it."""
    redactor = Redactor(["prod"])
    assert (redactor.text("prod"), redactor.text("the stack prod")) == (HIDDEN, "the stack prod")


def test_what_is_under_a_secret_mark_goes_at_any_depth_and_in_every_field() -> None:
    """Names of properties and of files are fields as well."""
    resource = Resource(
        urn="urn::s3cret-name",
        type="t",
        name="s3cret-name",
        custom=True,
        parent="",
        provider="",
        inputs={"a": [{"s3cret-name": secret("s3cret-name")}], "open": "kept"},
        outputs={"b": secret({"c": "x"})},
        dependencies=("s3cret-name",),
        property_dependencies={"s3cret-name": ("s3cret-name",)},
        source=None,
    )
    shown = Redactor(["s3cret-name"]).shown((resource, LogLine("info", "it is s3cret-name")))
    assert "s3cret-name" not in repr(shown)
    assert shown[0].inputs["open"] == "kept"
    assert shown[0].outputs["b"]["value"] == HIDDEN  # type: ignore[call-overload, index]  # a mark with its value


def test_the_unknown_and_the_placeholder_are_no_secrets() -> None:
    """Both stand for a value that is not here."""
    assert Redactor([UNKNOWN, HIDDEN, ""]).text(f"{UNKNOWN} {HIDDEN}") == f"{UNKNOWN} {HIDDEN}"
