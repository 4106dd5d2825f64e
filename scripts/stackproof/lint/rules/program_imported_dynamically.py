# SPDX-License-Identifier: Apache-2.0
"""A test imports program code dynamically, though an import statement would reach it.

## What it does

Flags `importlib.import_module`, `__import__`, `runpy.run_module`, `runpy.run_path` and `spec_from_file_location` in
tests, where a constant names a module of the program other than its `__main__.py`.

## Why is this bad?

Type checkers, linters and editors see nothing of it, renames miss it, and the module is run anew or under another
name, so that classes of the same name differ. `__main__.py` alone can be reached in no other way: run it with `runpy`,
and keep it thin.

## Bad

```python
# file: tests/test_parts.py
# with: parts.py
import importlib

parts = importlib.import_module("parts")


def test_parts_can_be_made() -> None:
    assert callable(parts.make)
```

## Good

```python
# file: tests/test_parts.py
# with: parts.py
import parts


def test_parts_can_be_made() -> None:
    assert callable(parts.make)
```

## Not caught

Names that are no constants.

## References

- https://docs.python.org/3/library/runpy.html#runpy.run_path
- https://docs.python.org/3/library/importlib.html#importlib.import_module
- https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.lint.program import FOLDER, report
from stackproof.lint.testing import dynamic_imports
from stackproof.rulebook import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.model import Finding


@rule(id="program-imported-dynamically", severity="medium", since="0.2", folder=FOLDER)
def program_imported_dynamically(program: Program) -> Iterator[Finding]:
    """Yield each dynamic import of what a static one would reach."""
    for module, node, name in dynamic_imports(program):
        message = f"{name} is imported dynamically, but an import statement reaches it"
        remedy = "import it at the top, after the mocks are set; run only __main__.py by its path, and keep it thin"
        yield report(program_imported_dynamically, module, node, message, remedy=remedy, key=name)
