# SPDX-License-Identifier: Apache-2.0
"""The provider over gRPC, asked as Pulumi's engine asks: every connection keeps its own provider's configuration."""

from __future__ import annotations

from concurrent import futures
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, resource_pb2, resource_pb2_grpc

from stackproof.aws import World, providers
from stackproof.aws.serve import ProviderServer
from stackproof.outside import Outside
from stackproof.structs import from_struct, to_struct
from stackproof.wire import UNKNOWN, contains_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stackproof.wire import Properties

    Served = Callable[..., tuple[ProviderServer, Callable[[], "Stub"]]]

QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::jobs"
DOCUMENT = "aws:iam/getPolicyDocument:getPolicyDocument"

Stub = provider_pb2_grpc.ResourceProviderStub


@pytest.fixture
def served() -> Iterator[Served]:
    """Start a server for one pass, and connect to it as often as asked."""
    servers: list[ProviderServer] = []
    channels: list[grpc.Channel] = []

    def start(*, resolved: bool = False) -> tuple[ProviderServer, Callable[[], Stub]]:
        server = ProviderServer(providers(World(), Outside(), resolved=resolved))
        servers.append(server)
        port = server.start()

        def connect() -> Stub:
            # A channel of its own, as the engine has one for each provider resource; gRPC would share the connection.
            channel = grpc.insecure_channel(
                f"127.0.0.1:{port}", options=(("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0))
            )
            channels.append(channel)
            return Stub(channel)

        return server, connect

    yield start
    for channel in channels:
        channel.close()
    for server in servers:
        server.stop()


def configured(stub: Stub, **settings: str) -> Stub:
    """Go through what the engine asks before the first resource."""
    answer = stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert (answer.accept_secrets, answer.accept_resources, answer.accept_outputs) == (True, False, False)
    stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    assert stub.GetPluginInfo(empty_pb2.Empty()).version
    args = to_struct({**settings})
    assert stub.CheckConfig(provider_pb2.CheckRequest(news=args)).inputs == args
    assert stub.Configure(provider_pb2.ConfigureRequest(args=args)).supportsPreview
    return stub


def checked(stub: Stub, inputs: Properties, urn: str = QUEUE) -> Properties:
    """Check a resource's inputs."""
    answer = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(inputs)))
    assert not answer.failures
    return from_struct(answer.inputs)


def test_each_connection_keeps_its_own_providers_configuration(
    served: Served,
) -> None:
    """Check says nothing of its provider, and two of one package share the server."""
    _, connect = served()
    west, east = configured(connect(), region="us-west-2"), configured(connect(), region="us-east-1")
    assert [checked(stub, {"name": "jobs-dev"})["region"] for stub in (west, east, west)] == [
        "us-west-2",
        "us-east-1",
        "us-west-2",
    ]


def test_a_preview_leaves_computed_outputs_unknown_or_resolves_them(
    served: Served,
) -> None:
    """As the pass is."""
    for resolved in (False, True):
        _, connect = served(resolved=resolved)
        stub = configured(connect(), region="eu-west-1")
        request = provider_pb2.CreateRequest(urn=QUEUE, properties=to_struct({"name": "jobs-dev"}), preview=True)
        made = stub.Create(request)
        arn = from_struct(made.properties)["arn"]
        assert (bool(made.id), arn) == (
            (True, "arn:aws:sqs:eu-west-1:123456789012:jobs-dev") if resolved else (False, UNKNOWN)
        )


def test_a_deployment_leaves_nothing_unknown(served: Served) -> None:
    """A state cannot hold an unknown, and every resource has an id, also of a package without tables."""
    _, connect = served(resolved=True)
    stub = configured(connect(), region="eu-west-1")
    for urn in (QUEUE, "urn:pulumi:dev::shop::random:index/randomId:RandomId::id"):
        made = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=to_struct({"name": "jobs-dev"})))
        assert made.id
        assert not contains_unknown(dict(from_struct(made.properties)))


def test_an_update_keeps_what_was_computed(served: Served) -> None:
    """The difference is named, without what the engine was told to ignore and the bridge's own lists."""
    _, connect = served(resolved=True)
    stub = configured(connect())
    olds: Properties = {"arn": "arn:aws:sqs:eu-west-1:123456789012:jobs-dev", "name": "jobs-dev", "delaySeconds": 0.0}
    before: Properties = {"name": "jobs-dev", "delaySeconds": 0.0, "__defaults": ["delaySeconds"]}
    after: Properties = {"name": "jobs-dev", "delaySeconds": 5.0, "tags": {"team": "a"}}
    request = provider_pb2.DiffRequest(
        urn=QUEUE, old_inputs=to_struct(before), news=to_struct(after), ignoreChanges=["tags.team"]
    )
    assert list(stub.Diff(request).diffs) == ["delaySeconds"]
    updated = stub.Update(provider_pb2.UpdateRequest(urn=QUEUE, olds=to_struct(olds), news=to_struct(after)))
    assert from_struct(updated.properties) == {**olds, **after}
    stub.Delete(provider_pb2.DeleteRequest(urn=QUEUE))


