# SPDX-License-Identifier: Apache-2.0
"""Much of everything: resources at once, output, slow and silent packs. Each comes to an end that says what it was."""

from __future__ import annotations

import textwrap
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.errors import UnrunnableError
from stackproof.model import Analysis, Pass, ProgramEnd

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine import Engine
    from stackproof.model import Job

HERE = Path(__file__).parent
LIAR = (HERE / "packs" / "liar" / "pack.py").read_text(encoding="utf-8")
THING = """\
import pulumi


class Thing(pulumi.CustomResource):
    def __init__(self, name, **inputs):
        super().__init__("test:index:Thing", name, {"seen": None, **inputs})


"""


def liar(body: str) -> str:
    """Give a pack that speaks the protocol without the SDK, with some methods of its own."""
    return LIAR.replace("    # HERE\n", textwrap.indent(textwrap.dedent(body), "    "))


@pytest.fixture
def run(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
) -> Callable[..., Pass]:
    """Run a program's text against a pack's text, in the faithful pass."""

    def make(program: str, pack: str = LIAR, timeout: float = 60.0) -> Pass:
        return engine.run(job(write_program(program), write_pack(pack), timeout), "faithful")

    return make


STORMS = {
    "one after another": 'for n in range(400): Thing(f"t{n}", size=n)',
    "threads": """
import asyncio
from concurrent.futures import ThreadPoolExecutor
loop = asyncio.get_event_loop()
with ThreadPoolExecutor(64) as pool:
    list(pool.map(lambda n: loop.call_soon_threadsafe(lambda: Thing(f"t{n}", size=n)), range(400)))
""",
    "tasks": """
import asyncio
async def make(n):
    await asyncio.sleep(0)
    Thing(f"t{n}", size=n)
async def main(): await asyncio.gather(*(make(n) for n in range(400)))
asyncio.ensure_future(main())
""",
    "apply": 'for n in range(400): pulumi.Output.from_input(n).apply(lambda n: Thing(f"t{n}", size=n) and None)',
    "transforms": """
def change(args): return pulumi.ResourceTransformResult({**args.props, "seen": "yes"}, args.opts)
pulumi.runtime.register_resource_transform(change)
for n in range(400): Thing(f"t{n}", size=n)
""",
    "a chain": """
last = Thing("t0", size=0)
for n in range(1, 400): last = Thing(f"t{n}", size=n, seen=last.id)
""",
}


@pytest.mark.parametrize("storm", STORMS)
def test_a_storm_of_registrations_is_analysed_to_the_last(storm: str, run: Callable[..., Pass]) -> None:
    """However a program comes to register hundreds at once."""
    found = run(THING + STORMS[storm])
    assert found.end is ProgramEnd.COMPLETED, found.log
    names = {f"t{n}" for n in range(400)}
    assert {item.name for item in found.resources} >= names
    analysed = {item.urn.rsplit("::", 1)[1] for item in found.analyses if not item.stack_level and not item.error}
    assert analysed >= names


def test_transforms_that_call_functions_do_not_block_each_other(run: Callable[..., Pass]) -> None:
    """As many at once as the SDK has threads for, but for one: the CLI's limit, beyond which it hangs as well."""
    program = """
async def change(args):
    await pulumi.runtime.invoke_async("test:index:look", {"name": args.name})
    return pulumi.ResourceTransformResult({**args.props, "seen": "yes"}, args.opts)
pulumi.runtime.register_resource_transform(change)
for n in range(30): Thing(f"t{n}", size=n)
"""
    found = run(THING + program)
    assert found.end is ProgramEnd.COMPLETED, found.log
    assert [item.inputs["seen"] for item in found.resources if item.name.startswith("t")] == ["yes"] * 30


