# SPDX-License-Identifier: Apache-2.0
"""Setting cannot be seen, so nothing says that it holds.

## What it does

Flags every document that was not given and every value that the API left out, each with the command that shows it.

## Why is this bad?

Much is shown to administrators alone. A setting that was not seen is not one that is right.

## Bad

```json
{"rulesets": [{"id": 1}]}
```

## Good

```json
{"rulesets": [{"id": 1, "bypass_actors": []}]}
```

## Not caught

Settings that no rule here looks at.

## References

https://docs.github.com/en/rest
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.roles import FOLDER
from stackproof.pipeline.settings_audit.unknown import unknown
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.model import Finding
    from stackproof.pipeline.settings_audit.facts import Facts

__all__ = ["setting_unknown"]


@rule(id="setting-unknown", severity="medium", since="0.1", folder=FOLDER)
def setting_unknown(facts: Facts) -> Iterator[Finding]:
    """Say where: setting cannot be seen, so nothing says that it holds."""
    for item in unknown(facts):
        yield setting_unknown.finding(
            item.name,
            item.file,
            1 if item.file else 0,
            f"{item.says}, so whether it is safe is unknown",
            remedy=item.command,
            path=item.path,
        )
