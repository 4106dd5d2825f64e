# SPDX-License-Identifier: Apache-2.0
"""A provider that answers first what the user said of the outside world, and asks the offline one for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.aws.provider import Answer, Created
from stackproof.wire import Properties, contains_unknown, holds_secret, is_secret, secret

if TYPE_CHECKING:
    from stackproof.aws.naming import Autonaming
    from stackproof.aws.provider import Checked, Provider
    from stackproof.outside import Outside

__all__ = ["GivenProvider"]


class GivenProvider:
    """The provider of any package, with a user's own answers laid over its inventions."""

    def __init__(self, provider: Provider, outside: Outside) -> None:
        """Ask ``provider`` for whatever ``outside`` does not say."""
        self._provider = provider
        self._outside = outside

    def check(
        self,
        urn: str,
        inputs: Properties,
        settings: Properties,
        autonaming: Autonaming | None = None,
    ) -> Checked:
        """Check as the provider does."""
        return self._provider.check(urn, inputs, settings, autonaming)

    def create(self, urn: str, inputs: Properties, settings: Properties) -> Created:
        """Create as the provider does."""
        return self._provider.create(urn, inputs, settings)

    def read(self, urn: str, id: str, inputs: Properties, settings: Properties) -> Created:  # noqa: A002 - wire name
        """Give what was said of the resource, then what the state holds of it, then what the provider invents."""
        token = urn.split("::")[2].rpartition("$")[2]
        answer = self._outside.resource(token, id)
        if answer is not None:
            read = self._provider.read(urn, id, {**inputs, **answer.values}, settings)
            return Created(id, _laid_over(read.outputs, answer.values), (answer.note,))
        old = self._outside.state.by_id(token, id) if self._outside.state else None
        if old is not None:
            return Created(id, {**inputs, **old.outputs}, (f"{token} {id!r} was read from the state",))
        return self._provider.read(urn, id, inputs, settings)

    def invoke(self, token: str, args: Properties, settings: Properties) -> Answer:
        """Give the values said of a call, over those of the provider; an unknown argument leaves all unknown."""
        answer = None if contains_unknown(dict(args)) else self._outside.function(token, args)
        reply = self._provider.invoke(token, args, settings)
        if answer is None or reply.failures:
            return reply
        values = _laid_over(reply.values or {}, answer.result)
        if holds_secret(dict(args)):
            values = {name: secret(value) for name, value in values.items()}
        return Answer(values, (), (answer.note,))


def _laid_over(below: Properties, above: Properties) -> Properties:
    """Replace values; what is secret below stays secret."""
    kept = {name: secret(value) if is_secret(below.get(name)) else value for name, value in above.items()}
    return {**below, **kept}
