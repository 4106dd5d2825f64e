# SPDX-License-Identifier: Apache-2.0
"""From what packs said in two passes to one verdict for each policy and resource.

The faithful pass leaves unknown what Pulumi's own preview leaves unknown; the resolved pass synthesises it. A
violation in either is a fail. Where the faithful pass could not judge (the policy said so, or stayed silent on a
request that held an unknown), the resolved pass decides; where neither can tell, the verdict is unproven. What was
never analysed, or raised, is a fail that says so; so is what a pack says in the name of a policy it does not have.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast, get_args

from stackproof.errors import UnrunnableError
from stackproof.fragments import with_fragments
from stackproof.model import (
    NO_REACH,
    STACK_TYPE,
    Analysis,
    Diagnostic,
    Exemption,
    Finding,
    PassName,
    PolicyVerdict,
    Preview,
    ProgramEnd,
    Severity,
    Unproven,
    Verdict,
)
from stackproof.notices import notices
from stackproof.pages import pages
from stackproof.redaction import Redactor, secrets_of
from stackproof.sources import snippets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stackproof.model import Job, Pass, PolicyInfo, PolicyPack, Reach, Resource, Strictness

__all__ = ["blocking", "blocks", "exit_code", "judge"]

_EVERY_POLICY = "all"
"""CrossGuard's reserved name: here, a verdict that concerns all policies of a pack."""

_MESSAGE = re.compile(
    r"^(?P<rule>[a-z0-9-]+)\[(?P<key>.*?)\] (?P<severity>[a-z]+) at (?P<path>\S+): (?P<message>[^\n]*)"
    r"(?:\nfix: (?P<remedy>[^\n]*))?(?:\nsee: (?P<url>[^\n]*))?"
    r"(?:\nclass: (?P<grade>[^\n]*))?(?:\nexempted: (?P<exempted>[^\n]*))?(?:\nlink: (?P<link>[^\n]*))?$",
)
_EXEMPTED = re.compile(
    r"^until (?P<expires>\d{4}-\d{2}-\d{2}) \((?P<left>\d+) days? left\), owner (?P<owner>.+?): (?P<reason>.+)$"
)
_NEVER = "never"
"""What our packs say of a finding that nobody may exempt."""

_BROKEN = frozenset({"config-error", "rule-error"})
"""The rules by which our own packs say that one of theirs broke: that blocks at every level, as a crash does."""

