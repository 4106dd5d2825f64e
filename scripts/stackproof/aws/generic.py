# SPDX-License-Identifier: Apache-2.0
"""The provider of every package that is not ``aws``: it repeats the inputs and knows no other output.

A property that is missing from a preview's outputs is unknown to the program all the same; but it has no secret mark,
and a pack that judges the whole stack takes it for unset. So the output-only properties of packages that are used
beside AWS's are in a table. The code of dynamic providers, which are a part of the program, is never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.aws.arns import invent
from stackproof.aws.provider import Answer, Checked, Created
from stackproof.aws.tables import package_outputs
from stackproof.wire import UNKNOWN, Properties, secret

if TYPE_CHECKING:
    from stackproof.aws.naming import Autonaming

__all__ = ["GenericProvider"]

_DYNAMIC = "pulumi-python:dynamic"


class GenericProvider:
    """A package of which nothing is known: inputs pass, ids are invented in the resolved pass only."""

    def __init__(self, *, resolved: bool) -> None:
        """Say whether ids of new resources are invented or unknown."""
        self._resolved = resolved

    def check(
        self,
        urn: str,  # noqa: ARG002 - the Protocol's form
        inputs: Properties,
        settings: Properties,  # noqa: ARG002 - the Protocol's form
        autonaming: Autonaming | None = None,  # noqa: ARG002 - the Protocol's form
    ) -> Checked:
        """Accept everything; which property names a resource is not known, so none is named."""
        return Checked(dict(inputs))

    def create(self, urn: str, inputs: Properties, settings: Properties) -> Created:  # noqa: ARG002 - the Protocol's form
        """Repeat the inputs; listed outputs are unknown."""
        token, name = _type_of(urn), urn.rpartition("::")[2]
        note = f"dynamic provider of {name!r} ({token}) was not executed: its checks and its outputs are unknown"
        assumed = (note,) if token.startswith(_DYNAMIC) else ()
        return Created(invent(urn, "hex", 32, "id") if self._resolved else "", _with_unknowns(token, inputs), assumed)

    def read(self, urn: str, id: str, inputs: Properties, settings: Properties) -> Created:  # noqa: A002, ARG002 - wire form
        """Repeat what the program said; nothing else can be read."""
        return Created(id, _with_unknowns(_type_of(urn), inputs))

    def invoke(self, token: str, args: Properties, settings: Properties) -> Answer:  # noqa: ARG002 - the Protocol's form
        """Answer that the result is unknown."""
        return Answer(None, (), (f"function {token} was not called: its result is unknown",))


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _with_unknowns(token: str, inputs: Properties) -> Properties:
    absent = {name: hidden for name, hidden in package_outputs(token).items() if inputs.get(name) is None}
    return {**inputs, **{name: secret(UNKNOWN) if hidden else UNKNOWN for name, hidden in absent.items()}}
