# SPDX-License-Identifier: Apache-2.0
"""What packs are asked, as protobuf: a registration for Analyze and Remediate, every resource for AnalyzeStack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackproof.protocol import analyzer_pb2
from stackproof.structs import for_analysis, to_struct

if TYPE_CHECKING:
    from stackproof.engine.embedded.registry import Registration
    from stackproof.wire import Properties

__all__ = ["analyze_request", "stack_resource"]


def analyze_request(
    registration: Registration,
    properties: Properties,
    provider: Registration | None,
) -> analyzer_pb2.AnalyzeRequest:
    """Ask about a registration with ``properties`` for its inputs."""
    return analyzer_pb2.AnalyzeRequest(
        type=registration.type,
        properties=to_struct(properties),
        urn=registration.urn,
        name=registration.name,
        options=_options(registration),
        provider=_provider(provider),
    )


def stack_resource(
    registration: Registration,
    properties: Properties,
    provider: Registration | None,
) -> analyzer_pb2.AnalyzerResource:
    """Show a resource of a whole stack with ``properties`` for its outputs, and its links."""
    sent = analyzer_pb2.AnalyzerResource(
        type=registration.type,
        properties=to_struct(properties),
        urn=registration.urn,
        name=registration.name,
        options=_options(registration),
        provider=_provider(provider),
        parent=registration.parent,
        dependencies=registration.dependencies,
    )
    for key, urns in registration.property_dependencies.items():
        sent.propertyDependencies[key].urns.extend(urns)
    return sent


def _options(registration: Registration) -> analyzer_pb2.AnalyzerResourceOptions:
    options = registration.options
    create, update, delete, read = options.timeouts
    sent = analyzer_pb2.AnalyzerResourceOptions(
        protect=options.protect,
        ignoreChanges=options.ignore_changes,
        deleteBeforeReplace=bool(options.delete_before_replace),
        deleteBeforeReplaceDefined=options.delete_before_replace is not None,
        additionalSecretOutputs=options.additional_secret_outputs,
        parent=registration.parent,
    )
    # There even where every timeout is the provider's own.
    sent.customTimeouts.SetInParent()
    sent.customTimeouts.create = create
    sent.customTimeouts.update = update
    sent.customTimeouts.delete = delete
    sent.customTimeouts.read = read
    return sent


def _provider(provider: Registration | None) -> analyzer_pb2.AnalyzerProviderResource | None:
    if provider is None:
        return None
    return analyzer_pb2.AnalyzerProviderResource(
        type=provider.type,
        properties=to_struct(for_analysis(provider.inputs)),
        urn=provider.urn,
        name=provider.name,
    )
