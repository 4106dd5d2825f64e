# SPDX-License-Identifier: Apache-2.0
"""Makefiles and packages: the commands of a task are read, in order, as far as they are written out."""

from __future__ import annotations

import pytest

from stackproof.pipeline.gatecheck.source import MalformedError
from stackproof.pipeline.gatecheck.tasks import make_targets, package_script, read_makefile, script_name

MAKEFILE = """\
PULUMI ?= pulumi
STACK := dev # the default
FLAGS = --yes --stack $(STACK)
.PHONY: deploy

all: deploy

deploy: build ## ships
\t@$(PULUMI) up \\
\t  $(FLAGS)
\techo $$HOME $(UNKNOWN)

build:
\t-make -C sub
"""


@pytest.mark.parametrize(
    ("target", "scripts"),
    [
        ("build", ["make -C sub"]),
        ("deploy", ["make -C sub", "pulumi up  \t  --yes --stack dev", "echo $HOME $(UNKNOWN)"]),
        ("", ["make -C sub", "pulumi up  \t  --yes --stack dev", "echo $HOME $(UNKNOWN)"]),
        ("nothing", []),
    ],
)
def test_a_target_runs_its_prerequisites_and_its_recipe(target: str, scripts: list[str]) -> None:
    assert [line.script for line in read_makefile(MAKEFILE).lines(target)] == scripts


def test_lines_know_where_they_stand_and_whether_they_may_fail() -> None:
    found = [(line.line, bool(line.lost)) for line in read_makefile(MAKEFILE).lines("deploy")]
    assert found == [(14, True), (9, False), (11, False)]


def test_rules_that_need_each_other_end() -> None:
    assert read_makefile("a: b\n\tone\nb: a\n\ttwo\n").lines("a")[-1].script == "one"


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("make", ("", ("",))),
        ("make -C infra deploy", ("infra", ("deploy",))),
        ("make -j4 a b X=1", ("", ("a", "b"))),
    ],
)
def test_a_call_of_make_names_targets(command: str, found: tuple[str, tuple[str, ...]]) -> None:
    assert make_targets(tuple(command.split())) == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npm run deploy", ("", "deploy")),
        ("npm --prefix infra run deploy -- --yes", ("infra", "deploy")),
        ("pnpm deploy:prod", ("", "deploy:prod")),
        ("yarn run up", ("", "up")),
        ("npm ci", None),
        ("npm deploy", None),
        ("pnpm install", None),
        ("yarn", None),
        ("make run x", None),
    ],
)
def test_a_call_of_npm_or_its_kin_names_a_script(command: str, found: tuple[str, str] | None) -> None:
    assert script_name(tuple(command.split())) == found


def test_a_script_of_a_package_stands_on_its_line() -> None:
    found = package_script('{\n  "scripts": {\n    "up": "pulumi up"\n  }\n}', "up")
    assert found is not None
    assert (found.script, found.line) == ("pulumi up", 3)


@pytest.mark.parametrize("text", ["{", "[]", '{"scripts": 1}'])
def test_what_is_no_package_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        package_script(text, "up")
