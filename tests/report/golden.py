# SPDX-License-Identifier: Apache-2.0
"""Write the golden files anew: `python -m tests.report.golden`."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from tests.report.stack import RICH

from stackproof.model import Outcome
from stackproof.report.formats import Format, render

ENDINGS = {
    Format.TEXT: "txt",
    Format.JSON: "json",
    Format.SARIF: "sarif",
    Format.JUNIT: "xml",
    Format.MARKDOWN: "md",
    Format.GITHUB: "github.txt",
    Format.HTML: "html",
}
ASSETS = resources.files("stackproof.report.html").joinpath("assets")
FOLDER = Path(__file__).resolve().parent / "golden"


def golden(form: Format) -> Path:
    """Give the golden file of a form."""
    return FOLDER / f"prod.{ENDINGS[form]}"


def written(form: Format) -> str:
    """Render the stack; of the page without its script and style, which are files of their own."""
    text = render(form, Outcome((RICH,), "", 1))
    if form is Format.HTML:
        for name in ("page.js", "page.css"):
            text = text.replace(ASSETS.joinpath(name).read_text(encoding="utf-8"), f"[{name}]")
        text = re.sub(r"'sha256-[A-Za-z0-9+/=]+'", "'sha256-…'", text)
    return text


if __name__ == "__main__":
    for each in ENDINGS:
        golden(each).write_text(written(each), encoding="utf-8")
