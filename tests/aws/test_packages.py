# SPDX-License-Identifier: Apache-2.0
"""Packages other than AWS's: the reader of their SDKs, the facts of its table, what the generic provider answers."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from stackproof.aws import Answer, GenericProvider
from stackproof.aws.refresh_packages import changes, read_packages, render
from stackproof.aws.tables import package_outputs
from stackproof.wire import UNKNOWN, secret

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = """
import pulumi

@pulumi.type_token("vault:index/key:Key")
class Key(pulumi.CustomResource):
    def _internal_init(__self__):
        __props__.__dict__["size"] = size
        __props__.__dict__["only_in"] = only_in
        __props__.__dict__["made_at"] = None
        __props__.__dict__["pem"] = None
        secret_opts = pulumi.ResourceOptions(additional_secret_outputs=["pem", "size"])
        super(Key, __self__).__init__('vault:index/key:Key', name, __props__, opts)

    @property
    @pulumi.getter
    def size(self) -> pulumi.Output[int]: ...
    @property
    @pulumi.getter(name="madeAt")
    def made_at(self) -> pulumi.Output[str]: ...
    @property
    @pulumi.getter
    def pem(self) -> pulumi.Output[str]: ...

class Plain(pulumi.CustomResource):
    def _internal_init(__self__):
        __props__.__dict__["size"] = size
        super(Plain, __self__).__init__('vault:index/plain:Plain', name, __props__, opts)

class KeyArgs:
    def __init__(self): ...
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Install an SDK with one resource of interest, and a package that is no SDK."""
    sdk, about = tmp_path / "pulumi_vault", tmp_path / "pulumi_vault-1.2.3.dist-info"
    sdk.mkdir()
    (sdk / "key.py").write_text(_SOURCE)
    (sdk / "pulumi-plugin.json").write_text('{"resource": true, "name": "vault"}')
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pulumi_vault\nVersion: 1.2.3\nLicense: Apache-2.0\n")
    (about / "RECORD").write_text("pulumi_vault/key.py,,\npulumi_vault/pulumi-plugin.json,,\n")
    other = tmp_path / "other-1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (other / "RECORD").write_text("other.py,,\n")
    return tmp_path


def test_outputs_and_secrets_are_read_from_an_installed_sdk(folder: Path) -> None:
    (package,) = read_packages(folder)
    assert (package.name, package.version, package.licence) == ("pulumi_vault", "1.2.3", "Apache-2.0")
    assert package.types == {"vault:index/key:Key": {"out": ["madeAt", "pem"], "secret": ["pem"]}}


def test_the_rendered_table_is_json_with_its_provenance_and_tells_what_changed(folder: Path) -> None:
    text = render(read_packages(folder), "2026-01-02")
    loaded = json.loads(text)
    assert loaded["provenance"]["date"] == "2026-01-02"
    assert loaded["provenance"]["packages"] == {
        "pulumi_vault": {"version": "1.2.3", "licence": "Apache-2.0", "types": 1},
    }
    assert changes("", text) == ["+ vault:index/key:Key", "types: 0 -> 1, 0 changed"]
    assert changes(text, text.replace("madeAt", "at")) == ["types: 1 -> 1, 1 changed"]
    assert "- vault:index/key:Key" in changes(text, text.replace("key:Key", "key:Lock"))


def test_a_folder_without_sdks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no Pulumi SDK is installed in"):
        read_packages(tmp_path)


def test_the_table_holds_the_packages_that_it_names() -> None:
    text = resources.files("stackproof.aws").joinpath("data", "packages.json").read_text(encoding="utf-8")
    table = json.loads(text)
    packages = table["provenance"]["packages"]
    assert {"pulumi_random", "pulumi_tls", "pulumi_kubernetes", "pulumi_docker", "pulumi_github"} <= packages.keys()
    assert sum(package["types"] for package in packages.values()) == len(table["types"])


@pytest.mark.parametrize(
    ("token", "outputs"),
    [
        ("random:index/randomPassword:RandomPassword", {"bcryptHash": True, "result": True}),
        ("random:index/randomInteger:RandomInteger", {"result": False}),
        ("archive:index/file:File", dict.fromkeys(["outputMd5", "outputSize"], False)),
        ("command:local:Command", {"stdout": False, "stderr": False}),
        ("docker:index/image:Image", {"repoDigest": False}),
        ("kubernetes:apps/v1:Deployment", {"status": False}),
        ("time:index/offset:Offset", {"rfc3339": False}),
        ("aws-native:s3:Bucket", {"arn": False}),
    ],
)
def test_outputs_of_known_types_are_unknown_and_secret_ones_secret(token: str, outputs: dict[str, bool]) -> None:
    assert outputs.items() <= package_outputs(token).items()
    created = GenericProvider(resolved=True).create(f"urn:pulumi:dev::shop::{token}::x", {"given": 1.0}, {})
    assert created.outputs["given"] == 1.0
    for name, hidden in outputs.items():
        assert created.outputs[name] == (secret(UNKNOWN) if hidden else UNKNOWN)


def test_an_output_that_the_program_gave_as_an_input_is_kept() -> None:
    urn = "urn:pulumi:dev::shop::tls:index/certRequest:CertRequest::x"
    created = GenericProvider(resolved=False).create(urn, {"keyAlgorithm": "RSA"}, {})
    assert created.outputs == {"keyAlgorithm": "RSA", "certRequestPem": UNKNOWN}


def test_a_type_that_nobody_listed_repeats_its_inputs() -> None:
    created = GenericProvider(resolved=False).create("urn:pulumi:dev::shop::my:index:Thing::x", {"a": 1.0}, {})
    assert (created.id, created.outputs, created.assumed) == ("", {"a": 1.0}, ())


def test_a_function_is_not_called_and_that_is_said() -> None:
    answer = GenericProvider(resolved=True).invoke("std:index:abs", {"input": -1.0}, {})
    assert answer == Answer(None, (), ("function std:index:abs was not called: its result is unknown",))
