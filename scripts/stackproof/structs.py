# SPDX-License-Identifier: Apache-2.0
"""Between protobuf structs and plain property values, and from what programs send to what packs and providers see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf import struct_pb2

from stackproof import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from stackproof.wire import Properties, Value

__all__ = ["flatten", "for_analysis", "from_struct", "missing_files", "output_dependencies", "to_struct"]


_FROM_FILES = (wire.ASSET_SIGNATURE, wire.ARCHIVE_SIGNATURE)


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read a struct; numbers stay floats, as packs see them."""
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        return value.number_value
    return value.bool_value if kind == "bool_value" else None


def to_struct(properties: Properties) -> struct_pb2.Struct:
    """Write plain values as a struct."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        _fill(struct.fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Value) -> None:
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _fill(target.struct_value.fields[key], item)
    else:
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)


def flatten(value: Value, is_component: Callable[[str], bool]) -> Value:
    """Turn references into ids (URNs for components) and output values into plain ones, as the engine does.

    Providers and packs accept neither. An output value without a value is an unknown; so is a reference to a resource
    that has no id yet.
    """
    if isinstance(value, list):
        return [flatten(item, is_component) for item in value]
    if not isinstance(value, dict):
        return value
    signature = value.get(wire.SIGNATURE)
    if signature == wire.RESOURCE_SIGNATURE:
        urn = str(value.get("urn", ""))
        return urn if is_component(urn) else (value.get("id") or wire.UNKNOWN)
    if signature == wire.OUTPUT_SIGNATURE:
        plain = flatten(value["value"], is_component) if "value" in value else wire.UNKNOWN
        return wire.secret(plain) if value.get("secret") else plain
    return {key: flatten(item, is_component) for key, item in value.items()}


def output_dependencies(value: Value) -> set[str]:
    """Give the URNs on which the output values inside a value depend."""
    if isinstance(value, list):
        return set().union(*map(output_dependencies, value))
    if not isinstance(value, dict):
        return set()
    own = value.get("dependencies") if value.get(wire.SIGNATURE) == wire.OUTPUT_SIGNATURE else None
    found = {urn for urn in own if isinstance(urn, str)} if isinstance(own, list) else set()
    return found.union(*map(output_dependencies, value.values()))


def missing_files(value: Value, folder: Path) -> Iterator[str]:
    """Yield the paths, relative to a folder, under which assets and archives inside a value find nothing."""
    if isinstance(value, list):
        for item in value:
            yield from missing_files(item, folder)
    elif isinstance(value, dict):
        path = value.get("path") if value.get(wire.SIGNATURE) in _FROM_FILES else None
        if isinstance(path, str) and path and not (folder / path).exists():
            yield path
        for item in value.values():
            yield from missing_files(item, folder)


def for_analysis(properties: Properties) -> Properties:
    """Leave out what the engine keeps from packs: top-level names that begin with two underscores."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}
