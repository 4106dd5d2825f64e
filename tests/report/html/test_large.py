# SPDX-License-Identifier: Apache-2.0
"""A thousand resources: the page stays small, and what a hand does to it costs no more than on a small one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.report.html.stacks import many

from stackproof.model import Outcome
from stackproof.report import html

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.report.html.conftest import Show

LARGE, SMALL = Outcome((many(1_000),)), Outcome((many(100),))
ROWS_AT_ONCE = 100
WATCHED = """async ([act, times]) => {
  const records = [];
  const watch = new MutationObserver((found) => records.push(...found));
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  const canvas = document.querySelector('.canvas');
  const { x, y } = canvas.getBoundingClientRect();
  canvas.setPointerCapture = () => {};
  const hand = (type, step) => canvas.dispatchEvent(
    new PointerEvent(type, { bubbles: true, clientX: x + 9 + step * 7, clientY: y + 9 + step * 7 }));
  if (act === 'drag') hand('pointerdown', 0);
  for (let step = 1; step <= times; step += 1) {
    if (act === 'drag') hand('pointermove', step);
    if (act === 'zoom') document.querySelectorAll('.zoom button')[1].click();
    if (act === 'choose') {
      document.querySelectorAll('.node')[step].dispatchEvent(new MouseEvent('click', { bubbles: true }));
    }
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
  }
  records.push(...watch.takeRecords());
  return records.reduce((sum, one) => sum + Math.max(1, one.addedNodes.length + one.removedNodes.length), 0);
}"""


def elements(page: Page, within: str) -> int:
    found: int = page.evaluate("(within) => document.querySelectorAll(`${within} *`).length", within)
    return found


def test_the_page_is_below_two_megabytes() -> None:
    assert len(html.render(LARGE).encode()) < 2_000_000


@pytest.mark.parametrize("act", ["drag", "zoom", "choose"])
def test_moving_the_graph_changes_as_little_as_on_a_small_one(show: Show, act: str) -> None:
    """Counted in changes of the document, which is what costs: ten steps over 1,000 resources, and over 100."""
    large, small = (show(outcome).evaluate(WATCHED, [act, 10]) for outcome in (LARGE, SMALL))
    assert large <= 2 * small


def test_all_resources_are_drawn(show: Show) -> None:
    page = show(LARGE)
    assert page.locator(".node").count() + page.locator(".component").count() == 1_000


def test_components_can_be_told_from_afar(show: Show) -> None:
    """All of it on one screen: names of components have the size of a reader's eye, not of the drawing."""
    page = show(LARGE)
    page.locator("#s0-graph").scroll_into_view_if_needed()
    height = page.evaluate("() => document.querySelector('.frame-title').getBoundingClientRect().height")
    assert height > 8


def test_the_list_holds_no_more_rows_than_are_asked_for(show: Show) -> None:
    """Nor does a filter or a further click build all of them."""
    page = show(LARGE)
    assert page.locator(".open").count() == ROWS_AT_ONCE
    page.get_by_role("button", name="Show 100 more of 800").click()
    assert page.locator(".open").count() == 2 * ROWS_AT_ONCE
    assert (
        page.evaluate("() => [...document.querySelectorAll('.open')].indexOf(document.activeElement)") == ROWS_AT_ONCE
    )
    page.get_by_label("Resource or text").fill("store-77-")
    page.get_by_role("status").get_by_text("9 rows of 2,700").wait_for()
    page.get_by_label("Resource or text").fill("")
    page.locator('input[name="passed"]').check()
    page.get_by_role("status").get_by_text("2,700 rows of 2,700").wait_for()
    assert page.locator(".open").count() == 3 * ROWS_AT_ONCE


def test_the_document_does_not_grow_with_what_is_folded(show: Show) -> None:
    """The list and the reach hold about as much for 1,000 resources as for 100."""
    large, small = show(LARGE), show(SMALL)
    for part in ("findings", "reach"):
        assert elements(large, f"#s0-{part}") <= 40 * ROWS_AT_ONCE
        assert elements(large, f"#s0-{part}") <= 10 * elements(small, f"#s0-{part}")
