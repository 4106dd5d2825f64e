# SPDX-License-Identifier: Apache-2.0
"""The generated protocol modules, read without Pulumi's SDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def told(program: str) -> list[str]:
    """Give what a fresh interpreter prints."""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_command_starts_without_the_sdk_and_the_validator_of_schemas() -> None:
    """Each costs as much as all of the command's own modules."""
    heavy = "{'jsonschema', 'pulumi', 'pulumi.runtime', 'opentelemetry'}"
    assert told(f"import stackproof.cli, sys; print(*sorted({heavy} & sys.modules.keys()))") == []


def test_the_sdk_can_still_be_imported_and_has_the_same_messages() -> None:
    """A second class for one message would refuse the first one's instances."""
    program = """
from stackproof.protocol import resource_pb2
import pulumi
from pulumi.runtime.proto import resource_pb2 as theirs
print(pulumi.Resource.__name__, resource_pb2.RegisterResourceRequest is theirs.RegisterResourceRequest)
"""
    assert told(program) == ["Resource", "True"]


def test_a_process_that_has_the_sdk_already_keeps_it() -> None:
    """Its modules are used as they are."""
    program = """
import pulumi
from pulumi.runtime.proto import resource_pb2 as theirs
from stackproof.protocol import resource_pb2
print(resource_pb2 is theirs, __import__("sys").modules["pulumi"] is pulumi)
"""
    assert told(program) == ["True", "True"]