_UNKNOWN_PATH = re.compile(r"value at \.(?P<path>.+) can't be known during preview$")
_SEVERITIES = get_args(Severity)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one policy said of one resource in one pass. ``doubt`` holds the paths it could not read."""

    violations: tuple[Diagnostic, ...] = ()
    doubt: tuple[str, ...] = ()
    doubtful: bool = False
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """A pass, indexed: who analysed what, what each policy said, which packs raised.

    ``guessed`` holds the unknowns of each resource that a remediation rewrote without knowing them, by URN.
    """

    name: PassName
    end: ProgramEnd
    answers: Mapping[tuple[str, str], Analysis]
    stack_answers: Mapping[str, Analysis]
    resources: Mapping[str, Resource]
    guessed: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, run: Pass) -> _Heard:
        answers: dict[tuple[str, str], Analysis] = {}
        for answer in run.analyses:
            if not answer.stack_level:
                key = (answer.pack, answer.urn)
                answers[key] = _both(answers[key], answer) if key in answers else answer
        return cls(
            name=run.name,
            end=run.end,
            answers=answers,
            stack_answers={a.pack: a for a in run.analyses if a.stack_level},
            resources={resource.urn: resource for resource in run.resources},
            guessed={a.urn: a.tainted for a in run.analyses if a.tainted and any(r.changed for r in a.remediations)},
        )


def _both(first: Analysis, second: Analysis) -> Analysis:
    """Make one answer of two about the same URN, so that neither is lost."""
    return replace(
        first,
        tainted=first.tainted + second.tainted,
        diagnostics=first.diagnostics + second.diagnostics,
        not_applicable={name: why for name, why in first.not_applicable.items() if name in second.not_applicable},
        error=first.error or second.error,
        remediations=first.remediations + second.remediations,
    )


def judge(job: Job, engine: str, commit: str, passes: Sequence[Pass], reach: Reach = NO_REACH) -> Preview:
    """Give the verdicts on one stack from one or two passes over it; ``reach`` is what its principals can do.

    Raises:
        UnrunnableError: the packs are such that nothing they say could be a verdict.

    """
    _refuse_unfit(passes)
    heard = [_Heard.of(run) for run in passes]
    resources = list({urn: resource for one in reversed(heard) for urn, resource in one.resources.items()}.values())
    resources.sort(key=lambda resource: resource.urn)
    packs = passes[0].packs
    verdicts = [verdict for pack in packs for verdict in _judge_pack(pack, heard, resources)]
    verdicts += [*_unfinished(passes), *_empty(passes, resources)]
    if passes[0].end is not ProgramEnd.COMPLETED:
        verdicts = [_cut_short(verdict, passes[0].end) for verdict in verdicts]
    told = with_fragments(verdicts, heard[-1].resources)
    # A program may mark a URN as secret; it names its resource in every report all the same.
    secrets = frozenset(secrets_of(job, passes)) - {resource.urn for resource in resources}
    preview = Preview(
        project=job.program.project,
        stack=job.program.stack,
        engine=engine,
        commit=commit,
        passes=tuple(run.name for run in passes),
        packs=packs,
        resources=tuple(resources),
        verdicts=told,
        problems=tuple(_problems(passes)),
        notices=notices(job, passes, verdicts),
        configuration_error=any(run.end is ProgramEnd.BAD_CONFIGURATION for run in passes),
        program_output=passes[0].output,
        log=tuple({line: None for run in passes for line in run.log}),
        assumptions=tuple({note: None for run in passes for note in run.assumptions}),
        seconds=max(run.seconds for run in passes),
        unused=_unused(job, passes),
        deletions=tuple(one for one in passes[0].deletions if all(one in run.deletions for run in passes)),
        strictness=job.strictness,
        pages=pages(packs, {finding.rule for verdict in told for finding in verdict.findings}),
        snippets=snippets(job.program.shown_from, passes, told, secrets),
        reach=reach,
    )
    return Redactor(secrets).shown(preview)


def _refuse_unfit(passes: Sequence[Pass]) -> None:
    """Refuse packs without rules, and names by which one answer would be taken for another's."""
    packs = passes[0].packs
    if not packs:
        raise UnrunnableError("no policy pack took part: a gate without rules proves nothing")
    first: dict[str, PolicyPack] = {}
    for pack in packs:
        other = first.setdefault(pack.name, pack)
        if other is not pack:
            raise UnrunnableError(
                f"policy packs {other.root} and {pack.root} are both named {pack.name!r}; rename one of them"
            )
        reason = _unfit(pack)
        if reason:
            raise UnrunnableError(f"policy pack {pack.root} {reason}")
    for run in passes[1:]:
        changed = [pack for pack in run.packs if pack.name not in first or pack.policies != first[pack.name].policies]
        if changed or len(run.packs) != len(packs):
            where = changed[0].root if changed else packs[0].root
            raise UnrunnableError(f"policy pack {where} announced other policies in the {run.name} pass; run it again")


def _unfit(pack: PolicyPack) -> str:
    """Say why a pack cannot be a gate, or nothing."""
    if not pack.policies:
        return "has no policies: a gate without rules proves nothing"
    if all(policy.enforcement == "disabled" for policy in pack.policies):
        return "has every policy disabled by its configuration: a gate without rules proves nothing"
    names = Counter(policy.name for policy in pack.policies)
    if names[_EVERY_POLICY]:
        return f"has a policy named {_EVERY_POLICY!r}, which stands for every policy; rename it"
    twice = [name for name, count in names.items() if count > 1]
    return f"has {names[twice[0]]} policies named {twice[0]!r}; rename all but one" if twice else ""


def _empty(passes: Sequence[Pass], resources: Sequence[Resource]) -> Iterator[PolicyVerdict]:
    """Give the verdict on a program that has nothing to judge: more likely a mistake than a stack."""
    if passes[0].end is not ProgramEnd.COMPLETED or any(map(_counts, resources)):
        return
    if any(answer.error for answer in passes[0].analyses):
        # The CLI ends at the first error of a pack, before the program could register more.
        return
    stack = next((resource for resource in resources if resource.type == STACK_TYPE), None)
    yield PolicyVerdict(
        pack="",
        policy=_EVERY_POLICY,
        urn=stack.urn if stack else "",
        type=STACK_TYPE,
        name=stack.name if stack else "",
        verdict=Verdict.UNPROVEN,
        judged_in=passes[0].name,
        reason="the program registers nothing that a provider would create, so there was nothing to judge",
    )


