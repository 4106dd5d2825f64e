# SPDX-License-Identifier: Apache-2.0
"""A real browser for the page: Debian's chromium, one on the PATH, or the one that Playwright finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from screenshot_page import FLAGS, executable
from stackproof.report import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stackproof.model import Outcome


class Show(Protocol):
    """Opens the page of an outcome; whatever goes wrong in it fails the test."""

    def __call__(self, outcome: Outcome, *, dark: bool = False, width: int = 1280) -> Page: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = executable(playwright)
        if found is None:
            pytest.skip("no chromium or google-chrome on the PATH, and Playwright has none of its own")
        launched = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    troubles: list[str] = []
    opened: list[BrowserContext] = []

    def open_(outcome: Outcome, *, dark: bool = False, width: int = 1280) -> Page:
        file = tmp_path / f"page-{len(opened)}.html"
        file.write_text(html.render(outcome), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            offline=True,
        )
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: troubles.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        opened.append(context)
        return page

    yield open_
    for context in opened:
        context.close()
    assert troubles == []
