# SPDX-License-Identifier: Apache-2.0
"""The engine events of the real CLI, read line by line while they are written, and what they say of one run.

The form is that of ``sdk/go/common/apitype/events.go`` in Pulumi's source: one JSON object a line, with a sequence
number, a time, and one member that names the kind of event.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from stackproof.model import STACK_TYPE, LogLine

if TYPE_CHECKING:
    from pathlib import Path

    from stackproof.wire import Properties

__all__ = ["Events", "PolicyEvent", "RemediationEvent", "Seen", "missing_plugin"]

_MISSING_PLUGIN = re.compile(r"no resource plugin 'pulumi-resource-(?P<package>[a-zA-Z0-9-]+?)(?:-v[^']*)?' found")
_REFERENCE = "pulumi:pulumi:StackReference"
_PACK_FAILED = re.compile(r"failed to run (policy|remediation): ")
_RAISED = "Exception calling application: "
"""How gRPC begins to tell of an exception in a pack."""

_GONE = re.compile(r"error reading from server: EOF|connection (refused|reset)|transport is closing")
_SEVERITIES: dict[str, Literal["info", "warning", "error"]] = {
    "info": "info",
    "info#err": "info",
    "warning": "warning",
    "error": "error",
}
_ECHOES = ("preview failed", "update failed", "context canceled")
"""What the CLI adds where it ends at a violation or an error: their own events say more."""

_PROGRAM_FAILED = "an unhandled error occurred: program exited with non-zero exit code: 1"
"""What it adds to every error of a program."""


def missing_plugin(text: str) -> str | None:
    """Give the package whose plugin the CLI could not find, or ``None`` where that is not what went wrong."""
    match = _MISSING_PLUGIN.search(text)
    return match["package"] if match else None


@dataclass(frozen=True, slots=True)
class PolicyEvent:
    """One thing that a policy said; ``whole``: after the program had ended, so about the whole stack."""

    pack: str
    policy: str
    urn: str
    enforcement: str
    severity: str
    message: str
    whole: bool


@dataclass(frozen=True, slots=True)
class RemediationEvent:
    """One rewriting of a resource; values are as events show them: unknowns as sentinels, secrets hidden."""

    pack: str
    policy: str
    urn: str
    before: Properties
    after: Properties


@dataclass(frozen=True, slots=True)
class Seen:
    """What events tell of a resource beyond what packs are shown: ``op`` is the engine's word for what it does.

    ``changed`` are the top-level properties because of which it does that.
    """

    custom: bool
    parent: str
    op: str
    changed: tuple[str, ...]


@dataclass(slots=True)
class Events:
    """What was read so far.

    Attributes:
        policies: what policies said, in order.
        remediations: what policies rewrote, in order.
        summaries: by pack and URN (``""``: the whole stack), the names of the policies that passed or failed.
        resources: by URN.
        deleted: the URN and type of each resource of the state that the program no longer registers.
        references: the names of the stacks that the program refers to.
        crashes: by URN (``""``: the whole stack), what a pack raised.
        log: what the program and the engine logged.
        output: what the program printed.
        completed: whether the program ran to its end: only then the Stack's outputs are registered.
        result: the CLI's own word at the end, ``""`` before it.

    """

    path: Path
    policies: list[PolicyEvent] = field(default_factory=list)
    remediations: list[RemediationEvent] = field(default_factory=list)
    summaries: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    resources: dict[str, Seen] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    references: dict[str, None] = field(default_factory=dict)
    crashes: dict[str, str] = field(default_factory=dict)
    log: list[LogLine] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    completed: bool = False
    result: str = ""
    _offset: int = 0
    _stack_outputs: int = 0

    @property
    def errors(self) -> list[LogLine]:
        """The errors among what was logged."""
        return [line for line in self.log if line.severity == "error"]

    def read(self) -> None:
        """Take in the whole lines that were written since the last call; a file that is not there yet has none.

        Raises:
            ValueError: a line is not an event.

        """
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        whole, newline, _ = text.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        for line in whole.splitlines():
            self._take(json.loads(line))

    def _take(self, event: dict[str, Any]) -> None:
        match event:
            case {"preludeEvent": _}:
                self._begin()
            case {"diagnosticEvent": said}:
                self._diagnostic(said)
            case {"policyEvent": said}:
                self.policies.append(
                    PolicyEvent(
                        pack=said["policyPackName"],
                        policy=said["policyName"],
                        urn=said.get("resourceUrn", ""),
                        enforcement=said["enforcementLevel"],
                        severity=said.get("severity", ""),
                        message=said["message"].removesuffix("\n"),
                        whole=self.completed,
                    )
                )
            case {"policyRemediationEvent": done}:
                who = (done["policyPackName"], done["policyName"], done.get("resourceUrn", ""))
                self.remediations.append(RemediationEvent(*who, done.get("before") or {}, done.get("after") or {}))
            case {"policyAnalyzeSummaryEvent": summary}:
                self._summary(summary, summary["resourceUrn"])
            case {"policyAnalyzeStackSummaryEvent": summary}:
                self._summary(summary, "")
            case {"resourcePreEvent": step} | {"resOutputsEvent": step}:
                self._step(step["metadata"], has_outputs="resOutputsEvent" in event)
            case {"summaryEvent": summary}:
                self.result = summary["result"]
            case _:
                return

    def _begin(self) -> None:
        """Forget what the preview said that goes before a deployment: the deployment says it again."""
        self.policies.clear()
        self.remediations.clear()
        self.summaries.clear()
        self.resources.clear()
        self.completed, self.result, self._stack_outputs = False, "", 0

    def _summary(self, summary: dict[str, Any], urn: str) -> None:
        names = frozenset([*summary.get("passed", ()), *summary.get("failed", ())])
        self.summaries[summary["policyPackName"], urn] = names

    def _step(self, step: dict[str, Any], *, has_outputs: bool) -> None:
        state, op = step.get("new"), step["op"]
        if state is None:
            if op == "delete":
                self.deleted[step["urn"]] = step["type"]
            return
        if state["type"] == _REFERENCE:
            self.references[str(state["inputs"].get("name", ""))] = None
        changed = tuple(sorted({name.partition(".")[0].partition("[")[0] for name in step.get("diffs") or ()}))
        self.resources[state["urn"]] = Seen(state.get("custom", False), state["parent"], op, changed)
        if state["type"] == STACK_TYPE and has_outputs:
            # Once when the Stack is registered, and once more at the program's end.
            self._stack_outputs += 1
            self.completed = self._stack_outputs > 1

    def _diagnostic(self, said: dict[str, Any]) -> None:
        severity, message = _SEVERITIES.get(said["severity"]), said["message"]
        if severity is None or said.get("ephemeral"):
            return
        if said["severity"] == "info#err" or (severity == "info" and message.endswith("\n\n")):
            # Lines that a process printed; after the end it is the language host's own about being stopped.
            if not self.result:
                self.output.append(message.removesuffix("\n").removesuffix("\n"))
            return
        text, urn = message.strip(), said.get("urn", "")
        if severity == "error" and text not in _ECHOES and self._is_of_a_pack(text, urn):
            self.crashes.setdefault(urn, _words(text))
        elif text not in _ECHOES and not (text == _PROGRAM_FAILED and self.errors):
            self.log.append(LogLine(severity, text, urn))

    def _is_of_a_pack(self, text: str, urn: str) -> bool:
        """Say whether an error is a pack's: about a resource it says so; about the stack it comes after the program."""
        return _PACK_FAILED.match(text) is not None or (self.completed and not urn)


def _words(text: str) -> str:
    """Give what a pack raised, or that it is gone."""
    match = _PACK_FAILED.match(text)
    said = text[match.end() :].removeprefix(_RAISED) if match else text.removeprefix(_RAISED)
    if _GONE.search(said):
        said = "the pack's process ended before the engine was done with it"
    return f"its remediation: {said}" if match and match[1] == "remediation" else said
