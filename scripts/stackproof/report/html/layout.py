# SPDX-License-Identifier: Apache-2.0
"""Where each resource of a stack stands in its graph: components hold theirs, who acts stands left of what it needs.

Inside a component, what hangs together is laid out in layers from left to right and ordered so that few lines cross;
the parts are then packed in rows. Lengths are pixels of the drawing at its natural size.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.model import STACK_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stackproof.model import Resource
    from stackproof.report.html.edges import Edge

__all__ = ["Box", "is_drawn", "lay_out"]

_WIDTH, _HEIGHT = 208, 46
_COLUMN_GAP, _ROW_GAP, _PART_GAP = 58, 12, 26
_PADDING, _TITLE = 14, 28
_TALLEST = 12
"""Items of one layer that stand above one another, before a further column begins."""
_SHAPE = 1.5
"""How much wider than tall a drawing should be."""
_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Box:
        """Give the same rectangle elsewhere."""
        return Box(self.x + x, self.y + y, self.width, self.height)


def is_drawn(resource: Resource) -> bool:
    """Say whether a resource is part of the drawing: default providers are the engine's own, the Stack is all of it."""
    return resource.type != STACK_TYPE and not (
        resource.type.startswith("pulumi:providers:") and resource.name.startswith("default")
    )


def lay_out(resources: Sequence[Resource], edges: Sequence[Edge]) -> dict[str, Box]:
    """Give a rectangle for each URN that is drawn, and under the empty URN the one that holds them all."""
    drawn = {resource.urn: resource for resource in resources if is_drawn(resource)}
    whole = {resource.urn: resource for resource in resources}
    owners = {urn: _owner(resource, whole) for urn, resource in drawn.items()}
    inside: dict[str, list[str]] = defaultdict(list)
    for urn, owner in owners.items():
        inside[owner].append(urn)
    links = _lifted(owners, edges)
    return _place("", inside, links, drawn)


def _owner(resource: Resource, whole: Mapping[str, Resource]) -> str:
    """Give the URN of the component that a resource belongs to, through parents of any kind; none is empty."""
    parent = whole.get(resource.parent)
    while parent is not None and parent.custom:
        parent = whole.get(parent.parent)
    return parent.urn if parent is not None and parent.type != STACK_TYPE else ""


