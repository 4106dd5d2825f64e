# SPDX-License-Identifier: Apache-2.0
"""Packs that Pulumi's own preview lets pass, and packs that lie: each ends in a visible non-pass, or a notice."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UnrunnableError, UsageError
from stackproof.model import PolicyVerdict, Preview, Verdict
from stackproof.verdicts import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine import Engine
    from stackproof.model import Job

HERE = Path(__file__).parent
LIAR = (HERE / "packs" / "liar" / "pack.py").read_text(encoding="utf-8")

TOPIC = "aws:sns/topic:Topic"
PROGRAM = """\
import pulumi


class Topic(pulumi.CustomResource):
    def __init__(self, name, **inputs):
        super().__init__("aws:sns/topic:Topic", name, {"arn": None, "name": f"{name}-dev", **inputs})
"""
COMPUTED = PROGRAM + 'Topic("copy", displayName=Topic("first").arn)\n'
"""Its `displayName` is unknown in the faithful pass, and an ARN in the resolved one."""

UNKNOWN = (
    PROGRAM
    + """

class Other(pulumi.CustomResource):
    def __init__(self, name):
        super().__init__("test:index:Other", name, {"made": None})


Topic("copy", displayName=Other("other").made)
"""
)
"""Its `displayName` is unknown in both passes: nobody has a table of that package's outputs."""

KNOWN = PROGRAM + 'Topic("copy", displayName="open")\n'

PACK = """\
from pulumi_policy import *


def rule(args, report):
    if args.resource_type != "aws:sns/topic:Topic" or args.name != "copy":
        args.not_applicable("another type")
    props = args.props
{body}

PolicyPack(
    "written",
    [ResourceValidationPolicy("p", "said", rule, enforcement_level=EnforcementLevel.{level})],
)
"""


def pack(body: str, level: str = "MANDATORY") -> str:
    """Give a pack with one policy `p`, whose rule is the given text about the topic `copy`."""
    return PACK.format(body=textwrap.indent(textwrap.dedent(body).strip() + "\n", "    "), level=level)


def liar(body: str) -> str:
    """Give a pack that speaks the protocol without the SDK, with methods of its own in place of honest ones."""
    return LIAR.replace("    # HERE\n", textwrap.indent(textwrap.dedent(body), "    "))


@pytest.fixture
def engine(each_engine: Engine) -> Engine:
    """Judge by each engine in turn: what one lets pass, the other must not."""
    return each_engine


@dataclass(frozen=True)
class Gate:
    """A judged stack and what a pipeline sees of it."""

    preview: Preview

    @property
    def code(self) -> int:
        """The exit code at the default strictness."""
        return exit_code(self.preview)

    def on(self, name: str, policy: str = "p") -> PolicyVerdict:
        """Give the one verdict of a policy on the resource of some name."""
        (found,) = [item for item in self.preview.verdicts if (item.name, item.policy) == (name, policy)]
        return found

    @property
    def words(self) -> list[str]:
        """Everything that a verdict which does not pass says."""
        bad = [item for item in self.preview.verdicts if item.verdict in {Verdict.FAIL, Verdict.UNPROVEN}]
        return [text for item in bad for text in (item.reason, *(finding.message for finding in item.findings)) if text]


