# SPDX-License-Identifier: Apache-2.0
"""What calls give and do: functions from outside, methods of what is modelled, and the making of objects."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from stackproof.lint import sdk
from stackproof.lint.annotations import annotated
from stackproof.lint.attributes import attribute_of
from stackproof.lint.facts import Call, ConfigRead, Construction, Export
from stackproof.lint.values import (
    NOTHING,
    OUTPUT,
    PLAIN,
    UNKNOWN,
    Bound,
    Class,
    Config,
    Coroutine,
    External,
    Function,
    Instance,
    Items,
    Made,
    Nothing,
    Options,
    Output,
    Resource,
    ThreadFuture,
    Unknown,
    atoms_within,
    constant,
    join,
    untold,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.expressions import Expressions
    from stackproof.lint.values import Atom, Environment, Value

__all__ = ["Arguments", "bind_parameters", "external", "instantiate", "is_retry", "kind_of", "method"]

_RETRIES: Final = re.compile(
    r"^(tenacity\.(retry|Retrying|AsyncRetrying)|retry(\.api)?\.(retry|retry_call)|retrying\.retry"
    r"|backoff\.on_(exception|predicate)|stamina\.(retry|retry_context))(\(\))?$"
)
_THREADS: Final = re.compile(
    r"(^threading\.(Thread|Timer)|\.to_thread|\.run_in_executor|Executor\(\)\.(submit|map)"
    r"|Pool\(\)\.(map|imap|starmap|apply|apply_async|map_async)|^multiprocessing\.Process)$"
)
_TASKS: Final = re.compile(r"(^asyncio|\(\))\.(create_task|ensure_future)$")
_PLAIN_BUILTINS: Final = frozenset(
    [
        "str",
        "int",
        "float",
        "bool",
        "len",
        "repr",
        "isinstance",
        "issubclass",
        "hasattr",
        "any",
        "all",
        "sum",
        "abs",
        "round",
        "ord",
        "chr",
        "hash",
        "id",
        "type",
        "format",
    ]
)
_SAME_MEMBERS: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_ADDING: Final = frozenset({"append", "add", "insert", "extend", "update", "setdefault", "appendleft"})


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is made with; ``sure`` is false where stars hide some of it."""

    node: ast.Call
    positional: list[Value]
    keywords: dict[str, Value]
    environment: Environment
    sure: bool

    def get(self, index: int, name: str) -> Value | None:
        """Give an argument by place or name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if len(self.positional) > index else None

    def every(self) -> Iterator[Value]:
        """Yield all arguments."""
        yield from self.positional
        yield from self.keywords.values()


def is_retry(name: str) -> bool:
    """Say whether a full name is a decorator or loop that does something again when it fails."""
    return _RETRIES.match(name) is not None


def kind_of(cls: Class) -> str:
    """Tell what kind of resource a class of the program is: ``component``, ``custom``, or none (empty)."""
    for base in cls.bases:
        if isinstance(base, Class) and base.kind:
            return base.kind
        if isinstance(base, External):
            if base.name == "pulumi.ComponentResource":
                return "component"
            if base.name in {"pulumi.CustomResource", "pulumi.dynamic.Resource"} or sdk.is_resource(base.name):
                return "custom"
    return ""


# --- parameters


def bind_parameters(  # noqa: PLR0913 (what a call consists of)
    interpreter: Expressions,
    function: Function,
    environment: Environment,
    positional: list[Value],
    keywords: dict[str, Value],
    *,
    sure: bool,
) -> None:
    """Give a function's parameters what it is called with, else their defaults, else what annotations say."""
    spec = function.node.args
    given = list(positional)
    if function.receiver is not None:
        given.insert(0, (function.receiver,))
    named = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [None] * (len(named) - len(spec.defaults)) + list(spec.defaults)
    for index, (parameter, default) in enumerate(zip(named, defaults, strict=True)):
        value = given[index] if index < len(given) else keywords.get(parameter.arg)
        environment.names[parameter.arg] = _parameter(interpreter, function, parameter, default, value, sure=sure)
    for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        value = keywords.get(parameter.arg)
        environment.names[parameter.arg] = _parameter(interpreter, function, parameter, default, value, sure=sure)
    known = {parameter.arg for parameter in (*named, *spec.kwonlyargs)}
    if spec.vararg is not None:
        rest: list[tuple[str | None, Value]] = [(None, value) for value in given[len(named) :]]
        environment.names[spec.vararg.arg] = (Items("list", rest if sure else [*rest, (None, UNKNOWN)]),)
    if spec.kwarg is not None:
        others: list[tuple[str | None, Value]] = [item for item in keywords.items() if item[0] not in known]
        environment.names[spec.kwarg.arg] = (Items("dict", others if sure else [*others, (None, UNKNOWN)]),)