def _counts(resource: Resource) -> bool:
    return bool(resource.opaque) or (resource.custom and not resource.type.startswith("pulumi:providers:"))


def _unused(job: Job, passes: Sequence[Pass]) -> tuple[str, ...]:
    """Name what no pass asked for; of a program that broke off nobody can tell."""
    if any(run.end is not ProgramEnd.COMPLETED for run in passes):
        return ()
    return job.outside.unused(note for run in passes for note in run.assumptions)


def _cut_short(verdict: PolicyVerdict, end: ProgramEnd) -> PolicyVerdict:
    """Take back a pass on a program that was not seen to its end: what is missing might have changed it."""
    if verdict.verdict is not Verdict.PASS:
        return verdict
    return replace(verdict, verdict=Verdict.UNPROVEN, unproven=(), reason=f"the program {end.value}")


def _problems(passes: Sequence[Pass]) -> Iterator[str]:
    """Say what kept the program from its end: in the first pass always, later only for its configuration."""
    for index, run in enumerate(passes):
        if run.end is ProgramEnd.COMPLETED or (index > 0 and run.end is not ProgramEnd.BAD_CONFIGURATION):
            continue
        words = [line.message for line in run.log if line.severity == "error"]
        yield f"the program {run.end.value}" + (": " + "\n".join(words) if words else "")
        return


def _unfinished(passes: Sequence[Pass]) -> Iterator[PolicyVerdict]:
    """Give the verdict on a second pass cut short: it leaves resources unseen that only it could have shown."""
    if len(passes) < 2 or passes[0].end is not ProgramEnd.COMPLETED or passes[1].end is ProgramEnd.COMPLETED:  # noqa: PLR2004
        return
    run = passes[1]
    said = next((line.message for line in run.log if line.severity == "error"), run.end.value)
    words = said.splitlines()[-1]
    stack = next((resource for resource in run.resources if resource.type == STACK_TYPE), None)
    yield PolicyVerdict(
        pack="",
        policy=_EVERY_POLICY,
        urn=stack.urn if stack else "",
        type=STACK_TYPE,
        name=stack.name if stack else "",
        verdict=Verdict.UNPROVEN,
        judged_in="resolved",
        reason=f"with synthesised values the program {run.end.value}; what it would register was not seen: {words}",
    )


def _judge_pack(pack: PolicyPack, heard: Sequence[_Heard], resources: Sequence[Resource]) -> Iterator[PolicyVerdict]:
    enabled = [policy for policy in pack.policies if policy.enforcement != "disabled"]
    for resource in resources:
        blocked = _integrity(pack.name, resource, heard)
        if blocked is not None:
            yield blocked
            continue
        own = [policy for policy in enabled if not policy.stack_level]
        answers = [(one, one.answers.get((pack.name, resource.urn))) for one in heard]
        yield from _foreign(pack.name, resource, own, answers)
        for policy in own:
            said = [_heard_on(one, pack.name, policy, resource.urn) for one in heard]
            verdict = _combine(pack.name, policy, resource, heard, said)
            yield verdict
            if verdict.findings:
                yield from _left_open(pack.name, policy, resource, heard, said)
    stack = next((resource for resource in resources if resource.type == STACK_TYPE), None)
    if stack is not None:
        yield from _judge_stack(pack, [policy for policy in enabled if policy.stack_level], heard, stack, resources)


def _integrity(pack: str, resource: Resource, heard: Sequence[_Heard]) -> PolicyVerdict | None:
    """Give the verdict on a resource that no policy can speak for: not analysed, the pack raised, or nothing to see."""
    verdict = _verdict(pack, _EVERY_POLICY, resource, Verdict.FAIL)
    for one in heard:
        answer = one.answers.get((pack, resource.urn))
        if answer is None and resource.urn in one.resources:
            reason = "the pack never analysed this resource"
        elif answer is not None and answer.error:
            reason = f"the pack gave no answer: {answer.error}"
        else:
            continue
        return replace(verdict, judged_in=one.name, findings=(_gate_finding(resource, reason),), reason=reason)
    if resource.opaque:
        return replace(verdict, verdict=Verdict.UNPROVEN, reason=resource.opaque)
    return None


