# SPDX-License-Identifier: Apache-2.0
"""What a Condition comes to: every test is vacuous, unsatisfiable, restrictive, weak or unknown, and so is the whole.

Values of one test are alternatives, tests must all hold. Operators and keys are case-insensitive, text values are not.
Sources: IAM user guide, "IAM JSON policy elements: Condition operators" and "AWS global condition context keys".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

from guardrails.iam.arns import is_every_resource
from guardrails.iam.keys import CALLER_CHOSEN, EVER_PRESENT, IDENTIFYING
from guardrails.iam.patterns import PieceIndex, intersects, is_everything, is_literal, literal_prefix, matches
from guardrails.values import Steps, Unknown, Value, unknowns

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

__all__ = [
    "OPERATORS",
    "Condition",
    "Moment",
    "Test",
    "Verdict",
    "always",
    "evaluate",
    "instant",
    "is_guessed",
    "is_private",
    "networks",
    "read_tests",
]

Verdict: TypeAlias = Literal["vacuous", "unsatisfiable", "restrictive", "weak", "unknown"]

OPERATORS = frozenset(
    {
        "stringequals",
        "stringnotequals",
        "stringequalsignorecase",
        "stringnotequalsignorecase",
        "stringlike",
        "stringnotlike",
        "numericequals",
        "numericnotequals",
        "numericlessthan",
        "numericlessthanequals",
        "numericgreaterthan",
        "numericgreaterthanequals",
        "dateequals",
        "datenotequals",
        "datelessthan",
        "datelessthanequals",
        "dategreaterthan",
        "dategreaterthanequals",
        "bool",
        "binaryequals",
        "ipaddress",
        "notipaddress",
        "arnequals",
        "arnlike",
        "arnnotequals",
        "arnnotlike",
        "null",
    },
)
_LIKE = frozenset({"stringlike", "arnlike", "arnequals"})
_TEXT = frozenset({"stringequals", "stringequalsignorecase", *_LIKE})
_LONGEST_SESSION = dt.timedelta(hours=36)
_MOST_PAIRS = 10_000
_FEWEST_CHARACTERS = 6
"""Before a wildcard in an id. Source: IAM Access Analyzer, policy check reference."""
_PRIVATE = (b"\x0a", b"\xc0\xa8", b"\x7f", b"\xa9\xfe", b"\xfc", b"\xfd", b"\xfe\x80")
"""First bytes of 10/8, 192.168/16, 127/8, 169.254/16, fc00::/7 and fe80::/10."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test: its operator taken apart, its key folded and as written, its values, and what it comes to."""

    operator: str
    base: str
    qualifier: Literal["", "forallvalues", "foranyvalue"]
    if_exists: bool
    key: str
    name: str
    values: tuple[str, ...]
    steps: Steps
    verdict: Verdict = "restrictive"

    @property
    def negated(self) -> bool:
        """Whether the test holds for everything but the values."""
        return "not" in self.base

    @property
    def label(self) -> str:
        """The part of a finding's key that names this test."""
        return f"Condition::{self.operator.lower()}::{self.key}"

    @property
    def likes(self) -> bool:
        """Whether ``*`` and ``?`` are wildcards in the values."""
        return "like" in self.base or self.base.startswith("arn")


