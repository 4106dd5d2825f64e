# SPDX-License-Identifier: Apache-2.0
"""Names, messages and paths made to do harm: inert in every form of report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.report.stack import READER, RICH, WILDCARD

from stackproof.audit import Audit, Suppressed
from stackproof.model import Outcome, Preview
from stackproof.report.audit_report import AuditFormat
from stackproof.report.audit_report import render as render_audit
from stackproof.report.formats import Format, render
from stackproof.report.inert import block, line

HOSTILE = {
    "markdown": "**bold** [x](https://evil.example) ![i](https://evil.example/i.png) `code` | a | # h",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)></details></textarea>\"'&",
    "mention": "@octocat #1 GH-2 https://evil.example www.evil.example",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x9b31m",
    "right to left": "safe\u202efdp.exe\u2066\u2069\u200b\ufeff",
    "long": "x" * 10_000,
    "command": "::error::owned\n::add-mask::a\n  ::stop-commands::t\n##[error]owned",
    "newlines": "one\r\ntwo\nthree\u2028four\u2029five\x0bsix\x0cseven\x85eight",
    "xml": "]]> \x00\x01\ufffe\ud800 <![CDATA[",
    "percent": "%0A::error::owned%25",
    "table": "a|b\n---|---\n- [ ] item\n1. item\n> quote\n```\nfence\n~~~",
}


ODD = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ud800-\udfff]")
"""What controls a terminal, turns the reading direction, breaks a line unseen, or is no character."""


OWN = {"blockquote", "br", "code", "details", "em", "h2", "li", "p", "pre", "strong", "sub", "summary", "ul"}
"""The elements that our Markdown is made of."""


def spoilt(text: str) -> Preview:
    """Put a text wherever a report takes one from outside."""
    finding = replace(
        WILDCARD, key=text, message=text, remedy=text, path=text, file=text, fragment=text, url=text, rule=text
    )
    verdicts = tuple(
        replace(one, name=text, type=text, policy=text, reason=text, findings=(finding,) if one.findings else ())
        for one in RICH.verdicts
    )
    resources = tuple(replace(one, name=text, type=text) for one in RICH.resources)
    return replace(
        RICH,
        project=text,
        stack=text,
        commit=text,
        resources=resources,
        verdicts=verdicts,
        problems=(text,),
        program_output=text,
        notices=(text,),
        assumptions=(text,),
        unused=(text,),
        packs=(replace(RICH.packs[0], name=text, version=text),),
    )


def audit(text: str) -> Audit:
    """Put a text wherever a report on files takes one from outside."""
    finding = replace(WILDCARD, key=text, message=text, remedy=text, file=text, fragment=text, path=text)
    return Audit("lint", (text,), (), (finding,), (Suppressed(finding, text),), (text,), text)


def commands(report: str) -> list[str]:
    """Find what a workflow runner would obey: a command at the start of a line, or its older form anywhere."""
    return re.findall(r"^\s*::[a-z-]+[^\n]*|##\[\w+\]", report, re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", Format)
def test_nothing_controls_a_terminal_or_a_runner(form: Format, text: str) -> None:
    """Neither an escape, nor a mark that turns the text round, nor a command."""
    report = render(form, Outcome((spoilt(text),)))
    assert ODD.search(report.replace("\n", "")) is None
    ours = re.compile(r"::(error|warning|notice) ") if form is Format.GITHUB else re.compile("$")
    assert [found for found in commands(report) if not ours.match(found)] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", AuditFormat)
def test_nor_does_it_in_reports_on_files(form: AuditFormat, text: str) -> None:
    report = render_audit(audit(text), form, "low")
    assert ODD.search(report.replace("\n", "")) is None
    assert [one for one in commands(report) if form is not AuditFormat.GITHUB or not one.startswith("::error ")] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_markdown_holds_no_markup_of_theirs(text: str) -> None:
    """As a renderer with HTML, tables and links has it: only our own elements, and no link but to a rule's page."""
    html = MarkdownIt("gfm-like", {"linkify": False}).render(render(Format.MARKDOWN, Outcome((spoilt(text),))))
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", html))
    assert tags <= OWN
    prose = re.sub(r"<code.*?</code>|<!--.*?-->", "", html, flags=re.DOTALL)
    assert not re.search(r"@\w|(?<!&)#\d|GH-\d|://|www\.", prose)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_xml_and_the_json_can_be_read(text: str) -> None:
    ET.fromstring(render(Format.JUNIT, Outcome((spoilt(text),))))  # noqa: S314 (made here)
    json.loads(render(Format.SARIF, Outcome((spoilt(text),))))
    assert json.loads(render(Format.JSON, Outcome((spoilt(text),))))["judged"]["project"] == text


def test_a_long_name_does_not_drown_the_rest() -> None:
    """What is left out is counted."""
    report = render(Format.TEXT, Outcome((spoilt("x" * 10_000),)))
    assert max(map(len, report.splitlines())) < 10_000
    assert "more characters)" in report


def test_a_place_that_is_no_path_stays_within_its_annotation() -> None:
    """Commas and colons separate an annotation's properties."""
    moved = replace(WILDCARD, file="a,line=1::error::b.py")
    (first, *_) = render(
        Format.GITHUB, Outcome((replace(RICH, verdicts=(replace(RICH.verdicts[2], findings=(moved,)),)),))
    ).splitlines()
    assert first.startswith("::error file=a%2Cline=1%3A%3Aerror%3A%3Ab.py,line=12,title=")


@given(st.text())
@settings(max_examples=300)
def test_any_text_is_one_harmless_line(text: str) -> None:
    made = line(text)
    assert len(made.splitlines()) <= 1
    assert ODD.search(made) is None
    assert commands(made) == []


@given(st.text())
def test_any_text_is_a_harmless_block(text: str) -> None:
    made = block(text)
    assert ODD.search(made.replace("\n", "")) is None
    assert commands(made) == []


def test_ordinary_text_is_left_as_it_is() -> None:
    """Umlauts, CJK and emoji are no attack."""
    assert line(f"Größe 数 ✓ {READER}") == f"Größe 数 ✓ {READER}"
