# SPDX-License-Identifier: Apache-2.0
"""The graph and the reach of a stack as data for the page's script: who stands where, and who may do what."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, get_args

from stackproof.model import STACK_TYPE, AccessLevel
from stackproof.report.html.edges import edges_of
from stackproof.report.html.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.model import Permission, Preview, PrincipalReach, Resource
    from stackproof.report.html.layout import Box
    from stackproof.report.html.texts import Texts

__all__ = ["Drawing"]

_LEVELS = get_args(AccessLevel)
_DEEPEST = 50
"""Components inside of one another, beyond which a URN is given as it is."""


class Drawing:
    """Draws one stack; ``at`` gives the number of a resource by its URN, ``states`` how it stands."""

    def __init__(self, preview: Preview, at: Mapping[str, int], states: Mapping[str, str], texts: Texts) -> None:
        self._preview = preview
        self._at = at
        self._states = states
        self._texts = texts

    def graph(self) -> dict[str, Any]:
        """Give all resources, those that are drawn with their places, and the edges between them."""
        edges = edges_of(self._preview)
        # A deployer's role may reach everything: as a reason to stand left of it all, that would stretch the drawing.
        boxes = lay_out(self._preview.resources, [edge for edge in edges if edge.kind != "grants"])
        return {
            "size": [round(boxes[""].width), round(boxes[""].height)],
            "resources": [self._resource(resource, boxes.get(resource.urn)) for resource in self._preview.resources],
            "edges": [
                [self._at[edge.source], self._at[edge.target], edge.kind, self._texts.of(edge.label)]
                for edge in edges
                if edge.source in boxes and edge.target in boxes
            ],
        }

    def _resource(self, resource: Resource, box: Box | None) -> dict[str, Any]:
        text = self._texts.of
        given: dict[str, Any] = {
            "n": resource.name,
            "t": text(resource.type),
            "a": self._at.get(resource.parent, -1),
            "s": self._states.get(resource.urn, "none"),
            "U": text(resource.urn) if resource.urn != self._usual_urn(resource) else 0,
            "f": text(resource.source.file) if resource.source else 0,
            "l": resource.source.line if resource.source else 0,
            "c": int(not resource.custom and resource.type != STACK_TYPE),
            "q": text(resource.opaque),
            "b": [round(side) for side in (box.x, box.y, box.width, box.height)] if box else 0,
        }
        return {name: value for name, value in given.items() if value or name in {"n", "a"}}

    def _usual_urn(self, resource: Resource) -> str:
        """Put a URN together as the page's script does, of names that the page holds anyway."""
        types, above = [resource.type], self._parent(resource)
        while above is not None and above.type != STACK_TYPE and len(types) < _DEEPEST:
            types.append(above.type)
            above = self._parent(above)
        stack = f"urn:pulumi:{self._preview.stack}::{self._preview.project}"
        return f"{stack}::{'$'.join(reversed(types))}::{resource.name}"

    def _parent(self, resource: Resource) -> Resource | None:
        return self._preview.resources[self._at[resource.parent]] if resource.parent in self._at else None

    def reach(self) -> dict[str, Any]:
        """Give what every principal may do, or why nobody knows."""
        reach = self._preview.reach
        services = {service for item in reach.principals for one in item.permissions for service, _ in one.levels}
        return {
            "absent": reach.absent,
            "services": sorted(services),
            "principals": [self._principal(item) for item in reach.principals],
        }

    def _principal(self, item: PrincipalReach) -> dict[str, Any]:
        text = self._texts.of
        cells: dict[str, set[str]] = defaultdict(set)
        for service, levels in (found for one in item.permissions for found in one.levels):
            cells[service].update(levels)
        return {
            "i": self._at.get(item.urn, -1),
            "n": item.name,
            "t": text(item.type),
            "by": [text(words) for words in item.trusted],
            "open": [text(words) for words in item.unknown],
            "cells": {service: sorted(levels, key=_LEVELS.index) for service, levels in cells.items()},
            "may": [self._permission(one) for one in item.permissions],
        }

    def _permission(self, one: Permission) -> dict[str, Any]:
        text = self._texts.of
        return {
            "sid": one.sid,
            "lv": [[service, list(levels)] for service, levels in one.levels],
            "do": [text(action) for action in one.actions],
            "on": [text(resource) for resource in one.resources],
            "if": [text(words) for words in one.conditions],
            "not": [text(words) for words in one.limits],
        }
