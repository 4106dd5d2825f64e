# SPDX-License-Identifier: Apache-2.0
"""Puts the jobs of called workflows in the place of their call, for act ends at once where a called one fails.

On GitHub the caller goes on then, and `always()` and its like decide what runs; in one workflow act does the same. So
each call becomes a job that has the result of the call, after the called jobs, which run if the call would.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["flatten"]

_INPUT = re.compile(r"\binputs\.([\w-]+)")
_NEED = re.compile(r"\bneeds\.(\w+)\.")
_VERDICT = """python3 - <<'END'
import json, os, sys
results = [need["result"] for need in json.loads(os.environ["NEEDS"]).values()]
sys.exit(any(result in {"failure", "cancelled"} for result in results))
END
"""


def flatten(folder: Path) -> None:
    """Rewrite each workflow of a folder that calls others of it."""
    loaded = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))}
    by_name = {f"./.github/workflows/{path.name}": content for path, content in loaded.items()}
    for path, content in loaded.items():
        if any("uses" in job for job in content["jobs"].values()):
            jobs: dict[str, Any] = {}
            for name, job in content["jobs"].items():
                jobs |= _called(name, job, by_name[job["uses"]]) if "uses" in job else {name: job}
            written = {"on" if key is True else key: value for key, value in content.items()} | {"jobs": jobs}
            path.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")


def _called(name: str, call: dict[str, Any], workflow: dict[str, Any]) -> dict[str, Any]:
    """Give the jobs of one call, and the job that has its result under its name."""
    condition = _condition(call)
    given = _inputs(call, workflow)
    outer = _list(call.get("needs", []))
    made = {}
    for inner, job in workflow["jobs"].items():
        own = _list(job.get("needs", []))
        text = json.dumps({key: value for key, value in job.items() if key not in {"needs", "if"}})
        made[f"{name}_{inner}"] = {
            **json.loads(_renamed(text, name, given)),
            "needs": [*outer, *(f"{name}_{need}" for need in own)],
            "if": f"${{{{ ({condition}) && ({_renamed(_condition(job), name, given)}) }}}}",
        }
    # The aggregator of a called workflow is asked about its own jobs alone.
    for inner in made.values():
        for step in inner.get("steps", []):
            if "NEEDS" in step.get("env", {}) and "toJSON(needs)" in step["env"]["NEEDS"]:
                listed = [need for need in inner["needs"] if need not in outer]
                pairs = ",".join(f'"{need}":{{"result":"${{{{ needs.{need}.result }}}}"}}' for need in listed)
                step["env"]["NEEDS"] = f"{{{pairs}}}"
    verdict = {"run": _VERDICT, "shell": "bash", "env": {"NEEDS": "${{ toJSON(needs) }}"}}
    result = {
        "needs": [*outer, *made],
        "if": f"${{{{ always() && ({condition}) }}}}",
        "runs-on": "ubuntu-24.04",
        "steps": [verdict],
    }
    return {**made, name: result}


def _renamed(text: str, call: str, given: dict[str, str]) -> str:
    """Have a called job's text name its needs as they are called here, and what the caller gives for its inputs."""
    text = _NEED.sub(lambda match: f"needs.{call}_{match[1]}.", text)
    return _INPUT.sub(lambda match: given[match[1]], text)


def _condition(job: dict[str, Any]) -> str:
    """Give a job's condition; where it has none, that what it needs succeeded, without a look further up."""
    if "if" in job:
        written = job["if"] if isinstance(job["if"], str) else json.dumps(job["if"])
        return written.removeprefix("${{").removesuffix("}}").strip()
    return " && ".join([f"needs.{need}.result == 'success'" for need in _list(job.get("needs", []))]) or "!cancelled()"


def _inputs(call: dict[str, Any], workflow: dict[str, Any]) -> dict[str, str]:
    """Give each input of a called workflow as an expression."""
    [on] = [value for key, value in workflow.items() if str(key) in {"on", "True"}]  # YAML 1.1 reads `on` as true
    declared = on["workflow_call"]["inputs"]
    values = {key: call.get("with", {}).get(key, body.get("default", "")) for key, body in declared.items()}
    return {key: _expression(str(value)) for key, value in values.items()}


def _expression(value: str) -> str:
    if value.startswith("${{"):
        return f"({value.removeprefix('${{').removesuffix('}}').strip()})"
    return f"'{value}'"


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
