# SPDX-License-Identifier: Apache-2.0
"""An entry of a pack's exemptions.yaml, and the file's text with it: what stands there stays as it is."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from stackproof.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from stackproof.exemptions.subject import Subject

__all__ = ["FILE_NAME", "Draft", "with_entry"]

FILE_NAME = "exemptions.yaml"
"""What a pack's file of exemptions is called."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An exemption as it is asked for: what for, where, why, by whom, and its last day."""

    subject: Subject
    stacks: tuple[str, ...]
    reason: str
    owner: str
    expires: date
    link: str = ""

    def text(self) -> str:
        """Write the entry as YAML."""
        resource = self.subject.resource
        fields: dict[str, object] = {
            "rule": self.subject.rule,
            "key": self.subject.key,
            "resource": resource if isinstance(resource, str) else {"type": resource[0], "name": resource[1]},
            "stacks": list(self.stacks),
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires,
        }
        if self.link:
            fields["link"] = self.link
        return yaml.safe_dump([fields], sort_keys=False, allow_unicode=True, width=sys.maxsize)


def with_entry(path: Path, draft: Draft) -> tuple[str, int]:
    """Give the text of a file with one more entry, and the entry's first line.

    Raises:
        UsageError: the file cannot be read, or is no list that an entry could follow.

    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read as YAML: {error}; mend it first") from error
    if root is not None and (not isinstance(root, yaml.SequenceNode) or root.flow_style):
        raise UsageError(f"{path}: is no list with a `- rule:` for each entry; write it so first")
    before = text if not text or text.endswith("\n") else f"{text}\n"
    indent = " " * root.start_mark.column if root is not None else ""
    return before + textwrap.indent(draft.text(), indent), before.count("\n") + 1
