# SPDX-License-Identifier: Apache-2.0
"""Calls back into the running program: the functions that it registered with the engine (transforms, hooks)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import grpc

from stackproof.engine.embedded import channels
from stackproof.protocol import callback_pb2, callback_pb2_grpc

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["CallbackError", "Callbacks"]


class CallbackError(Exception):
    """A function of the program failed, in its own words."""


class Callbacks:
    """The channels to the servers on which the program offers its functions, one a server, opened on first use."""

    def __init__(self) -> None:
        """Begin with none."""
        self._channels: dict[str, grpc.Channel] = {}
        self._lock = threading.Lock()

    def call(self, callback: callback_pb2.Callback, message: Message) -> bytes:
        """Call a function of the program and give its serialised answer.

        Raises:
            CallbackError: the function raised, or the program is gone.

        """
        with self._lock:
            if callback.target not in self._channels:
                self._channels[callback.target] = channels.connect(callback.target)
            channel = self._channels[callback.target]
        invoke = callback_pb2.CallbackInvokeRequest(token=callback.token, request=message.SerializeToString())
        try:
            response = callback_pb2_grpc.CallbacksStub(channel).Invoke(invoke)
        except grpc.RpcError as error:
            raise CallbackError(str(error.details())) from error
        return bytes(response.response)