def test_a_name_that_was_computed_before_stays(
    served: Served,
) -> None:
    """The engine sends the old inputs, which list what the program had not given."""
    _, connect = served()
    stub = configured(connect())
    olds: Properties = {"name": "jobs-0a1b2c3", "__defaults": ["name"]}
    answer = stub.Check(provider_pb2.CheckRequest(urn=QUEUE, news=to_struct({}), olds=to_struct(olds)))
    assert from_struct(answer.inputs)["name"] == "jobs-0a1b2c3"


def test_a_name_follows_what_the_engine_proposes(
    served: Served,
) -> None:
    """`pulumi:autonaming` reaches the provider as a proposal."""
    _, connect = served()
    stub = configured(connect())
    naming = provider_pb2.CheckRequest.AutonamingOptions
    request = provider_pb2.CheckRequest(
        urn=QUEUE, news=to_struct({}), autonaming=naming(proposed_name="jobs-of-dev", mode=naming.Mode.ENFORCE)
    )
    assert from_struct(stub.Check(request).inputs)["name"] == "jobs-of-dev"


def test_a_missing_input_is_a_failure_and_a_check_that_fails_an_error(
    served: Served,
) -> None:
    """The engine tells them apart."""
    _, connect = served()
    stub = configured(connect())
    policy = "urn:pulumi:dev::shop::aws:sqs/queuePolicy:QueuePolicy::half"
    (failure,) = stub.Check(provider_pb2.CheckRequest(urn=policy, news=to_struct({"queueUrl": "https://x"}))).failures
    assert 'The argument "policy" is required' in failure.reason
    with pytest.raises(grpc.RpcError, match="aws:sqs/nonsense:Nonsense"):
        stub.Check(provider_pb2.CheckRequest(urn="urn:pulumi:dev::shop::aws:sqs/nonsense:Nonsense::x"))


def test_functions_answer_and_what_they_assume_is_kept(
    served: Served,
) -> None:
    """A policy document is computed; an account is assumed; nobody's function is refused with what to do."""
    server, connect = served()
    stub = configured(connect(), region="eu-west-1")
    statement: Properties = {"actions": ["s3:GetObject"], "resources": ["*"]}
    document = stub.Invoke(provider_pb2.InvokeRequest(tok=DOCUMENT, args=to_struct({"statements": [statement]})))
    assert '"s3:GetObject"' in str(from_struct(getattr(document, "return"))["json"])
    stub.Invoke(provider_pb2.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity"))
    assert any("123456789012" in note for note in server.assumed)
    (failure,) = stub.Invoke(provider_pb2.InvokeRequest(tok="nobody:index:ask")).failures
    assert "nobody:index:ask" in failure.reason
    assert "[[tool.stackproof.functions]]" in failure.reason


def test_a_read_gives_typed_values(served: Served) -> None:
    """Of a resource that exists, by its id."""
    _, connect = served()
    stub = configured(connect(), region="eu-west-1")
    urn = "urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::shared"
    read = stub.Read(provider_pb2.ReadRequest(urn=urn, id="vpc-0a1b2c3d"))
    assert (read.id, from_struct(read.properties)["arn"]) == (
        "vpc-0a1b2c3d",
        "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0a1b2c3d",
    )


class Registrations(resource_pb2_grpc.ResourceMonitorServicer):
    """The engine's monitor, as far as a component's plugin asks it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.types: list[str] = []
        self.completed: list[str] = []

    def RegisterResource(  # noqa: N802 (the protocol's name)
        self,
        request: resource_pb2.RegisterResourceRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> resource_pb2.RegisterResourceResponse:
        """Give the component a URN."""
        self.types.append(request.type)
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::shop::{request.type}::{request.name}")

    def RegisterResourceOutputs(  # noqa: N802 (the protocol's name)
        self,
        request: resource_pb2.RegisterResourceOutputsRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> empty_pb2.Empty:
        """Note the end."""
        self.completed.append(request.urn)
        return empty_pb2.Empty()


def test_a_remote_component_is_registered_without_its_inside_and_never_deployed(
    served: Served,
) -> None:
    """Its children are known to its plugin alone, so the report must say that they were not seen."""
    monitor = Registrations()
    engine = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    server, connect = served()
    stub = configured(connect())
    request = provider_pb2.ConstructRequest(
        type="eks:index:Cluster", name="main", monitorEndpoint=f"127.0.0.1:{port}", dryRun=True
    )
    urn = stub.Construct(request).urn
    assert (monitor.types, monitor.completed) == (["eks:index:Cluster"], [urn])
    assert "remote component" in server.opaque[urn]
    request.dryRun = False
    with pytest.raises(grpc.RpcError, match="cannot be deployed offline"):
        stub.Construct(request)
    with pytest.raises(grpc.RpcError, match="method of a remote component"):
        stub.Call(provider_pb2.CallRequest(tok="eks:index:Cluster/getKubeconfig"))
    engine.stop(None).wait()
