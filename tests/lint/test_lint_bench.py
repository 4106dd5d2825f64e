# SPDX-License-Identifier: Apache-2.0
"""The program that the linter is timed on is as long as asked, and clean."""

from __future__ import annotations

from stackproof.bench.source import measure_source


def test_the_timed_program_is_as_long_as_asked_and_clean() -> None:
    found = measure_source(600, 1)
    assert (found.lines >= 600, found.findings, len(found.seconds)) == (True, 0, 1)
