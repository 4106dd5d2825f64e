# SPDX-License-Identifier: Apache-2.0
"""What one engine saw of one program, as plain data that can be compared, kept in a file, and read by a person.

Left out is what says nothing of the program: times, the order in which resources arrived, folders of this machine,
and why a policy was not applicable (the CLI's events do not carry it).
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from stackproof import wire
from stackproof.model import ProgramEnd
from stackproof.structs import for_analysis
from stackproof.verdicts import exit_code, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackproof.model import Analysis, Job, Pass, PolicyVerdict, Resource
    from stackproof.wire import Value

__all__ = ["Observation", "observe"]

Observation = dict[str, Any]
"""JSON: passes by name, each with its end, errors, resources and answers; then verdicts and the exit code."""

_UNHANDLED = "Program failed with an unhandled exception:"
_CHAINED = "During handling of the above exception, another exception occurred:"
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_COULD_NOT_RUN_AT = re.compile(r"(?<=value at )\.\S+(?= can't be known during preview)")
_LARGE = 200
_LARGE_TEXT = 10_000
_MARKS = {wire.SECRET_SIGNATURE: "secret", wire.ASSET_SIGNATURE: "asset", wire.ARCHIVE_SIGNATURE: "archive"}


def observe(job: Job, passes: Sequence[Pass]) -> Observation:
    """Reduce the passes over one stack to what two engines must agree on."""
    judged = judge(job, "", "", passes)
    return {
        "passes": {run.name: _pass(job, run) for run in passes},
        "verdicts": sorted((_verdict(job, verdict) for verdict in judged.verdicts), key=str),
        "exit": exit_code(judged),
    }


def _pass(job: Job, run: Pass) -> Observation:
    return {
        "end": run.end.value,
        "log": sorted(
            f"{line.severity} {_short(job, line.urn)}: {_text(job, line.message)}"
            for line in run.log
            if line.severity != "info"
        ),
        "resources": {_short(job, item.urn): _resource(job, run, item) for item in sorted(run.resources, key=_urn)},
        "answers": {
            f"{item.pack} {'stack' if item.stack_level else _short(job, item.urn)}": _answer(job, item)
            for item in sorted(run.analyses, key=lambda item: (item.pack, item.stack_level, item.urn))
        },
    }


def _urn(resource: Resource) -> str:
    return resource.urn


def _short(job: Job, urn: str) -> str:
    """Leave out the stack and the project, which are the same throughout."""
    return urn.replace(f"urn:pulumi:{job.program.stack}::{job.program.project}::", "")


def _text(job: Job, text: str) -> str:
    """Leave out folders of this machine, identifiers of one run, and the frames of a traceback."""
    text = text.replace(str(job.program.root), "<program>")
    if text.startswith(_UNHANDLED):
        last = text.rpartition(_CHAINED)[2].removeprefix(_UNHANDLED)
        said = [line for line in last.splitlines() if line.strip() and not line.startswith((" ", "Traceback "))]
        text = " ".join([_UNHANDLED, *said])
    return _short(job, _UUID.sub("<uuid>", text))


def _resource(job: Job, run: Pass, item: Resource) -> Observation:
    seen = {
        "custom": item.custom,
        "parent": _short(job, item.parent),
        "provider": _short(job, item.provider),
        "inputs": _value(job, dict(for_analysis(item.inputs))),
        "opaque": item.opaque,
    }
    if run.end is not ProgramEnd.COMPLETED:
        # Of a run that broke off the CLI shows packs no stack, and does not tell every line.
        return seen
    return seen | {
        "at": _position(job, item),
        "outputs": _value(job, dict(for_analysis(item.outputs))),
        "dependencies": sorted(_short(job, urn) for urn in item.dependencies),
        "propertyDependencies": {
            key: sorted(_short(job, urn) for urn in urns) for key, urns in item.property_dependencies.items() if urns
        },
    }


def _position(job: Job, item: Resource) -> str:
    if item.source is None:
        return ""
    path = job.program.shown_from / item.source.file
    return f"{path.relative_to(job.program.root)}:{item.source.line}"


def _value(job: Job, value: Value) -> Any:
    """Write unknowns, secrets, assets and archives in words, and what is large as its size and hash."""
    if wire.is_unknown(value):
        return "<unknown>"
    if isinstance(value, str):
        return _text(job, value) if len(value) < _LARGE_TEXT else _hashed(len(value), "characters", value)
    if isinstance(value, list):
        items = [_value(job, item) for item in value]
        return items if len(items) < _LARGE else _hashed(len(items), "items", json.dumps(items))
    if not isinstance(value, dict):
        return value
    rest = {key: _value(job, item) for key, item in value.items() if key != wire.SIGNATURE}
    if wire.SIGNATURE not in value:
        return rest if len(rest) < _LARGE else _hashed(len(rest), "entries", json.dumps(rest, sort_keys=True))
    mark = _MARKS.get(str(value[wire.SIGNATURE]), str(value[wire.SIGNATURE]))
    # The CLI hashes files; the SDK hands policies none of that.
    rest.pop("hash", None)
    return {f"<{mark}>": rest["value"] if mark == "secret" else rest}


def _hashed(size: int, what: str, text: str) -> str:
    return f"<{size} {what}, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}>"


def _answer(job: Job, item: Analysis) -> Observation:
    return {
        "tainted": sorted(_short(job, path) for path in item.tainted),
        "diagnostics": sorted(
            f"{said.policy} {said.enforcement} {said.severity or '-'} "
            f"{'could not run ' if said.could_not_run else ''}{_short(job, said.urn)}: {_said(job, said.message)}"
            for said in item.diagnostics
        ),
        "notApplicable": sorted(item.not_applicable),
        "error": item.error,
    }


def _said(job: Job, message: str) -> str:
    """Leave out which of several unknowns a policy met first: maps have no order on the wire."""
    return _COULD_NOT_RUN_AT.sub(".<one of the unknowns>", _text(job, message))


def _verdict(job: Job, verdict: PolicyVerdict) -> Observation:
    return {
        "policy": f"{verdict.pack}/{verdict.policy}",
        "urn": _short(job, verdict.urn),
        "verdict": verdict.verdict.value,
        "judgedIn": verdict.judged_in,
        "findings": sorted(
            f"{item.rule}[{item.key}] {item.path} {_text(job, item.message)}" for item in verdict.findings
        ),
        "unproven": bool(verdict.unproven),
    }
