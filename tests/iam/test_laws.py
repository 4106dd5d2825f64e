# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for all documents: of reach, of form, of conditions, of unknowns, and of time."""

from __future__ import annotations

import copy
import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.iam.bundles import NOW, allow, deny, document, found

from guardrails.iam.arns import read_arn
from guardrails.iam.bundle import Bundle, Context, judge, reach_of
from guardrails.iam.document import parse
from guardrails.iam.taxonomy import SEVERITIES
from guardrails.values import Unknown

if TYPE_CHECKING:
    from guardrails.iam.document import Kind

CONTEXT = Context(NOW)
ACTION = st.sampled_from(
    [
        "*",
        "iam:*",
        "iam:PassRole",
        "iam:Put*",
        "s3:GetObject",
        "s3:*",
        "lambda:*Function*",
        "ec2:RunInstances",
        "kms:Decrypt",
    ],
)
RESOURCE = st.sampled_from(
    [
        "*",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::*",
        "arn:aws:iam::*:user/${aws:username}",
    ],
)
CONDITION = st.sampled_from(
    [
        None,
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        {"StringNotEqualsIfExists": {"aws:RequestedRegion": ["eu-west-1"]}},
    ],
)


@st.composite
def statements(draw: st.DrawFn, effect: str = "Allow") -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": effect,
        draw(st.sampled_from(["Action", "Action", "Action", "NotAction"])): draw(
            st.lists(ACTION, min_size=1, max_size=3)
        ),
        draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"])): draw(
            st.lists(RESOURCE, min_size=1, max_size=2)
        ),
    }
    condition = draw(CONDITION)
    return made if condition is None else {**made, "Condition": condition}


LISTS = st.lists(statements(), min_size=1, max_size=3)


def reached(*documents: tuple[Kind, Any]) -> dict[str, bool]:
    """Give the actions that are granted at all, and whether any grant is unconditional."""
    bundle = Bundle(tuple(parse(policy, (index,), kind) for index, (kind, policy) in enumerate(documents)))
    reach, _ = reach_of(bundle, CONTEXT)
    return {action: any(not grant.conditional for grant in reach.of(action)) for action in reach.actions}


def within(less: dict[str, bool], more: dict[str, bool]) -> bool:
    return all(action in more and (more[action] or not certain) for action, certain in less.items())


@settings(deadline=None)
@given(LISTS, statements("Deny"))
def test_a_deny_never_adds_reach(given_statements: Any, denial: Any) -> None:
    before = reached(("identity", document(*given_statements)))
    assert within(reached(("identity", document(*given_statements, denial))), before)


@settings(deadline=None)
@given(LISTS, statements())
def test_an_allow_never_takes_reach_away(given_statements: Any, more: Any) -> None:
    before = reached(("identity", document(*given_statements)))
    assert within(before, reached(("identity", document(*given_statements, more))))


@settings(deadline=None)
@given(LISTS, st.integers(0, 2))
def test_a_wider_pattern_never_takes_reach_away(given_statements: Any, index: int) -> None:
    wider = copy.deepcopy(given_statements)
    chosen = wider[index % len(wider)]
    chosen.pop("NotResource", None)
    chosen.pop("NotAction", None)
    chosen |= {"Action": "*", "Resource": "*"}
    assert within(reached(("identity", document(*given_statements))), reached(("identity", document(*wider))))


@settings(deadline=None)
@given(LISTS, LISTS)
def test_a_boundary_never_adds_reach_and_one_that_allows_everything_is_neutral(own: Any, limit: Any) -> None:
    before = reached(("identity", document(*own)))
    assert within(reached(("identity", document(*own)), ("boundary", document(*limit))), before)
    assert within(reached(("identity", document(*own)), ("scp", document(*limit))), before)
    assert reached(("identity", document(*own)), ("boundary", document(allow("*")))) == before


@settings(deadline=None)
@given(st.sampled_from(["iam:PassRole", "s3:*", "iam:Put*", "lambda:*"]))
def test_an_action_with_its_complement_is_everything(pattern: str) -> None:
    both = document(allow(pattern), {"Effect": "Allow", "NotAction": pattern, "Resource": "*"})
    assert reached(("identity", both)) == reached(("identity", document(allow("*"))))