FLOODS = {
    "lines": 'print(("0123456789" * 8 + "\\n") * 12, end="")',
    "empty lines": 'print("\\n" * 1000, end="")',
    "no newline": 'print("x" * 1000, end="")',
    "carriage returns": 'print("x\\r" * 500, end="")',
    "no text": "sys.stdout.buffer.write(bytes(range(256)) * 4)",
}


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_output_neither_stops_a_program_nor_fills_the_memory(
    flood: str, stream: str, run: Callable[..., Pass]
) -> None:
    """Its last words are kept, a bounded number of them."""
    writes = FLOODS[flood].replace("sys.stdout", f"sys.{stream}")
    program = f"""
import contextlib, os, sys
with contextlib.redirect_stdout(sys.{stream}):
    for _ in range(20_000): {writes}
sys.{stream}.flush()  # of what was written below the text
sys.{stream}.write("\\nlast words\\n")
"""
    found = run(program)
    assert found.end is ProgramEnd.COMPLETED
    assert "last words" in found.output.splitlines()[-401:]
    assert len(found.output) < 2_000_000


def errors(found: Pass) -> list[str]:
    """List what kept the pack from answering, about the stack last."""
    return [item.error for item in found.analyses]


def test_a_pack_that_hangs_is_waited_for_once(run: Callable[..., Pass]) -> None:
    """Not once for each of the resources: they are told unanswered at once."""
    body = """
    def Analyze(self, request, context):
        import time
        time.sleep(600)
    """
    started = time.monotonic()
    found = run(THING + STORMS["one after another"], liar(body), timeout=10)
    assert time.monotonic() - started < 60
    first, *later = errors(found)
    words = "no answer within 10 seconds; raise --timeout, or see why the pack is slow"
    assert first == words
    assert set(later) == {f"not asked, since an earlier request got {words}"}
    assert len(later) == 402


def test_a_pack_that_hangs_over_the_stack_is_waited_for_once(run: Callable[..., Pass]) -> None:
    """What it said of each resource stays."""
    body = """
    def AnalyzeStack(self, request, context):
        import time
        time.sleep(600)
    """
    found = run("", liar(body), timeout=10)
    assert errors(found) == ["", "no answer within 10 seconds; raise --timeout, or see why the pack is slow"]


@pytest.mark.parametrize("method", ["GetAnalyzerInfo", "Configure", "ConfigureStack"])
def test_a_pack_that_hangs_at_its_start_is_an_error(method: str, run: Callable[..., Pass]) -> None:
    """With the pack's name, and not for longer than it may take."""
    body = f"""
    def {method}(self, request, context):
        import time
        time.sleep(600)
    """
    with pytest.raises(UnrunnableError, match=r"policy pack .*no answer within 15 seconds"):
        run("", liar(body), timeout=15)


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("os._exit(3)", "ended with exit code 3"),
        ("os._exit(0)", "ended with exit code 0"),
        ("os.kill(os.getpid(), 9)", "was killed by signal 9"),
    ],
)
def test_a_pack_whose_process_ends_is_told_as_that(ending: str, words: str, run: Callable[..., Pass]) -> None:
    """Of every later request as well, and without delay."""
    body = f"""
    def Analyze(self, request, context):
        import os
        {ending}
    """
    found = run(THING + STORMS["one after another"], liar(body))
    assert set(errors(found)) == {f"the pack's process {words} before the engine was done with it"}
    assert len(errors(found)) == 403