def _foreign(
    pack: str,
    resource: Resource,
    policies: Sequence[PolicyInfo],
    answers: Sequence[tuple[_Heard, Analysis | None]],
) -> Iterator[PolicyVerdict]:
    """Give the verdict on what a pack says in the name of a policy that should not speak here: it must not be lost."""
    names = {policy.name for policy in policies}
    for one, answer in answers:
        said = [(item.policy, item.message) for item in answer.diagnostics] if answer else []
        said += [(item.policy, item.problem) for item in answer.remediations] if answer else []
        strange = [(name, message) for name, message in said if name not in names]
        if strange:
            name, message = strange[0]
            reason = f"the pack speaks for policy {name!r}, which it has not enabled for this: {message}"
            finding = _gate_finding(resource, reason)
            verdict = _verdict(pack, _EVERY_POLICY, resource, Verdict.FAIL)
            yield replace(verdict, judged_in=one.name, findings=(finding,), reason=reason)
            return


def _gate_finding(resource: Resource, message: str) -> Finding:
    return Finding(
        rule="pack-error",
        key=resource.type,
        severity="high",
        enforcement="mandatory",
        message=message,
        remedy="mend the pack: nothing it says counts while this happens",
        urn=resource.urn,
        file=resource.source.file if resource.source else "",
        line=resource.source.line if resource.source else 0,
    )


def _heard_on(one: _Heard, pack: str, policy: PolicyInfo, urn: str) -> _Said | None:
    answer = one.answers.get((pack, urn))
    return None if answer is None else _said(answer, policy, one.guessed.get(urn, ()))


def _said(answer: Analysis, policy: PolicyInfo, guessed: tuple[str, ...]) -> _Said:
    """Read what a policy said. ``guessed`` are unknowns that a remediation rewrote: no policy could see them."""
    own = [diagnostic for diagnostic in answer.diagnostics if diagnostic.policy == policy.name]
    violations = tuple(_at_least(policy, diagnostic) for diagnostic in own if not diagnostic.could_not_run)
    refusals = [diagnostic.message for diagnostic in own if diagnostic.could_not_run]
    refusals += [item.problem for item in answer.remediations if item.policy == policy.name and item.problem]
    if refusals:
        paths = [match["path"] for refusal in refusals if (match := _UNKNOWN_PATH.search(refusal))]
        return _Said(violations, tuple(paths) or answer.tainted, doubtful=True)
    unseen = guessed or (() if policy.reports_unknowns else answer.tainted)
    if unseen and not violations:
        return _Said(doubt=unseen, doubtful=True)
    return _Said(violations, not_applicable=answer.not_applicable.get(policy.name))


def _at_least(policy: PolicyInfo, violation: Diagnostic) -> Diagnostic:
    """Hold a violation to its policy's level where the pack says less of it."""
    weaker = violation.enforcement in {"advisory", "disabled"} and policy.enforcement != "advisory"
    return replace(violation, enforcement=policy.enforcement) if weaker else violation


def _combine(
    pack: str,
    policy: PolicyInfo,
    resource: Resource,
    heard: Sequence[_Heard],
    said: Sequence[_Said | None],
) -> PolicyVerdict:
    verdict = _verdict(pack, policy.name, resource, Verdict.PASS)
    known = [(one.name, words) for one, words in zip(heard, said, strict=True) if words is not None]
    first_name, first = known[0]
    last_name, last = known[-1]
    unproven = tuple(_unproven(path, resource) for path in first.doubt)
    guilty = [name for name, words in known if words.violations]
    if guilty:
        findings = _merge([_finding(item, resource) for _, words in known for item in words.violations])
        kind = _outcome(findings)
        return replace(verdict, verdict=kind, findings=findings, unproven=unproven, judged_in=guilty[0])
    if first_name == "faithful" and len(heard) > 1 and len(known) > 1 and not first.doubtful:
        last_name, last = first_name, first
    if last.doubtful:
        remaining = tuple(_unproven(path, resource) for path in last.doubt)
        return replace(verdict, verdict=Verdict.UNPROVEN, unproven=remaining, judged_in=last_name)
    if last.not_applicable is not None:
        return replace(verdict, verdict=Verdict.NOT_APPLICABLE, reason=last.not_applicable, judged_in=last_name)
    return replace(verdict, unproven=unproven, judged_in=last_name)


