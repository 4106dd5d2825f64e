# SPDX-License-Identifier: Apache-2.0
"""The reader of Terraform's schemas and of pulumi-aws's names, on a provider of two resources."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from stackproof.aws.go_source import OPAQUE, Call, Composite, Literal, Name, read_go_package
from stackproof.aws.refresh_defaults import Overrides, PythonSdk, build, changes, render
from stackproof.aws.terraform_schema import Enumerations, TerraformProvider

if TYPE_CHECKING:
    from pathlib import Path

_QUEUE = """
package sqs

import (
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	sqs1 "github.com/aws/aws-sdk-go/service/sqs"
	"github.com/hashicorp/terraform-provider-aws/names"
)

const defaultWait = 2 * 15 // seconds

var sizeSchema = &schema.Schema{Type: schema.TypeInt, Optional: true, Default: 1 << 10}

func scopeSchema() *schema.Schema {
	mode := types.ScopeMessageGroup
	return &schema.Schema{Type: schema.TypeString, Optional: true, Default: string(mode)}
}

// @SDKResource("aws_sqs_queue", name="Queue")
// @Tags(identifierAttribute="id")
func resourceQueue() *schema.Resource {
	return &schema.Resource{
		CreateWithoutTimeout: func(d *schema.ResourceData) { return },
		SchemaFunc: func() map[string]*schema.Schema {
			return map[string]*schema.Schema{
				names.AttrName: {Type: schema.TypeString, Optional: true, Default: "n" + "ame"},
				"home_id": {Type: schema.TypeString, Required: true},
				"wait":  {Type: schema.TypeInt, Optional: true, Default: defaultWait, ConflictsWith: []string{"poll"}},
				"poll":  {Type: schema.TypeInt, Optional: true},
				"size":  sizeSchema,
				"scope": scopeSchema(),
				"level": {Type: schema.TypeString, Optional: true, Default: sqs1.LevelLow},
				"rate":  {Type: schema.TypeFloat, Optional: true, Default: 0.5},
				"never": {Type: schema.TypeInt, Optional: true, Default: -1},
				"one":   {Type: schema.TypeBool, Optional: true, Default: true, ExactlyOneOf: []string{"one", "other"}},
				"other": {Type: schema.TypeBool, Optional: true, Default: true},
				"old":   {Type: schema.TypeBool, Optional: true, Default: true, Deprecated: "use new"},
				"worked_out": {Type: schema.TypeInt, Optional: true, Default: workOut()},
				"by_func":    {Type: schema.TypeInt, Optional: true, DefaultFunc: schema.EnvDefaultFunc("X", nil)},
				"chosen":     {Type: schema.TypeInt, Optional: true, Default: 9},
				"said_else":  {Type: schema.TypeInt, Optional: true, Default: 7},
				"rule": {
					Type:     schema.TypeList,
					Optional: true,
					Elem: &schema.Resource{
						Schema: map[string]*schema.Schema{
							"on": {Type: schema.TypeBool, Optional: true, Default: true},
						},
					},
				},
			}
		},
	}
}

// @SDKResource("aws_sqs_queue_policy")
func resourcePolicy() *schema.Resource {
	r := &schema.Resource{}
	r.Schema["x"] = nil
	return r
}

// @SDKResource("aws_sqs_lost")
func resourceLost() *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{}}
}
"""

_ARGUMENTS = [
    "home",
    "name",
    "wait",
    "poll",
    "size",
    "scope",
    "level",
    "rate",
    "never",
    "one",
    "other",
    "workedOut",
    "byFunc",
]

_SDK = """
@pulumi.input_type
class QueueArgs:
    def __init__(__self__, *, {parameters}):
        pass
{getters}
    @pulumi.getter
    @_utilities.deprecated("no more")
    def old(self) -> Optional[bool]: ...
    @pulumi.getter(name="saidElse")
    def said_else(self) -> Optional[int]:
        \"\"\"How many. Defaults to `8`.\"\"\"
    @pulumi.getter
    def chosen(self) -> Optional[int]: ...
    @pulumi.getter
    def rules(self) -> Optional[Sequence['QueueRuleArgs']]: ...

