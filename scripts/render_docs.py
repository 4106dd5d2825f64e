# SPDX-License-Identifier: Apache-2.0
"""Write the rule index, policies/README.md, from the rules themselves; with --check only say whether it is current."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

_POLICIES = Path(__file__).resolve().parent.parent / "policies"
sys.path.insert(0, str(_POLICIES))  # the pack is a folder, not an installed package

from guardrails.pack import discover  # noqa: E402 - needs the path above
from guardrails.rule import HEADINGS  # noqa: E402 - needs the path above

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.rule import Family, Rule

_INTRO = """\
<!-- Made by scripts/render_docs.py from the rules; change the rules, then run it. -->
# Stackproof guardrails

A CrossGuard policy pack for Pulumi programs on AWS. Rules are many, policies few: a family is one policy, and a rule's
level is configured by its id under `rules`. Every policy has a twin, `<family>-advisory`, that reports those of its
rules that are set to `advisory`; it follows the configuration of its family.

```sh
pulumi preview --policy-pack policies --policy-pack-config policies/config/dev.json
```
"""


def main() -> int:
    """Write or check the index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the index is not current; write nothing")
    options = parser.parse_args()
    target, text = _POLICIES / "README.md", render(discover())
    current = target.read_text("utf-8") if target.exists() else ""
    if options.check and text != current:
        sys.stderr.write(f"{target} is not current; run python scripts/render_docs.py\n")
        return 1
    if not options.check:
        target.write_text(text, "utf-8")
    return 0


def render(rules: Iterable[Rule[Any]]) -> str:
    """Make the whole index: a table of the rules, the families with their options, a section for each rule."""
    ordered = sorted(rules, key=lambda item: (item.family.name, item.id))
    rows = [_row(item) for item in ordered]
    head = "| Rule | Problem | Severity | Level | Policy | Since |\n|---|---|---|---|---|---|\n"
    families = [_family(family) for family, _ in groupby(ordered, key=lambda item: item.family)]
    return "\n".join([_INTRO, "## Rules\n", head + "\n".join(rows) + "\n", *families, *map(_section, ordered)])


def _row(rule: Rule[Any]) -> str:
    cells = [rule.severity.value, rule.enforcement.value, f"[{rule.family.name}](#{rule.family.name})", rule.since]
    return f"| [{rule.id}](#{rule.id}) | {rule.docs.title} | {' | '.join(cells)} |"


def _family(family: Family) -> str:
    lines = [f'<a id="{family.name}"></a>', f"## Policy {family.name}\n", f"{family.problem}. {family.remediation}\n"]
    lines.append("| Property | Default | Meaning |\n|---|---|---|")
    lines.append("| `rules` | | level of a rule by its id: `mandatory`, `advisory` or `disabled` |")
    lines += [f"| `{item.name}` | {_default(item.default)} | {item.description} |" for item in family.options]
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else ""


def _section(rule: Rule[Any]) -> str:
    body = "\n\n".join(f"#### {heading}\n\n{rule.docs.sections[heading]}" for heading in HEADINGS)
    frameworks = f" · {', '.join(rule.frameworks)}" if rule.frameworks else ""
    facts = f"{rule.severity.value} · {rule.enforcement.value}{frameworks}"
    return f'<a id="{rule.id}"></a>\n### {rule.id}\n\n**{rule.docs.title}.** {facts}\n\n{body}\n'


if __name__ == "__main__":
    sys.exit(main())
