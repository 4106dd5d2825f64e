# SPDX-License-Identifier: Apache-2.0
"""Write the rule index and a page for every rule, from the rules; --check only says whether all are current."""

from __future__ import annotations

import argparse
import sys
import textwrap
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

_ROOT = Path(__file__).resolve().parent.parent
_POLICIES = _ROOT / "policies"
sys.path[:0] = [str(_POLICIES), str(_ROOT / "scripts")]  # the pack is a folder, not an installed package

from guardrails.exemptions import LAWS  # noqa: E402 - needs the path above
from guardrails.pack import EXEMPTIONS, discover  # noqa: E402 - needs the path above
from guardrails.rule import HEADINGS, Severity  # noqa: E402 - needs the path above
from stackproof.pages import FOLDER, TOOL_SETS, tool_rules  # noqa: E402 - needs the path above
from stackproof.whole_file import write_whole  # noqa: E402 - needs the path above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.exemptions import Law
    from guardrails.rule import Family, Rule
    from stackproof.rulebook import Rule as ToolRule

_COMMENT = """\
A comment on the line of the finding, or on the line before it, with the reason:

```{language}
# stackproof: allow[{{rule}}] why this one is right
```

Without a reason, or where it lets nothing through any more, the comment is a finding itself."""
_ALLOWING = {
    "stackproof lint": _COMMENT.format(language="python"),
    "stackproof gatecheck": _COMMENT.format(language="yaml"),
    "stackproof settings": "Nothing but another `--fail-on`: what is reported is how the repository stands.",
}
_WIDTH = 120
_MADE = "<!-- Made by scripts/render_docs.py from the rules; change the rules, then run it. -->"
_INTRO = f"""\
{_MADE}
# Stackproof guardrails

A CrossGuard policy pack for Pulumi programs on AWS. Rules are many, policies few: a family is one policy, and a rule's
level is configured by its id under `rules`. Every policy has a twin, `<family>-advisory`, that reports those of its
rules that are set to `advisory`; it follows the configuration of its family. `stackproof explain RULE` prints a rule's
page.

```sh
pulumi preview --policy-pack policies --policy-pack-config policies/config/dev.json
```
"""


_EXEMPTIONS = """\
## Exemptions

`exemptions.yaml` lets single findings through, each on one resource, in the stacks that it names, for a reason, until a
day; `stackproof exempt` adds an entry from the id that a report prints. An exempted finding is reported by the twin of
its policy, with its reason and the days that are left, and does not block, in `pulumi up` as in a preview. The file
itself is judged when the stack is registered, before any resource is; what is wrong with it blocks, and none of it can
be exempted. Whether each entry is still of use is judged by the policy `exemptions-in-use`, when all of the stack was
seen.
"""


def main() -> int:
    """Write or check the documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a document is not current; write nothing")
    options = parser.parse_args()
    wanted = dict(documents())
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    surplus = [
        path for folder in {path.parent for path in wanted} for path in folder.glob("*.md") if path not in wanted
    ]
    surplus = [path for path in surplus if path.parent.name == FOLDER]
    if options.check:
        for path in (*stale, *surplus):
            sys.stderr.write(f"{path.relative_to(_ROOT)} is not current; run python scripts/render_docs.py\n")
        return 1 if stale or surplus else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, wanted[path])
    for path in surplus:
        path.unlink()
    return 0


def documents() -> Iterator[tuple[Path, str]]:
    """Give every document with its place: indexes, and a page for each rule of the pack and of the tooling."""
    rules = sorted(discover(), key=lambda item: (item.family.name, item.id))
    yield _POLICIES / "README.md", index(rules)
    for item in rules:
        yield _POLICIES / FOLDER / f"{item.id}.md", page(item)
    found = [(command, item) for package, command in TOOL_SETS.items() for item in tool_rules(package)]
    for folder in sorted({item.folder for _, item in found}):
        own = [(command, item) for command, item in found if item.folder == folder]
        yield _ROOT / folder / "README.md", tool_index(own)
        for command, tool_rule in own:
            yield _ROOT / folder / f"{tool_rule.id}.md", tool_page(tool_rule, command)
    for law in LAWS:
        yield _POLICIES / FOLDER / f"{law.id}.md", _law(law)


def index(rules: Iterable[Rule[Any]]) -> str:
    """Make the pack's index: a table of the rules, and the families with their options."""
    ordered = list(rules)
    rows = [_row(item) for item in ordered]
    head = "| Rule | Problem | Severity | Level | Policy | Since |\n|---|---|---|---|---|---|\n"
    families = [_family(family) for family, _ in groupby(ordered, key=lambda item: item.family)]
    laws = [f"| [{law.id}]({FOLDER}/{law.id}.md) | {law.title} |" for law in LAWS]
    exempting = [_EXEMPTIONS, "| Finding | Problem |\n|---|---|\n" + "\n".join(laws) + "\n", _family(EXEMPTIONS)]
    return "\n".join([_INTRO, "## Rules\n", head + "\n".join(rows) + "\n", *exempting, *families])


