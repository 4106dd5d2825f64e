# SPDX-License-Identifier: Apache-2.0
"""A CodeCommit repository of the stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.naming import physical_name

if TYPE_CHECKING:
    from infra.settings import RepositorySettings

__all__ = ["Repository", "RepositoryArgs"]


@dataclass(frozen=True, slots=True)
class RepositoryArgs:
    """What a `Repository` is built from."""

    environment_suffix: str
    repository: RepositorySettings


class Repository(pulumi.ComponentResource):
    """One CodeCommit repository, encrypted under its own key where the settings name one.

    ``name`` is the logical name; ``arn`` is the repository's ARN.
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: RepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("stackproof:index:Repository", name, None, opts)
        repository = aws.codecommit.Repository(
            name,
            repository_name=physical_name(args.repository.name, args.environment_suffix),
            description=args.repository.description,
            default_branch=args.repository.default_branch,
            kms_key_id=args.repository.kms_key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = repository.arn
        self.register_outputs({"arn": self.arn})
