# SPDX-License-Identifier: Apache-2.0
"""The offline AWS provider: what pulumi-aws and AWS would answer to check, create, read and invoke.

Two ways of answering. *Faithful*: what a first ``pulumi preview`` does not know is unknown. *Resolved*: outputs are
invented in the right shape, so that a document built from them can be read. Data sources answer in both, since a
real preview calls them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from stackproof.aws.arns import Place, invent, last_segment, place_of, short_token
from stackproof.aws.defaults import checked_defaults, planned_defaults
from stackproof.aws.functions import Query, answer
from stackproof.aws.naming import Autonaming, CheckError, auto_named_property, inline_policies, physical_name
from stackproof.aws.outputs import Synthesis, may_be_invented
from stackproof.aws.received import received
from stackproof.aws.tables import (
    FunctionType,
    ResourceType,
    default_block,
    function_type,
    output_templates,
    provenance,
    resource_type,
    terraform_name,
)
from stackproof.aws.tags import default_tags, merged_tags
from stackproof.wire import (
    UNKNOWN,
    Properties,
    contains_unknown,
    holds_secret,
    is_unknown,
    plain,
    reveal,
    secret,
)

__all__ = ["Answer", "Checked", "Created", "Failure", "OfflineAws", "Provider", "World"]


@dataclass(frozen=True, slots=True)
class World:
    """The account that the provider plays. An empty ``caller_arn`` stands for a role session in that account."""

    account_id: str = "123456789012"
    region: str = "us-east-1"
    partition: str = "aws"
    caller_arn: str = ""
    caller_id: str = "AROAEXAMPLEEXAMPLEEX:preview"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input or argument was rejected: its property, and the provider's words.

    The bridge leaves ``property`` empty in every failure of Check: the words name it.
    """

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as a policy sees them (names, tags and region filled in), or what is wrong with them."""

    inputs: Properties
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """A resource's id (``""``: not known yet) and all its outputs, the inputs among them.

    ``assumed`` says in words where a read has them from; empty: they are invented.
    """

    id: str
    outputs: Properties
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A function's values (``None``: unknown), failures, and in words what of the values was invented."""

    values: Properties | None
    failures: tuple[Failure, ...] = ()
    assumed: tuple[str, ...] = ()


class Provider(Protocol):
    """What an engine asks of the provider of a package; values are wire values (``stackproof.wire``)."""

    def check(
        self,
        urn: str,
        inputs: Properties,
        settings: Properties,
        autonaming: Autonaming | None = None,
    ) -> Checked:
        """Fill in and judge the inputs of a resource; ``settings`` are the provider resource's inputs.

        ``autonaming`` is what the stack's configuration says about the resource's name, ``None`` if nothing.
        Raises ``CheckError`` where the real provider's call fails instead of answering.
        """
        ...

    def create(self, urn: str, inputs: Properties, settings: Properties) -> Created:
        """Give id and outputs of a new resource, from checked inputs."""
        ...

    def read(self, urn: str, id: str, inputs: Properties, settings: Properties) -> Created:  # noqa: A002 - wire name
        """Give the outputs of an existing resource."""
        ...

    def invoke(self, token: str, args: Properties, settings: Properties) -> Answer:
        """Answer a function such as ``aws:iam/getPolicyDocument:getPolicyDocument``."""
        ...


