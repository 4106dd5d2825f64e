# SPDX-License-Identifier: Apache-2.0
"""The JSON report: one object a stack, on one line, as `preview.schema.json` beside this file describes it."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

from stackproof.findings import finding_id
from stackproof.model import Verdict
from stackproof.verdicts import exit_code

if TYPE_CHECKING:
    from stackproof.model import Deletion, Finding, Outcome, PolicyVerdict, Preview, Resource

__all__ = ["SCHEMA_NAME", "as_line", "finding_fields", "render", "render_stopped", "schema"]

SCHEMA_NAME = "stackproof.preview/1"


def schema() -> dict[str, object]:
    """Give the JSON Schema (draft 2020-12) of one object."""
    text = resources.files("stackproof.report").joinpath("preview.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, object] = json.loads(text)
    return loaded


def render(preview: Preview) -> str:
    """Render one stack as one line of JSON, without its newline."""
    verdicts = [verdict for verdict in preview.verdicts if verdict.verdict is not Verdict.NOT_APPLICABLE]
    document = {
        "schema": SCHEMA_NAME,
        "exitCode": exit_code(preview),
        "judged": {
            "project": preview.project,
            "stack": preview.stack,
            "commit": preview.commit,
            "engine": preview.engine,
            "passes": list(preview.passes),
            "packs": [
                {
                    "name": pack.name,
                    "version": pack.version,
                    "digest": f"sha256:{pack.digest}",
                    "policies": len(pack.policies),
                }
                for pack in preview.packs
            ],
            "strictness": {
                "unproven": "block" if preview.strictness.unproven else "warn",
                "advisory": "block" if preview.strictness.advisory else "warn",
                "origin": preview.strictness.origin,
            },
            "assumptions": list(preview.assumptions),
            "unused": list(preview.unused),
        },
        "summary": _summary(preview),
        "problems": list(preview.problems),
        "notices": list(preview.notices),
        "programOutput": preview.program_output,
        "log": [{"severity": line.severity, "message": line.message, "urn": line.urn} for line in preview.log],
        "findings": [_finding(finding, verdict) for verdict in verdicts for finding in verdict.findings],
        "verdicts": [_verdict(verdict) for verdict in verdicts],
        "resources": [_resource(resource) for resource in preview.resources],
        "deletions": [_deletion(deletion) for deletion in preview.deletions],
        "seconds": round(preview.seconds, 3),
    }
    return as_line(document)


def render_stopped(outcome: Outcome) -> str:
    """Render what ended a command before it had judged every stack, as one more object that proves nothing."""
    judged: dict[str, object] = dict.fromkeys(("project", "stack", "commit", "engine"), "")
    judged |= {name: [] for name in ("passes", "packs", "assumptions", "unused")}
    judged["strictness"] = {"unproven": "block", "advisory": "warn", "origin": ""}
    document = {
        "schema": SCHEMA_NAME,
        "exitCode": outcome.exit_code,
        "judged": judged,
        "summary": {verdict.value: 0 for verdict in Verdict},
        "problems": [outcome.stopped],
        **{name: [] for name in ("notices", "log", "findings", "verdicts", "resources", "deletions")},
        "programOutput": "",
        "seconds": 0,
    }
    return as_line(document)


def _summary(preview: Preview) -> dict[str, int]:
    counts = {verdict.value: 0 for verdict in Verdict}
    for verdict in preview.verdicts:
        counts[verdict.verdict.value] += 1
    return counts


def as_line(document: dict[str, object]) -> str:
    """Write an object as one line that no runner takes for a command: `##[` occurs inside texts alone."""
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace("##[", "#\\u0023[")


def finding_fields(finding: Finding) -> dict[str, object]:
    """Give a finding in the shape that every command's JSON has: absent fields are left out, its key never."""
    fields: dict[str, object] = {
        "rule": finding.rule,
        "key": finding.key,
        "severity": finding.severity,
        "enforcement": finding.enforcement,
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "urn": finding.urn,
        "message": finding.message,
        "remedy": finding.remedy,
        "url": finding.url,
        "fragment": finding.fragment,
        "exemptable": finding.exemptable,
        "baseline": finding.baseline,
        "class": finding.code,
        "confidence": finding.confidence,
        "actions": list(finding.actions),
    }
    if finding.exemption:
        waiver = finding.exemption
        fields["exemption"] = {
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires,
            "daysLeft": waiver.days_left,
            **({"link": waiver.link} if waiver.link else {}),
        }
    return {name: value for name, value in fields.items() if value or name == "key"}


def _finding(finding: Finding, verdict: PolicyVerdict) -> dict[str, object]:
    return finding_fields(finding) | {"id": finding_id(finding.rule, finding.key, verdict.type, verdict.name)}


def _verdict(verdict: PolicyVerdict) -> dict[str, object]:
    fields: dict[str, object] = {
        "pack": verdict.pack,
        "policy": verdict.policy,
        "urn": verdict.urn,
        "type": verdict.type,
        "name": verdict.name,
        "verdict": verdict.verdict.value,
        "findings": [_finding(finding, verdict) for finding in verdict.findings],
        "unproven": [{"path": item.path, "from": list(item.sources)} for item in verdict.unproven],
        "judged_in": verdict.judged_in,
    }
    if verdict.reason:
        fields["reason"] = verdict.reason
    return fields


def _resource(resource: Resource) -> dict[str, object]:
    """Describe a resource by its identity alone: values may be secret, and whoever wants them has the program."""
    fields: dict[str, object] = {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "custom": resource.custom,
        "parent": resource.parent,
        "dependencies": list(resource.dependencies),
    }
    if resource.source:
        fields |= {"file": resource.source.file, "line": resource.source.line}
    if resource.change:
        change = resource.change
        fields["change"] = {"kind": change.kind, "properties": list(change.properties)} | _noted(change.note)
    return fields


def _deletion(deletion: Deletion) -> dict[str, str]:
    return {"urn": deletion.urn, "type": deletion.type, "name": deletion.name} | _noted(deletion.note)


def _noted(note: str) -> dict[str, str]:
    return {"note": note} if note else {}