@pulumi.type_token("aws:sqs/queue:Queue")
class Queue:
    @pulumi.getter
    def name(self) -> pulumi.Output[str]: ...
    @pulumi.getter
    def chosen(self) -> pulumi.Output[int]: ...
    @pulumi.getter
    def wait(self) -> pulumi.Output[Optional[int]]: ...

@pulumi.type_token("aws:sqs/queuePolicy:QueuePolicy")
class QueuePolicy: ...
"""

_INPUTS = """
@pulumi.input_type
class QueueRuleArgs:
    def __init__(__self__, *, on=None):
        pass
    @pulumi.getter
    def on(self) -> Optional[bool]:
        \"\"\"Whether it is on (default is `true`).\"\"\"
"""

_OVERRIDES = """
package provider

const sqsMod = "Sqs"

var moduleMap = map[string]string{"sqs": sqsMod}

var managedByPulumi = &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}

func resourceOverrides(p shim.Provider) map[string]*tfbridge.ResourceInfo {
	return map[string]*tfbridge.ResourceInfo{
		"aws_sqs_queue": {
			Tok: awsResource(sqsMod, "Queue"),
			Fields: map[string]*tfbridge.SchemaInfo{
				"name": {Default: managedByPulumi},
				"poll": {Name: "poll"},
				"home_id": {Name: "home"},
			},
		},
	}
}
"""


@pytest.fixture
def terraform(tmp_path: Path) -> TerraformProvider:
    """Write a checkout of a Terraform provider, and the model of the one service that it calls."""
    service = tmp_path / "terraform" / "internal" / "service" / "sqs"
    service.mkdir(parents=True)
    (service / "queue.go").write_text(_QUEUE)
    (service / "queue_test.go").write_text("this is not Go")
    (tmp_path / "terraform" / "names").mkdir()
    (tmp_path / "terraform" / "names" / "attributes.go").write_text('package names\nconst AttrName = "name"\n')
    model = {
        "metadata": {"serviceId": "SQS"},
        "shapes": {"Scope": {"enum": ["message-group", "queue"]}, "Level": {"enum": ["LOW"]}},
    }
    data = tmp_path / "data" / "queues" / "2012-11-05"
    data.mkdir(parents=True)
    (data / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(model).encode()))
    return TerraformProvider(tmp_path / "terraform", Enumerations(tmp_path / "data"))


@pytest.fixture
def overrides(tmp_path: Path) -> Overrides:
    """Write a checkout of pulumi-aws and read it."""
    (tmp_path / "pulumi" / "provider").mkdir(parents=True)
    (tmp_path / "pulumi" / "provider" / "resource_overrides.go").write_text(_OVERRIDES)
    return Overrides.read(tmp_path / "pulumi")


@pytest.fixture
def sdk(tmp_path: Path) -> PythonSdk:
    """Write the part of a Python SDK that confirms defaults."""
    (tmp_path / "sdk" / "sqs").mkdir(parents=True)
    getters = "".join(f"    @pulumi.getter(name={n!r})\n    def {n}(self) -> Optional[int]: ...\n" for n in _ARGUMENTS)
    parameters = ", ".join(f"{name}=None" for name in _ARGUMENTS)
    (tmp_path / "sdk" / "sqs" / "queue.py").write_text(_SDK.format(getters=getters, parameters=parameters))
    (tmp_path / "sdk" / "sqs" / "_inputs.py").write_text(_INPUTS)
    return PythonSdk(tmp_path / "sdk")


def test_declared_defaults_are_read_under_the_names_of_the_sdk(
    terraform: TerraformProvider,
    overrides: Overrides,
    sdk: PythonSdk,
) -> None:
    table = build(terraform, overrides, sdk, frozenset())
    assert table.types.keys() == {"aws:sqs/queue:Queue"}
    row = table.rows[table.types["aws:sqs/queue:Queue"]]
    assert row["d"] == {
        "level": "LOW",
        "name": "Managed by Pulumi",
        "never": -1,
        "rate": 0.5,
        "scope": "message-group",
        "size": 1024,
        "wait": 30,
    }
    assert row["x"] == {"wait": ["poll"]}
    assert row["t"] == {"home": "home_id"}
    assert isinstance(row["n"], dict)
    assert table.rows[row["n"]["rules"]] == {"d": {"on": True}}


def test_what_is_not_certain_is_listed_and_not_guessed(
    terraform: TerraformProvider,
    overrides: Overrides,
    sdk: PythonSdk,
) -> None:
    assert build(terraform, overrides, sdk, frozenset()).left_out == {
        "computed": ["aws_sqs_queue.chosen"],
        "contradicted by the SDK's text": ["aws_sqs_queue.said_else = 7"],
        "required or deprecated": ["aws_sqs_queue.old"],
        "unmapped": ["aws_sqs_lost"],
        "unread default": ["aws_sqs_queue.worked_out", "aws_sqs_queue.by_func"],
        "unread resource": ["aws_sqs_queue_policy"],
    }
    assert build(terraform, overrides, sdk, frozenset({"aws_sqs_queue"})).left_out["rewritten"] == ["aws_sqs_queue"]


def test_the_rendered_table_is_json_with_its_counts_and_tells_what_changed(
    terraform: TerraformProvider,
    overrides: Overrides,
    sdk: PythonSdk,
) -> None:
    text = render(build(terraform, overrides, sdk, frozenset()), {"version": "1"})
    loaded = json.loads(text)
    assert loaded["provenance"]["version"] == "1"
    assert loaded["provenance"]["counts"]["defaults"] == 8
    assert loaded["provenance"]["counts"]["left out"]["unread default"] == 2
    assert changes(text, text) == ["defaults: 8 -> 8"]
    assert "+ aws:sqs/queue:Queue.rules.on" in changes("", text)
    assert "aws:sqs/queue:Queue.wait: 30 -> 31" in changes(text, text.replace('"wait":30', '"wait":31'))


def test_folders_that_are_not_what_they_should_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no internal/service in"):
        TerraformProvider(tmp_path, Enumerations(tmp_path))
    with pytest.raises(ValueError, match="no moduleMap and resourceOverrides in"):
        Overrides.read(tmp_path)
    with pytest.raises(ValueError, match="no resource types in"):
        PythonSdk(tmp_path)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1_000", Literal(1000)),
        ("0x10", Literal(16)),
        ("-2.5", Literal(-2.5)),
        ("2 + 3*4", Literal(14)),
        ("`raw\\n`", Literal("raw\\n")),
        ('"a\\tb"', Literal("a\tb")),
        ("'x'", OPAQUE),
        ("nil", Literal(None)),
        ("(7)", Literal(7)),
        ("a.B", Name("a.B")),
        ("f(1, g())", Call("f", (Literal(1), Call("g", ())))),
        ("generic[int](1)", Call("generic", (Literal(1),))),
        ("f().Method(1)", OPAQUE),
        ("list[0]", OPAQUE),
        ("x / 2", OPAQUE),
        ("[]string{`a`}", Composite("[]string", ((None, Literal("a")),))),
        ("[]struct{ a int }{}", Composite("[]struct{aint}", ())),
        ("*pointer", OPAQUE),
        ("func() int { if x { return 1 }; return 2 }()", OPAQUE),
    ],
)
def test_an_expression_is_read_or_opaque(tmp_path: Path, source: str, expected: object) -> None:
    (tmp_path / "file.go").write_text(f'package x\nimport "fmt"\nvar found = {source}\nvar a, b = 1, 2\n')
    package = read_go_package(tmp_path)
    assert package.constants == {"found": expected}
    assert package.imports == {"fmt": {"fmt"}}