@dataclass(frozen=True, slots=True)
class Condition:
    """A whole condition: its tests, what they come to together, and an unknown that decides if one does."""

    tests: tuple[Test, ...]
    verdict: Verdict
    hole: Unknown | None = None

    @property
    def positive(self) -> tuple[Test, ...]:
        """The tests that only some values pass, and that fail where the key is absent."""
        return tuple(
            test
            for test in self.tests
            if not (test.negated or test.if_exists or test.qualifier == "forallvalues" or test.base == "null")
        )

    def restricts(self, keys: Iterable[str]) -> bool:
        """Say whether one of some keys is limited for sure: by a test that is neither weak nor vacuous."""
        wanted = set(keys)
        return any(test.key in wanted and test.verdict == "restrictive" for test in self.tests)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and as whom conditions are evaluated: an instant with a time zone, and the principal as far as known."""

    now: dt.datetime
    principal_arn: str | None = None
    account: str | None = None


UNCONDITIONAL = Condition((), "vacuous")


def evaluate(value: Value, steps: Steps, moment: Moment, lacks: Callable[[str], bool] | None = None) -> Condition:
    """Evaluate a statement's condition (an object of operators, or ``None``).

    ``lacks`` says of a folded key that no action of the statement has it; then IfExists and negation are always true.
    """
    if value is None:
        return UNCONDITIONAL
    if isinstance(value, Unknown):
        return Condition((), "unknown", value)
    present = _required(value)
    tests = tuple(
        replace(test, verdict=_verdict(test, present, moment, lacks)) if test.verdict != "unknown" else test
        for test in read_tests(value, steps)
    )
    return Condition(tests, _together(tests), next(iter(unknowns(value)), None))


def read_tests(value: Value, steps: Steps) -> Iterator[Test]:
    """Take a condition apart; a test with an unknown in it is ``unknown``, and what is no test is left out."""
    for operator, block in value.items() if isinstance(value, dict) else ():
        if isinstance(block, Unknown):
            yield Test(operator, operator.lower(), "", False, "", "", (), (*steps, operator), "unknown")  # noqa: FBT003 - an absent suffix
        for name, content in block.items() if isinstance(block, dict) else ():
            yield _read_test(operator, name, content, (*steps, operator, name))


def _read_test(operator: str, name: str, content: Value, steps: Steps) -> Test:
    folded = operator.lower()
    qualifier: Literal["", "forallvalues", "foranyvalue"] = ""
    if folded.startswith("forallvalues:"):
        qualifier = "forallvalues"
    elif folded.startswith("foranyvalue:"):
        qualifier = "foranyvalue"
    folded = folded.partition(":")[2] if qualifier else folded
    base = folded.removesuffix("ifexists")
    items = content if isinstance(content, list) else [content]
    values = tuple(_text(item) for item in items if not isinstance(item, Unknown))
    verdict: Verdict = "unknown" if unknowns(content) else "restrictive"
    return Test(operator, base, qualifier, base != folded, name.lower(), name, values, steps, verdict)


def _text(item: Value) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return "" if item is None else str(item)


def _required(value: Value) -> frozenset[str]:
    """List the keys that must be present, as ``Null: {key: false}`` says."""
    return frozenset(
        test.key
        for test in read_tests(value, ())
        if test.base == "null" and not test.qualifier and [item.lower() for item in test.values] == ["false"]
    )


def _verdict(test: Test, required: frozenset[str], moment: Moment, lacks: Callable[[str], bool] | None) -> Verdict:
    present = test.key in EVER_PRESENT or test.key in required
    if test.base == "null":
        return _null(test)
    if not test.values:
        return "unsatisfiable"
    if not present and (test.qualifier == "forallvalues" or (lacks and _optional(test) and lacks(test.key))):
        return "vacuous"
    found = _values(test, moment)
    if not present and _optional(test) and found in ("restrictive", "unsatisfiable"):
        return "weak"
    caller_chosen = test.key in CALLER_CHOSEN or test.key.startswith("aws:requesttag/")
    return "weak" if found == "restrictive" and (test.negated or caller_chosen) else found


def _optional(test: Test) -> bool:
    """Whether the test also passes where the key is absent."""
    return test.if_exists or test.negated


def _null(test: Test) -> Verdict:
    wanted = {item.lower() for item in test.values}
    if test.key in EVER_PRESENT:
        return "vacuous" if "false" in wanted else "unsatisfiable"
    if wanted == {"false"} and test.key not in CALLER_CHOSEN and not test.key.startswith("aws:requesttag/"):
        return "restrictive"
    return "weak"


def _values(test: Test, moment: Moment) -> Verdict:
    """Judge a test by its values, as if the key were present."""
    if test.base in _LIKE and any(is_everything(item) or is_every_resource(item) for item in test.values):
        return "vacuous"
    if test.base in ("stringnotlike", "arnnotlike") and any(is_everything(item) for item in test.values):
        return "unsatisfiable"
    if test.base.startswith("date"):
        return _dates(test, moment.now)
    if is_guessed(test):
        return "weak"
    special = {"bool": _bool, "ipaddress": _addresses}.get(test.base)
    return special(test) if special else _own(test, moment)


def is_guessed(test: Test) -> bool:
    """Say whether a pattern gives so few characters of an id that strangers' ids fit it."""
    if not test.likes or test.key not in IDENTIFYING:
        return False
    heads = [literal_prefix(value) for value in test.values if not is_literal(value) and "${" not in value]
    return any(len(head) < _FEWEST_CHARACTERS for head in heads)


def _own(test: Test, moment: Moment) -> Verdict:
    """Judge a test of who the principal is, where that is known."""
    own = {"aws:principalarn": moment.principal_arn, "aws:principalaccount": moment.account}.get(test.key)
    if own is None or test.base not in _TEXT:
        return "restrictive"
    if not any(matches(item, own) if test.base in _LIKE else item == own for item in test.values):
        return "unsatisfiable"
    return "vacuous" if test.key == "aws:principalaccount" else "restrictive"


def _bool(test: Test) -> Verdict:
    wanted = {item.lower() for item in test.values}
    if wanted >= {"true", "false"}:
        return "vacuous"
    if test.key == "aws:securetransport":
        return "vacuous" if wanted == {"true"} else "weak"
    return "weak" if test.key.startswith("aws:multifactorauth") and wanted == {"false"} else "restrictive"


