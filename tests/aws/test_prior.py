# SPDX-License-Identifier: Apache-2.0
"""Defaults of a resource that exists: kept as they were, unless the program now says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.aws import with_prior_defaults

if TYPE_CHECKING:
    from stackproof.wire import Properties

PRIOR: Properties = {"__defaults": ["name", "gone"], "name": "one-1a2b3c4", "size": 3.0, "region": "eu-west-1"}


@pytest.mark.parametrize(
    ("inputs", "settings", "wanted"),
    [
        ({}, {}, {"name": "one-1a2b3c4", "region": "eu-west-1"}),
        ({"name": None}, {}, {"name": "one-1a2b3c4", "region": "eu-west-1"}),
        ({"name": "mine"}, {}, {"name": "mine", "region": "eu-west-1"}),
        ({"namePrefix": "one"}, {}, {"namePrefix": "one", "region": "eu-west-1"}),
        ({"region": "us-east-1"}, {}, {"region": "us-east-1", "name": "one-1a2b3c4"}),
        ({}, {"region": "us-east-1"}, {"name": "one-1a2b3c4"}),
    ],
)
def test_a_default_is_kept_where_nobody_says_otherwise(
    inputs: Properties, settings: Properties, wanted: Properties
) -> None:
    assert with_prior_defaults("aws:sqs/queue:Queue", inputs, PRIOR, settings) == wanted


def test_without_a_list_of_defaults_nothing_is_one() -> None:
    """And a region of another package is an input like any other."""
    assert with_prior_defaults("gcp:a/b:C", {}, {"name": "one", "region": "r"}, {}) == {}
