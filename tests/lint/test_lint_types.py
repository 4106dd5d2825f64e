# SPDX-License-Identifier: Apache-2.0
"""The linter knows an Output by whatever name the program reaches it, and takes nothing else for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.audit import Audit

CASES = yaml.safe_load(Path(__file__).with_name("types.yaml").read_text(encoding="utf-8"))


def texts(audit: Audit) -> list[str]:
    return [finding.key for finding in audit.findings if finding.rule == "output-in-text"]


def probe(code: str) -> str:
    """End a snippet in a text of `x`, unless it has a text of its own."""
    return f"import pulumi\nimport pulumi_aws as aws\n\n{code}\n" + ("" if "f'" in code or 'f"' in code else 'f"{x}"\n')


@pytest.mark.parametrize("code", CASES["outputs"].values(), ids=CASES["outputs"])
def test_an_output_is_known_however_it_is_reached(code: str, judge: Callable[[str], Audit]) -> None:
    assert len(texts(judge(probe(code)))) == 1


@pytest.mark.parametrize("code", CASES["others"].values(), ids=CASES["others"])
def test_nothing_else_is_taken_for_an_output(code: str, judge: Callable[[str], Audit]) -> None:
    assert texts(judge(probe(code))) == []
