# SPDX-License-Identifier: Apache-2.0
"""The scripts that keep the pack's generated files, and begin a rule."""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

import new_rule
import refresh_iam
import refresh_iam_surface
import refresh_names
import render_docs
from guardrails.naming.table import lookup
from guardrails.pack import discover
from guardrails.rule import HEADINGS
from stackproof.pages import read_page

ROOT = Path(__file__).parents[2]
_CLASSES = '''
class QueueArgs:
    def __init__(__self__, *,
                 owner_id: pulumi.Input[_builtins.str]{default},
                 name: pulumi.Input[Optional[_builtins.str]] = None,
                 name_prefix: pulumi.Input[Optional[_builtins.str]] = None):
        """
        :param pulumi.Input[_builtins.str] name: Name, up to 80 characters long.
        """

class Queue(pulumi.CustomResource):
    def _internal_init(__self__):
        super(Queue, __self__).__init__("aws:sqs/queue:Queue")
'''

LIMITS: dict[str, Any] = {"provenance": dict.fromkeys(("source", "version", "date", "licence"), ""), "types": {}}


def test_the_rule_index_and_every_page_are_current() -> None:
    assert [path.name for path, text in render_docs.documents() if path.read_text("utf-8") != text] == []


def test_the_index_has_an_anchor_for_every_family_and_every_rule_s_url_is_a_page() -> None:
    text = render_docs.index(discover())
    for item in discover():
        assert f'<a id="{item.family.name}"></a>' in text
        assert (ROOT / item.url.partition("/blob/main/")[2]).is_file()


def test_a_page_is_read_back_as_it_was_written() -> None:
    """Reports show what the pack ships."""
    for item in discover():
        page = read_page(ROOT / "policies" / "docs" / f"{item.id}.md")
        assert page is not None
        assert (page.id, page.title, page.severity, page.enforcement == "mandatory", page.url) == (
            item.id,
            item.docs.title,
            item.severity.value,
            item.enforcement.value == "mandatory",
            item.url,
        )
        assert list(page.sections) == [*HEADINGS, "Configuration", "Exemptions"]


def test_a_stale_and_a_surplus_page_are_told_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = tmp_path / "policies"
    (policies / "docs").mkdir(parents=True)
    monkeypatch.setattr(render_docs, "_ROOT", tmp_path)
    monkeypatch.setattr(render_docs, "_POLICIES", policies)
    assert run_docs(monkeypatch) == 0
    (policies / "docs" / "iam-sid-invalid.md").write_text("old", "utf-8")
    (policies / "docs" / "gone.md").write_text("old", "utf-8")
    assert run_docs(monkeypatch, "--check") == 1
    said = capsys.readouterr().err
    assert ("docs/iam-sid-invalid.md is not current" in said, "docs/gone.md is not current" in said) == (True, True)
    assert (run_docs(monkeypatch), run_docs(monkeypatch, "--check")) == (0, 0)
    assert not (policies / "docs" / "gone.md").exists()


def run_docs(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["render_docs.py", *words])
    return render_docs.main()


def repository(root: Path) -> Path:
    (root / "policies" / "guardrails" / "rules" / "iam").mkdir(parents=True)
    (root / "tests" / "rules" / "cases").mkdir(parents=True)
    return root


def test_a_new_rule_is_two_files_and_none_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path)
    assert new_rule.main(["iam-pass-any-role", "--on", "PolicyDocument"], root) == 0
    module = root / "policies" / "guardrails" / "rules" / "iam" / "pass_any_role.py"
    assert "pass_any_role" in {
        node.name for node in ast.parse(module.read_text()).body if isinstance(node, ast.FunctionDef)
    }
    assert (root / "tests" / "rules" / "cases" / "iam-pass-any-role.yaml").exists()
    assert new_rule.main(["iam-pass-any-role"], root) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "error"), [("iam", "no rule id"), ("iam-no-star", "no rule id"), ("dns-x", "no area dns")]
)
def test_a_rule_that_cannot_be_begun_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    error: str,
) -> None:
    assert new_rule.main([name], repository(tmp_path)) == 2
    assert error in capsys.readouterr().err


