# SPDX-License-Identifier: Apache-2.0
"""The README's pictures of the HTML report: judges the sample with one mistake in it, and takes them in a browser.

Needs chromium or google-chrome on the PATH, or the browser that Playwright installs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

__all__ = ["FLAGS", "executable", "main"]

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""What a browser is started with: it may run as root in a container, and asks the network for nothing of its own."""

_ROOT = Path(__file__).resolve().parents[1]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_RIGHT, _WRONG = '"Action": ["codecommit:GitPull", "codecommit:GitPush"]', '"Action": ["codecommit:*"]'
_SIZE = (1280, 800)


def executable(playwright: Playwright) -> str | None:
    """Give the path of a browser: one on the PATH, else the one that Playwright installed; none is ``None``."""
    own = Path(playwright.chromium.executable_path)
    return next(filter(None, map(shutil.which, _NAMES)), str(own) if own.is_file() else None)


def judged(folder: Path) -> Path:
    """Judge a copy of the sample in which the contributor may do everything, and give the page.

    Raises:
        ValueError: the sample has no such line any more, or could not be judged.

    """
    shutil.copytree(_ROOT / "program", folder / "program", ignore=shutil.ignore_patterns("__pycache__"))
    role, page = folder / "program" / "infra" / "contributor_role.py", folder / "page.html"
    text = role.read_text(encoding="utf-8")
    if _RIGHT not in text:
        raise ValueError(f"{role.name} has no {_RIGHT} to widen; mend the text in {Path(__file__).name}")
    role.write_text(text.replace(_RIGHT, _WRONG), encoding="utf-8")
    command = ["preview", "program", "--policy-pack", str(_ROOT / "policies"), "--output", f"html={page}"]
    env = os.environ | {"PYTHONPATH": str(_ROOT / "scripts")}
    done = subprocess.run(  # noqa: S603 (this repository's own command)
        [sys.executable, "-m", "stackproof", *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 1:
        raise ValueError(f"the sample is not violated (exit code {done.returncode}): {done.stderr}")
    return page


def take(browser: Browser, file: Path, into: Path) -> None:
    """Take the pictures: the verdict and the reach in the light, the graph in the dark."""
    for part, dark in {"verdict": False, "graph": True, "reach": False}.items():
        page = _opened(browser, file, dark=dark)
        page.evaluate("(title) => document.getElementById(title)?.scrollIntoView()", f"s0-{part}-title")
        page.screenshot(path=into / f"page-{part}.png")
        page.close()


def _opened(browser: Browser, file: Path, *, dark: bool) -> Page:
    width, height = _SIZE
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page.goto(file.as_uri())
    return page


def main() -> None:
    """Take the pictures anew.

    Raises:
        SystemExit: there is no browser, or nothing to show.

    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=_ROOT / ".github" / "images", help="the folder for the pictures")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = executable(playwright)
        if found is None:
            sys.exit("no browser: put chromium or google-chrome on the PATH, or run `playwright install chromium`")
        try:
            page = judged(Path(folder))
        except ValueError as error:
            sys.exit(str(error))
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        take(browser, page, arguments.into)
        browser.close()


if __name__ == "__main__":
    main()
