# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of the rules' pages under the SDK's mocks and gives what they register, outputs resolved.

As a process of its own: the mocks leave event loops open in their threads, which the test run counts as errors. Reads
``{name: program}`` as JSON from standard input, writes ``{name: [[type, name, properties], …]}``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import set_mocks
from tests.rules.pack_harness import Registration

from guardrails.naming.table import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = Path(__file__).parents[2]
_ACCOUNT = "111122223333"


class _Recorder(pulumi.runtime.Mocks):
    """Answers as the provider would: auto-names what is unnamed, makes up ids, ARNs and URLs."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, Any]]] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = {key: value for key, value in args.inputs.items() if value is not None}
        spec = lookup(args.typ)
        if spec is not None:
            inputs.setdefault(spec.prop, f"{args.name}-0a1b2c3")
        name = inputs.get(spec.prop if spec else "name", args.name)
        service = args.typ.split(":")[1].split("/")[0]
        arn = f"arn:aws:{service}:eu-west-1:{_ACCOUNT}:{name}"
        if service == "iam":
            arn = f"arn:aws:iam::{_ACCOUNT}:{args.typ.rpartition(':')[2].lower()}/{name}"
        made = {"arn": arn, "url": f"https://{name}", **inputs}
        self.seen.append((args.typ, args.name, made))
        return f"{name}-id", made

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return dict(args.args), None


def _record(source: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Execute a program of the stack ``dev`` of the project ``shop``."""
    recorder = _Recorder()
    set_mocks(recorder, project="shop", stack="dev", preview=False)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK does not annotate it
    def program() -> None:
        exec(compile(source, "<page>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the pages' own programs

    program()
    return [item for item in recorder.seen if item[0] != "pulumi:pulumi:Stack"]


def run(programs: Mapping[str, str]) -> dict[str, list[Registration]]:
    """Execute programs in one process; give each one's registrations in order."""
    paths = os.pathsep.join([str(_ROOT), str(_ROOT / "policies")])
    done = subprocess.run(
        [sys.executable, "-B", "-m", "tests.rules.snippets"],
        input=json.dumps(dict(programs)),
        env={**os.environ, "PYTHONPATH": paths},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: [Registration(*item) for item in items] for name, items in json.loads(done.stdout).items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: _record(source) for name, source in json.load(sys.stdin).items()}))
