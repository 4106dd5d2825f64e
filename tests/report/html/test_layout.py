# SPDX-License-Identifier: Apache-2.0
"""Where resources stand in the graph: apart, inside of their components, left of what they act on."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.report.html.stacks import FULL, many
from tests.report.stack import QUEUE, READER, REPO, RICH, STACK, TEAM, resource

from stackproof.report.html.edges import Edge, edges_of
from stackproof.report.html.layout import Box, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackproof.model import Resource


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def within(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def broken(resources: Sequence[Resource], boxes: dict[str, Box]) -> list[tuple[str, str]]:
    """List the pairs that overlap without one holding the other, and those that leave their component."""
    parents = {one.urn: one.parent for one in resources if one.parent in boxes}
    own = [urn for urn in boxes if urn]
    outside = [(urn, parents[urn]) for urn in own if urn in parents and not within(boxes[urn], boxes[parents[urn]])]
    outside += [(urn, "") for urn in own if not within(boxes[urn], boxes[""])]
    siblings = [(a, b) for a, b in combinations(own, 2) if parents.get(a) == parents.get(b)]
    return outside + [(a, b) for a, b in siblings if not apart(boxes[a], boxes[b])]


def test_everything_has_a_place_of_its_own() -> None:
    boxes = lay_out(FULL.resources, edges_of(FULL))
    assert set(boxes) == {"", *(one.urn for one in FULL.resources if one.urn != STACK)}
    assert broken(FULL.resources, boxes) == []


def test_a_thousand_have_one_too() -> None:
    stack = many(1_000)
    assert broken(stack.resources, lay_out(stack.resources, edges_of(stack))) == []


def test_who_acts_stands_left_of_what_it_acts_on() -> None:
    boxes = lay_out(RICH.resources, [Edge(READER, QUEUE, "uses", "")])
    assert boxes[READER].x + boxes[READER].width < boxes[QUEUE].x


def test_an_edge_into_a_component_moves_the_component() -> None:
    boxes = lay_out(RICH.resources, [Edge(READER, REPO, "uses", "")])
    assert boxes[READER].x + boxes[READER].width < boxes[TEAM].x < boxes[REPO].x


def test_a_child_of_a_custom_resource_stands_beside_it() -> None:
    """Only components hold others."""
    child = resource(f"{QUEUE}-policy", 9, parent=QUEUE)
    boxes = lay_out([*RICH.resources, child], [])
    assert apart(boxes[child.urn], boxes[QUEUE])


def test_default_providers_and_the_stack_are_not_drawn() -> None:
    default = resource("urn:pulumi:prod::shop::pulumi:providers:aws::default_7_51_1", 1)
    explicit = resource("urn:pulumi:prod::shop::pulumi:providers:aws::ireland", 1)
    assert set(lay_out([RICH.resources[0], default, explicit], [])) == {"", explicit.urn}


def test_no_resources_are_a_drawing_of_nothing() -> None:
    assert set(lay_out([], [])) == {""}


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=60))
def test_no_edges_make_two_resources_overlap(pairs: list[tuple[int, int]]) -> None:
    """Circles, chains, stars: whatever hangs together."""
    resources = [resource(f"{QUEUE}-{number}", number + 1) for number in range(20)]
    edges = [Edge(f"{QUEUE}-{one}", f"{QUEUE}-{other}", "uses", "") for one, other in pairs if one != other]
    assert broken(resources, lay_out(resources, edges)) == []
