# SPDX-License-Identifier: Apache-2.0
"""An Output is serialised as JSON or YAML before its value is known.

## What it does

Flags `json.dumps`, `json.dump`, `yaml.dump` and `yaml.safe_dump` of an Output, or of lists and dictionaries that hold
one.

## Why is this bad?

The serialiser works at once and does not know Outputs: `TypeError: Object of type Output is not JSON serializable`.
`pulumi.Output.json_dumps` waits for the values and keeps the dependencies.

## Bad

```python
import json

import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket.arn}]}
aws.iam.Policy("read", policy=json.dumps(policy))
```

## Good

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket.arn}]}
aws.iam.Policy("read", policy=pulumi.Output.json_dumps(policy))
```

## Not caught

A serialiser with a `default` or `cls` of its own; serialisers other than those named.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.json_dumps`)
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/
- https://github.com/mitodl/ol-infrastructure/pull/475
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, in_program, report
from stackproof.lint.values import Output, atoms_within
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="output-in-json", severity="high", since="0.2", folder=FOLDER)
def output_in_json(program: Program) -> Iterator[Finding]:
    """Yield each call of a serialiser that meets an Output."""
    seen = set()
    for call in program.facts.calls:
        own = {"default", "cls", "Dumper"} & call.keywords.keys()
        if call.name not in _SERIALISERS or own or not in_program(call) or call.node in seen or not call.positional:
            continue
        if any(isinstance(atom, Output) for atom in atoms_within(call.positional[0])):
            seen.add(call.node)
            message = f"{call.name} meets an Output and raises TypeError"
            remedy = "use pulumi.Output.json_dumps, or serialise inside apply"
            yield report(output_in_json, call.module, call.node, message, remedy=remedy)


_SERIALISERS = {"json.dumps", "json.dump", "yaml.dump", "yaml.safe_dump"}
