# SPDX-License-Identifier: Apache-2.0
"""Begin a rule: write its module and its case file, in the form that the contract test demands."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_ID = re.compile(r"[a-z]+(-[a-z0-9]+)+")

_MODULE = '''\
# SPDX-License-Identifier: Apache-2.0
"""State the problem here, as it is printed before each finding.

## What it does
Say what is flagged, on which resources.

## Why is this bad?
Say what it costs, or what an attacker gains.

## Bad
```python
import pulumi_aws as aws

aws.{area}.Thing("bad")
```

## Good
```python
import pulumi_aws as aws

aws.{area}.Thing("good")
```

## Not caught
Say plainly what slips through, and what cannot be told.

## References
- Link the documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.resources import {view}
from guardrails.rule import Answer, NotApplicable, Settings, Severity, rule
from guardrails.rules.{area} import FAMILY

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule(id="{id}", family=FAMILY, on={view}, severity=Severity.MEDIUM, since="{since}")
def {name}(view: {view}, _settings: Settings) -> Iterator[Answer]:
    """Judge one {noun}."""
    yield NotApplicable(f"nothing to judge in {{type(view).__name__}}")
'''

_CASES = """\
- name: say what must be flagged
  resource: aws:service/type:Type
  props: {name: bad}
  expect: [{key: name, path: name}]
- name: say what must pass
  resource: aws:service/type:Type
  props: {name: good}
  expect: []
- name: say what cannot be told
  resource: aws:service/type:Type
  props: {name: !unknown ""}
  expect: []
  cannot_tell: name
"""

_VIEWS = {"Resource": "resource", "PolicyDocument": "policy document", "Stack": "stack"}


def main(arguments: list[str] | None = None, root: Path = _ROOT) -> int:
    """Write the two files of a rule; nothing that exists is overwritten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("id", help="area-what-it-flags, such as iam-pass-any-role; the area is a folder of rules")
    parser.add_argument("--on", choices=sorted(_VIEWS), default="Resource", help="what the rule is given")
    parser.add_argument("--since", default="0.1", help="the version that brings the rule")
    options = parser.parse_args(arguments)
    area, _, rest = options.id.partition("-")
    folder = root / "policies" / "guardrails" / "rules" / area
    name = rest.replace("-", "_")
    files = {
        folder / f"{name}.py": _module(options.id, area, name, options.on, options.since),
        root / "tests" / "rules" / "cases" / f"{options.id}.yaml": _CASES,
    }
    problem = _problem(options.id, name, folder, list(files))
    if problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    for path, text in files.items():
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.relative_to(root)}\n")
    return 0


def _module(rule: str, area: str, name: str, view: str, since: str) -> str:
    return _MODULE.format(id=rule, area=area, name=name, view=view, noun=_VIEWS[view], since=since)


def _problem(rule: str, name: str, folder: Path, files: list[Path]) -> str:
    """Say why the rule cannot be begun; empty if it can."""
    if not _ID.fullmatch(rule) or name.startswith(("no_", "disallow_", "ensure_")):
        return f"{rule} is no rule id: write area-what-it-flags in lower case, and name what is flagged"
    if not folder.is_dir():
        return f"there is no area {folder.name}; create {folder} with a FAMILY in its __init__.py first"
    taken = [str(path) for path in files if path.exists()]
    return f"{' and '.join(taken)} exists already; choose another id" if taken else ""


if __name__ == "__main__":
    sys.exit(main())
