# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: it opens, filters, expands, is read without sight, colour or mouse, and prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has types, but no marker
from tests.report.html.stacks import CLEAN, CRASHED, EMPTY, FULL
from tests.report.stack import QUEUE
from tests.report.test_hostile import HOSTILE, ODD, spoilt

from stackproof.model import NO_REACH, Outcome, Reach

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from tests.report.html.conftest import Show

BOTH = Outcome((FULL, CLEAN))
OUTCOMES = {
    "rich": BOTH,
    "clean": Outcome((CLEAN,)),
    "empty": Outcome((EMPTY,)),
    "crashed": Outcome((CRASHED,)),
    "stopped": Outcome((), "interrupted; nothing was judged", 130),
    "stopped after a stack": Outcome((CLEAN,), "policy pack rules did not start", 4),
}
OPEN = "#s0 .open"


def said(rows: Locator) -> list[str]:
    return [row.strip() for row in rows.all_inner_texts()]


def groups(page: Page) -> list[str]:
    return said(page.locator("#s0 .group > tr:first-child"))


def everything(page: Page) -> None:
    """Open all that can be opened."""
    page.evaluate(
        """() => {
          document.querySelectorAll('input[name="passed"]:not(:checked):not(:disabled)').forEach((box) => box.click());
          document.querySelectorAll('details').forEach((box) => { box.open = true; });
        }"""
    )
    page.wait_for_function(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    page.evaluate(
        "() => document.querySelectorAll('.open[aria-expanded=\"false\"]').forEach((button) => button.click())"
    )
    page.evaluate("() => document.querySelectorAll('details').forEach((box) => { box.open = true; })")


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_it_opens_without_an_error_or_a_request(show: Show, outcome: Outcome) -> None:
    """The fixture fails the test for either."""
    page = show(outcome)
    everything(page)
    assert page.locator("h1").count() >= 1


def test_the_list_tells_what_blocks_first_and_folds_what_passed(show: Show) -> None:
    page = show(Outcome((FULL,)))
    assert groups(page) == ["Blocking2", "Unproven2", "Advisory1", "Exempted1", "Baseline1", "Passed1 show them"]
    assert said(page.locator(".says")) == [
        "grants every action of CodeCommit",
        "the name jobs does not end in prod",
        "a remote component is made by another program",
        "name is unknown",
        "the Sid has a space",
        "no alarm watches the queue",
        "the name vault does not end in prod",
    ]


def test_it_filters_by_verdict_rule_and_resource(show: Show) -> None:
    page = show(Outcome((FULL,)))
    shown = page.locator(".says")
    page.locator('input[name="blocks"]').uncheck()
    page.locator('input[name="unproven"]').uncheck()
    page.get_by_role("status").get_by_text("3 rows of 8").wait_for()
    assert said(shown)[0] == "the Sid has a space"
    page.locator("#s0 select").select_option("naming-suffix")
    page.get_by_role("status").get_by_text("1 row of 8").wait_for()
    assert said(shown) == ["the name vault does not end in prod"]
    page.locator("#s0 select").select_option("")
    page.locator('input[name="blocks"]').check()
    page.get_by_label("Resource or text").fill("JOBS")
    page.get_by_role("status").get_by_text("2 rows of 8").wait_for()
    assert said(shown) == ["the name jobs does not end in prod", "no alarm watches the queue"]
    page.get_by_label("Resource or text").fill("nothing of that name")
    page.get_by_text("no finding passes these filters").wait_for()


def test_a_finding_tells_all_that_is_known_of_it(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.locator(OPEN).first.click()
    detail = page.locator("#s0 .detail").first
    words = detail.inner_text()
    for wanted in (
        "Pulumi's own preview cannot judge this (policy is unknown there) and would have let it pass.",
        "policy.Statement[0].Action[0]",
        '"codecommit:*"',
        "name the actions",
        "It allows what comes later, too.",
        "stackproof exempt ",
        "urn:pulumi:prod::shop::aws:iam/policy:Policy::reader",
    ):
        assert wanted in words or wanted in detail.text_content()  # type: ignore[operator]
    assert said(detail.locator(".here")) == ["line_12 = 12"]
    assert detail.get_by_role("link").get_attribute("href") == "https://example.com/rules/iam-service-wildcard.md"


def test_what_is_unproven_names_the_value_its_source_and_the_way_out(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.locator(OPEN).nth(3).click()
    words = page.locator("#s0 .detail").nth(3).inner_text()
    assert "name, which comes from docs" in words
    assert "take the value from configuration" in words


def test_the_keyboard_reaches_the_list_and_the_graph(show: Show) -> None:
    """Tab alone, in reading order; Enter opens a finding; in the graph arrows move and Enter shows a resource."""
    page = show(Outcome((FULL,)))
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.className.baseVal ?? document.activeElement.className"))
        if seen[-1] == "open" and "open" not in seen[:-1]:
            page.keyboard.press("Enter")
            assert page.evaluate("() => document.activeElement.getAttribute('aria-expanded')") == "true"
            page.keyboard.press("Enter")
        if seen[-1].startswith("node"):
            break
    assert (seen[0], seen[-1].split()[0]) == ("skip", "node")
    assert seen.index("open") < len(seen) - 1
    before = page.evaluate("() => document.activeElement.dataset.index")
    page.keyboard.press("ArrowDown")
    after = page.evaluate("() => document.activeElement.dataset.index")
    assert before != after
    page.keyboard.press("Enter")
    name = page.evaluate("() => document.activeElement.getAttribute('aria-label')").split(",")[0]
    assert page.locator("#s0 .aside h3").inner_text() == name
    page.keyboard.press("Escape")
    assert page.locator("#s0 .aside").is_hidden()


def test_the_focus_can_always_be_seen(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.keyboard.press("Tab")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert (
            page.evaluate(
                """() => {
              const item = document.activeElement;
              const shown = item.matches('.chip input') ? item.parentElement : item;
              return getComputedStyle(shown).outlineStyle;
            }"""
            )
            == "solid"
        )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_axe_finds_nothing(show: Show, outcome: Outcome, dark: bool) -> None:  # noqa: FBT001 (pytest passes it by name)
    """With everything open, and of no impact at all."""
    page = show(outcome, dark=dark)
    everything(page)
    if page.locator("#s0 .node").count():
        page.locator("#s0 .node").first.press("Enter")
    assert Axe().run(page).generate_snapshot() == ""


def test_axe_finds_nothing_on_a_telephone(show: Show) -> None:
    page = show(BOTH, width=390)
    everything(page)
    assert Axe().run(page).generate_snapshot() == ""


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(show: Show, width: int) -> None:
    reader = FULL.reach.principals[0]
    wide = replace(reader.permissions[0], levels=tuple((f"service-{number}", ("read",)) for number in range(20)))
    page = show(Outcome((replace(FULL, reach=Reach((replace(reader, permissions=(wide,)),))), CLEAN)), width=width)
    everything(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_colours_follow_the_system_until_they_are_chosen(show: Show) -> None:
    page = show(Outcome((FULL,)), dark=True)
    colour = "() => getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_role("button", name="Light colours").click()
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) == light != dark
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate(colour) == dark


def test_a_verdict_is_a_colour_a_shape_and_a_word_in_the_graph(show: Show) -> None:
    page = show(Outcome((FULL,)))
    found = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.node')].map((node) => [
          node.classList[1], [getComputedStyle(node.querySelector('.mark')).color,
          node.querySelector('.mark').getAttribute('href'),
          node.querySelector('.type').textContent.split(' · ')[1]]]))"""
    )
    assert {state: row[1:] for state, row in found.items()} == {
        "is-blocks": ["#mark-blocks", "violated"],
        "is-baseline": ["#mark-baseline", "in the baseline"],
        "is-passed": ["#mark-passed", "proven"],
        "is-none": ["#mark-none", "no rule applies"],
    }
    assert len({row[0] for row in found.values()}) == len(found)


def test_a_resource_tells_what_it_acts_on(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.locator('.node[aria-label^="jobs-old"]').press("Enter")
    assert "watches jobs (QueueName)" in page.locator(".aside").inner_text()
    assert "tells alarms (alarmActions)" in page.locator(".aside").inner_text()
    page.locator('.node[aria-label^="reader, iam.Role"]').press("Enter")
    assert "may do everything on conditions: docs" in page.locator(".aside").inner_text()
    page.locator(".aside").get_by_role("button", name="docs").click()
    assert "is open to reader (do everything on conditions)" in page.locator(".aside").inner_text()


def test_the_graph_is_also_a_list(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.get_by_text("The graph as a list").click()
    rows = said(page.locator(".alike > ul > li"))
    assert "jobs (sqs.Queue): violated" in rows
    assert any(
        row.startswith("docs (Team): unproven") and "docs (codecommit.Repository): proven" in row for row in rows
    )
    assert any("watches jobs (QueueName)" in row and "tells alarms (alarmActions)" in row for row in rows)


def test_the_graph_moves_and_zooms(show: Show) -> None:
    page = show(Outcome((FULL,)))
    page.locator("#s0-graph").scroll_into_view_if_needed()
    where = "() => document.querySelector('.drawing').style.transform"
    first = page.evaluate(where)
    page.get_by_role("button", name="Zoom in").click()
    zoomed = page.evaluate(where)
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 65, box["y"] + 45, steps=3)
    page.mouse.up()
    page.wait_for_function("(before) => document.querySelector('.drawing').style.transform !== before", arg=zoomed)
    page.get_by_role("button", name="Show all of it").click()
    assert page.evaluate(where) == first != zoomed


def test_the_reach_is_a_matrix_and_words(show: Show) -> None:
    page = show(Outcome((FULL,)))
    cells = said(page.locator(".matrix tbody td"))
    assert [cell.split("\n")[-1] for cell in cells] == ["admin", "read, write"]
    words = page.locator(".words").inner_text().replace("\n", " ")
    for wanted in (
        "the service lambda.amazonaws.com",
        "do everything in codecommit (Pull)",
        "aws:SecureTransport is true",
    ):
        assert wanted in words
    assert "never codecommit:GitPush, where codecommit:References is refs/heads/main" in words
    assert "reader: policy" in words


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (NO_REACH, "It was not worked out: no report asked for it."),
        (Reach(), "The stack makes no IAM principal and no policy."),
    ],
)
def test_a_reach_that_is_not_there_says_why(show: Show, reach: Reach, words: str) -> None:
    page = show(Outcome((replace(FULL, reach=reach),)))
    assert page.locator("#s0 .reach .slot").inner_text() == words


def test_each_stack_has_a_place_of_its_own(show: Show) -> None:
    page = show(BOTH)
    assert [page.locator(f"#{name}").is_visible() for name in ("s0", "s1")] == [True, False]
    page.get_by_role("link", name="dev is proven").click()
    page.locator("#s1").wait_for()
    assert [page.locator(f"#{name}").is_visible() for name in ("s0", "s1")] == [False, True]
    page.go_back()
    page.locator("#s0").wait_for()


def test_print_shows_every_stack_with_its_findings_open(show: Show) -> None:
    page = show(BOTH)
    page.emulate_media(media="print")
    page.locator("#s1").wait_for()
    assert page.locator(".filters, .bar, .tools").first.is_hidden()
    assert page.locator("#s0 .detail:not([hidden])").count() == 7
    assert page.locator("#s0 .detail .fix").first.is_visible()
    assert page.locator(".principal:not([open])").count() == 0
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.locator("#s1").wait_for(state="hidden")
    assert page.locator("#s0 .detail:not([hidden])").count() == 0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_do_nothing(show: Show, text: str) -> None:
    """No element of theirs, no link of theirs, no control or direction mark, nothing wider than the window."""
    reach = replace(FULL.reach, principals=(replace(FULL.reach.principals[0], name=text, trusted=(text,)),))
    page = show(Outcome((replace(spoilt(text), snippets=FULL.snippets, reach=reach),), text))
    everything(page)
    assert (
        page.evaluate("() => document.querySelectorAll('img, iframe, object, embed, base, textarea, link').length") == 0
    )
    assert page.evaluate("() => document.scripts.length") == 2
    links = page.evaluate("() => [...document.links].map((link) => link.protocol)")
    assert set(links) <= {"file:", "https:"}
    text_shown: str = page.evaluate("() => document.title + document.querySelector('main').textContent")
    assert ODD.search(text_shown.replace("\n", "")) is None
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString"])
def test_a_name_that_the_language_knows_is_a_name(show: Show, name: str) -> None:
    """Rules, files and services are keys of objects, which have members of their own."""
    page = show(Outcome((spoilt(name),)))
    page.locator(OPEN).first.click()
    assert page.locator("#s0 .detail").first.is_visible()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crashed", "the program failed: ValueError: no such size"),
        ("stopped", "interrupted; nothing was judged"),
        ("stopped after a stack", "policy pack rules did not start"),
    ],
)
def test_a_run_that_came_to_nothing_is_not_taken_for_a_pass(show: Show, name: str, words: str) -> None:
    page = show(OUTCOMES[name])
    first = page.locator("main").inner_text()[:400]
    assert "Nothing here counts as a pass" in first or "nothing here counts as a pass" in first
    assert words in first
    assert ("not finished" if name != "crashed" else "was not judged") in page.title()


def test_an_empty_stack_says_that_there_was_nothing(show: Show) -> None:
    page = show(Outcome((EMPTY,)))
    assert "the program registers nothing" in page.locator(".top").inner_text()
    assert page.locator("#s0 .graph .slot").inner_text() == "The stack has no resources to draw."
    assert QUEUE not in page.content()
