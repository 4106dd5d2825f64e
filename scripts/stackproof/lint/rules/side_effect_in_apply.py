# SPDX-License-Identifier: Apache-2.0
"""A function given to apply changes the outside world.

## What it does

Flags processes, network requests, boto3 clients and files opened for writing in a function that `apply` calls.

## Why is this bad?

The function runs during previews too, as soon as the value is known, and does not run while it is unknown. So the
effect comes when nothing was asked for, or not at all, and no state remembers it.

## Bad

```python
import subprocess

import pulumi_aws as aws

bucket = aws.s3.Bucket("site")
bucket.id.apply(lambda name: subprocess.run(["aws", "s3", "sync", "public", f"s3://{name}"], check=True))
```

## Good

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("site")
aws.s3.BucketObject("index", bucket=bucket.id, key="index.html", source=pulumi.FileAsset("public/index.html"))
```

## Not caught

Effects through other libraries. A function that asks first whether this is a preview, with
`pulumi.runtime.is_dry_run()`, is left alone.

## References

- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/
- https://github.com/pulumi/pulumi/issues/7903
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/
- https://www.pulumi.com/registry/packages/command/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.effects import CHANGES, asks_for_preview, reads, writes
from stackproof.lint.program import FOLDER, in_program, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="side-effect-in-apply", severity="low", since="0.2", folder=FOLDER, enforcement="advisory")
def side_effect_in_apply(program: Program) -> Iterator[Finding]:
    """Yield each effect under apply."""
    seen = set()
    for call in program.facts.calls:
        if call.node in seen or not in_program(call) or not call.way.via("apply") or asks_for_preview(call.way):
            continue
        if (CHANGES.match(call.name) and not reads(call)) or writes(call):
            seen.add(call.node)
            message = f"{call.name.removeprefix('builtins.')} runs in previews too, and not while the value is unknown"
            remedy = (
                "use a resource that does it (pulumi_command, an object of the provider), or do it after the update"
            )
            yield report(side_effect_in_apply, call.module, call.node, message, remedy=remedy)
