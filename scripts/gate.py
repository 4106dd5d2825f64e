# SPDX-License-Identifier: Apache-2.0
"""The gate's verdict: every job it needs ended in success, and nothing else will do.

GitHub counts a skipped check as passed, so the job that branch protection requires asks each result by name.
It reads `toJSON(needs)` from the environment variable NEEDS, imports the standard library only, and ends with exit
code 0 (every job succeeded), 1 (one did not) or 2 (NEEDS cannot be understood, or names no job).
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["judge", "main", "results"]


def results(text: str) -> dict[str, str]:
    """Read the `needs` context, written as JSON, into each job's result.

    Raises:
        ValueError: the text is not that context, or it names no job; the message says which.

    """
    try:
        needs = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"NEEDS is not JSON ({error}); pass it as ${{{{ toJSON(needs) }}}}") from error
    if not isinstance(needs, dict) or not needs:
        raise ValueError("NEEDS names no job; list every job of the workflow under the gate's needs")
    return {job: _result(job, need) for job, need in needs.items()}


def _result(job: str, need: object) -> str:
    result = need.get("result") if isinstance(need, dict) else None
    if not isinstance(result, str):
        raise ValueError(f"NEEDS has no result for the job {job}; pass it as ${{{{ toJSON(needs) }}}}")  # noqa: TRY004 (one error for one bad input)
    return result


def judge(found: Mapping[str, str]) -> tuple[str, ...]:
    """Name each job that stands in the way, with its result; an empty tuple means the gate opens."""
    return tuple(f"{job}: {result}" for job, result in sorted(found.items()) if result != "success")


def main(environment: Mapping[str, str]) -> int:
    """Judge the jobs named in ``environment["NEEDS"]``, print the verdict and return the exit code."""
    try:
        found = results(environment.get("NEEDS", ""))
    except ValueError as error:
        sys.stderr.write(f"gate: {error}\n")
        return 2
    if refusals := judge(found):
        sys.stderr.write("gate: closed; every job must end in success\n")
        sys.stderr.writelines(f"  {refusal}\n" for refusal in refusals)
        return 1
    sys.stdout.write(f"gate: open; {', '.join(sorted(found))} ended in success\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
