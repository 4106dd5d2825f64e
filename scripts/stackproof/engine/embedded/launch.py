# SPDX-License-Identifier: Apache-2.0
"""Runs a user's Pulumi program inside the child process, in the user's own interpreter.

Executed by path, so it imports nothing but the standard library and the user's Pulumi SDK. It does what Pulumi's
language host does for Python (configure the SDK, run `__main__` inside the stack, report an exception as an error
of the engine) and tells its parent by the exit code how the program ended.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

EXIT_FAILED = 32
EXIT_BAD_CONFIGURATION = 33
EXIT_NO_SDK = 34

CONFIGURATION_ERRORS = {"ConfigMissingError", "ConfigTypeError", "ConfigurationError"}
"""The SDK's own errors about configuration, and the name by which a program's `RunError` says that it is one."""


GARBAGE = (100_000, 20, 100)
"""Thresholds of the cyclic collector. The SDK makes some hundred objects a resource that live until the end, and
looking through them again and again was a third of all that a program of 1,000 resources costs (3.5 s of CPU time
with Python's own thresholds, 2.4 s with these, 2.3 s with no collector)."""


def user_traceback(main: str) -> str:
    """Format the current exception from the first frame of the user's program on, without ours and the SDK's.

    An exception inside `apply` may have no such frame; then its own text is all there is to say.
    """
    kind, error, trace = sys.exc_info()
    home = os.path.dirname(main)
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(home) and "site-packages" not in file:
            break
        trace = trace.tb_next
    return "".join(traceback.format_exception(kind, error, trace))


def main() -> int:
    """Run the program named on the command line: MONITOR-ADDRESS PROGRAM, the rest in the environment."""
    monitor, program = sys.argv[1:3]
    gc.set_threshold(*GARBAGE)
    try:
        import pulumi
        import pulumi.runtime
        from pulumi.runtime.proto import engine_pb2
    except ImportError as error:
        print(f"{sys.executable} cannot import the Pulumi SDK: {error}", file=sys.stderr)
        return EXIT_NO_SDK

    settings = pulumi.runtime.Settings(
        monitor=monitor,
        engine=monitor,
        project=os.environ["PULUMI_PROJECT"],
        stack=os.environ["PULUMI_STACK"],
        parallel=int(os.environ["STACKPROOF_PARALLEL"]),
        dry_run=True,
        organization=os.environ["PULUMI_ORGANIZATION"],
        root_directory=os.environ["STACKPROOF_PROJECT_ROOT"],
    )
    stub = settings.engine

    class Engine:
        """The engine's stub without debug messages: nobody reads them, and they are two thirds of all requests."""

        def __getattr__(self, name: str) -> object:
            return getattr(stub, name)

        def Log(self, request: engine_pb2.LogRequest) -> object:  # noqa: N802 (the protocol's name)
            return None if request.severity == engine_pb2.DEBUG else stub.Log(request)

    settings.engine = Engine()
    secret_keys = json.loads(os.environ["PULUMI_CONFIG_SECRET_KEYS"])
    pulumi.runtime.set_all_config(json.loads(os.environ["PULUMI_CONFIG"]), secret_keys)
    pulumi.runtime.configure(settings)

    sys.argv = [program]
    # The folder of this file came first; the program's own must, and its modules must not meet this file's neighbours.
    sys.path[0] = os.path.dirname(program)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=settings.parallel * 4)
    loop.set_default_executor(executor)
    # A failing program leaves futures unobserved; asyncio's complaints about them would bury the user's own error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    async def run() -> None:
        runpy.run_path(program, run_name="__main__")
        # Registrations are tasks that have not begun. Begun, they are awaited one by one; else the SDK waits for
        # whichever output comes first, over all outputs, again and again: quadratic in the number of resources.
        await asyncio.sleep(0)

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        names = {kind.__name__ for kind in type(error).__mro__}
        return EXIT_BAD_CONFIGURATION if names & CONFIGURATION_ERRORS else EXIT_FAILED
    except Exception:  # noqa: BLE001 (whatever the program raises is told as its error)
        pulumi.log.error("Program failed with an unhandled exception:\n" + user_traceback(program))
        return EXIT_FAILED
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
        # The interpreter would look through all that is left before it ends: a third of a small program's own cost.
        gc.freeze()
    return 0


if __name__ == "__main__":
    sys.exit(main())
