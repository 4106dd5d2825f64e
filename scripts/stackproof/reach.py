# SPDX-License-Identifier: Apache-2.0
"""What the principals of a judged stack can do, worked out by the pack's IAM analysis where that is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.errors import UsageError
from stackproof.iam_seam import load_analysis
from stackproof.model import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackproof.model import Pass

__all__ = ["reach_of"]


def reach_of(passes: Sequence[Pass]) -> Reach:
    """Read the last pass, which knows most; without the analysis or its data, the answer says so and is empty."""
    try:
        analysis = load_analysis(None, frozenset())
        return Reach(analysis.principals(passes[-1].resources))
    except UsageError as error:
        return Reach(absent=str(error))
    except ImportError as error:
        return Reach(absent=f"the IAM analysis cannot be loaded: {error}; install policies/requirements.txt")