def _parameter(  # noqa: PLR0913 (the same)
    interpreter: Expressions,
    function: Function,
    parameter: ast.arg,
    default: ast.expr | None,
    value: Value | None,
    *,
    sure: bool,
) -> Value:
    if value is not None and not untold(value):
        # whoever leaves it out comes by another way, so a question whether it is there makes sense
        return value if default is None else join(value, NOTHING)
    if value is None and default is not None and sure:
        return interpreter.evaluate(default, function.environment)
    # in a function for apply an annotation that names what the Outputs hold may still name the Outputs
    if parameter.annotation is not None and not interpreter.way.via("apply"):
        told = annotated(parameter.annotation, function.environment, interpreter)
        if told != UNKNOWN:
            return told if default is None else join(told, NOTHING)
    return value or UNKNOWN


# --- making objects


def instantiate(interpreter: Expressions, cls: Class, arguments: Arguments) -> Value:
    """Make an object of a class of the program, following its constructor."""
    made: Instance | Resource = Resource(cls.node.name, cls) if cls.kind else Instance(cls)
    init = next((owner.attributes["__init__"] for owner in cls.lineage() if "__init__" in owner.attributes), None)
    if init is not None and isinstance(init[0], Function):
        bound = Function(init[0].node, init[0].environment, init[0].owner, made)
        given, named = arguments.positional, arguments.keywords
        interpreter.call_function(bound, arguments.node, given, named, sure=arguments.sure)
    elif isinstance(made, Resource):
        _base_init(interpreter, made, replace(arguments, positional=[NOTHING, *arguments.positional]))
    else:
        _bind_fields(interpreter, made, arguments.positional, arguments.keywords)
    if isinstance(made, Resource):
        name, options = interpreter.initialized.pop(id(made), (UNKNOWN, Options(None, sure=False)))
        _construct(interpreter, made, name, arguments, options)
    return (made,)


