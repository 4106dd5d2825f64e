# SPDX-License-Identifier: Apache-2.0
"""Inputs that the provider does not accept, told as Pulumi's engine tells them, and still shown to the packs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from stackproof.model import LogLine, ProgramEnd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stackproof.engine.embedded import EmbeddedEngine
    from stackproof.model import Job

PROGRAM = textwrap.dedent(
    """
    import pulumi

    class Resource(pulumi.CustomResource):
        def __init__(self, token, name):
            super().__init__(token, name, {{}})

    Resource({token!r}, {name!r})
    """,
)


def test_each_rejected_input_is_a_line_of_its_own_about_its_resource(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
    silent_pack: Path,
) -> None:
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"  # noqa: S105 (a type, not a password)
    seen = engine.run(job(write_program(PROGRAM.format(token=token, name="both")), silent_pack), "faithful")
    urn = f"urn:pulumi:dev::engine::{token}::both"
    words = (
        f"{token} resource 'both' has a problem: Missing required argument. The argument \"{{}}\" is required, "
        "but no definition was found.. Examine values at 'both.{}'."
    )
    assert [line for line in seen.log if line.urn] == [
        LogLine("error", words.format("policy_arn", "policyArn"), urn),
        LogLine("error", words.format("role", "role"), urn),
    ]
    assert seen.end is ProgramEnd.FAILED
    assert urn in {analysis.urn for analysis in seen.analyses}


def test_a_check_that_fails_as_a_whole_is_told_in_the_provider_s_words_alone(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    token, name = "aws:sns/topic:Topic", "n" * 80
    seen = engine.run(job(write_program(PROGRAM.format(token=token, name=name))), "faithful")
    words = f"could not make instance of '{token}': name '{name}-' plus 7 random chars is longer than maximum length 80"
    assert [line for line in seen.log if line.urn] == [
        LogLine("error", words, f"urn:pulumi:dev::engine::{token}::{name}"),
    ]
    assert seen.end is ProgramEnd.FAILED
