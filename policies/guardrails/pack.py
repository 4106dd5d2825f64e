# SPDX-License-Identifier: Apache-2.0
"""The bridge to CrossGuard: finds the rules, makes few policies of them, and translates their answers.

The only module that imports ``pulumi_policy``, and the only broad ``except``: a rule that raises becomes a blocking
finding that names it, and the other rules go on. Every family is one policy at its level, plus an advisory twin that
runs those of its rules which are declared or configured ``advisory``, since a violation carries its policy's level.
The twin reports what an exemption lets through, too. The exemptions themselves are judged by two policies of their own:
their form and time as soon as the stack is registered, before any resource is, their use when all of it was seen.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import get_ident
from typing import Any, TypeAlias

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as WireSeverity
from pulumi_policy.proxy import UnknownValueError

import guardrails.rules
from guardrails import exemptions
from guardrails.book import LONGEST, Book
from guardrails.iam.collector import collect_seldom
from guardrails.resources import STACK_TYPE, PolicyDocument, Registered, Resource, Stack
from guardrails.rule import (
    REPOSITORY,
    CannotTell,
    Enforcement,
    Family,
    Finding,
    NotApplicable,
    Option,
    Rule,
    Severity,
    render,
)
from guardrails.values import unknowns

__all__ = ["EXEMPTIONS", "NAME", "ExemptionPolicies", "FamilyPolicy", "discover", "policies", "serve", "validate"]

NAME = "stackproof-guardrails"
_TWIN = "-advisory"
_CRASH = "rule-error"
_MOST_DAYS = 3650
_REPORTS_UNKNOWNS = "reports-unknowns"
"""The tag that tells a gate: a policy that stays silent has read all it needs, whatever else is unknown."""
_See: TypeAlias = Callable[[], Resource | Stack]
_INDEX_URL = f"{REPOSITORY}/blob/main/policies/README.md"
_EXEMPTION_URLS = {law.id: law.url for law in exemptions.LAWS}
_WIRE_SEVERITY = {
    Severity.CRITICAL: WireSeverity.CRITICAL,
    Severity.HIGH: WireSeverity.HIGH,
    Severity.MEDIUM: WireSeverity.MEDIUM,
    Severity.LOW: WireSeverity.LOW,
    Severity.INFO: WireSeverity.LOW,
}

EXEMPTIONS = Family(
    name="exemptions",
    problem="Exemption is not in order",
    remediation="Mend the entry of exemptions.yaml, or remove it and mend what it let through.",
    framework="AWS Well-Architected Framework",
    reference="SEC03-BP02 Grant least privilege access",
    tags=("exemptions",),
    options=(Option("maxDays", "days", "the days that an exemption may still last", LONGEST),),
)
"""The policy on the file of exemptions; its twin for the whole stack is announced only where there are entries."""


def serve() -> None:
    """Start the pack; the call returns only when the engine ends the process."""
    collect_seldom()
    PolicyPack(
        NAME,
        policies=policies(discover()),
        enforcement_level=EnforcementLevel.MANDATORY,
        display_name="Stackproof guardrails",
        provider="aws",
        repository=REPOSITORY,
    )


def discover() -> tuple[Rule[Any], ...]:
    """Find every rule under ``guardrails.rules``, by id.

    Raises:
        ValueError: two modules use the same id, or a module does not hold exactly one rule.

    """
    found: dict[str, Rule[Any]] = {}
    for module in sorted(pkgutil.walk_packages(guardrails.rules.__path__, "guardrails.rules."), key=lambda m: m.name):
        if module.ispkg:
            continue
        members = [item for item in vars(importlib.import_module(module.name)).values() if isinstance(item, Rule)]
        if len(members) != 1:
            msg = f"{module.name} must hold exactly one rule, not {len(members)}"
            raise ValueError(msg)
        if members[0].id in found:
            msg = f"the rule id {members[0].id} is used twice, again in {module.name}; rename one"
            raise ValueError(msg)
        found[members[0].id] = members[0]
    return tuple(found[key] for key in sorted(found))


def policies(rules: Iterable[Rule[Any]]) -> list[Policy]:
    """Make the CrossGuard policies: for each family the blocking one, then its advisory twin.

    The SDK asks them in this order (``pulumi_policy/policy.py``): those on exemptions come first and last, so that
    the file is judged before it is used, and its use when every other policy has spoken.
    """
    families: dict[str, list[Rule[Any]]] = {}
    for item in rules:
        families.setdefault(item.family.name, []).append(item)
    book = Book.open(exemptions.FILE, [item for members in families.values() for item in members])
    own = ExemptionPolicies(book)
    found = [
        policy
        for _, members in sorted(families.items())
        for blocking in [FamilyPolicy(tuple(members), Enforcement.MANDATORY, book)]
        for policy in (blocking.policy(), FamilyPolicy(tuple(members), Enforcement.ADVISORY, book, blocking).policy())
    ]
    return [own.form(), *found, *([own.use()] if book.entries else [])]


@dataclass(slots=True)
class FamilyPolicy:
    """One CrossGuard policy: the rules of a family that are enforced at one level.

    CrossGuard configures each policy apart. The twin has no configuration of its own unless one is given: it takes
    the last one its blocking policy was run with, which within a request always comes first, in the same thread. Under
    one configuration it takes over what the rules answered too, once, since the SDK would have it read all anew.
    """

    rules: tuple[Rule[Any], ...]
    level: Enforcement
    book: Book
    blocking: FamilyPolicy | None = None
    plan: _Plan | None = None
    left: dict[int, tuple[object, _Answered]] = field(default_factory=dict)
    earlier: dict[str, Registered] = field(default_factory=lambda: defaultdict(Registered))

    @property
    def family(self) -> Family:
        """The family whose rules these are."""
        return self.rules[0].family

    def policy(self) -> Policy:
        """Make the policy that the SDK serves."""
        family = self.family
        twin = self.level is Enforcement.ADVISORY
        metadata = _metadata(family, self.rules, self.level)
        name = family.name + (_TWIN if twin else "")
        if self.rules[0].on is Stack:
            return StackValidationPolicy(name, validate=self.validate_stack, **metadata)
        return ResourceValidationPolicy(name, validate=self.validate_resource, **metadata)

    def validate_resource(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        """Judge one resource."""
        judged = args.resource_type == STACK_TYPE or args.resource_type.startswith("aws:")
        if not judged:
            args.not_applicable("not a resource of the aws provider")
        outcome = self._judge(args.urn, args.urn, lambda: self._seen(args), args.get_config())
        self._send(outcome, report)
        if not outcome.applies:
            args.not_applicable(outcome.reason)

    def _seen(self, args: ResourceValidationArgs) -> Resource:
        """View a resource and those that were before it in its stack; a pack may be asked about several stacks."""
        before = self.earlier[args.urn.rsplit("::", 2)[0]]
        before.add(args)
        return Resource.of(args, before)

    def validate_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        """Judge the whole stack; its index is built once, and only if a rule is to read it."""
        urns = [item.urn for item in args.resources]
        root = next((item.urn for item in args.resources if item.resource_type == STACK_TYPE), "")
        outcome = self._judge(urns, root, lambda: Stack.of(args.resources), args.get_config())
        self._send(outcome, report)
        if not outcome.applies:
            args.not_applicable(outcome.reason)

    def _judge(self, subject: object, urn: str, see: _See, given: Mapping[str, Any]) -> _Outcome:
        """Run the rules at this level; ``urn`` is the resource of findings and questions that name none."""
        plan = self._planned(given)
        if plan.problems:
            for item in self.rules:
                self.book.hear(item.id, self._place(urn), (), broke=True)
            inherited = self.blocking is not None and not given
            return _Outcome([] if inherited else plan.problems, applies=True)
        answered = self._answered((subject, plan.config), plan, see, urn)
        total = _Outcome(reason=f"no rule of {self.family.name} is enforced at this level")
        for name, outcome in answered.items():
            total.add(outcome, self.level, plan.levels[name])
        return total

    def _place(self, urn: str) -> str | None:
        """Say of which resource the rules speak; ``None``: of the whole stack."""
        return None if self.rules[0].on is Stack else urn

    def _planned(self, given: Mapping[str, Any]) -> _Plan:
        """Check the configuration, once for as long as it stays the same."""
        plan = self.blocking.plan if self.blocking and not given else None
        if plan is None:
            same = self.plan is not None and self.plan.config == given
            plan = self.plan if self.plan and same else _Plan.of(self.family, self.rules, given)
        if plan is not self.plan and self.blocking is not None:
            self.book.shows(plan.levels)
        self.plan = plan
        return plan

    def _answered(self, about: object, plan: _Plan, see: _See, urn: str) -> _Answered:
        """Run the rules that are on, or take over what the blocking policy has just found about the same."""
        kept = self.blocking.left.pop(get_ident(), None) if self.blocking else None
        if kept is not None and kept[0] == about:
            return kept[1]
        view = see() if plan.levels else None
        found = {item.id: self._heard(item, view, plan, urn) for item in self.rules if item.id in plan.levels}
        for item in self.rules:
            if item.id not in plan.levels:
                self.book.hear_disabled(item.id)
        if self.blocking is None:
            self.left[get_ident()] = (about, found)
        return found

    def _heard(self, item: Rule[Any], view: Resource | Stack | None, plan: _Plan, urn: str) -> _Outcome:
        """Run one rule, and let the exemptions know of it."""
        outcome = _run(item, view, plan.settings)
        broke = bool(outcome.findings) and any(found.rule == _CRASH for found in outcome.findings)
        self.book.hear(item.id, self._place(urn), outcome.open, broke=broke)
        if outcome.findings:
            outcome.findings = [self._weigh(item, found, urn) for found in outcome.findings]
        return outcome

    def _weigh(self, item: Rule[Any], finding: Finding, urn: str) -> Finding:
        """Say of a finding whether it may be let through, and whether it is."""
        if not item.exempts(finding):
            finding = replace(finding, exemptable=False)
        return replace(finding, exemption=self.book.exemption(finding, finding.urn or urn))

    def _send(self, outcome: _Outcome, report: ReportViolation) -> None:
        """Report what is certain, then say through the SDK's own exception what could not be told."""
        urls = {item.id: item.url for item in self.rules} if outcome.findings else {}
        for finding in outcome.findings:
            report(render(finding, urls.get(finding.rule, _INDEX_URL)), finding.urn)
        _leave_open(outcome.open)


