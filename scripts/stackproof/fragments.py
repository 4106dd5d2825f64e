# SPDX-License-Identifier: Apache-2.0
"""The offending text of a finding: what stands at its property path, also inside a document that is one JSON text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from stackproof.property_path import parse
from stackproof.wire import is_secret, plain, reveal, tainted_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackproof.model import Finding, PolicyVerdict, Resource
    from stackproof.wire import Value

__all__ = ["with_fragments"]

_LONGEST = 400


def with_fragments(verdicts: Iterable[PolicyVerdict], resources: Mapping[str, Resource]) -> tuple[PolicyVerdict, ...]:
    """Give every finding the text that stands at its path in the resources, which are those of the last pass."""
    return tuple(
        replace(verdict, findings=tuple(_with(finding, resources) for finding in verdict.findings))
        if verdict.findings
        else verdict
        for verdict in verdicts
    )


def _with(finding: Finding, resources: Mapping[str, Resource]) -> Finding:
    resource = resources.get(finding.urn)
    if resource is None or not finding.path or finding.fragment:
        return finding
    return replace(finding, fragment=_fragment(dict(resource.inputs), finding.path))


def _fragment(value: Value, path: str) -> str:
    """Give what stands at a path, as JSON; nothing where nothing does, it is secret, or it is not known."""
    for step in parse(path) or ():
        if is_secret(value):
            return ""
        if isinstance(value, str):
            value = _document(value)
        value = reveal(value)
        if isinstance(value, dict) and str(step) in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not (step == 0 and isinstance(value, dict | str)):  # a document may hold one statement outside a list
            return ""
    if value is None or is_secret(value) or any(tainted_paths(value)):
        return ""
    text = json.dumps(_whole(plain(value)), ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _document(text: str) -> Value:
    try:
        loaded: Value = json.loads(text)
    except ValueError:
        return text
    return loaded


def _whole(value: Value) -> Value | int:
    """Write whole numbers as programs do: on the wire every number is a float."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