def _bind_fields(interpreter: Expressions, made: Instance, positional: list[Value], keywords: dict[str, Value]) -> None:
    """Fill the fields of a dataclass, or of whatever else has annotated fields and no constructor."""
    fields = [
        statement
        for owner in reversed(list(made.cls.lineage()))
        for statement in owner.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
    for index, field in enumerate(fields):
        name = ast.unparse(field.target)
        value = positional[index] if index < len(positional) else keywords.get(name)
        if value is None or all(isinstance(atom, Unknown) for atom in value):
            continue
        held = value if field.value is None else join(value, NOTHING)
        made.attributes[name] = held
        known = made.cls.attributes.get(name)
        told = annotated(field.annotation, made.cls.environment, interpreter)
        made.cls.attributes[name] = join(held, told if known is None else known)


def _base_init(interpreter: Expressions, made: Resource, arguments: Arguments) -> None:
    """Follow a resource's call of the constructor of its base from the SDK: type, name, properties, options."""
    cls = made.cls
    if cls is None:
        return
    component, given = cls.kind == "component", cls.external_bases()
    places = ((0, "t"), (1, "name"), (3, "opts"))
    if "pulumi.dynamic.Resource" in given:
        places = ((0, "provider"), (1, "name"), (3, "opts"))
    elif any(sdk.is_resource(base) for base in given):
        places = ((9, "t"), (0, "resource_name"), (9, "opts"))
    token, name, opts = (arguments.get(index, label) for index, label in places)
    options = _options(opts, sure=arguments.sure)
    text = constant(token) if token is not None else None
    made.chain = _chain(text or cls.node.name, options)
    interpreter.initialized[id(made)] = (name or UNKNOWN, options)
    if component and token is not None:
        interpreter.facts.initialized.append((cls, arguments.node, arguments.environment.module, token))


def _options(value: Value | None, *, sure: bool) -> Options:
    """Read resource options off an argument that may have been left out."""
    if value is None:
        return Options(None, sure=sure)
    if len(value) == 1 and isinstance(value[0], Options):
        return value[0]
    if all(isinstance(atom, Nothing) for atom in value):
        return Options(None)
    return Options(None, sure=False)


def _chain(own: str, options: Options) -> str | None:
    if not options.sure:
        return None
    if options.parent is None:
        return own
    [parent] = options.parent if len(options.parent) == 1 else UNKNOWN
    return f"{parent.chain}${own}" if isinstance(parent, Resource) and parent.chain is not None else None


def _construct(  # noqa: PLR0913 (what a registration consists of)
    interpreter: Expressions, made: Resource, name: Value, arguments: Arguments, options: Options, *, read: bool = False
) -> None:
    within = next(
        (
            frame.receiver
            for frame in reversed(interpreter.frames)
            if isinstance(frame.receiver, Resource) and frame.receiver.cls is not None
        ),
        None,
    )
    module = arguments.environment.module
    values = tuple(arguments.every())
    interpreter.facts.constructions.append(
        Construction(arguments.node, module, interpreter.way, made, name, values, options, within, read)
    )


def _external_resource(interpreter: Expressions, name: str, arguments: Arguments) -> Value:
    found = arguments.get(0, "resource_name")
    if found is None:
        found = arguments.keywords.get("name", UNKNOWN) if sdk.is_core_resource(name) else UNKNOWN
    given = arguments.keywords.get("opts")
    if given is None:
        given = next((value for value in arguments.positional if any(isinstance(a, Options) for a in value)), None)
    # what cannot be told may be the options
    hidden = any(all(isinstance(atom, Unknown) for atom in value) for value in arguments.positional[1:])
    options = _options(given, sure=arguments.sure and not (given is None and hidden))
    made = Resource(name, None, {}, _chain(name, options))
    _construct(interpreter, made, found, arguments, options)
    return (made,)


# --- functions from outside


def external(interpreter: Expressions, name: str, arguments: Arguments) -> Value:  # noqa: C901, PLR0911, PLR0912 (a table)
    """Tell what calling something from outside gives, by its full name."""
    way, module = interpreter.way, arguments.environment.module
    interpreter.facts.calls.append(
        Call(arguments.node, module, way, name, tuple(arguments.positional), arguments.keywords)
    )
    if name.startswith("builtins."):
        return _builtin(interpreter, name.removeprefix("builtins."), arguments)
    if sdk.is_resource(name):
        return _external_resource(interpreter, name, arguments)
    owner, _, last = name.rpartition(".")
    if last == "get" and sdk.is_resource(owner):
        made = Resource(owner)
        _construct(
            interpreter,
            made,
            arguments.get(0, "resource_name") or UNKNOWN,
            arguments,
            Options(None, sure=False),
            read=True,
        )
        return (made,)
    if last == "__init__" and isinstance(receiver := _receiver(arguments), Resource):
        _base_init(interpreter, receiver, replace(arguments, positional=arguments.positional[1:]))
        return NOTHING
    if sdk.gives_output(name):
        secret = last == "secret" or (last != "unsecret" and any(_is_secret(value) for value in arguments.every()))
        return (Output(secret),)
    if is_retry(name):
        return _retried(interpreter, name, arguments)
    if _THREADS.search(name):
        return _in_thread(interpreter, last, arguments)
    if _TASKS.search(name):
        return (
            tuple(Coroutine(a.site, task=True) for a in arguments.positional[0] if isinstance(a, Coroutine)) or UNKNOWN
            if arguments.positional
            else UNKNOWN
        )
    match name:
        case "pulumi.Config":
            given = arguments.get(0, "name")
            return (Config("" if given is None or given == NOTHING else constant(given)),)
        case "pulumi.ResourceOptions":
            return (_made_options(arguments),)
        case "pulumi.ResourceOptions.merge":
            return (_merged_options(arguments),)
        case "pulumi.export":
            key, value = arguments.get(0, "name") or UNKNOWN, arguments.get(1, "value") or UNKNOWN
            interpreter.facts.exports.append(Export(arguments.node, module, way, key, value))
            return NOTHING
        case "pulumi.run":
            _follow(interpreter, arguments, arguments.get(0, "program") or UNKNOWN, [])
            return NOTHING
        case "copy.copy" | "copy.deepcopy" | "dataclasses.replace":
            return arguments.positional[0] if arguments.positional else UNKNOWN
        case _:
            return (Made(name),)


def _receiver(arguments: Arguments) -> Atom | None:
    first = arguments.positional[0] if arguments.positional else ()
    return first[0] if len(first) == 1 else None


def _is_secret(value: Value) -> bool:
    return any(isinstance(atom, Output) and atom.secret for atom in atoms_within(value))


def _made_options(arguments: Arguments) -> Options:
    parent = arguments.get(0, "parent")
    if parent is None or parent == NOTHING:
        return Options(None, sure=arguments.sure)
    return Options(parent)


def _merged_options(arguments: Arguments) -> Options:
    both = [_options(value, sure=True) for value in arguments.positional]
    for options in reversed(both):
        if options.parent is not None:
            return options
    return Options(None, sure=all(options.sure for options in both))


def _follow(interpreter: Expressions, arguments: Arguments, callee: Value, positional: list[Value]) -> Value:
    """Call the program's own functions among some values."""
    own = [atom for atom in callee if isinstance(atom, Function | Class)]
    results = [interpreter.call(atom, arguments.node, positional, {}, arguments.environment) for atom in own]
    return join(*results) if results else UNKNOWN


def _retried(interpreter: Expressions, name: str, arguments: Arguments) -> Value:
    """Mark functions that are handed to something that retries them; one that calls them at once is followed."""
    functions = [atom for value in arguments.every() for atom in value if isinstance(atom, Function)]
    if name.removesuffix("()").endswith("retry_call"):
        with interpreter.along(interpreter.way.retrying(arguments.node)):
            return _follow(interpreter, arguments, tuple(functions), [])
    if functions:
        return tuple(Function(f.node, f.environment, f.owner, f.receiver, retried=True) for f in functions)
    return (Made(name.removesuffix("()")),)


def _in_thread(interpreter: Expressions, last: str, arguments: Arguments) -> Value:
    callee = arguments.keywords.get("target")
    if callee is None:
        callee = join(*arguments.positional[:2]) if arguments.positional else UNKNOWN
    data = [value for value in arguments.positional if not any(isinstance(a, Function | Class) for a in value)]
    given = [interpreter.iterated(value) for value in data] if "map" in last else data
    with interpreter.along(interpreter.way.labelled("thread", arguments.node)):
        _follow(interpreter, arguments, callee, given if last not in {"Thread", "run_in_executor"} else [])
    return (ThreadFuture(),) if last == "submit" else UNKNOWN


def _builtin(interpreter: Expressions, name: str, arguments: Arguments) -> Value:  # noqa: C901, PLR0911 (a table)
    first = arguments.positional[0] if arguments.positional else UNKNOWN
    if name in _PLAIN_BUILTINS:
        return PLAIN
    if name in _SAME_MEMBERS:
        kind = name if name in {"tuple", "set"} else "list"
        return (
            Items(
                "list" if kind == "tuple" else kind,
                [(None, interpreter.iterated(first))] if arguments.positional else [],
            ),
        )
    match name:
        case "super":
            receiver = interpreter.frames[-1].receiver if interpreter.frames else None
            return (Bound(receiver, "super"),) if receiver is not None else UNKNOWN
        case "dict":
            members = [member for atom in first if isinstance(atom, Items) for member in atom.members]
            return (Items("dict", [*members, *arguments.keywords.items()]),)
        case "range":
            return (Items("list", [(None, PLAIN)]),)
        case "enumerate":
            return (Items("list", [(None, (Items("tuple", [(None, PLAIN), (None, interpreter.iterated(first))]),))]),)
        case "zip":
            pair = Items("tuple", [(None, interpreter.iterated(value)) for value in arguments.positional])
            return (Items("list", [(None, (pair,))]),)
        case "map":
            rest = [interpreter.iterated(value) for value in arguments.positional[1:]]
            return (Items("list", [(None, _follow(interpreter, arguments, first, rest))]),)
        case "filter" if len(arguments.positional) > 1:
            return (Items("list", [(None, interpreter.iterated(arguments.positional[1]))]),)
        case "next":
            return interpreter.iterated(first)
        case "getattr" if len(arguments.positional) > 1 and (text := constant(arguments.positional[1])) is not None:
            return join(*(attribute_of(interpreter, atom, text) for atom in first))
        case _:
            return (Made(f"builtins.{name}"),)


# --- methods


def method(interpreter: Expressions, bound: Bound, arguments: Arguments) -> Value:
    """Tell what calling a method of something modelled gives."""
    receiver, name = bound.receiver, bound.name
    if isinstance(receiver, Output):
        return _output_method(interpreter, receiver, name, arguments)
    if isinstance(receiver, Config):
        return _config_method(interpreter, receiver, name, arguments)
    if isinstance(receiver, Items):
        return _items_method(receiver, name, arguments)
    if isinstance(receiver, Resource):
        return _resource_method(interpreter, receiver, name, arguments)
    return UNKNOWN


def _output_method(interpreter: Expressions, receiver: Output, name: str, arguments: Arguments) -> Value:
    if name == "apply":
        callee = arguments.get(0, "func") or UNKNOWN
        with interpreter.along(interpreter.way.labelled("apply", arguments.node)):
            _follow(interpreter, arguments, callee, [UNKNOWN])
        return (Output(receiver.secret),)
    if name == "recover":
        return (receiver,)
    return UNKNOWN


def _config_method(interpreter: Expressions, receiver: Config, name: str, arguments: Arguments) -> Value:
    if not name.startswith(("get", "require")):
        return UNKNOWN
    key = constant(arguments.get(0, "key") or UNKNOWN)
    default = arguments.get(1, "default")
    has_default = default is not None and default != NOTHING
    interpreter.facts.config.append(
        ConfigRead(
            arguments.node, arguments.environment.module, interpreter.way, receiver.namespace, key, name, has_default
        )
    )
    value: Value = (Output(secret=True),) if "secret" in name else UNKNOWN if "object" in name else PLAIN
    return value if name.startswith("require") or has_default else join(value, NOTHING)


def _items_method(receiver: Items, name: str, arguments: Arguments) -> Value:
    if name in _ADDING:
        return _added(receiver, name, arguments)
    if name == "items":
        return (Items("list", [(None, (Items("tuple", [(None, PLAIN), (None, receiver.all())]),))]),)
    if name == "values":
        return (Items("list", [(None, receiver.all())]),)
    if name == "keys":
        return (Items("list", [(None, PLAIN)]),)
    if name in {"get", "pop"}:
        key = constant(arguments.positional[0]) if arguments.positional else None
        found = [value for held, value in receiver.members if held == key and key is not None]
        return join(found[-1] if found else receiver.all(), NOTHING)
    return (receiver,) if name == "copy" else UNKNOWN


def _added(receiver: Items, name: str, arguments: Arguments) -> Value:
    receiver.whole = False
    for value in arguments.positional[-1:]:
        if name in {"extend", "update"}:
            receiver.members += [
                member for atom in value for member in (atom.members if isinstance(atom, Items) else [(None, UNKNOWN)])
            ]
        elif name == "setdefault" and len(arguments.positional) > 1:
            receiver.members.append((constant(arguments.positional[0]), value))
        else:
            receiver.members.append((None, value))
    receiver.members += [(key, value) for key, value in arguments.keywords.items() if name == "update"]
    return receiver.all() if name == "setdefault" else NOTHING


def _resource_method(interpreter: Expressions, receiver: Resource, name: str, arguments: Arguments) -> Value:
    if name == "super":
        return UNKNOWN
    if name == "__init__":
        _base_init(interpreter, receiver, arguments)
        return NOTHING
    if name == "register_outputs":
        if receiver.cls is not None:
            interpreter.facts.registered.update(owner.node for owner in receiver.cls.lineage())
        return NOTHING
    if receiver.cls is None and name in {"get_output", "require_output", "get_resource"}:
        return OUTPUT
    return UNKNOWN
