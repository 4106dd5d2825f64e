# SPDX-License-Identifier: Apache-2.0
"""A file cannot be read as Python.

## What it does

Flags files that Python itself would refuse: broken syntax, null bytes, text that is not in the encoding it declares or
in UTF-8, and files nested so deeply that they cannot be judged.

## Why is this bad?

Nothing in such a file was judged, so silence about it means nothing. A program that imports it stops there.

## Bad

```python
import pulumi

pulumi.export("name" "value"
```

## Good

```python
import pulumi

pulumi.export("name", "value")
```

## Not caught

Syntax that only another version of Python accepts is judged by the one that runs this command.

## References

- https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations
- https://docs.python.org/3/library/ast.html#ast.parse
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="unreadable-source", severity="high", since="0.2", folder=FOLDER)
def unreadable_source(program: Program) -> Iterator[Finding]:
    """Yield each file that could not be parsed."""
    for module in program.modules("entry", "module", "test", "other"):
        if module.problem is not None:
            line, message = module.problem
            remedy = "mend the file; nothing in it was judged"
            yield unreadable_source.finding("file", module.shown, line, message, remedy=remedy)