def _dates(test: Test, now: dt.datetime) -> Verdict:
    """Decide what the calendar has decided already; a session lasts 36 hours at most."""
    instants = [instant(item) for item in test.values]
    known = [item for item in instants if item is not None]
    if test.key not in ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime") or len(known) < len(instants):
        return "restrictive"
    passed = now - _LONGEST_SESSION if test.key == "aws:tokenissuetime" else now
    if test.base.startswith(("datelessthan", "dateequals")):
        return "restrictive" if any(item > passed for item in known) else "unsatisfiable"
    begun = test.base.startswith("dategreaterthan") and any(item <= passed for item in known)
    return "vacuous" if begun and test.key != "aws:tokenissuetime" else "restrictive"


def instant(text: str) -> dt.datetime | None:
    """Read a date as conditions write it; ``None`` where it is none."""
    try:
        if text.isdigit():
            return dt.datetime.fromtimestamp(int(text), dt.UTC)
        found = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _addresses(test: Test) -> Verdict:
    found = networks(test.values)
    if len(found) < len(test.values):
        return "restrictive"
    import ipaddress  # noqa: PLC0415 - most documents name no address

    four = [item for item in found if isinstance(item, ipaddress.IPv4Network)]
    six = [item for item in found if isinstance(item, ipaddress.IPv6Network)]
    lengths = [item.prefixlen for item in ipaddress.collapse_addresses(four)] if _suffice(four) else []
    lengths += [item.prefixlen for item in ipaddress.collapse_addresses(six)] if _suffice(six) else []
    if 0 in lengths:
        return "vacuous"
    private = all(map(is_private, found)) and test.key == "aws:sourceip"
    return "unsatisfiable" if private else "restrictive"


def _suffice(found: Sequence[Network]) -> bool:
    """Say whether networks of one version are large enough together to take in every address."""
    return bool(found) and sum(item.num_addresses for item in found) >= 1 << found[0].max_prefixlen


def is_private(network: Network) -> bool:
    """Say whether a network lies within one that is never routed; documentation's own ranges are left out."""
    if network.version == 4 and network.network_address.packed[0] == 172:  # noqa: PLR2004 - 172.16.0.0/12
        return 16 <= network.network_address.packed[1] < 32  # noqa: PLR2004 - the same
    return network.network_address.packed.startswith(_PRIVATE) and network.prefixlen > 0


@lru_cache(maxsize=64)
def networks(values: tuple[str, ...]) -> tuple[Network, ...]:
    """Read the networks among some values; what is none is left out."""
    import ipaddress  # noqa: PLC0415 - most documents name no address

    found = []
    for value in values:
        try:
            found.append(ipaddress.ip_network(value, strict=False))
        except ValueError:
            continue
    return tuple(found)


def _together(tests: tuple[Test, ...]) -> Verdict:
    verdicts = {test.verdict for test in tests}
    if "unsatisfiable" in verdicts or _contradiction(tests):
        return "unsatisfiable"
    for verdict in ("restrictive", "unknown", "weak"):
        if verdict in verdicts:
            return verdict
    return "vacuous"


def _contradiction(tests: tuple[Test, ...]) -> bool:
    """Say whether two tests of one single-valued key leave it no value."""
    by_key: dict[str, list[Test]] = {}
    for test in tests:
        if test.base in _TEXT and not test.qualifier and not test.if_exists and _says(test):
            by_key.setdefault(test.key, []).append(test)
    for group in by_key.values():
        alike = {tuple(_patterns(test)): test for test in group} if len(group) > 1 else {}
        if any(_disjoint(first, second) for first, second in combinations(alike.values(), 2)):
            return True
    return False


def _says(test: Test) -> bool:
    return test.verdict == "restrictive" or (test.verdict == "weak" and is_guessed(test))


def _disjoint(first: Test, second: Test) -> bool:
    if len(first.values) * len(second.values) > _MOST_PAIRS:
        return False
    ones, twos = set(_patterns(first)), set(_patterns(second))
    if not ones.isdisjoint(twos):
        return False
    # Two different texts without wildcards are apart.
    wild = [one for one in ones if not is_literal(one)], [two for two in twos if not is_literal(two)]
    return not (_meet(wild[0], twos) or _meet(wild[1], ones.difference(wild[0])))


def _meet(patterns: Sequence[str], others: Iterable[str]) -> bool:
    """Say whether some text belongs to one of some patterns and to one of some others."""
    index = PieceIndex((pattern, pattern) for pattern in patterns)
    return any(
        any(intersects(pattern, other) for pattern in (index.near(other) if is_literal(other) else patterns))
        for other in others
    )


def _patterns(test: Test) -> Iterator[str]:
    """Give the values as patterns: a variable may be any text, and an operator without wildcards escapes them."""
    for value in test.values:
        if "${" in value or test.base == "stringequalsignorecase":
            yield "*"
        else:
            yield value if test.likes else value.replace("*", "\ue001").replace("?", "\ue002")


def always(condition: Condition) -> bool:
    """Say whether a Deny under this condition always applies: every test passes, also where a key is absent."""
    return condition.verdict == "vacuous" and all(
        test.key in EVER_PRESENT or not (test.qualifier or test.if_exists) for test in condition.tests
    )