def said(policy: Any, kind: Kind = "identity") -> set[tuple[str, str, str]]:
    """Give the findings of classes A to F without their places; keys of resources and actions carry them."""
    return {(item.code, item.severity, item.confidence) for item in found((kind, policy)) if item.code[0] in "ABCDEF"}


@settings(deadline=None)
@given(LISTS, st.randoms(use_true_random=False))
def test_order_duplicates_lists_case_and_sids_change_nothing(given_statements: Any, chance: random.Random) -> None:
    changed = []
    for number, item in enumerate(given_statements):
        made = dict(item)
        for key in ("Action", "NotAction"):
            if key in made:
                doubled = [*made[key], made[key][0]]
                made[key] = [text.upper() if chance.random() < 0.5 else text.lower() for text in doubled]
                chance.shuffle(made[key])
        changed.append({"Sid": f"S{number}", **made})
    assert said(json.dumps(document(*changed), indent=chance.randint(0, 4))) == said(document(*given_statements))


@settings(deadline=None)
@given(LISTS, st.integers(0, 2))
def test_dropping_a_condition_never_lowers_a_finding(given_statements: Any, index: int) -> None:
    freer = copy.deepcopy(given_statements)
    freer[index % len(freer)].pop("Condition", None)

    def worst(policy: Any) -> int:
        ranks = [SEVERITIES.index(item.severity) for item in found(("identity", policy)) if item.code[0] in "ABC"]
        return min(ranks, default=len(SEVERITIES))

    assert worst(document(*freer)) <= worst(document(*given_statements))


@settings(deadline=None)
@given(LISTS, st.sampled_from(["Action", "NotAction", "Resource", "NotResource", "Condition", "Effect"]))
def test_a_value_made_unknown_is_never_silently_passed(given_statements: Any, key: str) -> None:
    hidden = copy.deepcopy(given_statements)
    if key not in hidden[0]:
        return
    hidden[0][key] = Unknown(("policy", key))
    parsed = parse(document(*hidden))
    assert parsed.holes == (Unknown(("policy", key)),)
    judge(Bundle((parsed,)), CONTEXT)


ARNS = st.lists(st.sampled_from(["*", "a", "a*", "?", "${x}", "ab", ""]), min_size=1, max_size=6).map(":".join)


@settings(deadline=None)
@given(ARNS, ARNS, ARNS)
def test_containment_of_resources_is_reflexive_transitive_and_implies_meeting(one: str, two: str, three: str) -> None:
    first, second, third = map(read_arn, (one, two, three))
    assert first.meets(second) is second.meets(first)
    if "${" not in one:
        assert first.covers(first)
    if first.covers(second) and second.covers(third):
        assert first.covers(third)


