# SPDX-License-Identifier: Apache-2.0
"""Which provider answers for a package: AWS is played from tables, every other package is echoed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from stackproof.aws.generic import GenericProvider
from stackproof.aws.provider import OfflineAws

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.aws.provider import Provider, World

__all__ = ["providers"]


def providers(world: World, *, resolved: bool) -> Callable[[str], Provider]:
    """Give the function from a package's name to its provider, one instance each."""

    @functools.cache
    def provider_for(package: str) -> Provider:
        return OfflineAws(world, resolved=resolved) if package == "aws" else GenericProvider(resolved=resolved)

    return provider_for
