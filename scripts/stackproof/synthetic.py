# SPDX-License-Identifier: Apache-2.0
"""Programs of any size, all alike, for measurements and comparisons of engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_program"]

_PROGRAM = """\
import pulumi
import pulumi_aws as aws

leader = None
for number in range({count}):
    queue = aws.sqs.Queue(
        f"queue-{{number}}",
        name=f"queue-{{number}}-dev",
        tags={{"leader": leader.arn}} if number % 10 else None,
    )
    leader = leader if number % 10 else queue
pulumi.export("leader", leader.arn)
"""


def write_program(root: Path, count: int) -> Path:
    """Write a project with ``count`` queues into a new folder and give it; nine in ten read an output of the tenth."""
    root.mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: synthetic\nruntime: python\n", encoding="utf-8")
    (root / "Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    (root / "__main__.py").write_text(_PROGRAM.format(count=count), encoding="utf-8")
    return root
