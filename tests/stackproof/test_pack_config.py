# SPDX-License-Identifier: Apache-2.0
"""A pack's defaults and a configuration file: what each policy runs with, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.engine.pack_config import PolicyConfig, reconcile
from stackproof.errors import UsageError
from stackproof.model import PackSource

if TYPE_CHECKING:
    from stackproof.model import Enforcement
    from stackproof.wire import Properties


@dataclass(frozen=True)
class Announced:
    """A policy as a pack announces it."""

    name: str = "naming"
    enforcement: Enforcement = "mandatory"
    schema: Properties = field(default_factory=lambda: {"suffix": {"type": "string", "default": "dev"}})
    required: tuple[str, ...] = ()
    initial: PolicyConfig | None = None


def configured(config: dict[str, object], *policies: Announced) -> dict[str, PolicyConfig]:
    """Reconcile a file's content with the policies."""
    source = PackSource(Path("/pack"), "rules", "1", Path("/python"), Path("/pack/config.json"), config)
    return reconcile(source, policies or (Announced(),))


def test_without_a_file_the_pack_decides() -> None:
    """Its level, and its schema's defaults."""
    assert configured({}) == {"naming": PolicyConfig("mandatory", {"suffix": "dev"})}


def test_a_level_alone_changes_the_level_alone() -> None:
    """Properties stay as they are."""
    assert configured({"naming": "advisory"}) == {"naming": PolicyConfig("advisory", {"suffix": "dev"})}


def test_properties_without_a_level_leave_the_level() -> None:
    """A mandatory policy must not become advisory by being configured."""
    assert configured({"naming": {"suffix": "x"}}) == {"naming": PolicyConfig("mandatory", {"suffix": "x"})}


def test_an_entry_of_its_own_beats_all() -> None:
    """`all` is the default of the file."""
    config: dict[str, object] = {"all": "advisory", "naming": {"enforcementLevel": "mandatory"}}
    levels = {name: entry.enforcement for name, entry in configured(config, Announced(), Announced("other")).items()}
    assert levels == {"naming": "mandatory", "other": "advisory"}


def test_initial_values_of_the_pack_come_before_the_file() -> None:
    """And after the schema's defaults."""
    policy = Announced(initial=PolicyConfig("disabled", {"suffix": "initial"}))
    assert configured({}, policy) == {"naming": PolicyConfig("disabled", {"suffix": "initial"})}
    assert configured({"naming": {"enforcementLevel": "mandatory", "suffix": "file"}}, policy) == {
        "naming": PolicyConfig("mandatory", {"suffix": "file"}),
    }


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"nameing": "advisory"}, r"config\.json: no policy 'nameing' in pack rules \(it has naming\)"),
        ({"naming": "strict"}, r"naming is 'strict'; it must be one of advisory, mandatory, remediate, disabled"),
        ({"naming": {"enforcementLevel": ""}}, r"naming\.enforcementLevel is ''"),
        ({"naming": 3}, r"naming must be a level or an object"),
        ({"naming": {"sufix": "x"}}, r"naming: .*'sufix' was unexpected"),
        ({"naming": {"suffix": 3}}, r"naming\.suffix: 3 is not of type 'string'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(config: dict[str, object], words: str) -> None:
    """The CLI would ignore most of these, and the gate would be weaker than its file says."""
    with pytest.raises(UsageError, match=words):
        configured(config)


def test_a_missing_required_property_is_refused() -> None:
    """The policy cannot run without it."""
    with pytest.raises(UsageError, match="'owner' is a required property"):
        configured({}, Announced(schema={"owner": {"type": "string"}}, required=("owner",)))


def test_a_schema_that_is_none_is_the_packs_fault() -> None:
    """It is named, not raised as a traceback."""
    with pytest.raises(UsageError, match="announces a configuration schema that is none"):
        configured({}, Announced(schema={"x": {"type": "no such type"}}))