@pytest.fixture
def gate(
    job: Callable[..., Job],
    judged: Callable[[Job], Preview],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> Callable[..., Gate]:
    """Judge a program's text by a pack's text, with a configuration file where one is given."""

    def run(pack_text: str, program: str = KNOWN, config: str | None = None) -> Gate:
        root = write_pack(pack_text)
        if config is not None:
            (root / "config").mkdir()
            (root / "config" / "dev.json").write_text(config)
        return Gate(judged(job(write_program(program), root)))

    return run


SWALLOWED = """
try:
    if props["displayName"].startswith("open"):
        report("open")
except Exception:
    pass
"""
SWALLOWED_AS_NOT_APPLICABLE = """
try:
    if props["displayName"].startswith("open"):
        report("open")
except Exception:
    args.not_applicable("has no such name")
"""
UNCHECKED = """
if props["__target"]["displayName"].startswith("open"):
    report("open")
"""
HONEST = """
if props["displayName"].startswith("open"):
    report("open")
"""


@pytest.mark.parametrize("body", [SWALLOWED, SWALLOWED_AS_NOT_APPLICABLE, UNCHECKED, HONEST, "pass"])
def test_a_rule_that_met_an_unknown_which_nobody_knows_proves_nothing(body: str, gate: Callable[..., Gate]) -> None:
    """Whether it says so, swallows the exception, reads past the check, or never looked."""
    found = gate(pack(body), UNKNOWN)
    assert (found.on("copy").verdict, found.code) == (Verdict.UNPROVEN, 3)
    assert [item.path for item in found.on("copy").unproven] == ["displayName"]


@pytest.mark.parametrize("body", [SWALLOWED, SWALLOWED_AS_NOT_APPLICABLE, UNCHECKED, HONEST])
def test_a_violation_that_hides_behind_an_unknown_is_found_on_synthesised_values(
    body: str, gate: Callable[..., Gate]
) -> None:
    """Pulumi's preview would be green."""
    found = gate(pack(body.replace('"open"', '"arn:"')), COMPUTED)
    assert (found.on("copy").verdict, found.on("copy").judged_in, found.code) == (Verdict.FAIL, "resolved", 1)


def test_an_unknown_inside_a_slice_is_not_taken_for_a_value(gate: Callable[..., Gate]) -> None:
    """The SDK checks an index, not a slice."""
    program = UNKNOWN.replace('displayName=Other("other").made', 'names=[Other("other").made]')
    found = gate(pack('if "open" in list(props["names"][0:1]):\n    report("open")'), program)
    assert (found.on("copy").verdict, found.code) == (Verdict.UNPROVEN, 3)


def test_a_longer_text_that_holds_an_unknown_is_not_taken_for_a_value(gate: Callable[..., Gate]) -> None:
    """Such text passes the SDK's check; a provider may send it."""
    program = PROGRAM + 'Topic("copy", displayName="for 04da6b54-80e4-46f7-96ec-b56ff0331ba9")\n'
    found = gate(pack(HONEST), program)
    assert (found.on("copy").verdict, found.code) == (Verdict.UNPROVEN, 3)


def test_a_violation_reported_before_an_unknown_is_read_counts(gate: Callable[..., Gate]) -> None:
    """The advisory that follows takes nothing back, and stands beside it."""
    found = gate(pack('report("certain")\nprops["displayName"]'), UNKNOWN)
    assert [item.verdict for item in found.preview.verdicts if item.name == "copy"] == [Verdict.FAIL, Verdict.UNPROVEN]
    assert (found.words, found.code) == (["certain"], 1)


@pytest.mark.parametrize("level", ["ADVISORY", "MANDATORY"])
def test_a_rule_that_raises_fails_its_resource_at_every_level(level: str, gate: Callable[..., Gate]) -> None:
    """Nobody knows what it would have said."""
    found = gate(pack("1 / 0", level))
    assert found.code == 1
    assert set(found.words) == {"the pack gave no answer: division by zero"}


STACK_PACK = """\
from pulumi_policy import *


def rule(args, report):
    {body}


PolicyPack("written", [StackValidationPolicy("p", "said", rule, EnforcementLevel.{level})])
"""


@pytest.mark.parametrize("level", ["ADVISORY", "MANDATORY"])
def test_a_stack_rule_that_raises_fails_the_stack_at_every_level(level: str, gate: Callable[..., Gate]) -> None:
    """The same for the whole stack."""
    found = gate(STACK_PACK.format(body="1 / 0", level=level))
    assert (found.words, found.code) == (["the pack gave no answer: division by zero"] * 2, 1)


def test_a_stack_rule_that_swallows_an_unknown_proves_nothing(gate: Callable[..., Gate]) -> None:
    """One unknown anywhere in the stack is enough."""
    body = "try:\n        [dict(item.props) for item in args.resources]\n    except Exception:\n        pass"
    found = gate(STACK_PACK.format(body=body, level="MANDATORY"), UNKNOWN)
    assert (found.on("engine-dev").verdict, found.code) == (Verdict.UNPROVEN, 3)


def test_a_stack_rule_that_accuses_a_resource_which_is_not_there_accuses_the_stack(gate: Callable[..., Gate]) -> None:
    """A finding is not lost with its URN."""
    found = gate(STACK_PACK.format(body='report("gone", "urn:pulumi:dev::engine::a:b:C::gone")', level="MANDATORY"))
    assert (found.on("engine-dev").verdict, found.words, found.code) == (Verdict.FAIL, ["gone"], 1)


def test_a_stack_rule_that_never_ran_since_the_program_failed_passes_nothing(gate: Callable[..., Gate]) -> None:
    """What was seen until then is not the stack."""
    found = gate(STACK_PACK.format(body="pass", level="MANDATORY"), KNOWN + "raise ValueError('boom')\n")
    assert {item.verdict for item in found.preview.verdicts} == {Verdict.UNPROVEN}
    assert found.code == 4


def test_a_description_in_the_words_of_the_sdk_makes_no_refusal_of_a_violation(gate: Callable[..., Gate]) -> None:
    """The SDK puts it before each message, where its own words for an unknown would stand."""
    words = "can't run policy 'p' from policy pack 'written@v0.0.1' during preview: string value at .x can't be known"
    found = gate(pack('report("open")').replace('"said"', f'"{words}"'))
    assert (found.on("copy").verdict, found.words, found.code) == (Verdict.FAIL, ["open"], 1)


def test_a_message_in_the_words_of_the_sdk_makes_no_refusal_of_a_violation(gate: Callable[..., Gate]) -> None:
    """The description comes first."""
    found = gate(pack("report(\"can't run policy 'p' during preview: string value at .x can't be known\")"))
    assert (found.on("copy").verdict, found.code) == (Verdict.FAIL, 1)


SAYS = """
def Analyze(self, request, context):
    if request.name != "copy":
        return a.AnalyzeResponse()
    return a.AnalyzeResponse(diagnostics=[a.AnalyzeDiagnostic({fields}, message="said\\nopen", description="said")])
"""


@pytest.mark.parametrize("level", ["ADVISORY", "REMEDIATE", "MANDATORY"])
def test_a_violation_counts_at_its_policys_level_whatever_level_it_carries(
    level: str, gate: Callable[..., Gate]
) -> None:
    """A pack cannot announce a mandatory policy and answer with advice."""
    found = gate(liar(SAYS.format(fields=f'policyName="p", enforcementLevel=a.{level}')))
    assert (found.on("copy").verdict, found.words, found.code) == (Verdict.FAIL, ["open"], 1)


@pytest.mark.parametrize("level", ["a.DISABLED", "77"])
def test_a_level_that_no_violation_has_is_no_pass(level: str, gate: Callable[..., Gate], engine: Engine) -> None:
    """The CLI itself breaks at one and refuses the other; the embedded engine takes it for the policy's own level."""
    text = liar(SAYS.format(fields=f'policyName="p", enforcementLevel={level}'))
    if engine.name == "pulumi" and level == "a.DISABLED":
        with pytest.raises(UnrunnableError, match="could not run"):
            gate(text)
        return
    found = gate(text)
    assert (Verdict.FAIL in {item.verdict for item in found.preview.verdicts}, found.code) == (True, 1)


def test_a_violation_of_a_policy_that_was_never_announced_is_not_lost(gate: Callable[..., Gate]) -> None:
    """It is the pack's fault, and blocks."""
    found = gate(liar(SAYS.format(fields='policyName="q", enforcementLevel=a.ADVISORY')))
    reason = r"the pack speaks for policy 'q', which it has not enabled for this: (said\n)?open"
    assert re.fullmatch(reason, found.on("copy", "all").reason)
    assert found.code == 1


def test_a_stack_answer_for_a_resource_policy_is_not_lost(gate: Callable[..., Gate]) -> None:
    """Nobody would look for it there."""
    body = """
    def AnalyzeStack(self, request, context):
        return a.AnalyzeResponse(diagnostics=[a.AnalyzeDiagnostic(policyName="p", message="open")])
    """
    found = gate(liar(body))
    assert (found.on("engine-dev", "all").verdict, found.code) == (Verdict.FAIL, 1)


def test_an_answer_about_another_resource_counts_for_the_one_that_was_asked_about(gate: Callable[..., Gate]) -> None:
    """The URN of a resource's answer is the pack's own claim."""
    fields = 'policyName="p", enforcementLevel=a.MANDATORY, urn="urn:pulumi:dev::engine::a:b:C::other"'
    found = gate(liar(SAYS.format(fields=fields)))
    assert (found.on("copy").verdict, found.on("copy").findings[0].urn) == (Verdict.FAIL, found.on("copy").urn)


def test_a_violation_beside_not_applicable_is_a_violation(gate: Callable[..., Gate]) -> None:
    """Of two answers the graver counts."""
    body = SAYS.replace("])\n", '], not_applicable=[a.PolicyNotApplicable(policy_name="p", reason="no")])\n')
    found = gate(liar(body.format(fields='policyName="p", enforcementLevel=a.MANDATORY')))
    assert (found.on("copy").verdict, found.code) == (Verdict.FAIL, 1)


@pytest.mark.parametrize("method", ["Analyze", "AnalyzeStack"])
def test_a_pack_whose_process_dies_fails_what_it_did_not_answer(method: str, gate: Callable[..., Gate]) -> None:
    """Silence that nobody chose is no answer."""
    found = gate(liar(f"def {method}(self, request, context):\n    import os\n    os._exit(0)\n"))
    wanted = r"the pack gave no answer: the pack's process ended (with exit code 0 )?before the engine was done with it"
    assert [word for word in found.words if not re.fullmatch(wanted, word)] == []
    assert (Verdict.FAIL in {item.verdict for item in found.preview.verdicts}, found.code) == (True, 1)


def test_a_pack_without_policies_is_no_gate(gate: Callable[..., Gate]) -> None:
    """It would be green whatever the program does."""
    with pytest.raises(UnrunnableError, match="has no policies: a gate without rules proves nothing"):
        gate(liar("policies = []\n"))


@pytest.mark.parametrize("config", ['{"all": "disabled"}', '{"p": {"enforcementLevel": "disabled"}}'])
def test_a_pack_whose_policies_are_all_disabled_is_no_gate(config: str, gate: Callable[..., Gate]) -> None:
    """It would be as green."""
    with pytest.raises(UnrunnableError, match="every policy disabled"):
        gate(pack("pass"), config=config)


@pytest.mark.parametrize("weaker", ["advisory", "disabled"])
def test_a_level_that_the_configuration_weakens_is_told(weaker: str, gate: Callable[..., Gate]) -> None:
    """It is the owner's choice, and no reader must overlook it."""
    two = pack("pass").replace(
        "    [Res", '    [ResourceValidationPolicy("q", "said", rule, enforcement_level="mandatory"), Res'
    )
    two = two.replace('enforcement_level="mandatory"', "enforcement_level=EnforcementLevel.MANDATORY")
    found = gate(two, config=json.dumps({"p": weaker}))
    assert f"policy p is {weaker} by configuration; pack written declares it mandatory" in found.preview.notices
    assert found.code == 0


@pytest.mark.parametrize("initial", ['{"p": {}}', '{"all": {}}', '{"all": "disabled", "p": {}}'])
def test_initial_values_without_a_level_do_not_weaken_a_policy(initial: str, gate: Callable[..., Gate]) -> None:
    """Pulumi would run it as advisory, since the protocol has no word for a level left out."""
    text = pack('report("open")').replace("    [Res", "    initial_config=INITIAL,\n    policies=[Res")
    found = gate(text.replace("INITIAL", initial).replace('"disabled"', "EnforcementLevel.DISABLED"))
    assert (found.on("copy").verdict, found.code) == (Verdict.FAIL, 1)
    (notice,) = found.preview.notices
    assert notice.startswith(
        "policy p of pack written is judged as mandatory, which it declares; Pulumi runs it as advi"
    )


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("", "not valid JSON"),
        ("[]", "must be an object of policy names"),
        ('{"q": "mandatory"}', r"no policy 'q' in pack written \(it has p\)"),
        ('{"q": {"enforcementLevel": "mandatory"}}', "no policy 'q'"),
        ('{"p": "strict"}', "it must be one of advisory, mandatory"),
        ('{"p": null}', "p must be a level or an object"),
        ('{"p": {"enforcementLevel": null}}', "p.enforcementLevel is None; it must be one of"),
        ('{"p": {"enforcementlevel": "mandatory"}}', "'enforcementlevel' was unexpected"),
        ('{"p": {"max": 3}}', "'max' was unexpected"),
        ('{"p": "mandatory", "p": "disabled"}', "'p' stands twice"),
    ],
)
def test_a_configuration_that_means_nothing_is_refused(config: str, words: str, gate: Callable[..., Gate]) -> None:
    """Pulumi passes over most of these, and the gate would be weaker than its file says."""
    with pytest.raises(UsageError, match=words):
        gate(pack("pass"), config=config)


