# SPDX-License-Identifier: Apache-2.0
"""The code of a dynamic provider is not run; what it would give is unknown, and the report says so."""

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Refusing(ResourceProvider):
    """A provider that would end the program if anything ran it."""

    def create(self, props: dict[str, object]) -> CreateResult:
        """Never be called."""
        raise AssertionError(props)


class Thing(Resource):
    """A resource with an output that only its provider knows."""

    made: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        """Register the resource."""
        super().__init__(Refusing(), name, {"size": 3, "made": None})


thing = Thing("thing")
pulumi.export("made", thing.made)
