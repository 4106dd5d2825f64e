# SPDX-License-Identifier: Apache-2.0
"""The page as a text: whole in itself, closed to the network, harmless, and the same for the same stacks."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.html.stacks import CLEAN, CRASHED, EMPTY, FULL
from tests.report.stack import WILDCARD, verdict
from tests.report.test_hostile import HOSTILE, ODD, commands, spoilt

from stackproof.model import Outcome, Snippet, Verdict
from stackproof.redaction import HIDDEN
from stackproof.report import html


class Reader(HTMLParser):
    """Collects the elements of a page, with their attributes and the text right inside of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", {}, []))

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.elements[-1][2].append(data)

    def texts(self, tag: str) -> list[str]:
        return ["".join(data) for name, _, data in self.elements if name == tag]


def island(page: str) -> dict[str, Any]:
    """Read the data block."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    read: dict[str, Any] = json.loads(text)
    return read


def test_the_policy_names_the_script_and_the_style_and_allows_nothing_else() -> None:
    reader = Reader(html.render(Outcome((FULL,))))
    (policy,) = [
        given["content"] for tag, given, _ in reader.elements if given.get("http-equiv") == "Content-Security-Policy"
    ]

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    script, (style,) = reader.texts("script")[-1], reader.texts("style")
    assert policy == (
        "default-src 'none'; base-uri 'none'; form-action 'none';"
        f" script-src {digest(script)}; style-src {digest(style)}"
    )


def test_nothing_in_it_comes_from_elsewhere() -> None:
    """No address but those of rules' pages, which only a click follows."""
    page = html.render(Outcome((FULL, CLEAN)))
    reader = Reader(page)
    loaded = [(tag, given) for tag, given, _ in reader.elements if {"src", "srcset", "data", "poster"} & set(given)]
    assert loaded == []
    assert {given["href"][0] for _, given, _ in reader.elements if given.get("href")} == {"#"}  # type: ignore[index]
    assert re.findall(r"@import|url\((?!#)", page) == []


def test_the_same_stacks_make_the_same_page() -> None:
    assert html.render(Outcome((FULL, CLEAN))) == html.render(Outcome((FULL, CLEAN)))


def test_the_verdict_stands_there_without_any_script() -> None:
    """What blocks, where, and what to do; the heading is the verdict."""
    reader = Reader(html.render(Outcome((FULL,))))
    words = " ".join(" ".join("".join(data) for _, _, data in reader.elements).split())
    for wanted in (
        "prod is violated",
        "2 findings to mend, and 2 verdicts that nobody could give; then judge again.",
        "grants every action of CodeCommit",
        "infra/main.py:12",
        "iam-service-wildcard[Action::codecommit:*]",
        "name the actions",
    ):
        assert wanted in words


def test_what_was_judged_is_told() -> None:
    reader = Reader(html.render(Outcome((FULL,))))
    facts = dict(zip(reader.texts("dt"), reader.texts("dd"), strict=False))
    assert list(facts) == ["Project and stack", "Commit", "Engine", "Passes", "Policy packs", "Blocks", "Assumed"]
    said = reader.texts("dd")
    assert said == [
        "shop · prod",
        "0" * 40,
        "embedded, 2.0 s",
        "faithful: what is unknown in a first preview is left unknown",
        "resolved: what is unknown in a first preview is synthesised in its right shape",
        f"rules 1.0.0, 5 policies, sha256:{'a' * 64}",
        "mandatory violations, unproven (tool.stackproof.stacks.prod in pyproject.toml)",
        "aws:ec2/getAmi:getAmi was answered with an invented image",
    ]


def test_one_cause_under_several_rules_is_told_once_in_short() -> None:
    twins = tuple(
        verdict(name, FULL.resources[3].urn, Verdict.FAIL, replace(WILDCARD, rule=name)) for name in ("one", "other")
    )
    reader = Reader(html.render(Outcome((replace(FULL, verdicts=twins),))))
    assert reader.texts("strong") == ["grants every action of CodeCommit"]


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (Outcome((FULL, CLEAN)), "prod is violated, dev is proven · Stackproof"),
        (Outcome((EMPTY,)), "prod is unproven · Stackproof"),
        (Outcome((CRASHED,)), "prod was not judged · Stackproof"),
        (Outcome((), "interrupted", 130), "not finished · Stackproof"),
        (Outcome((CLEAN,), "interrupted", 130), "not finished: dev is proven · Stackproof"),
        (Outcome(()), "not finished · Stackproof"),
    ],
)
def test_the_title_is_the_verdict(outcome: Outcome, title: str) -> None:
    assert Reader(html.render(outcome)).texts("title") == [title]


def test_no_value_of_a_resource_is_in_it() -> None:
    """Only names of properties; the program's inputs stay out, secret or not."""
    assert "never printed" not in html.render(Outcome((FULL,)))


def test_a_line_that_one_stack_hides_is_hidden_for_all() -> None:
    """Two stacks of one program share the lines, and what is secret in one is no less so beside the other."""
    shown = replace(FULL, snippets=(Snippet("infra/main.py", 1, ('key = "abcdef"', "pass")),))
    hidden = replace(FULL, snippets=(Snippet("infra/main.py", 1, (f'key = "{HIDDEN}"', "pass")),))
    for stacks in ((shown, hidden), (hidden, shown)):
        assert island(html.render(Outcome(stacks)))["files"] == {"infra/main.py": [[1, [f'key = "{HIDDEN}"', "pass"]]]}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_end_no_element_and_begin_none(text: str) -> None:
    """The page has the elements that it has for ordinary names, and no mark or command anywhere."""
    page = html.render(Outcome((spoilt(text),)))
    plain = html.render(Outcome((spoilt("x"),)))
    assert [tag for tag, _, _ in Reader(page).elements] == [tag for tag, _, _ in Reader(plain).elements]
    assert ODD.search(page.replace("\n", "")) is None
    assert commands(page) == []


@given(st.text())
def test_any_text_survives_the_data_block(text: str) -> None:
    made = html._island({"text": text})
    assert json.loads(made) == {"text": text}
    assert not {"<", ">", "&"} & set(made)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.com/rules/a.md#b", True),
        ("http://example.com/", False),
        ("javascript:alert(1)", False),
        ("https://example.com/<script>", False),
        ("data:text/html,x", False),
    ],
)
def test_only_an_ordinary_address_becomes_a_link(url: str, kept: bool) -> None:  # noqa: FBT001 (pytest passes it by name)
    one = verdict("least-privilege", FULL.resources[3].urn, Verdict.FAIL, replace(WILDCARD, url=url))
    data = island(html.render(Outcome((replace(FULL, verdicts=(one,)),))))
    assert ("u" in data["stacks"][0]["rows"][0]) is kept
