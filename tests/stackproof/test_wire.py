# SPDX-License-Identifier: Apache-2.0
"""Values on the wire: what is unknown, what is secret, and where."""

from __future__ import annotations

import pytest

from stackproof import wire


@pytest.mark.parametrize("sentinel", sorted(wire.UNKNOWN_SENTINELS))
def test_every_sentinel_is_unknown(sentinel: str) -> None:
    """Packs may be sent any of the seven kinds."""
    assert wire.is_unknown(sentinel)


def test_a_sentinel_inside_a_text_is_text() -> None:
    """The engine passes such a text on as it is."""
    assert not wire.is_unknown(f"arn:{wire.UNKNOWN}")


def test_paths_of_unknowns_reach_into_lists_objects_secrets_and_output_values() -> None:
    """A path is written as Pulumi writes property paths."""
    value: wire.Properties = {
        "name": "known",
        "tags": {"Name": wire.UNKNOWN},
        "rules": [{"port": 1.0}, {"port": wire.UNKNOWN}],
        "password": wire.secret({"inner": wire.UNKNOWN}),
        "lazy": {wire.SIGNATURE: wire.OUTPUT_SIGNATURE},
    }
    assert list(wire.unknown_paths(dict(value))) == ["tags.Name", "rules[1].port", "password.inner", "lazy"]


def test_a_value_without_unknowns_contains_none() -> None:
    """Nothing is doubted without reason."""
    assert not wire.contains_unknown({"a": [1.0, None, {"b": "c"}]})


def test_a_secret_is_wrapped_once_and_revealed_whole() -> None:
    """Wrapping twice would show the SDK a signature where a value belongs."""
    once = wire.secret("value")
    assert wire.secret(once) == once
    assert wire.is_secret(once)
    assert wire.reveal(once) == "value"
    assert wire.reveal("plain") == "plain"
