# SPDX-License-Identifier: Apache-2.0
"""Runs the sample program, or one component of it, on the mocks of the Pulumi SDK."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks, stack

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = "stackproof-sample"
ACCOUNT = "123456789012"

#: The smallest configuration the program accepts; each test changes what it is about.
CONFIGURATION: dict[str, Any] = {
    "environmentSuffix": "dev",
    "repositories": [{"name": "payments-api", "description": "The payments service", "defaultBranch": "main"}],
    "contributors": [f"arn:aws:iam::{ACCOUNT}:role/developer"],
    "alarmSubscriptions": [{"protocol": "email", "endpoint": "on-call@example.com"}],
}

_ARNS = {
    "aws:cloudwatch/eventRule:EventRule": "arn:aws:events:eu-central-1:123456789012:rule/{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{name}",
    "aws:codecommit/repository:Repository": "arn:aws:codecommit:eu-central-1:123456789012:{repositoryName}",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    ),
    "aws:iam/policy:Policy": "arn:aws:iam::123456789012:policy/{name}",
    "aws:iam/role:Role": "arn:aws:iam::123456789012:role/{name}",
    "aws:sns/topic:Topic": "arn:aws:sns:eu-central-1:123456789012:{name}",
}


class Cloud(mocks.Mocks):
    """Creates every resource at once, with the outputs the program reads, and keeps its inputs."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[f"{args.typ}::{args.name}"] = args.inputs
        outputs = {**args.inputs, "owner": ACCOUNT}
        if args.typ in _ARNS:
            outputs["arn"] = _ARNS[args.typ].format_map(args.inputs)
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        message = f"the program needs no invoke, but called {args.token}"
        raise AssertionError(message)


class Monitor(mocks.MockMonitor):
    """Keeps which resources registered outputs, too."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.registered_outputs: set[str] = set()

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the RPC
        self.registered_outputs.add(request.urn)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]  # the SDK leaves its mocks untyped


class Deployment:
    """What one run of the program, or of a part of it, registered."""

    def __init__(self, cloud: Cloud, monitor: Monitor, exports: dict[str, Any]) -> None:
        self.resources = cloud.resources
        self.urns = sorted(monitor.resources)
        self.registered_outputs = monitor.registered_outputs
        self.exports = exports

    def of_type(self, token: str) -> dict[str, dict[str, Any]]:
        """Return the inputs of each resource of a type by logical name."""
        return {
            key.removeprefix(f"{token}::"): inputs
            for key, inputs in self.resources.items()
            if key.startswith(f"{token}::")
        }


def configure(configuration: dict[str, Any], secret_keys: tuple[str, ...] = ()) -> None:
    """Set the configuration as the language host does, structured values as JSON; a key alone is the project's."""
    pulumi.runtime.set_all_config(
        {
            key if ":" in key else f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in configuration.items()
        },
        [f"{PROJECT}:{key}" for key in secret_keys],
    )


def mock_cloud() -> tuple[Cloud, Monitor]:
    cloud = Cloud()
    monitor = Monitor(cloud)
    mocks.set_mocks(cloud, project=PROJECT, stack="dev", monitor=monitor)
    return cloud, monitor


# the SDK's mocks want an event loop, and from Python 3.12 on nobody makes one for them
asyncio.set_event_loop(asyncio.new_event_loop())

# before any test module imports the program, so that no import can see another configuration
mock_cloud()
configure(CONFIGURATION)


@pytest.fixture(autouse=True)
def fresh_configuration() -> None:
    """Give every test the smallest configuration, whatever the test before it set."""
    configure(CONFIGURATION)


@pytest.fixture
def configuration() -> dict[str, Any]:
    """Return a copy of the smallest configuration that a test may change."""
    return json.loads(json.dumps(CONFIGURATION))  # type: ignore[no-any-return]  # json.loads has no narrower type


@pytest.fixture
def set_configuration() -> Callable[..., None]:
    """Return the function that sets the project's configuration."""
    return configure


@pytest.fixture
def deploy() -> Callable[[Callable[[], object]], Deployment]:
    """Return a function that runs a program to its end, all resources registered, and returns what it did."""

    def run(program: Callable[[], object]) -> Deployment:
        cloud, monitor = mock_cloud()
        exports: dict[str, Any] = {}

        def stack_program() -> pulumi.Output[None]:
            root = pulumi.runtime.get_root_resource()
            assert isinstance(root, stack.Stack)
            # the SDK keeps one root for the whole process
            root.outputs.clear()
            program()
            return pulumi.Output.all(**root.outputs).apply(exports.update)

        mocks.test(stack_program)()  # type: ignore[no-untyped-call]  # the SDK leaves its mocks untyped
        return Deployment(cloud, monitor, exports)

    return run
