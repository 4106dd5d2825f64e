# SPDX-License-Identifier: Apache-2.0
"""The classes of findings: code, rule, severity, whether a definite finding blocks; and the finding itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from guardrails.iam.conditions import Condition
    from guardrails.values import Steps, Unknown

__all__ = [
    "CLASSES",
    "SEVERITIES",
    "STRICT",
    "STRICT_RULES",
    "Confidence",
    "IamClass",
    "IamFinding",
    "Severity",
    "made",
    "weakened",
]

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Confidence: TypeAlias = Literal["definite", "conditional", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


STRICT = frozenset(["A3", "B4", "B6", "C3", "D3", "D9", "E2", "E3", "E4", "E7", "G1", "H4", "H7"])
"""The classes that the profile ``strict`` makes mandatory besides those that are so by default."""


@dataclass(frozen=True, slots=True)
class IamClass:
    """One class: its code, the id of its rule, its usual severity, whether it is mandatory by default."""

    code: str
    rule: str
    severity: Severity
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class IamFinding:
    """One finding of the analysis; ``hole`` is the unknown on which it depends, if it depends on one.

    ``advisory`` keeps a finding of a mandatory class from blocking, for what the class's calibration says.
    """

    code: str
    severity: Severity
    confidence: Confidence
    key: str
    steps: Steps
    message: str
    remedy: str
    actions: tuple[str, ...] = ()
    advisory: bool = False
    hole: Unknown | None = None

    def __hash__(self) -> int:
        """Tell findings apart by what and where they are; the lists of actions may be long."""
        return hash((self.code, self.key, self.steps))

    @property
    def rule(self) -> str:
        """The id of the rule that reports it."""
        return CLASSES[self.code].rule

    @property
    def blocks(self) -> bool:
        """Whether it blocks by default: only what is definite does."""
        return CLASSES[self.code].mandatory and not self.advisory and self.confidence == "definite"


_TABLE = """
A1 iam-admin-access critical !
A2 iam-service-wildcard high !
A3 iam-verb-wildcard medium
A4 iam-wildcard-service-prefix high
A5 iam-read-wildcard low
A6 iam-resource-star medium !
A7 iam-resource-effectively-star medium !
A8 iam-allow-not-action high !
A9 iam-allow-not-resource high !
A10 iam-allow-not-principal high !
A11 iam-mixed-statement low
B1 iam-escalation-single-action high !
B2 iam-escalation-combination high !
B3 iam-pass-any-role high !
B4 iam-pass-admin-role high
B5 iam-any-service-linked-role medium
B6 iam-boundary-removal high
B7 iam-escalation-across-policies high !
B8 iam-self-modification high !
C1 iam-data-read-unscoped medium
C2 iam-credential-read-unscoped medium
C3 iam-exposure-unscoped high
C4 iam-kms-unscoped medium
C5 iam-audit-tampering medium
D1 iam-trust-anyone critical !
D2 iam-trust-anyone-conditioned medium
D3 iam-trust-foreign-account medium
D4 iam-trust-account-root low
D5 iam-trust-oidc-unbound high !
D6 iam-trust-github-broad-subject high !
D7 iam-trust-forgeable-claim high
D8 iam-trust-saml-no-audience medium
D9 iam-trust-confused-deputy medium
D10 iam-trust-extra-sts-actions low
D11 iam-trust-unknown-principal info
E1 iam-public-resource high !
E2 iam-cross-account-resource medium
E3 iam-service-confused-deputy high !
E4 iam-key-policy-wildcard high
E5 iam-lock-out medium
E6 iam-endpoint-full-access low
E7 iam-public-sharing high
F1 iam-for-all-values-allow high !
F2 iam-if-exists-allow medium
F3 iam-negated-condition-allow medium
F4 iam-wildcard-without-like medium
F5 iam-string-operator-on-arn medium
F6 iam-condition-key-unknown medium
F7 iam-private-source-ip low
F8 iam-mfa-ineffective medium
F9 iam-spoofable-condition medium
F10 iam-unpaired-condition-key medium
F11 iam-deny-unsupported-tag-key high
F12 iam-condition-always-true low
G1 iam-unknown-action high
G2 iam-unknown-service info
G3 iam-arn-never-matches medium
G4 iam-policy-version low
G5 iam-sid-invalid low
G6 iam-policy-too-large high !
G7 iam-redundant info
G8 iam-malformed-policy high !
H1 iam-admin-managed-policy high !
H2 iam-deprecated-managed-policy medium
H3 iam-policy-on-user low
H4 iam-boundary-absent medium
H5 iam-inline-policy info
H6 iam-scp-allows-everything info
H7 iam-compute-role-admin high
"""


def _read(line: str) -> IamClass:
    code, rule, severity, *mark = line.split()
    named = next(item for item in SEVERITIES if item == severity)
    return IamClass(code, rule, named, bool(mark))


CLASSES = {item.code: item for item in map(_read, _TABLE.strip().splitlines())}
STRICT_RULES = frozenset(CLASSES[code].rule for code in STRICT)
"""The ids of their rules."""


def made(  # noqa: PLR0913 - a finding has that many parts
    code: str,
    key: str,
    steps: Steps,
    message: str,
    remedy: str,
    *,
    severity: Severity | None = None,
    actions: tuple[str, ...] = (),
    advisory: bool = False,
    confidence: Confidence = "definite",
) -> IamFinding:
    """Make a finding at its class's usual severity unless another is given."""
    return IamFinding(
        code, severity or CLASSES[code].severity, confidence, key, steps, message, remedy, actions, advisory
    )


def weakened(finding: IamFinding, condition: Condition, *, conditional: bool = False) -> IamFinding:
    """Say what a condition makes of a finding: a restricting one lowers it by a step, an unknown one decides."""
    if condition.verdict == "unknown":
        return replace(finding, confidence="unknown", hole=condition.hole)
    if condition.verdict in ("restrictive", "weak"):
        lower = SEVERITIES[min(SEVERITIES.index(finding.severity) + 1, len(SEVERITIES) - 1)]
        return replace(finding, severity=lower, confidence="conditional")
    return replace(finding, confidence="conditional") if conditional else finding