def test_a_run_that_is_given_up_leaves_no_request_behind(
    engine: Engine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    write_pack: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """One pack does not start while another has hundreds of requests before it; a thread that raised is an error."""
    body = """
    def Analyze(self, request, context):
        import pathlib, time
        pathlib.Path("asked").touch()
        time.sleep(0.05)
        return a.AnalyzeResponse()
    """
    slow = job(write_program(THING + STORMS["one after another"]), write_pack(liar(body)))
    asked = slow.packs[0].root / "asked"
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (broken / "__main__.py").write_text(f"import os\nwhile not os.path.exists({str(asked)!r}): pass\n")
    both = replace(slow, packs=(*slow.packs, *job(slow.program.root, broken).packs))
    with pytest.raises(UnrunnableError, match="ended before it was ready"):
        engine.run(both, "faithful")


def test_an_answer_that_is_no_message_is_an_error_of_that_answer(run: Callable[..., Pass]) -> None:
    """Garbage is not an empty answer."""
    garbage = LIAR.replace(
        "server = grpc", "Analyze = lambda self, request, context: b'\\xff' * 9\nserver = grpc"
    ).replace(
        "analyzer_pb2_grpc.add_",
        "handler = grpc.unary_unary_rpc_method_handler(lambda r, c: b'\\xff' * 9)\n"
        "generic = grpc.method_handlers_generic_handler('pulumirpc.Analyzer', {'Analyze': handler})\n"
        "server.add_generic_rpc_handlers((generic,))\n"
        "analyzer_pb2_grpc.add_",
    )
    found = run("", garbage)
    (analysis,) = [item for item in found.analyses if not item.stack_level]
    assert "deserializing" in analysis.error


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n", b"\xff" * 100, b""], ids=["text", "bytes", "nothing"])
def test_a_port_that_speaks_another_protocol_is_an_error(answer: bytes, run: Callable[..., Pass]) -> None:
    """Whatever it says."""
    pack = f"""
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall({answer!r})
"""
    with pytest.raises(UnrunnableError, match="did not answer"):
        run("", pack, timeout=15)


@pytest.mark.parametrize("port", ["99999", "0", "-1", "\N{SUPERSCRIPT TWO}", "1" * 5000])
def test_a_first_line_that_is_no_port_of_an_analyzer_is_an_error(port: str, run: Callable[..., Pass]) -> None:
    """In words, not in a traceback."""
    with pytest.raises(UnrunnableError, match=r"before its port|did not answer"):
        run("", f"import time\nprint({port!r}, flush=True)\ntime.sleep(600)\n", timeout=15)


def test_a_slow_pack_is_no_error(run: Callable[..., Pass]) -> None:
    """Every answer has its own time."""
    body = """
    def Analyze(self, request, context):
        import time
        time.sleep(0.01)
        return a.AnalyzeResponse()
    """
    found = run(THING + STORMS["one after another"], liar(body), timeout=15)
    assert set(errors(found)) == {""}


def test_a_pack_that_prints_all_the_time_still_answers(run: Callable[..., Pass]) -> None:
    """On both streams, tens of megabytes."""
    body = """
    def Analyze(self, request, context):
        import sys
        for stream in (sys.stdout, sys.stderr):
            stream.write("0123456789" * 10_000)
        return a.AnalyzeResponse()
    """
    found = run(THING + STORMS["one after another"], liar(body))
    assert set(errors(found)) == {""}


def answering(size: int) -> str:
    """Give a pack that answers about the Stack with a violation of some size, in bytes."""
    return liar(f"""
    def Analyze(self, request, context):
        return a.AnalyzeResponse(diagnostics=[a.AnalyzeDiagnostic(policyName="p", message="x" * {size})])
    """)


def resource_answer(found: Pass) -> Analysis:
    """Give the answer about the only resource, which is the Stack."""
    (analysis,) = [item for item in found.analyses if not item.stack_level]
    return analysis


def test_a_large_answer_is_read(run: Callable[..., Pass]) -> None:
    """The CLI gives up at 4 MiB."""
    (diagnostic,) = resource_answer(run("", answering(5 * 1024 * 1024))).diagnostics
    assert len(diagnostic.message) == 5 * 1024 * 1024


def test_an_answer_over_the_limit_is_an_error_of_that_answer(run: Callable[..., Pass]) -> None:
    """It is told with its size, and is no silence."""
    assert "larger than max" in resource_answer(run("", answering(65 * 1024 * 1024))).error


def test_a_program_that_waits_for_ever_is_stopped(run: Callable[..., Pass]) -> None:
    """An output that nothing resolves keeps the SDK waiting."""
    program = """
import asyncio, pulumi
never = asyncio.get_event_loop().create_future()
pulumi.export("x", pulumi.Output(set(), never, asyncio.get_event_loop().create_future()))
"""
    found = run(program, timeout=15)
    assert found.end is ProgramEnd.TIMED_OUT
    assert found.log[-1].message == "the program did not end within 15 seconds and was stopped"
