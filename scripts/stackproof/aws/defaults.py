# SPDX-License-Identifier: Apache-2.0
"""Defaults that pulumi-aws writes into inputs and Terraform into outputs, from the table of defaults.

In Check the bridge sets an argument that was left out, unless one that excludes it was given, and unless its default
is false, zero or an empty text (since pulumi-terraform-bridge 3.127); every block lists in ``__defaults`` what was set
in it. That list is left out at the top, where the engine keeps it from packs. A planned resource has all defaults, and
none of the lists (``applyDefaults`` and ``MakeTerraformOutputs`` in the bridge's ``pkg/tfbridge/schema.go``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.aws.tables import default_block
from stackproof.wire import SIGNATURE, is_secret, reveal, secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.aws.tables import Block
    from stackproof.wire import Properties, Value

__all__ = ["checked_defaults", "planned_defaults"]

_LIST = "__defaults"


def checked_defaults(token: str, inputs: Properties) -> Properties:
    """Give the inputs of a type with the defaults that Check sets."""
    block = default_block(token)
    if block is None:
        return inputs
    checked = _checked(block, inputs)
    return {name: value for name, value in checked.items() if name != _LIST}


def planned_defaults(token: str, inputs: Properties) -> Properties:
    """Give the inputs of a type with all defaults, as its outputs repeat them."""
    block = default_block(token)
    return inputs if block is None else _planned(block, inputs)


def _checked(block: Block, given: Properties) -> Properties:
    made = _with_nested(block, given, _checked)
    chosen = {
        name: default
        for name, default in block.defaults.items()
        if default and name not in given and not any(rival in given for rival in block.excluded_by.get(name, ()))
    }
    return {**made, **chosen, _LIST: [*sorted(chosen)]}


def _planned(block: Block, given: Properties) -> Properties:
    made = {**block.defaults, **_with_nested(block, given, _planned)}
    made.pop(_LIST, None)
    return made


def _with_nested(block: Block, given: Properties, fill: Callable[[Block, Properties], Properties]) -> Properties:
    return {
        name: _filled(default_block(block.nested[name]), value, fill) if name in block.nested else value
        for name, value in given.items()
    }


def _filled(block: Block | None, value: Value, fill: Callable[[Block, Properties], Properties]) -> Value:
    """Fill an object, or each object of a list; what is unknown stays so."""
    plain = reveal(value)
    if block is None:
        return value
    if isinstance(plain, list):
        plain = [_filled(block, item, fill) for item in plain]
    elif isinstance(plain, dict) and SIGNATURE not in plain:
        plain = fill(block, plain)
    return secret(plain) if is_secret(value) else plain
