# SPDX-License-Identifier: Apache-2.0
"""Follows a program as Python would run it, on what its expressions may be instead of on values.

Modules run in the order of their imports, functions where they are called, with what they are called with; a function
that nothing calls is followed with what its annotations say. Both sides of a condition are followed, the body of a loop
once. What comes of it is `Facts`: what each expression was seen to be, and which resources, exports, calls and reads of
configuration there were, each with the way that led to it. Nothing outside the program is entered.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Final

from stackproof.lint import calls
from stackproof.lint.annotations import annotated
from stackproof.lint.facts import Facts, Frame, Way
from stackproof.lint.statements import Statements
from stackproof.lint.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Bound,
    Class,
    Coroutine,
    Environment,
    External,
    Function,
    Instance,
    Items,
    Made,
    Output,
    Plain,
    Resource,
    join,
    untold,
)

if TYPE_CHECKING:
    from stackproof.lint.source import Module
    from stackproof.lint.values import Atom, Value

__all__ = ["Interpreter"]

_MOST_CALLS_DEEP: Final = 16
_MOST_TIMES: Final = 24
_STEPS_A_NODE: Final = 10
_RECURSION: Final = 60_000


class Interpreter(Statements):
    """One reading of all sources; `run` does it."""

    def run(self) -> Facts:
        """Follow entries, then what they did not reach, then functions that nothing called."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _RECURSION))
        try:
            ranks = {"entry": 0, "module": 1, "test": 2}
            modules = [module for module in self.sources.modules.values() if module.kind != "other"]
            self._budget = _STEPS_A_NODE * sum(len(module.lines) for module in modules) * 12 + 100_000
            for module in sorted(modules, key=lambda item: ranks[item.kind]):
                self.enter(module)
            self._follow_uncalled()
        finally:
            sys.setrecursionlimit(limit)
        return self.facts

    def enter(self, module: Module) -> Environment:
        """Run a module, once."""
        if module.shown not in self._environments:
            environment = self._environments[module.shown] = Environment(module)
            environment.names["__name__"] = (Plain("__main__" if module.kind == "entry" else module.name),)
            environment.names["__file__"] = PLAIN
            before, frames = self.way, self.frames
            self.way, self.frames = self.way.importing(module), []
            self.facts.environments[module.shown] = environment
            self.execute(module.tree.body, environment)
            self.way, self.frames = before, frames
        return self._environments[module.shown]

    def _follow_uncalled(self) -> None:
        for function in list(self.facts.functions):
            if function.node not in self._times:
                self.way, self.frames = Way(function.node), []
                receiver = self._receiver(function)
                bound = Function(function.node, function.environment, function.owner, receiver, function.retried)
                self.call_function(bound, None, [], {}, sure=False)

    def _receiver(self, function: Function) -> Atom | None:
        if function.owner is None:
            return None
        if function.owner.kind:
            return Resource(function.owner.node.name, function.owner, dict(function.owner.attributes), None)
        return Instance(function.owner, dict(function.owner.attributes))

    def call(  # noqa: PLR0911, PLR0913 (one case a kind of value; what a call consists of)
        self,
        callee: Atom,
        node: ast.Call,
        positional: list[Value],
        keywords: dict[str, Value],
        environment: Environment,
        *,
        sure: bool = True,
    ) -> Value:
        """Tell what calling a value may give, and note what it does."""
        match callee:
            case Function():
                return self.call_function(callee, node, positional, keywords, sure=sure)
            case Class():
                return calls.instantiate(self, callee, calls.Arguments(node, positional, keywords, environment, sure))
            case External(name=name):
                return calls.external(self, name, calls.Arguments(node, positional, keywords, environment, sure))
            case Bound():
                return calls.method(self, callee, calls.Arguments(node, positional, keywords, environment, sure))
            case Made(name=name) if calls.is_retry(name):
                return positional[0] if positional else UNKNOWN
            case Made(name=name):
                return calls.external(self, f"{name}()", calls.Arguments(node, positional, keywords, environment, sure))
            case Output():
                self.facts.called_outputs.add(node)
                return UNKNOWN
            case _:
                return UNKNOWN

    def call_function(
        self,
        function: Function,
        node: ast.Call | None,
        positional: list[Value],
        keywords: dict[str, Value],
        *,
        sure: bool = True,
    ) -> Value:
        """Follow a function with what it is called with, as often and as deep as is worth it."""
        times = self._times.get(function.node, 0)
        active = sum(frame.function is function.node for frame in self.frames)
        if active > 1 or len(self.frames) >= _MOST_CALLS_DEEP or times >= _MOST_TIMES or self._spent(times):
            return self.facts.last.get(function.node, UNKNOWN)
        self._times[function.node] = times + 1
        environment = Environment(function.environment.module, function.environment)
        calls.bind_parameters(self, function, environment, positional, keywords, sure=sure)
        frame = Frame(function.node, function.receiver, function.owner)
        self.frames.append(frame)
        before = self.way
        self.way = before.calling(node, function)
        if isinstance(function.node, ast.Lambda):
            frame.returned.append(self.evaluate(function.node.body, environment))
        else:
            self.execute(function.node.body, environment)
        self.way = before
        self.frames.pop()
        return self._result(function, node, frame)

    def _spent(self, times: int) -> bool:
        return times > 0 and self._steps > self._budget

    def _result(self, function: Function, node: ast.Call | None, frame: Frame) -> Value:
        returns = getattr(function.node, "returns", None)
        if frame.yielded:
            value: Value = (Items("list", [(None, join(*frame.yielded))]),)
        else:
            value = join(*frame.returned) if frame.returned else NOTHING
        if returns is not None and untold(value):
            told = annotated(returns, function.environment, self)
            value = value if told == UNKNOWN else told
        self.facts.last[function.node] = value
        if isinstance(function.node, ast.AsyncFunctionDef) and node is not None:
            self.facts.results[node] = value
            value = () if frame.yielded else (Coroutine(node),)
        return value or UNKNOWN
