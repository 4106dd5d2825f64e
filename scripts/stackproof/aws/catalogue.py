# SPDX-License-Identifier: Apache-2.0
"""Which provider answers for a package: tables for AWS, an echo for every other, and a user's own answers first."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from stackproof.aws.generic import GenericProvider
from stackproof.aws.given import GivenProvider
from stackproof.aws.provider import OfflineAws

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.aws.provider import Provider, World
    from stackproof.outside import Outside

__all__ = ["providers"]


def providers(world: World, outside: Outside, *, resolved: bool) -> Callable[[str], Provider]:
    """Give the function from a package's name to its provider, one instance each."""

    @functools.cache
    def provider_for(package: str) -> Provider:
        offline = OfflineAws(world, resolved=resolved) if package == "aws" else GenericProvider(resolved=resolved)
        return GivenProvider(offline, outside)

    return provider_for
