# SPDX-License-Identifier: Apache-2.0
"""A secret is turned into plain text.

## What it does

Flags `Output.unsecret`, and configuration that a stack file holds encrypted, or that is read as a secret elsewhere,
read with `get` or `require`.

## Why is this bad?

What was read without `_secret` is an ordinary text: whatever it goes into stands unencrypted in the state and in the
stack's outputs, for everybody who can read them. The SDK once warned of it and does so no more.

## Bad

```python
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
token = config.require_secret("token")
aws.ssm.Parameter("token", type="SecureString", value=config.require("token"))
pulumi.export("token", token)
```

## Good

```python
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
token = config.require_secret("token")
aws.ssm.Parameter("token", type="SecureString", value=token)
pulumi.export("token", token)
```

## Not caught

Secrets inside structured values; keys that are no constants.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/config.py (`Config._get`)
- https://github.com/pulumi/pulumi/issues/7127
- https://github.com/pulumi/pulumi/issues/8503
- https://www.pulumi.com/docs/iac/concepts/secrets/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.configuration import plain_secrets
from stackproof.lint.program import FOLDER, report
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="secret-as-plain-text", severity="medium", since="0.2", folder=FOLDER)
def secret_as_plain_text(program: Program) -> Iterator[Finding]:
    """Yield each secret that is read or made plain."""
    for event, message, remedy in plain_secrets(program):
        yield report(secret_as_plain_text, event.module, event.node, message, remedy=remedy)