@dataclass(slots=True)
class ExemptionPolicies:
    """The policies on the exemptions: their form and time, judged on the stack alone, and their use."""

    book: Book

    def form(self) -> Policy:
        """Make the policy that judges the file when the stack is registered, before any resource of it is."""
        metadata = _metadata(EXEMPTIONS, (), Enforcement.MANDATORY)
        return ResourceValidationPolicy(EXEMPTIONS.name, validate=self.validate_form, **metadata)

    def use(self) -> Policy:
        """Make the policy that judges, when the whole stack was seen, whether each entry is of use."""
        metadata = _metadata(EXEMPTIONS, (), Enforcement.MANDATORY)
        return StackValidationPolicy(f"{EXEMPTIONS.name}-in-use", validate=self.validate_use, **metadata)

    def validate_form(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        """Judge the file, on the registration of the stack."""
        if args.resource_type != STACK_TYPE:
            args.not_applicable("exemptions are judged on the stack")
        config = args.get_config()
        found = validate(EXEMPTIONS, (), config)
        if not found:
            self.book.longest = int(_settings(EXEMPTIONS, config)["maxDays"])
        found += [problem.finding() for problem in self.book.judged(args.urn)]
        for finding in found:
            report(render(finding, _EXEMPTION_URLS.get(finding.rule, _INDEX_URL)), None)

    def validate_use(self, args: StackValidationArgs, report: ReportViolation) -> None:
        """Judge whether each entry for this stack still lets exactly one finding of one resource through."""
        stack = Stack.of(args.resources)
        found = (CannotTell(value, item.urn) for item in stack.resources for value in unknowns(dict(item.properties)))
        unused = list(self.book.unused([item.urn for item in args.resources], next(found, None)))
        stale = [item for item in unused if item.doubt is None]
        for problem in (*self.book.misused(), *(item.problem() for item in stale)):
            report(render(problem.finding(), _EXEMPTION_URLS[problem.rule]), None)
        _leave_open(item.doubt for item in unused if item.doubt)


def _leave_open(answers: Iterable[CannotTell]) -> None:
    """Say through the SDK's own exception what could not be told; it carries the first."""
    for answer in answers:
        steps = [str(step) for step in answer.unknown.steps]
        raise UnknownValueError(answer.unknown.sentinel, [answer.urn, *steps] if answer.urn else steps)


def _metadata(family: Family, rules: Sequence[Rule[Any]], level: Enforcement) -> dict[str, Any]:
    """Give what a family's policies say of themselves; one without rules is as severe as its findings, high."""
    severity = min((item.severity for item in rules), key=lambda item: item.rank, default=Severity.HIGH)
    return {
        "description": family.problem,
        "enforcement_level": EnforcementLevel(level.value),
        "config_schema": _schema(family, rules),
        "severity": _WIRE_SEVERITY[severity],
        "framework": PolicyComplianceFramework(name=family.framework, specification=family.reference),
        "tags": [_REPORTS_UNKNOWNS, *family.tags, *sorted({name for item in rules for name in item.frameworks})],
        "remediation_steps": family.remediation,
        "url": f"{_INDEX_URL}#{family.name}",
    }


@dataclass(slots=True)
class _Outcome:
    """What rules had to say: certain findings, open questions, or why there was nothing to judge."""

    findings: list[Finding] = field(default_factory=list)
    open: list[CannotTell] = field(default_factory=list)
    applies: bool = False
    reason: str = "no IAM policy document in the resource"

    def add(self, other: _Outcome, policy: Enforcement, rule: Enforcement) -> None:
        """Take over what a policy of one level reports of a rule of another: the rest is its twin's."""
        if other.findings:
            other = other._at(policy, rule)
        elif policy is not rule:
            self.reason = other.reason
            return
        self.findings += other.findings
        self.open += other.open
        self.applies = self.applies or other.applies
        self.reason = other.reason

    def _at(self, policy: Enforcement, rule: Enforcement) -> _Outcome:
        """Keep the findings that a policy of one level reports, and what was open where that is its own level.

        An advisory rule blocks by nothing but a crash; a finding that is advisory or exempted never blocks.
        """
        if policy is Enforcement.ADVISORY:
            if rule is Enforcement.ADVISORY:
                found = [item for item in self.findings if item.rule != _CRASH]
                return _Outcome(found, self.open, self.applies, self.reason)
            found = [item for item in self.findings if item.advisory or item.exemption]
            return _Outcome(found, applies=bool(found), reason=self.reason)
        if rule is Enforcement.MANDATORY:
            found = [item for item in self.findings if not item.advisory and not item.exemption]
            return _Outcome(found, self.open, self.applies, self.reason)
        found = [item for item in self.findings if item.rule == _CRASH]
        return _Outcome(found, applies=bool(found), reason=self.reason)


_Answered: TypeAlias = Mapping[str, _Outcome]
"""What each rule had to say, by its id."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A configuration, checked: what is wrong with it, the family's settings, the levels of rules that are on."""

    config: Mapping[str, Any]
    problems: list[Finding]
    settings: Mapping[str, Any]
    levels: Mapping[str, Enforcement]

    @classmethod
    def of(cls, family: Family, rules: Sequence[Rule[Any]], config: Mapping[str, Any]) -> _Plan:
        problems = validate(family, rules, config)
        if problems:
            return cls(config, problems, {}, {})
        levels = {item.id: family.level(item.id, item.enforcement, config) for item in rules}
        on = {key: level for key, level in levels.items() if level is not Enforcement.DISABLED}
        return cls(config, [], _settings(family, config), on)


def _run(item: Rule[Any], view: Resource | Stack | None, settings: Mapping[str, Any]) -> _Outcome:
    outcome = _Outcome()
    try:
        for part in view.documents if item.on is PolicyDocument and isinstance(view, Resource) else (view,):
            reasons = [answer.reason for answer in _answers(item, part, settings, outcome)]
            outcome.applies = outcome.applies or not reasons
            outcome.reason = next(iter(reasons), outcome.reason)
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must block, and must not stop the other rules
        outcome.findings.append(_crash(item, error))
        outcome.applies = True
    return outcome


def _answers(
    item: Rule[Any],
    view: object,
    settings: Mapping[str, Any],
    outcome: _Outcome,
) -> Iterator[NotApplicable]:
    """Collect a rule's answers as they come, so that a later crash loses none; yield those that decline."""
    declined = False
    for answer in item.check(view, settings):
        if isinstance(answer, NotApplicable):
            declined = True
            yield answer
        elif isinstance(answer, CannotTell):
            outcome.open.append(answer)
        else:
            outcome.findings.append(answer)
    if isinstance(view, PolicyDocument) and not declined:
        outcome.open += [CannotTell(hole) for hole in view.document.holes]


def _crash(item: Rule[Any], error: Exception) -> Finding:
    """Name the rule and the line that broke; the exception's text is left out, as it may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    message = f"the rule {item.id} broke with {type(error).__name__} at {place} and judged nothing further here"
    remedy = "repair the rule, or disable it by its id until then"
    return Finding(_CRASH, item.id, (), Severity.HIGH, message, remedy, exemptable=False)


def validate(family: Family, rules: Sequence[Rule[Any]], config: Mapping[str, Any]) -> list[Finding]:
    """Check a family's configuration strictly; each defect is a blocking finding that names its key.

    The values themselves are not repeated.
    """
    options = {item.name: item for item in family.options}
    problems = [
        _config_error(key, f"there is no such property; known are {', '.join(sorted((*options, 'rules')))}")
        for key in sorted(config)
        if key != "rules" and key not in options
    ]
    for key, option in options.items():
        if key in config and not _accepts(option, config[key]):
            problems.append(_config_error(key, f"the value must be {_expected(option)}"))
    if not problems:
        problems += [_config_error(key, message) for key, message in family.amiss(_settings(family, config))]
    return problems + _level_errors(config.get("rules", {}), {item.id for item in rules})


def _level_errors(levels: object, known: set[str]) -> list[Finding]:
    if not isinstance(levels, Mapping):
        return [_config_error("rules", "the value must be an object from rule ids to levels")]
    names = ", ".join(level.value for level in Enforcement)
    unknown = [
        _config_error(f"rules.{key}", f"this family has no such rule; known are {', '.join(sorted(known))}")
        for key in sorted(set(levels) - known)
    ]
    wrong = [
        _config_error(f"rules.{key}", f"the level must be one of {names}")
        for key in sorted(known & set(levels))
        if levels[key] not in {level.value for level in Enforcement}
    ]
    return unknown + wrong


def _config_error(key: str, message: str) -> Finding:
    remedy = "correct the policy pack's configuration file"
    words = f"configuration property {key}: {message}"
    return Finding("config-error", key, (), Severity.HIGH, words, remedy, exemptable=False)


def _settings(family: Family, config: Mapping[str, Any]) -> Mapping[str, Any]:
    return {item.name: config.get(item.name, item.default) for item in family.options}


def _expected(option: Option) -> str:
    return {
        "text": "a non-empty string",
        "texts": "a list of non-empty strings",
        "lists": "an object from non-empty strings to lists of them",
        "flag": "true or false",
        "choice": f"one of {', '.join(option.choices)}",
        "days": f"a whole number of days from 1 to {_MOST_DAYS}",
    }[option.kind]


def _accepts(option: Option, value: object) -> bool:
    if option.kind == "flag":
        return isinstance(value, bool)
    if option.kind == "choice":
        return value in option.choices
    if option.kind == "days":
        return _are_days(value)
    if option.kind == "text":
        return _is_text(value)
    if option.kind == "texts":
        return _are_texts(value)
    return isinstance(value, Mapping) and all(_is_text(key) and _are_texts(item) for key, item in value.items())


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_days(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 1 <= value <= _MOST_DAYS and value == int(value)


def _schema(family: Family, rules: Sequence[Rule[Any]]) -> PolicyConfigSchema:
    """Describe the configuration as the JSON schema that the CLI and the cloud console read."""
    levels = {"type": "string", "enum": [level.value for level in Enforcement]}
    properties: dict[str, dict[str, Any]] = {
        "rules": {
            "type": "object",
            "properties": {item.id: levels for item in rules},
            "additionalProperties": False,
            "description": "enforcement by rule id",
        },
    }
    for option in family.options:
        properties[option.name] = {**_shape(option), "description": option.description}
    return PolicyConfigSchema(properties)


def _shape(option: Option) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    texts = {"type": "array", "items": text}
    return {
        "text": text,
        "texts": texts,
        "lists": {"type": "object", "additionalProperties": texts},
        "flag": {"type": "boolean"},
        "choice": {"type": "string", "enum": list(option.choices)},
        "days": {"type": "integer", "minimum": 1, "maximum": _MOST_DAYS},
    }[option.kind]