class OfflineAws:
    """The ``aws`` package without an account. Stateless: every answer depends on the request alone."""

    def __init__(self, world: World, *, resolved: bool) -> None:
        """Play ``world``; ``resolved`` says whether the outputs of new resources are invented or unknown."""
        self._world = world
        self._resolved = resolved

    def check(
        self,
        urn: str,
        inputs: Properties,
        settings: Properties,
        autonaming: Autonaming | None = None,
    ) -> Checked:
        """Fill in name, region, tags and defaults, and fail for missing required inputs."""
        token = _type_of(urn)
        kind = resource_type(token)
        if kind is None:
            if not _is_provider(token):
                raise CheckError(_unknown_type(token))
            return Checked(inputs)
        checked = received(token, inputs)
        failures = [_missing(kind, name, urn) for name in kind.required if name not in checked]
        named = physical_name(kind, urn, checked, autonaming)
        if named is not None:
            checked[named[0]] = named[1]
        checked |= inline_policies(kind, urn, checked, autonaming)
        if kind.regional:
            checked.setdefault("region", settings.get("region") or self._world.region)
        tags = merged_tags(checked.get("tags"), settings) if _is_tagged(kind) else {}
        if tags:
            checked["tagsAll"] = tags
        return Checked(checked_defaults(token, checked), tuple(failures))

    def create(self, urn: str, inputs: Properties, settings: Properties) -> Created:
        """Give the outputs of a new resource: unknown (faithful) or invented (resolved).

        The id is among them, as in every state that pulumi-aws writes: a stack rule has no other way to see it.
        """
        token = _type_of(urn)
        kind = resource_type(token)
        if kind is None:
            return Created(invent(urn, "hex", 32) if self._resolved else "", dict(inputs))
        planned = planned_defaults(token, inputs)
        if self._resolved:
            made = self._synthesised(kind, urn, planned, settings)
            return Created(made.id, {**made.outputs, "id": made.id or UNKNOWN})
        absent = [name for name in (*kind.outputs, *kind.computed) if planned.get(name) is None]
        outputs = {**planned, **dict.fromkeys(absent, UNKNOWN)}
        return Created("", {**_finished(kind, outputs, settings), "id": UNKNOWN})

    def read(self, urn: str, id: str, inputs: Properties, settings: Properties) -> Created:  # noqa: A002 - wire name
        """Give the outputs of an existing resource: known in both passes, since a real preview reads it."""
        kind = resource_type(_type_of(urn))
        if kind is None:
            return Created(id, dict(inputs))
        if not id or is_unknown(id):
            absent = [name for name in (*kind.outputs, *kind.inputs) if inputs.get(name) is None]
            return Created("", {**inputs, **dict.fromkeys(absent, UNKNOWN)})
        known: Properties = {name: value for name, value in inputs.items() if value is not None}
        made = self._synthesised(kind, urn, {**_implied(kind, id), **known, "id": id}, settings)
        made.outputs.pop("id")
        return Created(id, made.outputs)

    def invoke(self, token: str, args: Properties, settings: Properties) -> Answer:
        """Answer a data source; unknown where an argument is, a failure where the function does not exist."""
        if contains_unknown(dict(args)):
            return Answer(None)
        function = function_type(token)
        if function is None:
            return Answer(None, (Failure("", f"the function {token} {_not_in_table()}"),))
        plain_args = {name: plain(value) for name, value in args.items()}
        reply = answer(self._query(function, plain_args, settings))
        if reply.failure is not None:
            return Answer(None, (Failure(*reply.failure),))
        values = (
            {name: secret(value) for name, value in reply.values.items()} if holds_secret(dict(args)) else reply.values
        )
        return Answer(values, (), tuple(f"{token}: {words}" for words in reply.assumed))

    def _place(self, inputs: Properties, settings: Properties) -> Place:
        """Give where a resource lives: its own region before the provider's before the world's."""
        candidates = (reveal(source.get("region")) for source in (inputs, settings))
        known = (region for region in candidates if isinstance(region, str) and region and not is_unknown(region))
        return place_of(self._world.partition, next(known, self._world.region), self._world.account_id)

    def _query(self, function: FunctionType, arguments: Properties, settings: Properties) -> Query:
        place = self._place(arguments, settings)
        caller = self._world.caller_arn or f"arn:{place.partition}:sts::{place.account}:assumed-role/preview/preview"
        tags = default_tags(settings)
        region_given = bool(arguments.get("region") or settings.get("region"))
        return Query(function, arguments, place, region_given, caller, self._world.caller_id, tags)

    def _synthesised(self, kind: ResourceType, urn: str, inputs: Properties, settings: Properties) -> Created:
        given: Properties = {name: value for name, value in inputs.items() if value is not None}
        shapes = {**kind.computed, **kind.outputs, "id": "s"}
        place = self._place(given, settings)
        if kind.regional:
            given.setdefault("region", place.region)
        logical = urn.rpartition("::")[2]
        made = Synthesis(kind.token, urn, logical, place, given, shapes, auto_named_property(kind))
        short = short_token(kind.token)
        wanted = [name for name in kind.computed if f"{name}Prefix" in given or may_be_invented(name, short)]
        outputs = {**given, **{name: made.value(name) for name in (*kind.outputs, *wanted)}}
        made_id = reveal(made.value("id"))
        known_id = made_id if isinstance(made_id, str) and not is_unknown(made_id) else ""
        return Created(known_id, _finished(kind, outputs, settings))


def _type_of(urn: str) -> str:
    """Give the type token of a URN: what follows the last ``$`` of its third part."""
    return urn.split("::")[2].rpartition("$")[2]


def _is_provider(token: str) -> bool:
    return token.startswith("pulumi:providers:")


def _is_tagged(kind: ResourceType) -> bool:
    return "tags" in kind.inputs and "tagsAll" in kind.outputs


def _not_in_table() -> str:
    version = provenance().get("version", "?")
    return f"is not in pulumi-aws {version}, which is what can be judged offline: correct it, or refresh the table"


def _unknown_type(token: str) -> str:
    return f"the resource type {token} {_not_in_table()}"


def _missing(kind: ResourceType, name: str, urn: str) -> Failure:
    """Word a missing input as Terraform's SDK and the bridge do, the doubled full stop included.

    The first name is Terraform's (``role_arn``), the second Pulumi's (``roleArn``).
    """
    block = default_block(kind.token)
    argument = (block.terraform if block else {}).get(name) or terraform_name(name)
    logical = urn.rpartition("::")[2]
    return Failure(
        "",
        f'Missing required argument. The argument "{argument}" is required, but no definition was found.. '
        f"Examine values at '{logical}.{name}'.",
    )


def _finished(kind: ResourceType, outputs: Properties, settings: Properties) -> Properties:
    """Put in ``tagsAll`` and mark what the SDK declares secret."""
    if _is_tagged(kind):
        outputs["tagsAll"] = merged_tags(outputs.get("tags"), settings)
    marked = {name: secret(outputs[name]) for name in kind.secrets if outputs.get(name) is not None}
    return {**outputs, **marked}


_REFERENCE = re.compile(r"\{(\w+)\}")


def _implied(kind: ResourceType, known_id: str) -> Properties:
    """Give the properties that an id tells: those it stands for, and the name at the end of an ARN or URL."""
    templates = output_templates(short_token(kind.token))
    implied: Properties = {}
    step = _REFERENCE.fullmatch(str(templates.get("id", "")))
    while step is not None and step[1] not in implied:
        implied[step[1]] = known_id
        step = _REFERENCE.fullmatch(str(templates.get(step[1], "")))
    name = auto_named_property(kind) or ("name" if "name" in kind.inputs else "")
    if name and ("id" not in templates or "arn" in implied or "url" in implied):
        implied.setdefault(name, last_segment(known_id))
    return implied
