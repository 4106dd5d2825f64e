# SPDX-License-Identifier: Apache-2.0
"""Session of a gate accepts failure.

## What it does

Reads the noxfile and flags, in a session that is a gate, a command with `success_codes` other than 0, and an exception
of a command that is swallowed.

## Why is this bad?

The workflow is innocent and the gate is open all the same.

## Bad

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: nox -s test
```

```python
import nox


@nox.session
def test(session: nox.Session) -> None:
    session.run("pytest", success_codes=[0, 1])
```

## Good

```yaml
on:
  pull_request:
  merge_group:
permissions: {}
jobs:
  policy:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - run: nox -s test
```

```python
import nox


@nox.session
def test(session: nox.Session) -> None:
    session.run("pytest")
```

## Not caught

Sessions that are made at run time.

## References

https://nox.thea.codes/en/stable/config.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.gatecheck.roles import Pipeline

__all__ = ["session_accepts_failure"]


@rule(id="session-accepts-failure", severity="high", since="0.1", folder=FOLDER)
def session_accepts_failure(pipeline: Pipeline) -> Iterator[Finding]:
    """Say where: session of a gate accepts failure."""
    for item in pipeline.forgiven:
        yield session_accepts_failure.finding(
            item.session,
            item.place.file,
            item.place.line,
            f"the session {item.session} is a gate, and {item.why}",
            remedy="let the command's exit code decide",
        )
