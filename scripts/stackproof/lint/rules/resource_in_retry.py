# SPDX-License-Identifier: Apache-2.0
"""A retry is wrapped around a resource, but never sees it fail.

## What it does

Flags resources made under a retry decorator (tenacity, backoff, retrying, retry, stamina), in a loop of theirs, or in
a loop that tries again after an exception.

## Why is this bad?

The constructor only queues the registration and returns; the provider works later, and its error ends the whole
update. So the retry never happens. If the constructor does raise, a second attempt registers the same name again.
Retries are the provider's (`max_retries`), and waiting is `custom_timeouts`.

## Bad

```python
import pulumi_aws as aws
from tenacity import retry, stop_after_attempt


@retry(stop=stop_after_attempt(3))
def make_role() -> aws.iam.Role:
    return aws.iam.Role("role", assume_role_policy="{}")


make_role()
```

## Good

```python
import pulumi
import pulumi_aws as aws

provider = aws.Provider("patient", max_retries=10)
aws.iam.Role("role", assume_role_policy="{}", opts=pulumi.ResourceOptions(provider=provider))
```

## Not caught

Retries by libraries other than those named.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/runtime/resource.py (`register_resource`)
- https://github.com/pulumi/pulumi/issues/7932
- https://github.com/pulumi/pulumi/issues/3715
- https://www.pulumi.com/docs/iac/concepts/resources/options/customtimeouts/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, in_program, report
from stackproof.lint.retries import retrying
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="resource-in-retry", severity="medium", since="0.2", folder=FOLDER)
def resource_in_retry(program: Program) -> Iterator[Finding]:
    """Yield each resource that is made under a retry."""
    seen = set()
    for item in program.facts.constructions:
        if item.node not in seen and in_program(item) and not item.read and retrying(item.way):
            seen.add(item.node)
            message = "the retry never sees the provider fail: the constructor has returned long before"
            remedy = "leave retries to the provider (max_retries) and waiting to custom_timeouts"
            yield report(resource_in_retry, item.module, item.node, message, remedy=remedy)