@pytest.mark.parametrize(("default", "kind"), [(" = None", "physical"), ("", "scoped")])
def test_a_name_is_found_by_signature_and_scoped_by_a_required_parent(
    tmp_path: Path,
    default: str,
    kind: str,
) -> None:
    (tmp_path / "sqs").mkdir()
    (tmp_path / "sqs" / "queue.py").write_text(_CLASSES.format(default=default), "utf-8")
    types = refresh_names.build(tmp_path, {"types": {}}, LIMITS)["types"]
    expected = {"prop": "name", "kind": kind, "prefix": "namePrefix", "max": 80, "absent": "auto"}
    assert types == {"aws:sqs/queue:Queue": expected}


def test_an_override_of_a_type_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="does not have: aws:gone/x:X"):
        refresh_names.build(tmp_path, {"types": {"aws:gone/x:X": {"kind": "none"}}}, LIMITS)


def test_the_table_is_replaced_at_once(tmp_path: Path) -> None:
    target = tmp_path / "names.json"
    table: dict[str, Any] = {"provenance": {"version": "1"}, "types": {"a": {"prop": "n"}}, "tagged": ["b"]}
    refresh_names.replace(target, refresh_names.render(table))
    assert json.loads(target.read_text("utf-8")) == table
    assert [target] == list(tmp_path.iterdir())


def test_the_tables_of_watched_actions_and_of_documents_are_current() -> None:
    """A new release of the action data or of the provider asks for the refresh scripts."""
    actions = refresh_iam.watched_actions(refresh_iam.DATA / "iam_reviewed.json")
    assert refresh_iam.render("actions", actions) == (refresh_iam.DATA / "iam_actions.json").read_text("utf-8")
    arns = refresh_iam.render("types", refresh_iam.arns_of_types())
    assert arns == (refresh_iam.DATA / "iam_arns.json").read_text("utf-8")
    found = importlib.util.find_spec("pulumi_aws")
    assert found is not None
    assert found.origin is not None
    overrides = json.loads((refresh_iam.DATA / "iam_surface_overrides.json").read_text("utf-8"))
    surface = refresh_iam_surface.build(Path(found.origin).parent, overrides)
    current = (refresh_iam.DATA / "iam_surface.json").read_text("utf-8")
    assert refresh_iam_surface.render(surface) == current


def test_an_override_of_a_document_that_is_gone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sqs").mkdir()
    (tmp_path / "sqs" / "queue.py").write_text(_CLASSES.format(default=""), "utf-8")
    with pytest.raises(SystemExit, match="aws:gone/x:X policy, which pulumi_aws does not have"):
        refresh_iam_surface.build(tmp_path, {"notIam": ["aws:gone/x:X policy"], "kinds": {}})
    with pytest.raises(SystemExit, match="aws:gone/x:X y"):
        refresh_iam_surface.build(tmp_path, {"notIam": [], "kinds": {"aws:gone/x:X y": "trust"}})


def test_a_managed_policy_gets_the_verdict_of_the_worst_that_it_allows() -> None:
    def row(action: object, resource: str = "*") -> dict[str, object]:
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {"Path": "/", "DefaultVersionId": "v1", "UpdateDate": "2026-01-01T00:00:00+00:00", "Document": document}

    policies = {
        "Admin": row("*"),
        "Escalates": row("iam:PutRolePolicy"),
        "Full": row("sqs:*"),
        "Write": row("sqs:SendMessage"),
        "Read": row("sqs:GetQueueUrl"),
    }
    table = refresh_iam.managed_policies((json.dumps(policies), "digest", "1"))
    assert {path: entry["verdict"] for path, entry in table["policies"].items()} == {
        "/Admin": "admin",
        "/Escalates": "escalates",
        "/Full": "full-service",
        "/Write": "write",
        "/Read": "read",
    }


@pytest.mark.parametrize(
    ("token", "prop"),
    [
        ("aws:codecommit/repository:Repository", "repositoryName"),
        ("aws:s3/bucket:Bucket", "bucket"),
        ("aws:rds/cluster:Cluster", "clusterIdentifier"),
        ("aws:ecs/taskDefinition:TaskDefinition", "family"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", None),
        ("aws:codecommit/trigger:Trigger", None),
        ("aws:iam/policyAttachment:PolicyAttachment", None),
        ("aws:route53/zone:Zone", None),
        ("aws:s3/bucketPolicy:BucketPolicy", None),
    ],
)
def test_pinned_facts_of_the_table(token: str, prop: str | None) -> None:
    spec = lookup(token)
    assert prop == (spec.prop if spec else None)
