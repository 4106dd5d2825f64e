# SPDX-License-Identifier: Apache-2.0
"""An Output is put into a text before its value is known.

## What it does

Flags an Output, or a resource itself, in an f-string, in `str()`, in `str.format` and after `%`.

## Why is this bad?

An Output is a promise of a value, not the value. Python asks it for a text at once, and gets a warning of several
lines in place of the value, which then becomes part of a name, a policy or a user-data script. Nothing fails: the
wrong text is deployed.

## Bad

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
pulumi.export("objects", f"{bucket.arn}/*")
```

## Good

```python
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("logs")
pulumi.export("objects", pulumi.Output.concat(bucket.arn, "/*"))
```

## Not caught

An Output that reaches the text through code outside the program, or as an `Input` parameter that no call in the
program fills.

## References

- https://github.com/pulumi/pulumi/blob/v3.272.0/sdk/python/lib/pulumi/output.py (`Output.__str__`)
- https://www.pulumi.com/docs/iac/concepts/inputs-outputs/
- https://github.com/pulumi/pulumi/issues/10062
- https://github.com/pulumi/pulumi/issues/3722
- https://github.com/pulumi/eslint-plugin-pulumi (`no-output-in-template-literal`, for TypeScript)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.uses import printed, texts
from stackproof.lint.values import Output, Resource
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.lint.values import Value
    from stackproof.model import Finding


@rule(id="output-in-text", severity="high", since="0.2", folder=FOLDER)
def output_in_text(program: Program) -> Iterator[Finding]:
    """Yield each Output or resource that becomes a text."""
    for module in program.modules():
        ignored = printed(program, module)
        for node, value in texts(program, module):
            if node in ignored:
                continue
            if program.facts.ever(value, Output):
                what = "an Output becomes the text of a warning here, not its value"
            elif program.facts.ever(value, Resource) and not has_text(program.facts.of(value)):
                what = "a resource becomes the text of a Python object here"
            else:
                continue
            remedy = "build the text with pulumi.Output.concat, Output.format or apply"
            yield report(output_in_text, module, value, what, remedy=remedy)


def has_text(value: Value) -> bool:
    """Say whether a resource of the program says itself what its text is."""
    classes = [
        cls for atom in value if isinstance(atom, Resource) and atom.cls is not None for cls in atom.cls.lineage()
    ]
    return any({"__str__", "__format__"} & cls.attributes.keys() for cls in classes)