def _lifted(owners: Mapping[str, str], edges: Iterable[Edge]) -> Mapping[str, list[tuple[str, str]]]:
    """Give the edges as they run between the members of one component, by that component."""
    links: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for edge in edges:
        if edge.source in owners and edge.target in owners:
            ours, theirs = _line(edge.source, owners), _line(edge.target, owners)
            depth = next(
                (index for index, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None
            )
            if depth is not None:
                links[ours[depth - 1] if depth else ""][ours[depth], theirs[depth]] = None
    return {owner: list(pairs) for owner, pairs in links.items()}


def _line(urn: str, owners: Mapping[str, str]) -> list[str]:
    """Give a resource's components from the outermost down to itself."""
    line = [urn]
    while owners[line[-1]]:
        line.append(owners[line[-1]])
    return line[::-1]


def _place(
    owner: str,
    inside: Mapping[str, list[str]],
    links: Mapping[str, list[tuple[str, str]]],
    drawn: Mapping[str, Resource],
) -> dict[str, Box]:
    """Lay a component out with all it holds; its own rectangle stands under its URN, at the origin."""
    blocks: dict[str, dict[str, Box]] = {}
    for urn in inside.get(owner, ()):
        node = {urn: Box(0, 0, _WIDTH, _HEIGHT)}
        blocks[urn] = node if drawn[urn].custom else _place(urn, inside, links, drawn)
    sizes = {urn: (held[urn].width, held[urn].height) for urn, held in blocks.items()}
    corners, width, height = _pack(
        [_layered(part, pairs, sizes) for part, pairs in _parts(sizes, links.get(owner, []))]
    )
    top = _TITLE if owner else 0
    placed = {
        urn: box.moved(corners[member][0] + _PADDING, corners[member][1] + _PADDING + top)
        for member, held in blocks.items()
        for urn, box in held.items()
    }
    placed[owner] = Box(0, 0, max(width + 2 * _PADDING, _WIDTH), max(height + 2 * _PADDING + top, _HEIGHT))
    return placed


_Size = tuple[float, float]
_Part = tuple[dict[str, _Size], float, float]
"""The corners of a part's members, and its width and height."""


def _parts(
    sizes: Mapping[str, _Size], links: Sequence[tuple[str, str]]
) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """Split members into those that hang together; all that hang on nothing are one part without links."""
    near: dict[str, list[str]] = {urn: [] for urn in sizes}
    for source, target in links:
        near[source].append(target)
        near[target].append(source)
    rank = {urn: index for index, urn in enumerate(sizes)}
    parts: list[tuple[list[str], list[tuple[str, str]]]] = []
    seen: set[str] = set()
    for urn in sizes:
        if urn in seen or not near[urn]:
            continue
        part, waiting = [], [urn]
        seen.add(urn)
        while waiting:
            part.append(waiting.pop())
            fresh = [other for other in near[part[-1]] if other not in seen]
            seen.update(fresh)
            waiting += dict.fromkeys(fresh)
        parts.append((sorted(part, key=rank.__getitem__), []))
    home = {urn: index for index, (part, _) in enumerate(parts) for urn in part}
    for pair in links:
        parts[home[pair[0]]][1].append(pair)
    alone = [urn for urn in sizes if not near[urn]]
    return [*parts, *(([urn], []) for urn in alone)]


def _layered(members: Sequence[str], links: Sequence[tuple[str, str]], sizes: Mapping[str, _Size]) -> _Part:
    """Stand members in columns, each left of what it acts on, and order the columns so that few links cross."""
    layers = _ordered(_layers(members, links), links)
    corners: dict[str, _Size] = {}
    x = height = 0.0
    columns = [column for layer in layers for column in _columns(layer)]
    heights = [sum(sizes[urn][1] for urn in column) + _ROW_GAP * (len(column) - 1) for column in columns]
    for column, own in zip(columns, heights, strict=True):
        y = (max(heights) - own) / 2
        width = max(sizes[urn][0] for urn in column)
        for urn in column:
            corners[urn] = (x, y)
            y += sizes[urn][1] + _ROW_GAP
        x += width + _COLUMN_GAP
    height = max(heights)
    return corners, x - _COLUMN_GAP, height


def _columns(layer: Sequence[str]) -> list[Sequence[str]]:
    """Break a layer that is too tall into columns of one height."""
    count = -(-len(layer) // _TALLEST)
    tall = -(-len(layer) // count)
    return [layer[index : index + tall] for index in range(0, len(layer), tall)]


def _layers(members: Sequence[str], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Give each member the layer after the last that acts on it; a circle is cut where it is met."""
    ahead: dict[str, list[str]] = {urn: [] for urn in members}
    for source, target in links:
        ahead[source].append(target)
    order = _sequence(members, ahead)
    rank = {urn: index for index, urn in enumerate(order)}
    depth = dict.fromkeys(members, 0)
    for urn in order:
        for target in ahead[urn]:
            if rank[target] > rank[urn]:
                depth[target] = max(depth[target], depth[urn] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for urn in members:
        layers[depth[urn]].append(urn)
    return layers


def _sequence(members: Sequence[str], ahead: Mapping[str, list[str]]) -> list[str]:
    """Order members so that each comes before what it acts on, as far as circles allow."""
    done: list[str] = []
    state: dict[str, int] = {}
    for first in members:
        stack = [(first, iter(ahead[first]))] if first not in state else []
        state.setdefault(first, 0)
        while stack:
            urn, rest = stack[-1]
            following = next((target for target in rest if target not in state), None)
            if following is None:
                done.append(urn)
                stack.pop()
            else:
                state[following] = 0
                stack.append((following, iter(ahead[following])))
    return done[::-1]


def _ordered(layers: list[list[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Move every member near the middle of those it is linked with, forwards and backwards by turns."""
    near: dict[str, list[str]] = defaultdict(list)
    for source, target in links:
        near[source].append(target)
        near[target].append(source)
    at = {urn: index / len(layer) for layer in layers for index, urn in enumerate(layer)}
    for sweep in range(_SWEEPS if len(layers) > 1 else 0):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            layer.sort(key=lambda urn: (sum(at[one] for one in near[urn]) / len(near[urn]), at[urn]))
            at.update((urn, index / len(layer)) for index, urn in enumerate(layer))
    return layers


def _pack(parts: Sequence[_Part]) -> _Part:
    """Pack parts in rows, the tallest first, into a shape that fits a page."""
    if not parts:
        return {}, 0, 0
    area = sum((width + _PART_GAP) * (height + _PART_GAP) for _, width, height in parts)
    limit = max([(area * _SHAPE) ** 0.5, *(width for _, width, _ in parts)])
    corners: dict[str, _Size] = {}
    x = y = row = widest = 0.0
    for found, width, height in sorted(parts, key=lambda part: -part[2]):
        if x and x + width > limit:
            x, y, row = 0.0, y + row + _PART_GAP, 0.0
        corners.update({urn: (x + left, y + top) for urn, (left, top) in found.items()})
        x, row = x + width + _PART_GAP, max(row, height)
        widest = max(widest, x - _PART_GAP)
    return corners, widest, y + row
