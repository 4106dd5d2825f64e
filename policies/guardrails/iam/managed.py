# SPDX-License-Identifier: Apache-2.0
"""What AWS managed policies come to, by their ARN: a generated verdict, and their grants of watched actions.

``data/iam_managed.json`` is made by ``scripts/refresh_iam.py`` from the policies' text; a policy that is not in it is
unknown, and one whose ARN AWS no longer publishes is listed as retired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from guardrails.iam.arns import read_arn
from guardrails.iam.conditions import UNCONDITIONAL
from guardrails.iam.grants import Grant
from guardrails.iam.patterns import is_everything, is_literal, matches, pieces_in
from guardrails.iam.reviewed import data_file, watched, watched_by
from guardrails.iam.targets import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from guardrails.values import Steps

__all__ = ["Managed", "admits_power", "is_aws_managed", "lookup", "managed_grants", "retired"]

_ARN = re.compile(r"arn:aws[a-z-]*:iam::aws:policy(/.+)")


@dataclass(frozen=True, slots=True)
class Managed:
    """One AWS managed policy: version, verdict, the services it opens in full, its grants of watched actions.

    ``verdict``: ``admin``, ``escalates``, ``full-service``, ``write`` or ``read``. ``triples`` are an action pattern,
    a resource pattern, and whether a condition or a Deny may stand in the way.
    """

    verdict: str
    version: str
    services: tuple[str, ...]
    triples: tuple[tuple[str, str, bool], ...]


def _table() -> dict[str, Any]:
    return data_file("iam_managed.json")


def is_aws_managed(arn: str) -> bool:
    """Say whether an ARN names a policy of AWS's own."""
    return _ARN.fullmatch(arn) is not None


def lookup(arn: str) -> Managed | None:
    """Give what is known of an AWS managed policy by its ARN, in any partition."""
    found = _ARN.fullmatch(arn)
    row = _table()["policies"].get(found[1]) if found else None
    if row is None:
        return None
    triples = tuple((action, resource, bool(unsure)) for action, resource, unsure in row.get("grants", ()))
    return Managed(row["verdict"], row["version"], tuple(row.get("services", ())), triples)


def retired(arn: str) -> bool:
    """Say whether an ARN is one that AWS has withdrawn."""
    found = _ARN.fullmatch(arn)
    return found is not None and found[1] in _table()["provenance"]["retired"]


def managed_grants(arn: str, number: int, steps: Steps) -> Iterator[tuple[str, Grant]]:
    """Yield the grants of an AWS managed policy by action, all of them at the place that names it."""
    found = lookup(arn)
    for written, resource, unsure in found.triples if found else ():
        pattern = read_arn(resource)
        for action in sorted(watched_by(written)):
            targets = watched()[action].targets
            if not targets or any(pattern.meets(target) for target in targets):
                broad = spans(pattern, targets)
                yield action, Grant(pattern, UNCONDITIONAL, unsure, number, steps, steps, written, broad=broad)


def admits_power(values: Sequence[str], *, likes: bool) -> bool:
    """Say whether a limit on policies that may be attached lets one through that gives any permission."""
    return any(_is_power(value, likes=likes) for value in values)


@lru_cache(maxsize=16_384)
def _is_power(value: str, *, likes: bool) -> bool:
    if not likes or is_literal(value):
        found = lookup(value)
        return found is not None and found.verdict in ("admin", "escalates")
    if is_everything(value):
        return True
    arns, together = _powerful()
    return pieces_in(value, together) and any(matches(value, arn) for arn in arns)


@cache
def _powerful() -> tuple[tuple[str, ...], str]:
    """List the ARNs of the policies of AWS that give any permission, and give them in one text."""
    rows = _table()["policies"].items()
    arns = tuple(f"arn:aws:iam::aws:policy{path}" for path, row in rows if row["verdict"] in ("admin", "escalates"))
    return arns, " ".join(arns)
