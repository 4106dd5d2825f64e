# SPDX-License-Identifier: Apache-2.0
"""A user's own answers: laid over the invented ones, never instead of a failure, and named as given."""

from __future__ import annotations

from pathlib import Path

from stackproof.aws import Answer, Created, GenericProvider, GivenProvider, OfflineAws, World
from stackproof.outside import FunctionAnswer, Outside, ResourceAnswer
from stackproof.state import State, StateResource
from stackproof.wire import UNKNOWN, reveal, secret

PARAMETER = FunctionAnswer("aws:ssm/getParameter:getParameter", {"name": "/vpc"}, {"value": "vpc-1"}, "s.toml f[0]")
ARN = FunctionAnswer("aws:index/getArn:getArn", {}, {"service": "s3"}, "s.toml f[1]")
SECRET = FunctionAnswer("vault:index:getSecret", {}, {"data": "x"}, "s.toml f[2]")
ROLE = ResourceAnswer("aws:iam/role:Role", "deployer", {"path": "/ci/"}, "s.toml r[0]")
OUTSIDE = Outside(functions=(PARAMETER, ARN, SECRET), resources=(ROLE,))
URN = "urn:pulumi:dev::shop::aws:iam/role:Role::role"


def aws(outside: Outside = OUTSIDE) -> GivenProvider:
    return GivenProvider(OfflineAws(World(), resolved=False), outside)


def test_given_values_lie_over_the_typed_answer_and_keep_its_secret_marks() -> None:
    answer = aws().invoke(PARAMETER.token, {"name": "/vpc"}, {})
    assert answer.assumed == ("aws:ssm/getParameter:getParameter: given by s.toml f[0]",)
    assert answer.values is not None
    assert answer.values["value"] == secret("vpc-1")
    assert answer.values["type"] == "String"


def test_a_call_that_nobody_described_is_invented_and_says_so() -> None:
    answer = aws().invoke(PARAMETER.token, {"name": "/other"}, {})
    assert answer.assumed == ("aws:ssm/getParameter:getParameter: the values are invented for the given name",)


def test_a_call_with_an_unknown_argument_stays_unknown() -> None:
    """A real preview never asks it, whatever is said of its answer."""
    assert aws().invoke(ARN.token, {"arn": UNKNOWN}, {}) == Answer(None)


def test_a_call_that_fails_still_fails() -> None:
    assert aws().invoke(ARN.token, {"arn": "no arn"}, {}).failures != ()


def test_another_packages_function_answers_what_is_given_and_a_secret_argument_makes_it_secret() -> None:
    provider = GivenProvider(GenericProvider(resolved=False), OUTSIDE)
    note = ("vault:index:getSecret: given by s.toml f[2]",)
    assert provider.invoke(SECRET.token, {}, {}) == Answer({"data": "x"}, (), note)
    assert provider.invoke(SECRET.token, {"token": secret("t")}, {}) == Answer({"data": secret("x")}, (), note)


def test_a_read_finds_the_given_values_and_what_follows_from_them() -> None:
    read = aws().read(URN, "deployer", {}, {})
    assert read.assumed == ("aws:iam/role:Role 'deployer': given by s.toml r[0]",)
    assert (read.outputs["path"], read.outputs["arn"]) == (
        "/ci/",
        "arn:aws:iam::123456789012:role/ci/deployer",
    )


def test_a_read_finds_what_the_state_holds() -> None:
    held = StateResource(
        urn="urn:pulumi:dev::shop::aws:iam/role:Role::held",
        type="aws:iam/role:Role",
        custom=True,
        id="held-1",
        parent="",
        provider="",
        inputs={},
        outputs={"arn": "arn:aws:iam::210987654321:role/held-1"},
        protect=False,
        retain_on_delete=False,
        external=True,
        view=False,
        replacement_trigger=None,
        must_be_replaced=False,
        unfinished=False,
    )
    provider = aws(Outside(state=State(Path("s.json"), {held.urn: held})))
    note = ("aws:iam/role:Role 'held-1' was read from the state",)
    assert provider.read(URN, "held-1", {}, {}) == Created("held-1", held.outputs, note)
    assert provider.read(URN, "", {}, {}).id == ""


def test_checks_and_creations_are_the_providers_own() -> None:
    checked = aws().check(URN, {"assumeRolePolicy": "{}"}, {})
    assert str(reveal(checked.inputs["name"])).startswith("role-")
    assert aws().create(URN, checked.inputs, {}).outputs["arn"] == UNKNOWN
