# SPDX-License-Identifier: Apache-2.0
"""Runs a Pulumi program under the SDK's mocks: the least that running it can cost."""

from __future__ import annotations

import asyncio
import runpy
import sys

import pulumi
import pulumi.runtime
from pulumi.runtime.stack import run_pulumi_func


class _Mocks(pulumi.runtime.Mocks):
    """Answers every registration with its own inputs and an id."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:  # noqa: ARG002 (the interface)
        return {}, None


def main() -> None:
    """Run the program named on the command line."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_mocks(_Mocks(), project="bench", stack="dev", preview=True)

    def program() -> None:
        runpy.run_path(sys.argv[1], run_name="__main__")

    loop.run_until_complete(run_pulumi_func(program))


if __name__ == "__main__":
    main()