def _row(rule: Rule[Any]) -> str:
    cells = [rule.severity.value, rule.enforcement.value, f"[{rule.family.name}](#{rule.family.name})", rule.since]
    return f"| [{rule.id}]({FOLDER}/{rule.id}.md) | {rule.docs.title} | {' | '.join(cells)} |"


def _family(family: Family) -> str:
    lines = [f'<a id="{family.name}"></a>', f"## Policy {family.name}\n", f"{family.problem}. {family.remediation}\n"]
    lines.append("| Property | Default | Meaning |\n|---|---|---|")
    if family is not EXEMPTIONS:
        lines.append("| `rules` | | level of a rule by its id: `mandatory`, `advisory` or `disabled` |")
    lines += [f"| `{item.name}` | {_default(item.default)} | {item.description} |" for item in family.options]
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    return f"`{value}`" if isinstance(value, str | int) and not isinstance(value, bool) else ""


def page(rule: Rule[Any]) -> str:
    """Make the page of one rule of the pack."""
    sections = {heading: rule.docs.sections[heading] for heading in HEADINGS}
    sections["Configuration"] = _configuration(rule)
    sections["Exemptions"] = _exemptions(rule)
    return _page(
        rule.id, rule.docs.title, (rule.severity.value, rule.enforcement.value, *rule.frameworks), sections, rule.url
    )


def tool_index(rules: Iterable[tuple[str, ToolRule[Any]]]) -> str:
    """Make the index of a folder of the tooling's rules."""
    rows = [
        f"| [{item.id}]({item.id}.md) | {item.page.title} | {item.severity} | {item.enforcement} | `{command}` |"
        for command, item in rules
    ]
    head = "| Rule | Problem | Severity | Level | Command |\n|---|---|---|---|---|\n"
    return f"{_MADE}\n# Rules\n\n{head}" + "\n".join(rows) + "\n"


def tool_page(rule: ToolRule[Any], command: str) -> str:
    """Make the page of one of the tooling's rules."""
    shown = rule.page
    sections = {**shown.sections, "Letting one through": _ALLOWING[command].format(rule=rule.id)}
    return _page(rule.id, shown.title, (rule.severity, rule.enforcement, f"`{command}`"), sections, rule.url)


def _page(rule: str, title: str, facts: Iterable[str], sections: Mapping[str, str], url: str) -> str:
    body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in sections.items())
    return f"# {rule}\n\n**{title}.** {' · '.join(facts)}\n\n{body}\n\n{_MADE}\n<!-- {url} -->\n"


def _configuration(rule: Rule[Any]) -> str:
    family = rule.family
    level = "advisory" if rule.enforcement.value == "mandatory" else "mandatory"
    example = f'{{\n  "{family.name}": {{\n    "rules": {{"{rule.id}": "{level}"}}\n  }}\n}}'
    options = [f"- `{item.name}`: {item.description}" for item in family.options]
    shared = "\n\nProperties of the policy, which all its rules share:\n\n" + "\n".join(options) if options else ""
    return (
        f"Its level, in the pack's configuration of a stack (`config/<stack>.json`):\n\n```json\n{example}\n```{shared}"
    )


def _law(law: Law) -> str:
    told = {"What it does": law.what, "Why is this bad?": law.why, "What to do": law.mend}
    sections = {heading: textwrap.fill(text, _WIDTH) for heading, text in told.items()}
    return _page(law.id, law.title, ("high", "mandatory"), sections, law.url)


def _exemptions(rule: Rule[Any]) -> str:
    if rule.exempt is None:
        return "None: what this rule finds lets strangers in, and no reason is enough for that."
    only = "" if rule.exempt is Severity.CRITICAL else f" One that is graver than {rule.exempt.value} never is."
    return f"""\
A finding of this rule is let through by an entry in the pack's `exemptions.yaml`, for one resource, with a reason, an
owner and a date.{only}
`stackproof exempt ID` writes it from the id that a report prints; by hand:

```yaml
- rule: {rule.id}
  key: the text in brackets behind the rule's id
  resource: {{type: "aws:service/type:Type", name: logical-name}}
  stacks: [dev]
  reason: why this one is right
  owner: who answers for it
  expires: 2027-01-31
```"""


if __name__ == "__main__":
    sys.exit(main())
