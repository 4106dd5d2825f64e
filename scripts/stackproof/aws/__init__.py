# SPDX-License-Identifier: Apache-2.0
"""Providers without an account: AWS, played from tables, and everything else, echoed."""

from __future__ import annotations

from stackproof.aws.catalogue import providers
from stackproof.aws.generic import GenericProvider
from stackproof.aws.given import GivenProvider
from stackproof.aws.naming import Autonaming, CheckError
from stackproof.aws.prior import with_prior_defaults
from stackproof.aws.provider import Answer, Checked, Created, Failure, OfflineAws, Provider, World

__all__ = [
    "Answer",
    "Autonaming",
    "CheckError",
    "Checked",
    "Created",
    "Failure",
    "GenericProvider",
    "GivenProvider",
    "OfflineAws",
    "Provider",
    "World",
    "providers",
    "with_prior_defaults",
]
