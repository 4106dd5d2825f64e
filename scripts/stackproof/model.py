# SPDX-License-Identifier: Apache-2.0
"""The values that flow from an engine to the reports: what was registered, what packs said, what it means.

Everything here is frozen. An engine makes a `Pass` for each pass it ran; `stackproof.verdicts` turns the passes into
a `Preview`; every report is a pure function of a `Preview`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Literal

from stackproof.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stackproof.wire import Properties

__all__ = [
    "NO_REACH",
    "STACK_TYPE",
    "AccessLevel",
    "Analysis",
    "Change",
    "ChangeKind",
    "Deletion",
    "Diagnostic",
    "Enforcement",
    "Exemption",
    "Finding",
    "Job",
    "LogLine",
    "Outcome",
    "PackSource",
    "Page",
    "Pass",
    "PassName",
    "Permission",
    "PolicyInfo",
    "PolicyPack",
    "PolicyVerdict",
    "Preview",
    "PrincipalReach",
    "Program",
    "ProgramEnd",
    "Reach",
    "Remediation",
    "Resource",
    "Severity",
    "Snippet",
    "SourcePosition",
    "Strictness",
    "Unproven",
    "Verdict",
]

STACK_TYPE = "pulumi:pulumi:Stack"
"""The type token of the Stack itself, the root of every URN's ancestry."""

PassName = Literal["faithful", "resolved"]
ChangeKind = Literal["create", "import", "update", "replace", "same"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Enforcement = Literal["mandatory", "advisory", "remediate", "disabled"]
AccessLevel = Literal["list", "read", "write", "permissions", "admin", "unknown"]


class Verdict(StrEnum):
    """What is known of one policy on one resource."""

    FAIL = "fail"
    UNPROVEN = "unproven"
    EXEMPTED = "exempted"
    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    NOT_APPLICABLE = "not-applicable"


class ProgramEnd(Enum):
    """How a program's process ended, as the predicate of a sentence about it."""

    COMPLETED = "ran to its end"
    FAILED = "failed"
    BAD_CONFIGURATION = "does not accept its configuration"
    EXITED_EARLY = "exited early"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A line of the user's program: a path relative to `Program.shown_from`, and a 1-based line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Program:
    """A Pulumi program for one stack, ready to run: everything that `Pulumi.yaml` and the stack file say.

    Configuration values are strings as Pulumi passes them (objects as JSON), under full keys (``project:key``).
    ``interpreter`` is the Python that runs it, where ``runtime`` is python, and ``absent_virtualenv`` the environment
    that should have. ``stack_file`` is the stack's own file, ``overrides`` what replaces values of it. ``shown_from``
    is the folder to which reports show paths relative: where the command was typed, if the project is below it.
    """

    root: Path
    shown_from: Path
    main: Path
    project: str
    stack: str
    runtime: str
    interpreter: Path
    config: dict[str, str]
    stack_file: Path
    overrides: dict[str, str] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    assumptions: tuple[str, ...] = ()
    absent_virtualenv: str = ""


@dataclass(frozen=True, slots=True)
class PackSource:
    """A policy pack on disk: its folder, interpreter and configuration file's content (policy name to value)."""

    root: Path
    name: str
    version: str
    interpreter: Path
    config_file: Path | None = None
    config: dict[str, object] = field(default_factory=dict)
    absent_virtualenv: str = ""


@dataclass(frozen=True, slots=True)
class Strictness:
    """What blocks at a stack besides a mandatory violation, and who says so (``origin``, in words)."""

    unproven: bool = True
    advisory: bool = False
    origin: str = "default"


@dataclass(frozen=True, slots=True)
class Job:
    """What an engine is asked to do: run one program against some packs. ``timeout``: seconds.

    The program may take that long, and so may a pack's start and each of its answers.
    """

    program: Program
    packs: tuple[PackSource, ...]
    timeout: float = 300.0
    outside: Outside = field(default_factory=Outside)
    strictness: Strictness = field(default_factory=Strictness)

    @property
    def interpreters(self) -> set[Path]:
        """The interpreters of the program and of the packs."""
        return {self.program.interpreter, *(pack.interpreter for pack in self.packs)}


@dataclass(frozen=True, slots=True)
class Change:
    """What an update would do to a resource, for the sake of which properties, and what else is to be said of it."""

    kind: ChangeKind
    properties: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A resource of the state that the program no longer registers, and what is to be said of it."""

    urn: str
    type: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A registration as an engine saw it. ``inputs`` are checked inputs; ``outputs`` may hold unknowns.

    ``opaque`` says why nothing inside could be seen (a remote component), or is empty. ``change`` is there where a
    state was given, except on default providers, which are the engine's own.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    provider: str
    inputs: Properties
    outputs: Properties
    dependencies: tuple[str, ...]
    property_dependencies: dict[str, tuple[str, ...]]
    source: SourcePosition | None
    opaque: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """One CrossGuard policy as its pack announces it.

    ``enforcement`` is the level that its configuration gives, ``declared`` the one that the pack's own code gives.
    """

    name: str
    enforcement: Enforcement
    stack_level: bool
    description: str
    display_name: str
    severity: str
    remediation_steps: str
    url: str
    reports_unknowns: bool
    declared: Enforcement


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """A pack that was loaded: ``digest`` is the SHA-256 of its files, ``notes`` what its reader must know."""

    name: str
    version: str
    root: Path
    digest: str
    policies: tuple[PolicyInfo, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing a policy said: a violation, or that it could not run (then ``could_not_run`` is its message)."""

    policy: str
    urn: str
    enforcement: Enforcement
    severity: str
    description: str
    message: str
    could_not_run: bool


@dataclass(frozen=True, slots=True)
class Remediation:
    """What a policy at level remediate did to a resource: the properties it changed, or why it could not run."""

    policy: str
    changed: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A pack's answer to one request: a resource, or (``stack_level``) the whole stack under the Stack's URN.

    ``tainted`` holds the property paths of the unknowns that the request carried, also of those that a remediation
    replaced first; ``error`` says why there is no answer.
    """

    pack: str
    urn: str
    stack_level: bool
    tainted: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    not_applicable: dict[str, str]
    error: str = ""
    remediations: tuple[Remediation, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """A message that the program or the engine logged about a resource (or about none)."""

    severity: Literal["info", "warning", "error"]
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """One run of the program against the packs, with what is unknown in a preview left unknown, or synthesised.

    ``deletions`` are there where a state was given and the program ran to its end.
    """

    name: PassName
    end: ProgramEnd
    exit_code: int | None
    output: str
    resources: tuple[Resource, ...]
    packs: tuple[PolicyPack, ...]
    analyses: tuple[Analysis, ...]
    log: tuple[LogLine, ...]
    assumptions: tuple[str, ...]
    seconds: float
    deletions: tuple[Deletion, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a finding is let through, by whom, until when (an ISO date, inclusive), and how many days that leaves."""

    reason: str
    owner: str
    expires: str
    days_left: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation, in the shape that every command's JSON shares.

    ``fragment`` is the offending text itself. A finding with an ``exemption``, or in the ``baseline`` of a stack that
    was there before its rules, never blocks; ``exemptable`` says that its pack takes exemptions of it. ``code`` is its
    class in a taxonomy, if it has one, ``confidence`` how sure it is, and ``actions`` are those that it is about.
    """

    rule: str
    key: str
    severity: Severity
    enforcement: Literal["mandatory", "advisory"]
    message: str
    remedy: str = ""
    url: str = ""
    path: str = ""
    urn: str = ""
    file: str = ""
    line: int = 0
    fragment: str = ""
    exemption: Exemption | None = None
    exemptable: bool = False
    baseline: bool = False
    code: str = ""
    confidence: str = ""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A rule as documentation and reports show it: ``sections`` are Markdown, by heading, in order."""

    id: str
    title: str
    severity: Severity
    enforcement: Literal["mandatory", "advisory"]
    url: str
    sections: Mapping[str, str]

    @property
    def markdown(self) -> str:
        """The whole page."""
        body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in self.sections.items())
        return f"# {self.id}\n\n**{self.title}.** {self.severity} · {self.enforcement}\n\n{body}\n"


