# SPDX-License-Identifier: Apache-2.0
"""How this process and its children speak gRPC with each other: sizes, and never through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

if TYPE_CHECKING:
    from concurrent import futures

__all__ = ["connect", "serve"]

_REQUEST_LIMIT = 400 * 1024 * 1024
"""Bytes of one request, as the SDKs have it."""

_ANSWER_LIMIT = 64 * 1024 * 1024
"""Bytes of one answer: far beyond the CLI's 4 MiB, and little enough to be held for each of many."""


def connect(target: str) -> grpc.Channel:
    """Connect to a server of a child process. The caller closes the channel."""
    options = (
        ("grpc.max_receive_message_length", _ANSWER_LIMIT),
        ("grpc.max_send_message_length", _REQUEST_LIMIT),
        # A proxy from the environment would be asked for 127.0.0.1 as well.
        ("grpc.enable_http_proxy", 0),
    )
    return grpc.insecure_channel(target, options=options)


def serve(pool: futures.ThreadPoolExecutor) -> tuple[grpc.Server, int]:
    """Make a server for child processes, on a free port of this machine alone; it is not started yet."""
    options = (
        ("grpc.max_receive_message_length", _REQUEST_LIMIT),
        ("grpc.max_send_message_length", _REQUEST_LIMIT),
    )
    server = grpc.server(pool, options=options)
    return server, server.add_insecure_port("127.0.0.1:0")
