# SPDX-License-Identifier: Apache-2.0
"""How long the program linter takes for a program of many lines: components in many modules, all of them used."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from stackproof.lint.judge import judge_paths

__all__ = ["Reading", "made_program", "measure_source", "show_source"]

_COMPONENTS_A_MODULE = 10
_PROJECT = "name: bench\nruntime: python\n"
_HEAD = '''"""Components {first} and following."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class Args:
    """What each is made of."""

    cidrs: tuple[str, ...]
    key: pulumi.Input[str] | None = None


'''
_COMPONENT = '''class Part{number}(pulumi.ComponentResource):
    """A bucket, a role that may read it, and a queue for each network."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: Args, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bench:index:Part{number}", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{{name}}-{number}", tags={{"stack": pulumi.get_stack()}}, opts=child)
        trust = {{"Effect": "Allow", "Principal": {{"Service": "ec2.amazonaws.com"}}, "Action": "sts:AssumeRole"}}
        role = aws.iam.Role(
            f"{{name}}-{number}",
            assume_role_policy=json.dumps({{"Version": "2012-10-17", "Statement": [trust]}}),
            opts=child,
        )
        self._grant(name, bucket, role)
        for index, cidr in enumerate(args.cidrs):
            queue = aws.sqs.Queue(f"{{name}}-{number}-{{index}}", tags={{"cidr": cidr}}, opts=child)
            aws.sqs.QueuePolicy(
                f"{{name}}-{number}-{{index}}",
                queue_url=queue.url,
                policy=queue.arn.apply(lambda arn: json.dumps({{"Statement": [{{"Resource": arn}}]}})),
                opts=child,
            )
        if args.key is not None:
            aws.s3.BucketServerSideEncryptionConfiguration(f"{{name}}-{number}", bucket=bucket.id, rules=[], opts=child)
        self.arn = bucket.arn
        self.register_outputs({{"arn": self.arn}})

    def _grant(self, name: str, bucket: aws.s3.Bucket, role: aws.iam.Role) -> None:
        statement = {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": [bucket.arn]}}
        aws.iam.RolePolicy(
            f"{{name}}-{number}",
            role=role.id,
            policy=pulumi.Output.json_dumps({{"Version": "2012-10-17", "Statement": [statement]}}),
            opts=pulumi.ResourceOptions(parent=self),
        )


'''


@dataclass(frozen=True, slots=True)
class Reading:
    """How long one program took, in seconds, run for run; ``findings`` are what was found in it."""

    lines: int
    seconds: tuple[float, ...]
    findings: int


def made_program(folder: Path, lines: int) -> int:
    """Write a program of at least so many lines into a folder; give how many there are."""
    (folder / "Pulumi.yaml").write_text(_PROJECT, encoding="utf-8")
    imports, uses, written, number = [], [], 0, 0
    while written < lines:
        first = number
        text = _HEAD.format(first=first)
        for number in range(first, first + _COMPONENTS_A_MODULE):
            text += _COMPONENT.format(number=number)
            made = f'parts{first}.Part{number}("p{number}", parts{first}.Args(CIDRS))'
            uses.append(f'pulumi.export("arn{number}", {made}.arn)')
        number += 1
        imports.append(f"import parts{first}")
        (folder / f"parts{first}.py").write_text(text, encoding="utf-8")
        written += text.count("\n")
    entry = "\n".join(["import pulumi", "", *imports, "", 'CIDRS = ("10.0.0.0/24", "10.0.1.0/24")', *uses, ""])
    (folder / "__main__.py").write_text(entry, encoding="utf-8")
    return written + entry.count("\n")


def measure_source(lines: int, runs: int) -> Reading:
    """Time the linter on one program, several times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = made_program(folder, lines)
        seconds, found = [], 0
        for _ in range(runs):
            started = time.perf_counter()
            found = len(judge_paths([folder]).findings)
            seconds.append(time.perf_counter() - started)
    return Reading(count, tuple(seconds), found)


def show_source(found: Reading) -> None:
    """Print one line."""
    middle = statistics.median(found.seconds)
    text = f"\nlint of a program of {found.lines:,} lines: {middle:.2f} s, {found.findings} findings"
    Console(highlight=False).print(text)
