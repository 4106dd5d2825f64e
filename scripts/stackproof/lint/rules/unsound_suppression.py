# SPDX-License-Identifier: Apache-2.0
"""A suppression has no reason, no rule, or nothing left to suppress.

## What it does

Flags comments `# stackproof: …` that give no reason, that name a rule which does not exist, that are misspelt, or
whose rule finds nothing on that line any more.

## Why is this bad?

A suppression is a decision that somebody has to be able to judge later: without a reason nobody can, with a wrong rule
it does nothing, and a stale one hides the next finding on its line.

## Bad

```python
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")  # stackproof: allow[output-in-text] the name is not used
```

## Good

```python
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
```

## Not caught

A reason that says nothing.

## References

- https://docs.astral.sh/ruff/rules/unused-noqa/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="unsound-suppression", severity="medium", since="0.2", folder=FOLDER)
def unsound_suppression(program: Program) -> Iterator[Finding]:
    """Yield each suppression that is no good."""
    for module, line, rule_id, message in program.misused:
        remedy = "give rule and reason, or remove the comment"
        key = rule_id or "comment"
        yield unsound_suppression.finding(key, module.shown, line, f"suppression: {message}", remedy=remedy)
