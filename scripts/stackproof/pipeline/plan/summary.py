# SPDX-License-Identifier: Apache-2.0
"""An envelope as people read it before they approve: what will be done to what, and on which grounds. Never values."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stackproof.pipeline.plan.operations import operations_digest

if TYPE_CHECKING:
    from stackproof.pipeline.plan.envelope import Envelope, Mode
    from stackproof.pipeline.plan.operations import Operation

__all__ = ["as_markdown", "as_text"]

_MOST_ROWS = 200
"""Rows of a table in a step summary, of which GitHub shows one MiB at most."""

_MODES: dict[Mode, str] = {
    "plan": "plan: what is approved is enforced by Pulumi's update plan",
    "compare": "compare: there is no update plan, so it is previewed again, and refused if its operations differ",
}


def as_text(envelope: Envelope) -> str:
    """Give the envelope as lines for a terminal."""
    lines = [f"{name}: {value}" for name, value in _facts(envelope)]
    lines += [f"  {_mark(item)} {item.op} {item.type} {_name(item)}{_keys(item)}" for item in envelope.operations]
    return "\n".join(lines)


def as_markdown(envelope: Envelope) -> str:
    """Give the envelope as Markdown for a job's summary, what is destroyed first, cut where it would be too long."""
    rows = sorted(envelope.operations, key=lambda item: (not item.destructive, item))
    shown = [f"| {_mark(item)} {item.op} | `{_cell(item.urn)}` | {_cell(', '.join(item.keys))} |" for item in rows]
    cut = [f"\n… and {len(shown) - _MOST_ROWS} more; `stackproof plan show` lists them all."]
    facts = [f"- {name}: {_cell(value)}" for name, value in _facts(envelope)]
    table = ["", "| operation | resource | because of |", "| --- | --- | --- |", *shown[:_MOST_ROWS]]
    heading = f"### Plan for {_cell(envelope.stack)}: {_counts(envelope)}"
    return "\n".join([heading, "", *facts, *(table if shown else []), *(cut if len(shown) > _MOST_ROWS else []), ""])


def _facts(envelope: Envelope) -> list[tuple[str, str]]:
    packs = [f"{pack.name} {pack.version} ({len(pack.policies)} policies)" for pack in envelope.packs]
    verdicts = [f"{count} {verdict}" for verdict, count in sorted(envelope.verdicts.items())]
    allowed = [("may be destroyed", ", ".join(envelope.allowed))] if envelope.allowed else []
    return [
        ("digest", envelope.digest),
        ("stack", f"{envelope.project} · {envelope.stack} · {envelope.backend}"),
        ("commit", envelope.commit),
        ("operations", f"{_counts(envelope)} · {operations_digest(envelope.operations)}"),
        *allowed,
        ("mode", _MODES[envelope.mode]),
        ("judged by", ", ".join(packs)),
        ("verdicts", ", ".join(verdicts)),
        ("runs", ", ".join(f"{name} {digest}" for name, digest in sorted(envelope.executables.items()))),
        ("state of", envelope.state.version),
        ("made", f"{_time(envelope.created)} by {envelope.run}"),
        ("good until", _time(envelope.created + envelope.time_to_live)),
    ]


def _counts(envelope: Envelope) -> str:
    counts = Counter(item.op for item in envelope.operations)
    return ", ".join(f"{count} {op}" for op, count in sorted(counts.items())) or "nothing to do"


def _mark(item: Operation) -> str:
    return "✗" if item.destructive else "·"


def _name(item: Operation) -> str:
    return item.urn.rpartition("::")[2]


def _keys(item: Operation) -> str:
    return f" [{', '.join(item.keys)}]" if item.keys else ""


def _cell(text: str) -> str:
    """Keep a text from being anything but text in a table of Markdown."""
    for character, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "'"), ("@", "&#64;"), ("\n", " ")):
        text = text.replace(character, written)
    return text


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
