# SPDX-License-Identifier: Apache-2.0
"""Property paths: how they are read, what they lead to, and what a reset leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.property_path import Path, contains, differences, parse, reset
from stackproof.wire import secret

if TYPE_CHECKING:
    from stackproof.wire import Value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tags", ("tags",)),
        ("tags.Name", ("tags", "Name")),
        ("tags.*", ("tags", "*")),
        ('tags["a.b"]', ("tags", "a.b")),
        (r'tags["a\"b"].c', ("tags", 'a"b', "c")),
        ("ingress[0].cidrBlocks[*]", ("ingress", 0, "cidrBlocks", "*")),
        ("a[x]", None),
        ("a[", None),
        ("", None),
    ],
)
def test_a_path_is_read(text: str, path: Path | None) -> None:
    assert parse(text) == path


@pytest.mark.parametrize(
    ("path", "other", "wanted"),
    [
        (("tags",), ("tags", "Name"), True),
        (("tags", "Name"), ("tags",), False),
        (("a", "*", "c"), ("a", 3, "c", "d"), True),
        (("a", 1), ("a", 2), False),
        (("*",), ("anything", "at", "all"), True),
    ],
)
def test_a_path_contains_what_it_leads_to(path: Path, other: Path, *, wanted: bool) -> None:
    assert contains(path, other) is wanted


@pytest.mark.parametrize(
    ("path", "old", "new", "wanted"),
    [
        (("a",), {"a": 1.0}, {"a": 2.0, "b": 3.0}, {"a": 1.0, "b": 3.0}),
        (("a",), {"a": 1.0}, {}, {"a": 1.0}),
        (("a",), {}, {"a": 2.0}, {}),
        (("t", "x"), {"t": {"x": 1.0}}, {"t": {"x": 2.0, "y": 3.0}}, {"t": {"x": 1.0, "y": 3.0}}),
        (("t", "x"), {"t": {"x": 1.0}}, {}, {}),
        (("t", "x"), {}, {"t": {"x": 2.0}}, {"t": {"x": 2.0}}),
        (("t", "x"), {"t": {"x": 1.0}}, {"t": secret({"x": 2.0})}, {"t": secret({"x": 1.0})}),
        (("l", 1), {"l": [1.0, 2.0]}, {"l": [3.0, 4.0, 5.0]}, {"l": [3.0, 2.0, 5.0]}),
        (("l", 2), {"l": [1.0]}, {"l": [3.0, 4.0, 5.0]}, {"l": [3.0, 4.0, 5.0]}),
        (("l", "*", "x"), {"l": [{"x": 1.0}]}, {"l": [{"x": 2.0}, {"x": 3.0}]}, {"l": [{"x": 1.0}, {"x": 3.0}]}),
        (("*",), {"a": 1.0}, {"b": 2.0}, {"a": 1.0}),
    ],
)
def test_a_reset_takes_the_old_value_at_a_path_and_nowhere_else(
    path: Path, old: Value, new: Value, wanted: Value
) -> None:
    assert reset(path, old, new) == wanted


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ({"a": 1.0, "__defaults": ["a"]}, {"a": 1.0}, []),
        ({"a": secret("x")}, {"a": "x"}, []),
        ({"a": None}, {}, []),
        ({"a": {"b": [1.0, 2.0]}}, {"a": {"b": [1.0, 3.0]}}, [(("a", "b", 1), 2.0, 3.0)]),
        ({"a": [1.0]}, {"a": [1.0, 2.0]}, [(("a",), [1.0], [1.0, 2.0])]),
        ({"a": 1.0}, {"b": 2.0}, [(("a",), 1.0, None), (("b",), None, 2.0)]),
    ],
)
def test_differences_are_found_where_they_are(old: Value, new: Value, wanted: list[tuple[Path, Value, Value]]) -> None:
    assert differences(old, new) == wanted