@dataclass(frozen=True, slots=True)
class Unproven:
    """A value that nobody could read: its property path, and the URNs of the resources it comes from."""

    path: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """The verdict of one policy on one resource (for a stack policy: on the Stack where it names no other).

    ``unproven`` names the values that Pulumi's own preview could not have judged, also where the verdict is a pass.
    """

    pack: str
    policy: str
    urn: str
    type: str
    name: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    unproven: tuple[Unproven, ...] = ()
    judged_in: PassName = "faithful"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Consecutive lines of a file that `SourcePosition` names, from the 1-based ``first`` on, with secrets masked."""

    file: str
    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """What one statement of a principal's policies allows.

    ``source`` is the URN of the resource that holds the statement. ``levels`` are by service prefix (``*``: every
    service), ``actions`` and ``resources`` as written. All of ``conditions`` must hold, ``limits`` may take some of it
    away again; both are in words. ``targets`` are the URNs of the stack's own resources that ``resources`` name.
    """

    source: str
    sid: str
    levels: tuple[tuple[str, tuple[AccessLevel, ...]], ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]
    limits: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrincipalReach:
    """What one role, user or group can do, or a policy that is attached to none; ``trusted`` says who may take it.

    ``unknown`` names the values that could not be read, secret ones among them, which may add to it.
    """

    urn: str
    type: str
    name: str
    trusted: tuple[str, ...]
    permissions: tuple[Permission, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What the principals of a stack can do; ``absent`` says why nobody worked that out, or is empty."""

    principals: tuple[PrincipalReach, ...] = ()
    absent: str = ""


NO_REACH = Reach(absent="no report asked for it")
"""What is known of reach before anybody works it out."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One stack, judged.

    ``problems`` are what kept the program or a pack from running to its end; ``notices`` what a reader of a clean
    result must know: levels that were weakened, policies that judged nothing, resources that were rewritten;
    ``unused`` what the user said of the outside world and nothing asked for; ``pages`` document rules with findings.
    ``snippets`` are the source lines round all that resources and findings name; ``reach`` is there where a report
    shows it.
    """

    project: str
    stack: str
    engine: str
    commit: str
    passes: tuple[PassName, ...]
    packs: tuple[PolicyPack, ...]
    resources: tuple[Resource, ...]
    verdicts: tuple[PolicyVerdict, ...]
    problems: tuple[str, ...]
    notices: tuple[str, ...]
    configuration_error: bool
    program_output: str
    log: tuple[LogLine, ...]
    assumptions: tuple[str, ...]
    seconds: float
    unused: tuple[str, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    strictness: Strictness = field(default_factory=Strictness)
    pages: tuple[Page, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    reach: Reach = NO_REACH


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command comes to: the stacks it judged, and what ended it before it had judged them all, or nothing."""

    previews: tuple[Preview, ...]
    stopped: str = ""
    exit_code: int = 0
