# SPDX-License-Identifier: Apache-2.0
"""Laws of our workflows and of the noxfile that no linter has, each a function from a file's text to what breaks it.

One of them is double entry: `guards.yaml` says what guards each job and step, and a workflow that strays from it breaks
the law. Whoever means a change makes it in both.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "AGGREGATOR",
    "COMMENT",
    "GUARDS",
    "UNASKED",
    "broad",
    "broken",
    "gaps",
    "load",
    "loose",
    "needs",
    "strayed",
    "swallowing",
    "ungated",
    "unjudged",
    "unpinned",
]

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"uses: (?:\./\S+(?: # .*)?|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)")
AGGREGATOR = "gate"
COMMENT = "comment"
"""The job that only tells what was judged: nobody needs it, and it is skipped where nobody could read it."""
STACK = "./.github/workflows/stack.yml"
UNASKED = "its condition does not ask each need for success"
GUARDS: dict[str, Any] = {
    name: {"on" if key is True else key: value for key, value in body.items()}
    for name, body in yaml.safe_load((Path(__file__).parent / "guards.yaml").read_text(encoding="utf-8")).items()
}
_WRITING = {("id-token", True), ("security-events", False), ("pull-requests", False)}
"""What a job may write, and whether it has an environment then."""
_OF_A_JOB = (
    "needs",
    "if",
    "uses",
    "secrets",
    "environment",
    "concurrency",
    "permissions",
    "timeout-minutes",
    "strategy",
)
_SESSIONS: dict[str, list[str]] = {"preview": [], "rehearse": [], "plan": ["dev"], "deploy": ["dev"], "drift": ["dev"]}
"""The sessions that have a pack judge what they do, with what they may be given."""


def load(text: str) -> dict[str, Any]:
    """Read a workflow; YAML 1.1 reads the key `on` as true, so it is put right here."""
    loaded = {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}
    return {**loaded, "on": triggers(loaded["on"])}


def triggers(value: str | list[str] | dict[str, Any]) -> dict[str, Any]:
    if isinstance(value, dict):
        return {name: options or {} for name, options in value.items()}
    return {name: {} for name in ([value] if isinstance(value, str) else value)}


def needs(job: Mapping[str, Any]) -> set[str]:
    value = job.get("needs", [])
    return {value} if isinstance(value, str) else set(value)


def unpinned(text: str) -> list[str]:
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    return [line for line in lines if line.startswith("uses:") and not PIN.fullmatch(line)]


def broad(text: str) -> list[str]:
    """List what holds more than it needs: a workflow or job that lists no permissions, a job that may write."""
    workflow = load(text)
    found = [] if workflow.get("permissions") == {} else ["top level: permissions is not {}"]
    for name, job in workflow["jobs"].items():
        granted = job.get("permissions")
        if not isinstance(granted, dict):
            found.append(f"{name}: permissions are not listed")
        else:
            named = "environment" in job or job.get("uses") == STACK
            found += [
                f"{name}: may write {item}"
                for item, level in granted.items()
                if level != "read"
                and (item, named) not in {("id-token", True), ("security-events", False), ("pull-requests", False)}
            ]
    return found


def swallowing(text: str) -> list[str]:
    """List the jobs and steps whose failure would not count, or that have no time limit."""
    found = []
    for name, job in load(text)["jobs"].items():
        steps = job.get("steps", [])
        found += [f"{name}: continue-on-error" for part in (job, *steps) if "continue-on-error" in part]
        found += [
            f"{name}: {step['run']}" for step in steps if re.search(r"\|\||;|set \+e|exit 0", step.get("run", ""))
        ]
        if "uses" not in job and "timeout-minutes" not in job:
            found.append(f"{name}: no time limit")
    return found


def gaps(text: str) -> list[str]:
    """List the ways around the aggregator of a workflow that judges pull requests."""
    workflow = load(text)
    found = [f"not run on {name}" for name in ("pull_request", "merge_group") if name not in workflow["on"]]
    found += [f"{name} is filtered" for name in ("pull_request", "merge_group") if workflow["on"].get(name)]
    jobs = workflow["jobs"]
    gate = jobs.get(AGGREGATOR, {})
    judging = {name: job for name, job in jobs.items() if name not in {AGGREGATOR, COMMENT}}
    found += [f"{AGGREGATOR} does not need {name}" for name in sorted(set(judging) - needs(gate))]
    found += [f"{name} may be skipped" for name, job in judging.items() if "if" in job]
    found += [f"{name} waits for {COMMENT}" for name, job in jobs.items() if COMMENT in needs(job)]
    if gate.get("if") != "always()":
        found.append(f"{AGGREGATOR} may be skipped")
    commands = [(step.get("run"), step.get("env")) for step in gate.get("steps", []) if "run" in step]
    if commands != [("python3 scripts/gate.py", {"NEEDS": "${{ toJSON(needs) }}"})]:
        found.append(f"{AGGREGATOR} does not judge each result")
    return found


def ungated(text: str) -> list[str]:
    """List the calls of the deploying workflow that something else than the gate and their stack's queue leads to."""
    found = []
    for name, job in load(text)["jobs"].items():
        if job.get("uses") != STACK:
            continue
        stated = {f"needs.{need}.result == 'success'" for need in needs(job)}
        on_main = "github.ref == 'refs/heads/main'"
        if AGGREGATOR not in needs(job) or not {"!cancelled()", on_main, *stated} <= conjuncts(job.get("if", "")):
            found.append(f"{name}: {UNASKED}")
        group = f"deploy-{job['with']['stack']}"
        if job.get("concurrency") != {"group": group, "cancel-in-progress": False, "queue": "max"}:
            found.append(f"{name}: does not queue for its stack")
    return found