def _left_open(
    pack: str,
    policy: PolicyInfo,
    resource: Resource,
    heard: Sequence[_Heard],
    said: Sequence[_Said | None],
) -> Iterator[PolicyVerdict]:
    """Say what no pass could tell beside the findings: they may be let through, and that must not go with them."""
    rest = [replace(words, violations=()) if words else None for words in said]
    verdict = _combine(pack, policy, resource, heard, rest)
    if verdict.verdict is Verdict.UNPROVEN:
        yield verdict


def _outcome(findings: Sequence[Finding]) -> Verdict:
    """Say what findings amount to; there is at least one."""
    return Verdict.EXEMPTED if all(finding.exemption for finding in findings) else Verdict.FAIL


def _judge_stack(
    pack: PolicyPack,
    policies: Sequence[PolicyInfo],
    heard: Sequence[_Heard],
    stack: Resource,
    resources: Sequence[Resource],
) -> Iterator[PolicyVerdict]:
    # Nobody is shown the stack of a program that did not run to its end.
    whole = [one for one in heard if one.end is ProgramEnd.COMPLETED or pack.name in one.stack_answers]
    if not whole:
        reason = f"the program {heard[0].end.value}, so its whole stack was not seen"
        yield replace(_verdict(pack.name, _EVERY_POLICY, stack, Verdict.UNPROVEN), reason=reason)
        return
    for one in whole:
        answer = one.stack_answers.get(pack.name)
        if answer is None or answer.error:
            reason = f"the pack gave no answer: {answer.error}" if answer else "the pack never analysed the stack"
            finding = replace(_gate_finding(stack, reason), key="stack")
            yield replace(
                _verdict(pack.name, _EVERY_POLICY, stack, Verdict.FAIL),
                findings=(finding,),
                judged_in=one.name,
                reason=reason,
            )
            return
    yield from _foreign(pack.name, stack, policies, [(one, one.stack_answers[pack.name]) for one in whole])
    by_urn = {resource.urn: resource for resource in resources}
    guessed = [tuple(f"{urn}#{path}" for urn, paths in one.guessed.items() for path in paths) for one in whole]
    for policy in policies:
        said = [_said(one.stack_answers[pack.name], policy, unseen) for one, unseen in zip(whole, guessed, strict=True)]
        yield from _judge_stack_policy(pack.name, policy, whole, said, stack, by_urn)


def _judge_stack_policy(  # noqa: PLR0913, PLR0917 (one step of `_judge_stack`, with what it has at hand)
    pack: str,
    policy: PolicyInfo,
    heard: Sequence[_Heard],
    said: Sequence[_Said],
    stack: Resource,
    by_urn: Mapping[str, Resource],
) -> Iterator[PolicyVerdict]:
    """Give a verdict for each resource that a violation names; one for the stack where there is none, or doubt."""
    accused: dict[str, list[tuple[PassName, Diagnostic]]] = defaultdict(list)
    for one, words in zip(heard, said, strict=True):
        for violation in words.violations:
            accused[violation.urn if violation.urn in by_urn else stack.urn].append((one.name, violation))
    for urn, items in sorted(accused.items()):
        resource = by_urn[urn]
        findings = _merge([_finding(item, resource) for _, item in items])
        verdict = _verdict(pack, policy.name, resource, _outcome(findings))
        yield replace(verdict, findings=findings, judged_in=items[0][0])
    rest = [replace(words, violations=()) for words in said]
    if accused and not rest[-1].doubtful:
        return
    verdict = _combine(pack, policy, stack, heard, rest)
    if verdict.unproven:
        verdict = replace(verdict, unproven=tuple(_stack_unproven(item.path, by_urn) for item in verdict.unproven))
    yield verdict


