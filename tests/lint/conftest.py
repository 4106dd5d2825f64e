# SPDX-License-Identifier: Apache-2.0
"""Writes a snippet as a program, or as a test of one, and judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.lint.judge import judge_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stackproof.audit import Audit

PROJECT = "name: sample\nruntime: python\n"
#: What snippets may import by `# with: NAME`.
MODULES = {
    "network.py": "import pulumi_aws as aws\n\nNAME = 'main'\nvpc = aws.ec2.Vpc(NAME, cidr_block='10.0.0.0/16')\n",
    "settings.py": "import pulumi\n\nCIDR = pulumi.Config().require('cidr')\n",
    "parts.py": "import pulumi_aws as aws\n\n\ndef make(name: str) -> aws.s3.Bucket:\n    return aws.s3.Bucket(name)\n",
}


def write(folder: Path, snippet: str) -> None:
    """Write a project of one snippet: `# file: NAME` says what it is, `# with: NAME` what stands beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    name, lines = "__main__.py", snippet.splitlines()
    while lines and lines[0].startswith(("# file: ", "# with: ")):
        verb, _, value = lines.pop(0).removeprefix("# ").partition(": ")
        if verb == "with":
            (folder / value).write_text(MODULES[value])
        elif value.endswith(".yaml"):
            count = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
            kept = [line.removeprefix("# ").removesuffix("  # !") for line in lines[:count]]
            (folder / value).write_text("\n".join(kept) + "\n")
        else:
            name = value
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(snippet + "\n")


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Audit]:
    """Give the function that judges a snippet as a project of its own."""
    monkeypatch.chdir(tmp_path)

    def run(snippet: str) -> Audit:
        write(tmp_path, snippet)
        return judge_paths([tmp_path])

    return run
