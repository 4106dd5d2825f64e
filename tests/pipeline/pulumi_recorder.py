# SPDX-License-Identifier: Apache-2.0
"""A `pulumi` that deploys nothing: it refuses arguments that it should not be given, writes down the rest, and plays.

RECORDER names its folder: `calls.ndjson` is what it was asked, `STACK.json` a stack's state, and `play.json` how
previews and updates go: {"op": what happens to the one resource, "type", "code", "result", "silent": no pack speaks,
"save": whether a plan is saved, "violates": a policy, "plugins": what plugins can be fetched, by their content}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

FOLDER = Path(os.environ["RECORDER"])
VERSION = "3.272.0"
STRANGE = 97


class Strict(argparse.ArgumentParser):
    """A parser for which an argument that is not foreseen is a mistake of the caller's."""

    def error(self, message: str) -> NoReturn:
        """Write it down and end."""
        note({"refused": message, "argv": sys.argv[1:]})
        sys.exit(STRANGE)


def note(entry: dict[str, object]) -> None:
    with (FOLDER / "calls.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def parser() -> Strict:
    top = Strict(allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", required=True)
    verbs.add_parser("version")
    install = verbs.add_parser("plugin").add_subparsers(dest="noun", required=True).add_parser("install")
    install.add_argument("kind", choices=["resource"])
    install.add_argument("name")
    install.add_argument("version")
    install.add_argument("--server")
    who = verbs.add_parser("whoami")
    who.add_argument("--json", action="store_true", required=True)
    stack = verbs.add_parser("stack").add_subparsers(dest="noun", required=True)
    one = stack.add_parser("export")
    preview, up = verbs.add_parser("preview"), verbs.add_parser("up")
    for made in (one, preview, up):
        made.add_argument("--stack", required=True)
        made.add_argument("--cwd", required=True, type=Path)
    for made in (who, install, one, preview, up):
        made.add_argument("--non-interactive", action="store_true", required=True)
    for made in (preview, up):
        made.add_argument("--color", choices=["never"])
        made.add_argument("--event-log", type=Path, required=True)
        made.add_argument("--policy-pack", type=Path, action="append", required=True)
        made.add_argument("--policy-pack-config", type=Path, action="append", required=True)
    preview.add_argument("--save-plan", type=Path)
    preview.add_argument("--refresh", action="store_true")
    preview.add_argument("--expect-no-changes", action="store_true")
    up.add_argument("--yes", action="store_true", required=True)
    up.add_argument("--plan", type=Path)
    return top


def state_file(stack: str) -> Path:
    path = FOLDER / f"{stack}.json"
    if not path.exists():
        empty = {"version": 3, "deployment": {"manifest": {"time": "2026-01-01T00:00:00Z"}}}
        path.write_text(json.dumps(empty), encoding="utf-8")
    return path


def events(asked: argparse.Namespace, play: dict[str, object]) -> list[dict[str, object]]:
    project = next(
        line.partition(":")[2].strip()
        for line in (asked.cwd / "Pulumi.yaml").read_text(encoding="utf-8").splitlines()
        if line.startswith("name:")
    )
    root = f"urn:pulumi:{asked.stack}::{project}"
    stack = f"{root}::pulumi:pulumi:Stack::{project}-{asked.stack}"
    kind = str(play.get("type", "demo:index:Thing"))
    steps = [("same", "pulumi:pulumi:Stack", stack), (str(play.get("op", "create")), kind, f"{root}::{kind}::thing")]
    found: list[dict[str, object]] = [{"preludeEvent": {"config": {}}}]
    packs = [] if play.get("silent") else [name_of(pack) for pack in asked.policy_pack]
    for op, type_, urn in steps:
        new = None if op == "delete" else {"type": type_, "urn": urn, "parent": "", "inputs": play.get("inputs", {})}
        found.append({"resourcePreEvent": {"metadata": {"op": op, "urn": urn, "type": type_, "new": new}}})
        said = [{"policyPackName": pack, "resourceUrn": urn, "passed": ["p"], "failed": []} for pack in packs]
        found += [{"policyAnalyzeSummaryEvent": one} for one in said]
    found += [
        {"policyAnalyzeStackSummaryEvent": {"policyPackName": pack, "passed": ["p"], "failed": []}} for pack in packs
    ]
    if violated := play.get("violates"):
        told = {"policyName": violated, "policyPackName": packs[0], "enforcementLevel": "mandatory", "message": "no\n"}
        found.append({"policyEvent": told})
    return [*found, {"summaryEvent": {"result": play.get("result", "succeeded")}}]


def name_of(pack: Path) -> str:
    lines = (pack / "PulumiPolicy.yaml").read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith("name:"))


def run(asked: argparse.Namespace) -> int:
    path = FOLDER / "play.json"
    play = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    play = play.get(asked.verb, play)
    lines = "".join(json.dumps(event) + "\n" for event in events(asked, play))
    asked.event_log.write_text(lines, encoding="utf-8")
    if asked.verb == "preview" and asked.save_plan and play.get("save", True):
        asked.save_plan.write_text(json.dumps({"manifest": {}, "config": {}, "resourcePlans": {}}), encoding="utf-8")
    if asked.verb == "up":
        if asked.plan and not asked.plan.is_file():
            return STRANGE
        state = {"version": 3, "deployment": {"manifest": {"time": "2026-01-02T00:00:00Z"}}}
        state_file(asked.stack).write_text(json.dumps(state), encoding="utf-8")
    return int(str(play.get("code", 0)))


def fetch(name: str, version: str) -> int:
    """Put a plugin into the cache, if `plugins` of the play names it with its content."""
    path = FOLDER / "play.json"
    play = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if name not in play.get("plugins", {}):
        return 1
    folder = Path(os.environ["PULUMI_HOME"]) / "plugins" / f"resource-{name}-v{version}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"pulumi-resource-{name}").write_text(play["plugins"][name], encoding="utf-8")
    return 0


def main() -> int:
    asked = parser().parse_args()
    words = [word if not Path(word).is_absolute() else Path(word).name for word in sys.argv[1:]]
    if asked.verb == "version":
        sys.stdout.write(f"v{VERSION}\n")
        return 0
    if asked.verb == "plugin":  # which changes no stack
        return fetch(asked.name, asked.version)
    note({"argv": words, "pythonpath": os.environ.get("PYTHONPATH", "")})
    if asked.verb == "whoami":
        sys.stdout.write(json.dumps({"user": "recorder", "url": os.environ.get("PULUMI_BACKEND_URL", "")}))
        return 0
    if asked.verb == "stack":
        sys.stdout.write(state_file(asked.stack).read_text(encoding="utf-8"))
        return 0
    return run(asked)


if __name__ == "__main__":
    sys.exit(main())
