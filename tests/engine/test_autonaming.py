# SPDX-License-Identifier: Apache-2.0
"""The configuration `pulumi:autonaming`, read as the engine reads it: which level wins, what a pattern may hold."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import Autonaming
from stackproof.engine.embedded.autonaming import autonamer_of
from stackproof.errors import UsageError
from stackproof.model import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from stackproof.engine.embedded import EmbeddedEngine
    from stackproof.engine.embedded.autonaming import Proposal
    from stackproof.model import Job

_QUEUE = "urn:pulumi:dev::shop::my:index:Part$aws:sqs/queue:Queue::orders"
_TOPIC = "urn:pulumi:dev::shop::aws:sns/topic:Topic::orders"
_ID = "urn:pulumi:dev::shop::random:index/randomId:RandomId::orders"


def _proposed(root: Path, config: object, urn: str = _QUEUE, **more: str) -> Proposal | None:
    text = config if isinstance(config, str) else json.dumps(config)
    values = {"pulumi:autonaming": text} if config is not None else {}
    values |= {f"shop:{key}": value for key, value in more.items()}
    program = Program(
        root, root, root / "__main__.py", "shop", "dev", "python", Path(sys.executable), values, root / "s"
    )
    return autonamer_of(program).propose(urn)


@pytest.mark.parametrize(
    ("config", "naming"),
    [
        (None, None),
        ({}, None),
        ({"mode": "default"}, None),
        ({"mode": "verbatim"}, Autonaming("orders", "enforce")),
        ({"mode": "disabled"}, Autonaming("", "disable")),
        ({"pattern": "x-${name}"}, Autonaming("x-orders", "propose")),
        ({"pattern": "x-${name}", "enforce": False}, Autonaming("x-orders", "propose")),
        ({"pattern": "x-${name}", "enforce": True}, Autonaming("x-orders", "enforce")),
        ({"pattern": "${organization}/${project}/${stack}"}, Autonaming("organization/shop/dev", "propose")),
        ({"pattern": "${nothing}"}, Autonaming("${nothing}", "propose")),
        ({"mode": "verbatim", "providers": None}, Autonaming("orders", "enforce")),
    ],
)
def test_each_mode_tells_the_provider_what_the_engine_would(
    tmp_path: Path,
    config: object,
    naming: Autonaming | None,
) -> None:
    proposal = _proposed(tmp_path, config)
    assert (proposal.naming if proposal else None) == naming


@pytest.mark.parametrize(
    ("urn", "name"),
    [(_QUEUE, "aws-orders"), (_TOPIC, "topic-orders"), (_ID, "all-orders")],
)
def test_the_type_wins_over_the_package_and_that_over_all(tmp_path: Path, urn: str, name: str) -> None:
    types = {"aws:sns/topic:Topic": {"pattern": "topic-${name}"}, "random:index/randomId:RandomId": {"mode": "default"}}
    config = {"pattern": "all-${name}", "providers": {"aws": {"pattern": "aws-${name}", "resources": types}}}
    proposal = _proposed(tmp_path, config, urn)
    assert proposal is not None
    assert proposal.naming.name == name


def test_a_package_that_only_names_types_leaves_the_others_to_the_rule_for_all(tmp_path: Path) -> None:
    config = {"mode": "verbatim", "providers": {"aws": {"resources": {"aws:sns/topic:Topic": {"mode": "default"}}}}}
    assert _proposed(tmp_path, config, _TOPIC) is None
    proposal = _proposed(tmp_path, config, _QUEUE)
    assert proposal is not None
    assert proposal.naming == Autonaming("orders", "enforce")


def test_random_expressions_differ_within_a_name_and_agree_between_runs(tmp_path: Path) -> None:
    pattern = "${name}-${hex(4)}-${hex(4)}-${alphanum(5)}-${string(6)}-${num(3)}-${uuid}-${uuid}"
    uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    form = rf"orders-([0-9a-f]{{4}})-([0-9a-f]{{4}})-[a-z0-9]{{5}}-[a-z]{{6}}-[0-9]{{3}}-({uuid})-({uuid})"
    first, again = (_proposed(tmp_path, {"pattern": pattern}) for _ in range(2))
    assert first == again
    assert first is not None
    assert first.random
    match = re.fullmatch(form, first.naming.name)
    assert match is not None
    assert match[1] != match[2]
    assert match[3] == match[4]
    other = _proposed(tmp_path, {"pattern": pattern}, _TOPIC)
    assert other is not None
    assert other.naming.name != first.naming.name


@pytest.mark.parametrize("config", [{"mode": "verbatim"}, {"mode": "disabled"}, {"pattern": "${name}"}])
def test_a_name_without_a_random_part_is_said_to_be_fixed(tmp_path: Path, config: object) -> None:
    proposal = _proposed(tmp_path, config)
    assert proposal is not None
    assert not proposal.random


def test_configuration_values_are_read_by_key_and_by_path(tmp_path: Path) -> None:
    pattern = "${config.team}-${config.naming.prefix}-${config.naming.depth}"
    proposal = _proposed(tmp_path, {"pattern": pattern}, team="a", naming='{"prefix":"b","depth":2}')
    assert proposal is not None
    assert proposal.naming.name == "a-b-2"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("verbatim", 'pulumi:autonaming: must be an object, not "verbatim"'),
        (
            {"mode": "magic"},
            "pulumi:autonaming: invalid naming mode 'magic': must be one of default, verbatim, disabled",
        ),
        ({"mode": "default", "pattern": "x"}, "cannot specify both mode and pattern/enforce"),
        ({"mode": "default", "enforce": False}, "cannot specify both mode and pattern/enforce"),
        ({"enforce": True}, "pattern must be specified when enforce is true"),
        ({"mode": 1}, "mode and pattern must be text"),
        ({"pattern": "x", "enforce": "yes"}, "enforce must be true or false"),
        ({"patterns": "x"}, "unknown field 'patterns'; known are enforce, mode, pattern, providers"),
        ({"providers": {"aws": {"providers": {}}}}, "pulumi:autonaming, providers.aws: unknown field 'providers'"),
        ({"providers": []}, "pulumi:autonaming, providers: must be an object, not []"),
        ({"providers": {"aws": "x"}}, 'pulumi:autonaming, providers.aws: must be an object, not "x"'),
        ({"providers": {"aws": {"mode": "magic"}}}, "pulumi:autonaming, providers.aws: invalid naming mode 'magic'"),
        (
            {"providers": {"aws": {"resources": {"aws:sns/topic:Topic": None}}}},
            "providers.aws.resources.aws:sns/topic:Topic: mode or pattern must be specified",
        ),
        ({"pattern": "${config.team}"}, "pulumi:autonaming: no value found for configuration key 'team'"),
        ({"pattern": "${config.team.name}"}, "no value found for configuration key 'team.name'"),
    ],
)
def test_what_the_engine_does_not_accept_is_refused_with_its_place(tmp_path: Path, config: object, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)) as caught:
        _proposed(tmp_path, config)
    assert str(caught.value).endswith("; mend the stack's configuration")


def test_no_program_runs_where_the_configuration_is_refused(
    engine: EmbeddedEngine,
    job: Callable[..., Job],
    write_program: Callable[[str], Path],
) -> None:
    root = write_program("raise SystemExit(3)")
    (root / "Pulumi.dev.yaml").write_text("config: {'pulumi:autonaming': {mode: magic}}")
    with pytest.raises(UsageError, match="invalid naming mode 'magic'"):
        engine.run(job(root), "faithful")