def loose(text: str) -> list[str]:
    """List what keeps the workflow of one stack from applying what was planned, and that alone."""
    plan, apply = (load(text)["jobs"][name] for name in ("plan", "apply"))
    given = [step.get("env", {}).get("STACKPROOF_DIGEST") for step in apply["steps"] if "run" in step]
    taken = [step["with"].get("artifact-ids") for step in apply["steps"] if "download" in step.get("uses", "")]
    commits = {step["with"].get("ref") for job in (plan, apply) for step in job["steps"] if "checkout" in str(step)}
    wanted = {
        "the plan has no environment that may only read": plan.get("environment") == "${{ inputs.stack }}-preview",
        "the stack's own environment is not asked": apply.get("environment") == "${{ inputs.stack }}",
        UNASKED: conjuncts(apply.get("if", "")) == {"!cancelled()", "needs.plan.result == 'success'"},
        "the digest is not the plan's": given == ["${{ needs.plan.outputs.digest }}"],
        "the artifact is not the plan's": taken == ["${{ needs.plan.outputs.artifact }}"],
        "two commits are checked out": commits == {"${{ inputs.commit || github.sha }}"},
    }
    return [words for words, holds in wanted.items() if not holds]


def conjuncts(condition: str) -> set[str]:
    return {part.strip() for part in condition.removeprefix("${{").removesuffix("}}").split("&&")}


def broken(name: str, text: str) -> list[str]:
    """List what breaks any law that a file, called so, is under."""
    if name == "noxfile.py":
        return unjudged(text)
    own = {"pr.yml": gaps, "deploy.yml": ungated, "rollback.yml": ungated, "stack.yml": loose}
    laws = [unpinned, broad, swallowing, *([own[name]] if name in own else [])]
    return [*strayed(name, text), *(found for law in laws for found in law(text))]


def strayed(name: str, text: str) -> list[str]:
    """List where the guards of a workflow are not those of the table."""
    reviewed, found = dict(_leaves(GUARDS.get(name, {}))), dict(_leaves(guards(text)))
    places = sorted({*reviewed, *found})
    differing = [place for place in places if reviewed.get(place) != found.get(place)]
    return [f"{place}: reviewed {reviewed.get(place)!r}, is {found.get(place)!r}" for place in differing]


def guards(text: str) -> dict[str, Any]:
    """Give what guards a workflow, its jobs, and those of their steps that have a guard of their own."""
    workflow = load(text)
    started = {event: _filters(options) for event, options in workflow["on"].items()}
    whole: dict[str, Any] = {key: workflow[key] for key in ("permissions", "concurrency") if key in workflow}
    return {"on": started, **whole, "jobs": {name: _job(job) for name, job in workflow["jobs"].items()}}


def _filters(options: Any) -> Any:
    """Give an event's filters, and of its inputs the names."""
    if isinstance(options, dict) and "inputs" in options:
        return {**options, "inputs": sorted(options["inputs"])}
    return options


def _job(job: Mapping[str, Any]) -> dict[str, Any]:
    steps = {_step(step): guard for step in job.get("steps", []) if (guard := _guard(step))}
    return {key: job[key] for key in _OF_A_JOB if key in job} | ({"steps": steps} if steps else {})


def _step(step: Mapping[str, Any]) -> str:
    """Name a step by its action without the pin, or by its script; an artifact with its name."""
    given = step.get("with", {})
    called = str(step.get("run", step.get("uses", ""))).partition("@")[0]
    return f"{called} {given['name']}" if "name" in given else called


def _guard(step: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: step["with"][key] for key in ("ref", "artifact-ids") if key in step.get("with", {})}
    return given | {key: step[key] for key in ("if", "continue-on-error", "shell") if key in step}


def _leaves(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that has nothing below it, with its place; an empty mapping is a value too."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, f"{place}.{key}" if place else str(key))
    else:
        yield place, node


@dataclass
class Session:
    """A session of nox that runs nothing and keeps what it was told to run."""

    posargs: list[str]
    env: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, *words: str, **_: object) -> None:
        """Keep a command."""
        self.told.append(words)


def unjudged(text: str) -> list[str]:
    """List the sessions of a noxfile that preview, plan or update without a pack."""
    space: dict[str, Any] = {"__file__": str(ROOT / "noxfile.py"), "__name__": "noxfile"}
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list.clear()  # nox would keep a second list of the sessions
    exec(compile(tree, "noxfile.py", "exec"), space)  # noqa: S102 (our own file, run as nox itself would)
    space["prepare"] = lambda _: None
    found = []
    for name, posargs in _SESSIONS.items():
        session = Session(posargs)
        space[name](session)
        [words] = session.told
        if "--policy-pack" not in words:
            found.append(f"{name}: there is no --policy-pack")
    return found
