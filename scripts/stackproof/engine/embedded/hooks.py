# SPDX-License-Identifier: Apache-2.0
"""Resource hooks: functions of the program that run before and after a resource's creation, in a preview too if asked.

As Pulumi's engine does (`pkg/resource/deploy/deployment.go` and `resource_hooks.go`, Apache-2.0): a hook that fails
ends the deployment, unless its errors are ignored; then they are warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stackproof.engine.embedded.callbacks import CallbackError
from stackproof.model import LogLine
from stackproof.protocol import resource_pb2
from stackproof.structs import to_struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stackproof.engine.embedded.callbacks import Callbacks
    from stackproof.engine.embedded.registry import Registration

__all__ = ["HookError", "Hooks"]


class HookError(Exception):
    """A hook failed, is not known, or cannot be registered; in words."""


class Hooks:
    """The hooks of one pass, by name; resource hooks and error hooks share their names."""

    def __init__(self, callbacks: Callbacks, log: Callable[[LogLine], None]) -> None:
        """Begin with none; ignored errors are told to ``log``."""
        self._callbacks = callbacks
        self._log = log
        self._hooks: dict[str, resource_pb2.RegisterResourceHookRequest | None] = {}

    def register(self, name: str, request: resource_pb2.RegisterResourceHookRequest | None) -> None:
        """Keep a hook; an error hook, which no preview runs, is kept as a name alone.

        Raises:
            HookError: the name is empty or taken.

        """
        if not name:
            message = "resource hook name cannot be empty"
            raise HookError(message)
        if name in self._hooks:
            message = f'resource hook already registered for name "{name}"'
            raise HookError(message)
        self._hooks[name] = request

    def run(self, names: Iterable[str], when: Literal["before", "after"], registration: Registration) -> None:
        """Run the hooks that ask to be run in a preview, in order.

        Raises:
            HookError: a hook failed whose errors count, or is not registered.

        """
        for name in names:
            hook = self._hooks.get(name)
            if hook is None:
                message = f'hook "{name}" was not registered'
                raise HookError(message)
            if not hook.on_dry_run:
                continue
            error = self._error(hook, when, registration)
            if error and hook.ignore_errors:
                kind = "BeforeCreate" if when == "before" else "AfterCreate"
                self._log(LogLine("warning", f'{kind} hook "{name}" failed: {error}', registration.urn))
            elif error:
                message = f'{when} hook "{name}" failed: {error}'
                raise HookError(message)

    def _error(
        self,
        hook: resource_pb2.RegisterResourceHookRequest,
        when: Literal["before", "after"],
        registration: Registration,
    ) -> str:
        """Call one hook and give what it complains of, empty if nothing."""
        request = resource_pb2.ResourceHookRequest(
            urn=registration.urn,
            name=registration.name,
            type=registration.type,
            new_inputs=to_struct(registration.inputs),
        )
        if when == "after":
            request.id = registration.id
            request.new_outputs.CopyFrom(to_struct(registration.outputs))
        response = resource_pb2.ResourceHookResponse()
        try:
            response.ParseFromString(self._callbacks.call(hook.callback, request))
        except CallbackError as error:
            return str(error)
        return response.error