VALID = document(
    {"Sid": "A", **allow(["iam:PassRole", "ec2:RunInstances"], ["*"], {"StringLike": {"aws:PrincipalArn": ["*"]}})},
    deny("s3:*", "arn:aws:s3:::b/*", {"Bool": {"aws:SecureTransport": "false"}}),
    {
        "Effect": "Allow",
        "Principal": {"AWS": ["*", "111122223333"]},
        "NotAction": "a:b",
        "NotResource": "arn:aws:s3:::b",
    },
)
KINDS: tuple[Kind, ...] = ("identity", "trust", "resource", "endpoint", "boundary", "session", "scp", "rcp")
ODD: list[Any] = [None, True, 0, -1.5, "", "*", "arn:", "\u20ac", [], {}, [[]], {"a": None}, "${", "a" * 300, ["*"] * 3]


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_document_is_judged_without_an_exception(seed: int) -> None:
    """Values are replaced, dropped and doubled, and characters of the text are changed."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable mutation
    policy = copy.deepcopy(VALID)
    for _ in range(chance.randint(1, 4)):
        _mutate(policy, chance)
    text = list(json.dumps(policy))
    for _ in range(chance.choice([0, 0, 1, 3])):
        text[chance.randrange(len(text))] = chance.choice('{}[]",:*?x\\')
    for kind in KINDS:
        judge(Bundle((parse(policy, (), kind), parse("".join(text), (), kind))), CONTEXT)


def _mutate(policy: Any, chance: random.Random) -> None:
    at: Any = policy
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(at[key], dict | list) and chance.random() < 0.7:
            at = at[key]
            continue
        at[key] = copy.deepcopy(chance.choice(ODD))
        return


def cost(size: int) -> float:
    """Give the processor time of judging a document with so many actions and resources, at its best."""
    policy = document(
        allow(
            [f"s3:Get{index}*" for index in range(size)], [f"arn:aws:s3:::bucket-{index}/*" for index in range(size)]
        ),
        *[deny("s3:*", f"arn:aws:s3:::x-{index}") for index in range(size)],
    )
    times = []
    for _ in range(3):
        started = time.process_time()
        found(("identity", policy))
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize(
    "policy",
    [
        document(allow(["*a" * 2000 + "b"], ["arn:aws:s3:::" + "*a" * 20_000])),
        document(allow("s3:*", ["arn:aws:s3:::" + "?*" * 20_000])),
        document(allow("s3:" + "?*" * 500)),
        document(allow(["*"] * 5_000, ["*"] * 20)),
        document(allow("*", [f"arn:aws:iam::111122223333:role/r{index}" for index in range(2_000)])),
        document(allow("s3:*", [f"arn:aws:s3:::bucket-{index}/*" for index in range(2_000)])),
        document(*[allow("iam:*")] * 200),
        document(allow("s3:GetObject", "*", {"StringLike": {"aws:PrincipalArn": ["*a" * 100] * 500}})),
    ],
)
def test_a_hostile_document_is_answered_in_bounded_time(policy: Any) -> None:
    started = time.process_time()
    found(("identity", policy))
    assert time.process_time() - started < 1


def test_time_grows_no_faster_than_the_document() -> None:
    cost(20)
    assert cost(400) < 40 * max(cost(40), 0.001)


def many(item: Any) -> list[Any]:
    return [item(number) for number in range(1_200)]


@pytest.mark.parametrize(
    "policy",
    [
        document(allow("s3:*", many(lambda n: f"arn:aws:s3:::bucket-{n}-*"))),
        document(allow("*", many(lambda n: f"arn:aws:*{n}:*:*:x*"))),
        document(allow("*", many(lambda n: f"arn:aws:iam::*:role/a{n}-*")), *many(lambda n: deny("*", f"arn:a{n}-*"))),
        document(*many(lambda n: {"Effect": "Allow", "NotAction": f"s3:Get{n}*", "Resource": "*"})),
        document(*many(lambda n: allow("*", "*", {"StringEquals": {"aws:PrincipalOrgID": f"o-{n}"}}))),
        document(allow(many(lambda n: f"*:Get*{n}"))),
        document(allow("iam:AttachRolePolicy", "*", {"ArnLike": {"iam:PolicyARN": many(lambda n: f"arn:*x{n}*y")}})),
    ],
    ids=["patterns", "services", "denials", "complements", "conditions", "verbs", "limits"],
)
def test_a_document_of_many_alike_is_answered_as_soon_as_a_short_one(policy: Any) -> None:
    """Each took from a third of a second to minutes while its parts were compared one by one."""
    found(("identity", document(allow("*"))))
    started = time.process_time()
    found(("identity", policy))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("place", [0, 700, 1_199])
def test_one_dangerous_statement_among_many_is_found_wherever_it_stands(place: int) -> None:
    statements = many(
        lambda n: allow("s3:GetObject", f"arn:aws:s3:::b{n}/*", {"StringEquals": {"aws:username": f"u{n}"}})
    )
    statements[place] = allow("iam:PutRolePolicy", "*")
    assert [(item.code, item.steps[3]) for item in found(("identity", document(*statements))) if item.code == "B1"] == [
        ("B1", place)
    ]


@pytest.mark.parametrize("place", [0, 700, 1_199])
def test_one_broad_pattern_among_many_is_found_wherever_it_stands(place: int) -> None:
    patterns = many(lambda n: f"arn:aws:iam::111122223333:role/r{n}*")
    patterns[place] = "arn:aws:iam::111122223333:role/*"
    told = found(("identity", document(allow("sts:AssumeRole", patterns))))
    assert [(item.code, item.severity, item.confidence) for item in told if item.code == "B1"] == [
        ("B1", "high", "definite")
    ]
