# SPDX-License-Identifier: Apache-2.0
"""An async entry point awaits data and then registers resources; what it returns is exported."""

import asyncio

import pulumi


class Thing(pulumi.CustomResource):
    """A resource of a package that nobody has."""

    def __init__(self, name: str) -> None:
        """Register the resource."""
        super().__init__("test:index:Thing", name, {})


async def main() -> dict[str, str]:
    """Wait for data, then register."""
    await asyncio.sleep(0)
    Thing("awaited")
    return {"answer": "yes"}


pulumi.run(main)
