# SPDX-License-Identifier: Apache-2.0
"""The environment that the program and the packs of one stack run in, the same for both."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackproof.model import Program

__all__ = ["ORGANIZATION", "stack_environment"]

ORGANIZATION = "organization"
"""The organization's name where there is none, as Pulumi's self-managed backends have it."""


def stack_environment(program: Program) -> dict[str, str]:
    """Give the ambient environment with what it says of a stack replaced: that may be about another one.

    The names are those that Pulumi's language host sets (``sdk/python/cmd/pulumi-language-python/main.go``).
    """
    return os.environ | {
        "PULUMI_ORGANIZATION": ORGANIZATION,
        "PULUMI_PROJECT": program.project,
        "PULUMI_STACK": program.stack,
        "PULUMI_CONFIG": json.dumps(program.config),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(program.secret_keys)),
        "PULUMI_DRY_RUN": "true",
        # The SDK's client would send even 127.0.0.1 through a proxy of the environment. gRPC alone reads this name.
        "no_grpc_proxy": "127.0.0.1,localhost",
    }