def _stack_unproven(path: str, by_urn: Mapping[str, Resource]) -> Unproven:
    """Split a path that begins with a URN, as taint has it (``URN#path``) and as packs report it (``URN.path``)."""
    urns = [path[: end.start()] for end in re.finditer(r"[#.]", path) if path[: end.start()] in by_urn]
    if not urns:
        return Unproven(path, ())
    urn = urns[-1]
    inner = path[len(urn) + 1 :]
    return Unproven(f"{by_urn[urn].name}.{inner}", _sources(inner, by_urn[urn]) or (urn,))


def _unproven(path: str, resource: Resource) -> Unproven:
    return Unproven(path, _sources(path, resource))


def _sources(path: str, resource: Resource) -> tuple[str, ...]:
    return resource.property_dependencies.get(re.split(r"[.\[]", path, maxsplit=1)[0], ())


def _verdict(pack: str, policy: str, resource: Resource, verdict: Verdict) -> PolicyVerdict:
    return PolicyVerdict(pack, policy, resource.urn, resource.type, resource.name, verdict)


def _finding(diagnostic: Diagnostic, resource: Resource) -> Finding:
    """Read a message of our own packs' grammar; any other pack's message is one finding of its policy."""
    match = _MESSAGE.match(diagnostic.message)
    text = diagnostic.message or diagnostic.description
    severity = match["severity"] if match else diagnostic.severity
    path = match["path"] if match else ""
    rule = match["rule"] if match else diagnostic.policy
    said = match["exempted"] if match else None
    grade = (match["grade"] or "").split() if match else []
    return Finding(
        rule=rule,
        key=match["key"] if match else "",
        severity=cast("Severity", severity) if severity in _SEVERITIES else "medium",
        enforcement="advisory" if diagnostic.enforcement == "advisory" and rule not in _BROKEN else "mandatory",
        message=match["message"] if match else text,
        remedy=(match["remedy"] or "") if match else "",
        url=(match["url"] or "") if match else "",
        path="" if path == "-" else path,
        urn=resource.urn,
        file=resource.source.file if resource.source else "",
        line=resource.source.line if resource.source else 0,
        exemption=_exemption(said, (match["link"] or "") if match else "", diagnostic),
        exemptable=match is not None and said != _NEVER,
        code="".join(grade[:1]),
        confidence="".join(grade[1:2]),
        actions=tuple(grade[2:]),
    )


def _exemption(said: str | None, link: str, diagnostic: Diagnostic) -> Exemption | None:
    """Read an exemption; what blocks under Pulumi's own CLI all the same, as a policy made stricter does, has none."""
    match = _EXEMPTED.match(said) if said and diagnostic.enforcement == "advisory" else None
    return Exemption(match["reason"], match["owner"], match["expires"], int(match["left"]), link) if match else None


def _merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each finding once: the same rule, key and level in both passes is one finding, worded by the first."""
    kept: dict[tuple[str, str, str, str], Finding] = {}
    for finding in findings:
        same = finding.message if not finding.key else ""
        kept.setdefault((finding.rule, finding.key, finding.enforcement, same), finding)
    return tuple(sorted(kept.values(), key=lambda f: (_SEVERITIES.index(f.severity), f.rule, f.path, f.key)))


def blocks(finding: Finding, strictness: Strictness) -> bool:
    """Say whether a finding blocks: it is mandatory or advice counts too, and nobody let it through."""
    if finding.exemption or finding.baseline:
        return False
    return finding.enforcement == "mandatory" or strictness.advisory


def blocking(verdict: PolicyVerdict, strictness: Strictness) -> bool:
    """Say whether a verdict blocks."""
    if verdict.verdict is Verdict.UNPROVEN:
        return strictness.unproven
    return verdict.verdict is Verdict.FAIL and any(blocks(finding, strictness) for finding in verdict.findings)


def exit_code(preview: Preview) -> int:
    """Give the exit code for one stack: 0 proven, 1 violated, 2 configuration, 3 unproven, 4 could not be run."""
    if preview.problems:
        return 2 if preview.configuration_error else 4
    verdicts = {verdict.verdict for verdict in preview.verdicts if blocking(verdict, preview.strictness)}
    if Verdict.FAIL in verdicts:
        return 1
    return 3 if Verdict.UNPROVEN in verdicts else 0
