# SPDX-License-Identifier: Apache-2.0
"""JUnit's XML, as CI servers read it: one suite for a stack, one case for each policy on each resource.

A violation is a failure; what is unproven and blocks is an error, since nothing was tested; what was let through, or
is unproven and only warns, is skipped: no reader takes any of them for a pass. Elements and attributes are those of
the schema that most consumers share (https://github.com/testmoapp/junitxml).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from stackproof.model import Verdict
from stackproof.report import wording
from stackproof.report.inert import block, line
from stackproof.report.order import Entry, Standing, told

if TYPE_CHECKING:
    from stackproof.model import Outcome, PolicyVerdict, Preview

__all__ = ["render"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome) -> str:
    """Render what a command came to."""
    root = ET.Element("testsuites", name="stackproof preview")
    for preview in outcome.previews:
        root.append(_suite(preview))
    if outcome.stopped:
        suite = ET.SubElement(root, "testsuite", name="stackproof")
        case = ET.SubElement(suite, "testcase", classname="stackproof", name="the command")
        _say(case, "error", "stopped", outcome.stopped)
    for suite in (*root.iter("testsuite"),):
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(sum(case.find(tag) is not None for case in suite.iter("testcase"))))
        suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root.iter("testsuite"))))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(preview: Preview) -> ET.Element:
    preview, found = told(preview)
    suite = ET.Element("testsuite", name=_xml(f"{preview.project}/{preview.stack}"), time=f"{preview.seconds:.3f}")
    _properties(suite, preview)
    for problem in preview.problems:
        case = ET.SubElement(suite, "testcase", classname="stackproof", name="the program runs to its end")
        _say(case, "error", "problem", problem)
    by_verdict: dict[int, list[Entry]] = defaultdict(list)
    for entry in found:
        by_verdict[id(entry.verdict)].append(entry)
    for verdict in preview.verdicts:
        if verdict.verdict is not Verdict.NOT_APPLICABLE:
            _case(suite, preview, verdict, by_verdict[id(verdict)])
    return suite


def _properties(suite: ET.Element, preview: Preview) -> None:
    facts = [
        ("commit", preview.commit),
        ("engine", preview.engine),
        ("passes", " + ".join(preview.passes)),
        ("blocks on", wording.strictness(preview.strictness)),
        *(("pack", f"{pack.name} {pack.version} sha256:{pack.digest}") for pack in preview.packs),
        *(("assumed", note) for note in preview.assumptions),
        *(("notice", note) for note in preview.notices),
    ]
    holder = ET.SubElement(suite, "properties")
    for name, value in facts:
        ET.SubElement(holder, "property", name=name, value=_xml(value))


def _case(suite: ET.Element, preview: Preview, verdict: PolicyVerdict, told: list[Entry]) -> None:
    name = _xml(f"{wording.subject(verdict)} [{verdict.urn}]")
    case = ET.SubElement(suite, "testcase", classname=_xml(verdict.policy), name=name)
    source = next((entry.finding for entry in told if entry.finding and entry.finding.file), None)
    if source:
        case.set("file", _xml(source.file))
        case.set("line", str(source.line))
    blocking = [entry for entry in told if entry.standing is Standing.BLOCKS]
    through = [entry for entry in told if entry.standing in {Standing.EXEMPTED, Standing.BASELINE}]
    advice = [entry for entry in told if entry.standing is Standing.ADVISORY]
    if blocking:
        _say(case, "failure", blocking[0], "\n\n".join(map(_words, blocking)))
    elif verdict.verdict is Verdict.UNPROVEN:
        by_urn = {resource.urn: resource for resource in preview.resources}
        words = [verdict.reason, *wording.unknowns(verdict, by_urn), wording.provable(verdict, preview)]
        tag = "error" if preview.strictness.unproven else "skipped"
        _say(case, tag, "unproven", "\n".join(["unproven: nothing could tell", *filter(None, words)]))
    elif through:
        _say(case, "skipped", through[0], "\n\n".join(map(_words, through)))
    if advice:
        ET.SubElement(case, "system-out").text = _xml(block("\n\n".join(map(_words, advice))))


def _words(entry: Entry) -> str:
    finding = entry.finding
    if finding is None:
        return ""
    parts = [
        f"{wording.name(finding)} ({finding.severity}, {finding.enforcement})",
        wording.place(finding.file, finding.line),
        f"{finding.path}: {finding.message}" if finding.path else finding.message,
        f"found: {finding.fragment}" if finding.fragment else "",
        f"fix: {finding.remedy}" if finding.remedy else "",
        f"see: {finding.url}" if finding.url else "",
        wording.let_through(finding),
        f"exempt: {words}" if (words := wording.exempting(entry)) else "",
    ]
    return "\n".join(filter(None, parts))


def _say(case: ET.Element, tag: str, what: str | Entry, text: str) -> None:
    """Add an element about a case: ``what`` it is, and its text, of which a finding's message is the headline."""
    finding = None if isinstance(what, str) else what.finding
    headline = finding.message if finding else text.split("\n", 1)[0]
    element = ET.SubElement(case, tag, message=_xml(line(headline, 500)))
    if tag != "skipped":
        element.set("type", _xml(finding.rule if finding else str(what)))
    element.text = _xml(block(text))


def _xml(text: str) -> str:
    """Leave out what no XML document can hold; what is visible was spelt out before."""
    return _NOT_XML.sub("�", text)
