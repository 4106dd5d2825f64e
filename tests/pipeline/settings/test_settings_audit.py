# SPDX-License-Identifier: Apache-2.0
"""`stackproof settings`: each rule's page is true, what cannot be seen is no pass, and every finding says its cure."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from stackproof.cli import app
from stackproof.errors import UsageError
from stackproof.pipeline.settings_audit import rules
from stackproof.pipeline.settings_audit.command import judge
from stackproof.pipeline.settings_audit.facts import Document, Environment, Facts, Ruleset
from stackproof.rulebook import discover

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from stackproof.rulebook import Rule

RULES = discover(rules)
CLEAN: dict[str, Any] = {
    "repository": {"full_name": "acme/app", "private": False},
    "organisation": {"plan": {"name": "enterprise"}},
    "environments": [
        {
            "name": "prod",
            "can_admins_bypass": False,
            "protection_rules": [
                {
                    "type": "required_reviewers",
                    "prevent_self_review": True,
                    "reviewers": [{"type": "Team", "reviewer": {"id": 7}}],
                }
            ],
            "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        }
    ],
    "rules": [
        {"type": "deletion", "ruleset_id": 1},
        {"type": "non_fast_forward", "ruleset_id": 1},
        {
            "type": "pull_request",
            "parameters": {"required_approving_review_count": 1, "require_code_owner_review": True},
        },
        {
            "type": "required_status_checks",
            "parameters": {
                "strict_required_status_checks_policy": True,
                "required_status_checks": [{"context": "gate", "integration_id": 15368}],
            },
        },
    ],
    "rulesets": [{"id": 1, "source": "acme/app", "source_type": "Repository", "bypass_actors": []}],
    "actions": {"enabled": True, "allowed_actions": "all", "sha_pinning_required": True},
    "workflow": {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
}


def save(folder: Path, documents: dict[str, Any]) -> None:
    """Write documents as the files of a folder."""
    for name, body in documents.items():
        several = name in {"environments", "rulesets", "branch-policies"}
        for key, one in enumerate(body) if several and isinstance(body, list) else [("", body)]:
            path = folder / name / f"{key}.json" if several else folder / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(one), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["settings", *arguments], catch_exceptions=False)


def findings(folder: Path, documents: dict[str, Any], *more: str) -> list[dict[str, Any]]:
    save(folder, documents)
    done = run(str(folder), "--format", "json", *more)
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    assert done.exit_code == int(bool(found))
    return found


def told(folder: Path, documents: dict[str, Any], *more: str) -> set[str]:
    return {finding["rule"] for finding in findings(folder, documents, *more)}


def example(rule: Rule[Facts], heading: str) -> dict[str, Any]:
    [text] = re.findall(r"^```json\n(.*?)^```$", rule.page.sections[heading], re.MULTILINE | re.DOTALL)
    return {**CLEAN, **json.loads(text)}


def test_a_careful_repository_is_clean(tmp_path: Path) -> None:
    assert findings(tmp_path, CLEAN) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_differs_from_the_good_one_by_the_rule_alone(rule: Rule[Facts], tmp_path: Path) -> None:
    bad, good = (told(tmp_path / name, example(rule, name)) for name in ("Bad", "Good"))
    assert bad - good == {rule.id}
    assert good - bad == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_documented_under_its_file_s_name(rule: Rule[Facts]) -> None:
    assert rule.page.id == rule.check.__module__.rpartition(".")[2].replace("_", "-")


@pytest.mark.parametrize("name", [name for name in CLEAN if name != "organisation"])
def test_a_document_that_is_absent_is_unknown(name: str, tmp_path: Path) -> None:
    rest = {key: value for key, value in CLEAN.items() if key != name}
    assert "setting-unknown" in told(tmp_path, rest, "--repo", "acme/app")


@pytest.mark.parametrize(
    ("name", "key", "hidden"),
    [
        ("environments", "protection_rules", "prod.protection_rules"),
        ("environments", "can_admins_bypass", "prod.can_admins_bypass"),
        ("environments", "deployment_branch_policy", "prod.deployment_branch_policy"),
        ("rulesets", "bypass_actors", "ruleset.1.bypass_actors"),
        ("actions", "sha_pinning_required", "sha_pinning_required"),
        ("workflow", "default_workflow_permissions", "default_workflow_permissions"),
        ("repository", "private", "private"),
    ],
)
def test_a_value_that_is_hidden_is_unknown(name: str, key: str, hidden: str, tmp_path: Path) -> None:
    documents = json.loads(json.dumps(CLEAN))
    body = documents[name][0] if isinstance(documents[name], list) else documents[name]
    del body[key]
    assert [(item["rule"], item["key"]) for item in findings(tmp_path, documents)] == [("setting-unknown", hidden)]


def test_a_private_repository_s_plan_must_be_seen(tmp_path: Path) -> None:
    documents = {**CLEAN, "repository": {"full_name": "acme/app", "private": True}, "organisation": {"login": "acme"}}
    assert [item["key"] for item in findings(tmp_path, documents)] == ["plan"]


def test_branches_that_are_listed_must_be_seen(tmp_path: Path) -> None:
    environment = {**CLEAN["environments"][0], "deployment_branch_policy": {"custom_branch_policies": True}}
    documents = {**CLEAN, "environments": [environment]}
    assert [item["key"] for item in findings(tmp_path / "a", documents)] == ["prod.branches"]
    listed = {"branch_policies": [{"name": "main"}]}
    save(tmp_path / "b", documents)
    (tmp_path / "b/branch-policies").mkdir()
    (tmp_path / "b/branch-policies/prod.json").write_text(json.dumps(listed), encoding="utf-8")
    assert findings(tmp_path / "b", {}) == []


def test_protected_branches_alone_admit_all_where_none_is_protected(tmp_path: Path) -> None:
    assert "environment-open-to-branches" in told(tmp_path, {**CLEAN, "rules": []})


def test_which_environment_is_production_can_be_said(tmp_path: Path) -> None:
    open_one = {**CLEAN["environments"][0], "name": "eu", "can_admins_bypass": True}
    documents = {**CLEAN, "environments": [CLEAN["environments"][0], open_one]}
    assert told(tmp_path / "a", documents) == set()
    assert told(tmp_path / "b", documents, "--production", "eu") == {"environment-admin-bypass"}


def test_a_command_sets_the_whole_environment_and_changes_one_value(tmp_path: Path) -> None:
    environment = json.loads(json.dumps(CLEAN["environments"][0]))
    environment["protection_rules"][0]["prevent_self_review"] = False
    [finding] = findings(tmp_path, {**CLEAN, "environments": [environment]})
    command = shlex.split(finding["remedy"])
    assert command[:5] == ["gh", "api", "--method", "PUT", "repos/acme/app/environments/prod"]
    assert json.loads(command[-1]) == {
        "prevent_self_review": True,
        "reviewers": [{"type": "Team", "id": 7}],
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
    }


def test_a_ruleset_of_the_organisation_is_mended_there(tmp_path: Path) -> None:
    ruleset = {"id": 1, "source": "acme", "source_type": "Organization", "bypass_actors": [{"actor_type": "Team"}]}
    [finding] = findings(tmp_path, {**CLEAN, "rulesets": [ruleset]})
    assert shlex.split(finding["remedy"])[4] == "orgs/acme/rulesets/1"


def test_every_finding_but_a_plan_s_has_a_command(tmp_path: Path) -> None:
    for rule in RULES:
        for finding in findings(tmp_path / rule.id, example(rule, "Bad")):
            assert "gh api " in finding["remedy"] or finding["rule"] == "reviewers-not-offered"


def test_single_files_are_read_too(tmp_path: Path) -> None:
    save(tmp_path, CLEAN)
    listed = {"total_count": 1, "environments": CLEAN["environments"]}
    (tmp_path / "all.json").write_text(json.dumps(listed), encoding="utf-8")
    options = ["--repository", "repository", "--rules", "rules", "--ruleset", "rulesets/0", "--environment", "all"]
    named = [item if item.startswith("--") else str(tmp_path / f"{item}.json") for item in options]
    done = run(*named, "--actions", str(tmp_path / "actions.json"), "--format", "json")
    assert [item["key"] for item in json.loads(done.stdout)["findings"]] == ["workflow"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("repository", "[", "repository.json: is not JSON: "),
        ("repository", "[]", "repository.json: must be one JSON object, as GitHub's API gives it"),
        ("rules", "{}", "rules.json: must be a list of rules, "),
        ("rules", '{"message": "Not Found", "documentation_url": "x"}', "is an error of GitHub's API: Not Found"),
        ("rulesets/1", "[1]", "1.json: must hold JSON objects, as GitHub's API gives them"),
    ],
)
def test_a_file_that_is_no_answer_of_the_api_is_refused(name: str, text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        run(str(tmp_path))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing to judge was named; give --repo OWNER/NAME, a folder or files"),
        (["--repo", "acme"], "--repo 'acme' is not OWNER/NAME"),
        (["{}"], "holds no settings; save them there, such as repository.json, or name --repo"),
        (["{}", "--rules", "x"], "a folder and single files were named; keep one of them"),
        (["--rules", "{}/none"], "none: cannot be read: No such file or directory"),
    ],
)
def test_a_command_line_that_names_nothing_is_refused(arguments: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run(*(item.format(tmp_path) for item in arguments))
    assert words in str(caught.value)


GH = """#!/bin/sh
case "$2" in
{cases}
*) echo "gh: Not Found (HTTP 404)" >&2; exit 1 ;;
esac
"""


def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> Result:
    """Run with a gh on the PATH that knows some answers."""
    cases = [f"'{path}') cat {tmp_path}/{number} ;;" for number, path in enumerate(answers)]
    for number, answer in enumerate(answers.values()):
        (tmp_path / str(number)).write_text(json.dumps(answer), encoding="utf-8")
    gh = tmp_path / "gh"
    gh.write_text(GH.format(cases="\n".join(cases)), encoding="utf-8")
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return run("--repo", "acme/app", "--format", "json")


def answers() -> dict[str, Any]:
    return {
        "repos/acme/app": CLEAN["repository"],
        "repos/acme/app/environments?per_page=100": {"environments": CLEAN["environments"]},
        "repos/acme/app/rules/branches/main?per_page=100": CLEAN["rules"],
        "repos/acme/app/rulesets/1": CLEAN["rulesets"][0],
        "repos/acme/app/actions/permissions": CLEAN["actions"],
        "repos/acme/app/actions/permissions/workflow": CLEAN["workflow"],
    }


def test_gh_is_asked_for_each_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = ask(tmp_path, monkeypatch, answers())
    assert (done.exit_code, json.loads(done.stdout)["findings"]) == (0, [])


def test_what_gh_may_not_see_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for hidden in (path for path in answers() if path != "repos/acme/app"):
        done = ask(tmp_path, monkeypatch, {path: body for path, body in answers().items() if path != hidden})
        assert done.exit_code == 1
        assert "setting-unknown" in {item["rule"] for item in json.loads(done.stdout)["findings"]}


def test_a_repository_that_gh_cannot_see_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"`gh api repos/acme/app` failed: gh: Not Found \(HTTP 404\); log in, or"):
        ask(tmp_path, monkeypatch, {})


def test_a_machine_without_gh_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="--repo needs the command gh; install it, or save the documents"):
        run("--repo", "acme/app")


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["type", "parameters", "name", "reviewers", "plan", "id"]), inner, max_size=4),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*"abc", *(key for one in CLEAN["environments"] for key in one)]), ANY), ANY)
def test_no_answer_breaks_the_audit(body: dict[str, Any], rules_body: Any) -> None:
    document = Document(body)
    kinds = ["pull_request", "required_status_checks"]
    listed = (
        rules_body if isinstance(rules_body, list) else [{"type": kind, "parameters": rules_body} for kind in kinds]
    )
    facts = Facts(
        slug="acme/app",
        repository=document,
        organisation=document,
        environments=(Environment(document, document),),
        rules=Document(listed),
        rulesets=(Ruleset(document),),
        actions=document,
        workflow=document,
    )
    assert "setting-unknown" in {finding.rule for finding in judge(facts).findings}
