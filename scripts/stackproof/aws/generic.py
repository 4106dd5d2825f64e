# SPDX-License-Identifier: Apache-2.0
"""The provider of every package that is not ``aws``: it repeats the inputs and knows no other output.

A property that is missing from a preview's outputs is unknown to the program all the same; but it has no secret mark,
and a pack that judges the whole stack takes it for unset. So the output-only properties of two packages that nearly
every program uses are listed here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from stackproof.aws.arns import invent
from stackproof.aws.provider import Answer, Checked, Created
from stackproof.wire import UNKNOWN, Properties, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stackproof.aws.naming import Autonaming

__all__ = ["GenericProvider"]

_PRIVATE_KEYS = ("privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8")
_PUBLIC_KEYS = ("publicKeyFingerprintMd5", "publicKeyFingerprintSha256", "publicKeyOpenssh", "publicKeyPem")

_OUTPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "random:index/randomBytes:RandomBytes": ("base64", "hex"),
        "random:index/randomId:RandomId": ("b64Std", "b64Url", "dec", "hex"),
        "random:index/randomInteger:RandomInteger": ("result",),
        "random:index/randomPassword:RandomPassword": ("bcryptHash", "result"),
        "random:index/randomShuffle:RandomShuffle": ("results",),
        "random:index/randomString:RandomString": ("result",),
        "random:index/randomUuid:RandomUuid": ("result",),
        "tls:index/certRequest:CertRequest": ("certRequestPem",),
        "tls:index/privateKey:PrivateKey": (*_PRIVATE_KEYS, *_PUBLIC_KEYS),
        "tls:index/selfSignedCert:SelfSignedCert": ("certPem", "validityEndTime", "validityStartTime"),
    },
)

_SECRETS = frozenset(_PRIVATE_KEYS)
_SECRET_TYPES = frozenset({"random:index/randomBytes:RandomBytes", "random:index/randomPassword:RandomPassword"})


class GenericProvider:
    """A package of which nothing is known: inputs pass, ids are invented in the resolved pass only."""

    def __init__(self, *, resolved: bool) -> None:
        """Say whether ids of new resources are invented or unknown."""
        self._resolved = resolved

    def check(
        self,
        urn: str,  # noqa: ARG002 - the Protocol's form
        inputs: Properties,
        settings: Properties,  # noqa: ARG002 - the Protocol's form
        autonaming: Autonaming | None = None,  # noqa: ARG002 - the Protocol's form
    ) -> Checked:
        """Accept everything; which property names a resource is not known, so none is named."""
        return Checked(dict(inputs))

    def create(self, urn: str, inputs: Properties, settings: Properties) -> Created:  # noqa: ARG002 - the Protocol's form
        """Repeat the inputs; listed outputs are unknown."""
        return Created(invent(urn, "hex", 32, "id") if self._resolved else "", _with_unknowns(urn, inputs))

    def read(self, urn: str, id: str, inputs: Properties, settings: Properties) -> Created:  # noqa: A002, ARG002 - wire form
        """Repeat what the program said; nothing else can be read."""
        return Created(id, _with_unknowns(urn, inputs))

    def invoke(self, token: str, args: Properties, settings: Properties) -> Answer:  # noqa: ARG002 - the Protocol's form
        """Answer that the result is unknown."""
        return Answer(None)


def _with_unknowns(urn: str, inputs: Properties) -> Properties:
    token = urn.split("::")[2].rpartition("$")[2]
    outputs = dict(inputs)
    for name in _OUTPUTS.get(token, ()):
        if outputs.get(name) is None:
            outputs[name] = secret(UNKNOWN) if name in _SECRETS or token in _SECRET_TYPES else UNKNOWN
    return outputs