def test_a_policy_named_for_all_policies_is_refused(gate: Callable[..., Gate]) -> None:
    """Its verdicts would be those of the whole pack."""
    with pytest.raises(UnrunnableError, match="has a policy named 'all', which stands for every policy; rename it"):
        gate(liar('policies = [a.PolicyInfo(name="all", enforcementLevel=a.MANDATORY)]\n'))


def test_two_policies_of_one_name_in_a_pack_are_refused(gate: Callable[..., Gate]) -> None:
    """The SDK takes them, and one's level and answers would be the other's."""
    second = 'ResourceValidationPolicy("p", "said", rule, enforcement_level=EnforcementLevel.ADVISORY)'
    text = pack('report("open")').replace("MANDATORY)]", f"MANDATORY), {second}]")
    with pytest.raises(UnrunnableError, match="has 2 policies named 'p'; rename all but one"):
        gate(text)


def test_policies_of_one_name_in_two_packs_are_judged_apart(
    job: Callable[..., Job],
    judged: Callable[[Job], Preview],
    write_program: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """One pack's silence does not hide what the other found."""
    made = job(write_program(KNOWN))
    for name, body in (("one", "pass"), ("two", 'report("open")')):
        root = tmp_path / name
        root.mkdir()
        (root / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (root / "__main__.py").write_text(pack(body).replace('"written"', f'"{name}"'))
        made = replace(made, packs=(*made.packs, *job(made.program.root, root).packs))
    found = judged(made)
    assert {item.pack: item.verdict for item in found.verdicts if item.name == "copy"} == {
        "one": Verdict.PASS,
        "two": Verdict.FAIL,
    }


def test_two_packs_of_one_name_are_refused(
    job: Callable[..., Job],
    judged: Callable[[Job], Preview],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> None:
    """One of them could pass for both, whatever the other found."""
    once = job(write_program(KNOWN), write_pack(pack("pass")))
    with pytest.raises(UnrunnableError, match="are both named 'written'; rename one"):
        judged(replace(once, packs=once.packs * 2))


def test_a_pack_that_announces_something_else_in_one_pass_is_refused(gate: Callable[..., Gate], tmp_path: Path) -> None:
    """One pass's policies would be taken for judged in both."""
    body = f"""
    import os
    try:
        os.mkdir("{tmp_path}/again")
    except FileExistsError:
        policies = [a.PolicyInfo(name="q", enforcementLevel=a.MANDATORY, policy_type=a.POLICY_TYPE_RESOURCE)]
    """
    with pytest.raises(UnrunnableError, match="announced other policies in the resolved pass"):
        gate(liar(body))


@pytest.mark.parametrize("program", ["", "import pulumi\npulumi.export('x', 1)\n"])
def test_a_program_that_registers_nothing_proves_nothing(program: str, gate: Callable[..., Gate]) -> None:
    """More likely it was not the program that was meant."""
    found = gate(pack("pass"), program)
    assert found.words == ["the program registers nothing that a provider would create, so there was nothing to judge"]
    assert found.code == 3


def test_a_pack_that_applies_to_nothing_is_told(gate: Callable[..., Gate]) -> None:
    """It may be right, but a reader must not take it for a gate that was passed."""
    found = gate(pack("args.not_applicable('no')"))
    assert found.preview.notices == ("policy p of pack written judged nothing: it says that nothing here is its own",)
    assert found.code == 0


def test_a_resource_that_is_imported_is_judged(gate: Callable[..., Gate]) -> None:
    """Pulumi's engine shows packs no resource that it imports."""
    program = KNOWN.replace(
        "super().__init__(", "opts = pulumi.ResourceOptions(import_='x')\n        super().__init__("
    )
    found = gate(pack(HONEST), program.replace("**inputs}", "**inputs}, opts"))
    assert (found.on("copy").verdict, found.code) == (Verdict.FAIL, 1)


def test_what_a_remote_component_hides_is_unproven(gate: Callable[..., Gate]) -> None:
    """Its children exist in no preview without its plugin."""
    program = PROGRAM + 'pulumi.ComponentResource("x:y:Z", "hidden", {}, None, True)\n'
    found = gate(pack("pass"), program)
    assert (found.on("hidden", "all").verdict, found.code) == (Verdict.UNPROVEN, 3)


AMBIENT = {
    "PULUMI_STACK": "other",
    "PULUMI_PROJECT": "other",
    "PULUMI_ORGANIZATION": "other",
    "PULUMI_CONFIG": '{"engine:size": "other"}',
    "PULUMI_CONFIG_SECRET_KEYS": '["engine:size"]',
    "PULUMI_DRY_RUN": "false",
}


def test_what_the_environment_says_of_another_stack_reaches_neither_program_nor_pack(
    gate: Callable[..., Gate], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left to itself the CLI lets such a variable win, and rules judge by another stack's name."""
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    told = "pulumi.get_stack(), pulumi.get_project(), pulumi.Config('engine').get('size')"
    look = f"[{told}, *map(os.environ.get, {sorted(AMBIENT)})]"
    program = f"import os\n{PROGRAM}Topic('copy', displayName=str({look}))\n"
    found = gate(pack(f"import os, pulumi\nreport(props['displayName'])\nreport(str({look}))"), program)
    assert found.words
    assert [word for word in found.words if not word.startswith("['dev', 'engine', None, ")] == []
    assert [value for value in AMBIENT.values() if repr(value) in " ".join(found.words)] == []


REMEDIATING = """\
from pulumi_policy import *


def fix(args):
    if args.resource_type == "aws:sns/topic:Topic" and args.name == "copy":
        {fix}


def rule(args, report):
    if args.resource_type == "aws:sns/topic:Topic" and args.props.get("displayName") != "closed":
        report("open")


remedy = ResourceValidationPolicy(
    "p", "said", {validate}, remediate=fix, enforcement_level=EnforcementLevel.REMEDIATE
)
PolicyPack("written", [remedy])
"""
CLOSES = 'return {**dict(args.props), "displayName": "closed"}'
"""It reads every property, so that it says of an unknown one that it could not run."""

CLOSES_BLINDLY = 'return {"name": "copy-dev", "displayName": "closed"}'
ONLY_COPY = PROGRAM + 'Topic("copy", displayName={})\n'


def test_what_is_judged_is_the_resource_as_remediated(gate: Callable[..., Gate]) -> None:
    """As the engine does it, and a reader is told."""
    found = gate(REMEDIATING.format(fix=CLOSES, validate="rule"), KNOWN)
    assert (found.on("copy").verdict, found.code) == (Verdict.PASS, 0)
    wanted = f"policy p of pack written rewrites displayName of {TOPIC} copy; what is judged is the rewritten resource"
    assert found.preview.notices == (wanted,)


def test_the_remediated_inputs_are_those_that_the_resource_is_made_of(gate: Callable[..., Gate]) -> None:
    """Whoever reads the resource's outputs sees them."""
    program = PROGRAM + 'pulumi.export("seen", Topic("copy", displayName="open").displayName)\n'
    found = gate(REMEDIATING.format(fix=CLOSES, validate="rule"), program)
    (stack,) = [item for item in found.preview.resources if item.name == "engine-dev"]
    assert stack.outputs == {"seen": "closed"}


def test_a_violation_that_remains_after_remediation_is_mandatory(gate: Callable[..., Gate]) -> None:
    """The level's name promises a repair; where there was none, it blocks."""
    found = gate(REMEDIATING.format(fix="return None", validate="rule"), KNOWN)
    (finding,) = found.on("copy").findings
    assert (finding.enforcement, finding.message, found.code) == ("mandatory", "open", 1)


@pytest.mark.parametrize("fix", [CLOSES, CLOSES_BLINDLY])
@pytest.mark.parametrize("validate", ["rule", "None"])
def test_a_remediation_of_what_nobody_knows_proves_nothing(fix: str, validate: str, gate: Callable[..., Gate]) -> None:
    """What it would do to the real value is not what it did to the unknown."""
    found = gate(REMEDIATING.format(fix=fix, validate=validate), UNKNOWN)
    assert (found.on("copy").verdict, found.code) == (Verdict.UNPROVEN, 3)


def test_a_remediation_that_raises_fails_its_resource(gate: Callable[..., Gate]) -> None:
    """A deployment would stop there."""
    found = gate(REMEDIATING.format(fix="1 / 0", validate="rule"), KNOWN)
    assert set(found.words) == {"the pack gave no answer: its remediation: division by zero"}
    assert found.code == 1


def test_a_remediation_by_a_policy_that_was_never_announced_is_not_lost(gate: Callable[..., Gate]) -> None:
    """It changes what is deployed."""
    body = """
    policies = [a.PolicyInfo(name="p", enforcementLevel=a.REMEDIATE, policy_type=a.POLICY_TYPE_RESOURCE)]

    def Remediate(self, request, context):
        return a.RemediateResponse(remediations=[a.Remediation(policyName="q", properties=request.properties)])
    """
    found = gate(liar(body))
    assert (found.on("copy", "all").verdict, found.code) == (Verdict.FAIL, 1)
