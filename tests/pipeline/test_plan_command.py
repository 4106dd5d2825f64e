# SPDX-License-Identifier: Apache-2.0
"""`stackproof plan`, as it is typed, against a `pulumi` that writes down what it is asked and refuses the strange."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackproof.pipeline.plan import clock

if TYPE_CHECKING:
    from tests.pipeline.clone import Repository, Terminal, Typed

COMMON = ["program", "--stack", "dev", "--policy-pack", "pack", "--lock", "requirements.lock", "--folder", "build/dev"]
WHERE = ["--non-interactive", "--color", "never", "--event-log", "events.ndjson", "--stack", "dev", "--cwd", "program"]
THING = "urn:pulumi:dev::demo::demo:index:Thing::thing"
BUCKET = "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::thing"
PACK = ["--policy-pack", "pack", "--policy-pack-config", "dev.json"]


def create(type_: Terminal, *more: str) -> str:
    """Plan, and give the digest."""
    done = type_("plan", "create", *COMMON, *more)
    assert (done.code, done.err) == (0, ""), done.err
    return found(done)


def found(done: Typed) -> str:
    [digest] = re.findall(r"^digest: (sha256:[0-9a-f]{64})$", done.out, re.MULTILINE)
    return str(digest)


def reasons(done: Typed) -> list[str]:
    assert done.code == 1
    first, *lines = done.err.splitlines()
    assert first == "stackproof: refused:"
    return [line.removeprefix("  - ") for line in lines]


def test_a_plan_is_judged_previewed_and_applied_with_these_arguments_and_no_others(
    repository: Repository, type_: Terminal
) -> None:
    digest = create(type_)
    assert type_("plan", "verify", *COMMON, "--digest", digest).code == 0
    assert type_("plan", "apply", *COMMON, "--digest", digest).code == 0
    export = ["stack", "export", "--stack", "dev", "--cwd", "program", "--non-interactive"]
    asked = [call["argv"] for call in repository.calls() if call["argv"][0] != "whoami"]
    assert asked == [
        export,
        ["preview", "--save-plan", "plan.json", *WHERE, *PACK],
        export,
        export,
        ["up", "--yes", "--plan", "plan.json", *WHERE, *PACK],
        export,
    ]


def test_an_applied_plan_leaves_its_record_and_the_state_before_and_after(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", "ann")
    digest = create(type_)
    type_("plan", "apply", *COMMON, "--digest", digest)
    record = json.loads(Path("build/dev/record.json").read_bytes())
    told = (record["envelope"], record["run"], record["commit"], record["problems"])
    run = "https://github.com/o/r/actions/runs/7/attempts/1 by ann"
    assert told == (digest, run, repository.git("rev-parse", "HEAD"), [])
    times = [json.loads(Path(f"build/dev/state-{when}.json").read_bytes()) for when in ("before", "after")]
    assert [state["deployment"]["manifest"]["time"][:10] for state in times] == ["2026-01-01", "2026-01-02"]


def test_two_plans_of_the_same_thing_have_the_same_digest(type_: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same moment and for the same run: both are a part of it."""
    monkeypatch.setattr(clock, "now", lambda: 1_800_000_000)
    first, file = create(type_), Path("build/dev/envelope.json").read_bytes()
    assert (create(type_), Path("build/dev/envelope.json").read_bytes()) == (first, file)
    monkeypatch.setattr(clock, "now", lambda: 1_800_000_001)
    assert create(type_) != first


def test_a_workflow_is_told_the_digest_and_people_what_will_be_done(
    type_: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    digest = create(type_)
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"digest={digest}\n"
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary.startswith(f"### Plan for dev: 1 create\n\n- digest: {digest}\n")
    assert "| · create | `urn:pulumi:dev::demo::demo:index:Thing::thing` |" in summary


def test_nothing_of_a_value_is_shown(repository: Repository, type_: Terminal) -> None:
    repository.play(inputs={"size": "value-of-size"})
    create(type_)
    shown = [type_("plan", "show", "--folder", "build/dev", "--format", form).out for form in ("text", "markdown")]
    assert [text.count("value-of-size") + text.count("blue") for text in shown] == [0, 0]


def test_our_own_modules_are_not_the_program_s(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = Path(__file__).parents[2] / "scripts"
    monkeypatch.setenv("PYTHONPATH", f"{scripts}:/theirs")
    create(type_)
    assert {call["pythonpath"] for call in repository.calls()} == {"/theirs"}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"violates": "p"}, "p on the stack: no"),
        ({"code": 1}, "the CLI ended with exit code 1 and the result succeeded"),
        ({"result": "failed", "code": 1}, "the CLI ended with exit code 1 and the result failed"),
        ({"result": ""}, "the CLI ended with exit code 0 and the result none"),
        ({"silent": True}, "pack small was not asked about the whole stack"),
        (
            {"op": "delete", "type": "aws:s3/bucket:Bucket"},
            f"delete of {BUCKET}, whose type is protected; if that is meant: --allow-destroy '{BUCKET}'",
        ),
    ],
)
def test_a_preview_that_did_not_go_well_makes_no_envelope(
    how: dict[str, object], words: str, repository: Repository, type_: Terminal
) -> None:
    repository.play(**how)
    assert words in reasons(type_("plan", "create", *COMMON))
    assert not Path("build/dev").exists()


def test_what_the_offline_judgement_cannot_prove_makes_no_envelope(repository: Repository, type_: Terminal) -> None:
    text = Path("pack/__main__.py").read_text(encoding="utf-8")
    violating = text.replace("lambda args, report: None", 'lambda args, report: report("no", None)')
    Path("pack/__main__.py").write_text(violating, encoding="utf-8")
    repository.commit()
    [first, *_] = reasons(type_("plan", "create", *COMMON))
    assert first.startswith("fail: p on urn:pulumi:dev::demo::")
    assert repository.verbs() == []


def test_a_work_tree_with_changes_is_not_planned(repository: Repository, type_: Terminal) -> None:
    Path("program/new.py").write_text("", encoding="utf-8")
    done = type_("plan", "create", *COMMON)
    commit = repository.git("rev-parse", "HEAD")
    told = f"a plan is for a commit, and the work tree is {commit} with changes in program/new.py; commit or undo that"
    assert (done.code, done.err) == (2, f"stackproof: {told}\n")


def test_a_state_with_operations_in_progress_is_not_planned(repository: Repository, type_: Terminal) -> None:
    state = {"version": 3, "deployment": {"manifest": {"time": "x"}, "pending_operations": [{"type": "creating"}]}}
    (repository.recorder / "dev.json").write_text(json.dumps(state), encoding="utf-8")
    [reason] = reasons(type_("plan", "create", *COMMON))
    assert reason.startswith("an earlier update was cut off and its state has pending operations")


def test_a_protected_resource_is_destroyed_where_the_envelope_says_so(repository: Repository, type_: Terminal) -> None:
    repository.play(op="delete", type="aws:s3/bucket:Bucket")
    digest = create(type_, "--allow-destroy", BUCKET)
    assert json.loads(Path("build/dev/envelope.json").read_bytes())["allowed"] == [BUCKET]
    assert type_("plan", "apply", *COMMON, "--digest", digest).code == 0


def test_a_workflow_names_what_may_be_destroyed_by_a_variable(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separated by spaces; an empty one names nothing."""
    monkeypatch.setenv("STACKPROOF_ALLOW_DESTROY", "")
    create(type_)
    monkeypatch.setenv("STACKPROOF_ALLOW_DESTROY", f"{BUCKET} urn:x")
    repository.play(op="delete", type="aws:s3/bucket:Bucket")
    [reason] = reasons(type_("plan", "create", *COMMON))
    assert reason.startswith("--allow-destroy names urn:x, which this plan does not destroy")


def test_an_override_that_allows_nothing_is_refused(type_: Terminal) -> None:
    [reason] = reasons(type_("plan", "create", *COMMON, "--allow-destroy", "urn:x"))
    assert reason == "--allow-destroy names urn:x, which this plan does not destroy; correct the URN or leave it out"


def test_more_deletions_than_the_settings_allow_are_refused(repository: Repository, type_: Terminal) -> None:
    Path("stackproof.toml").write_text("[plan]\nprotected-types = []\nmost-deletions = 0\n", encoding="utf-8")
    repository.commit()
    repository.play(op="delete")
    [reason] = reasons(type_("plan", "create", *COMMON))
    assert reason.startswith("1 resources would be destroyed, and 0 may be; allow those that are meant")


@pytest.mark.parametrize(
    ("file", "text", "field"),
    [
        ("build/dev/plan.json", "{}", "plan: planned sha256:"),
        ("pack/config/dev.json", '{"p": "advisory"}', "packs.small.policies.p: judged as mandatory, found advisory"),
        ("pack/__main__.py", None, "packs.small.digest: judged with sha256:"),
        ("program/Pulumi.dev.yaml", None, "configuration.demo:new: planned with absent, found sha256:"),
        ("program/Pulumi.yaml", None, "files.program/Pulumi.yaml: planned with sha256:"),
        ("requirements.lock", None, "files.requirements.lock: planned with sha256:"),
    ],
)
def test_what_is_edited_behind_an_envelope_is_named_and_nothing_is_updated(
    file: str, text: str | None, field: str, repository: Repository, type_: Terminal
) -> None:
    digest = create(type_)
    path = Path(file)
    more = path.read_text(encoding="utf-8") + ("  demo:new: 1\n" if file.endswith("dev.yaml") else "\n# more\n")
    path.write_text(text or more, encoding="utf-8")
    found = reasons(type_("plan", "apply", *COMMON, "--digest", digest))
    assert [line for line in found if line.startswith(field)] != [], found
    assert repository.verbs() == ["preview"]


def test_another_commit_state_or_backend_is_named_and_nothing_is_updated(
    repository: Repository, type_: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = create(type_)
    repository.git("commit", "--allow-empty", "--quiet", "--message", "later")
    state = {"version": 3, "deployment": {"manifest": {"time": "later"}, "resources": [{"urn": "urn:new"}]}}
    (repository.recorder / "dev.json").write_text(json.dumps(state), encoding="utf-8")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///elsewhere")
    found = reasons(type_("plan", "apply", *COMMON, "--digest", digest))
    fields = [line.partition(":")[0] for line in found]
    assert fields == ["commit", "backend", "state.version", "state.digest", "state.resources"]
    assert found[-1] == "state.resources: urn:new moved: the stack was changed since; preview again"
    assert repository.verbs() == ["preview"]


def test_an_old_plan_is_not_applied(type_: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = create(type_, "--hours", "2")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 7300)
    [reason] = reasons(type_("plan", "apply", *COMMON, "--digest", digest))
    assert reason.startswith("time_to_live: made ")


def test_an_envelope_that_is_not_the_approved_one_is_not_applied(repository: Repository, type_: Terminal) -> None:
    create(type_)
    other = f"sha256:{'0' * 64}"
    [reason] = reasons(type_("plan", "apply", *COMMON, "--digest", other))
    assert reason.startswith(f"digest: approved {other}, got sha256:")
    assert repository.verbs() == ["preview"]


def test_a_digest_has_to_be_given_and_to_be_one(type_: Terminal) -> None:
    create(type_)
    assert type_("plan", "apply", *COMMON).code == 2
    done = type_("plan", "apply", *COMMON, "--digest", "latest")
    told = "--digest 'latest' is no digest; give what was approved, sha256: and 64 hexadecimal digits"
    assert (done.code, done.err) == (2, f"stackproof: {told}\n")


def test_where_the_cli_saves_no_plan_what_is_approved_are_the_operations_of_a_second_preview(
    repository: Repository, type_: Terminal
) -> None:
    """And whoever approves is told so."""
    repository.play(save=False)
    done = type_("plan", "create", *COMMON)
    assert (done.code, Path("build/dev/plan.json").exists()) == (0, False)
    assert "mode: compare: there is no update plan, so it is previewed again" in done.out
    assert json.loads(Path("build/dev/envelope.json").read_bytes())["mode"] == "compare"
    previews = [call["argv"] for call in repository.calls() if call["argv"][0] == "preview"]
    assert ["--save-plan" in argv for argv in previews] == [True, False]


def test_a_program_that_is_not_to_be_planned_is_previewed_again_and_compared(
    repository: Repository, type_: Terminal
) -> None:
    create(type_)
    digest = create(type_, "--mode", "compare")
    assert not Path("build/dev/plan.json").exists()
    assert type_("plan", "apply", *COMMON, "--digest", digest).code == 0
    asked = [call["argv"] for call in repository.calls() if call["argv"][0] in {"preview", "up"}]
    assert asked[1:] == [["preview", *WHERE, *PACK], ["preview", *WHERE, *PACK], ["up", "--yes", *WHERE, *PACK]]
    assert json.loads(Path("build/dev/record.json").read_bytes())["mode"] == "compare"


@pytest.mark.parametrize("other", [{"op": "update"}, {"type": "demo:index:Other"}, {"inputs": {"size": 2}}])
def test_a_second_preview_that_does_something_else_is_not_applied(
    other: dict[str, object], repository: Repository, type_: Terminal
) -> None:
    digest = create(type_, "--mode", "compare")
    repository.play(**other)
    first, second = reasons(type_("plan", "apply", *COMMON, "--digest", digest))
    assert first == f"operations: approved and gone: create of {THING}"
    assert second.startswith("operations: never approved: ")
    assert repository.verbs() == ["preview", "preview"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            {"up": {"code": 1, "result": "failed"}, "preview": {}},
            "the CLI ended with exit code 1 and the result failed",
        ),
        (
            {"up": {"op": "delete"}, "preview": {}},
            f"never approved: delete of {THING}",
        ),
        ({"up": {"violates": "p"}, "preview": {}}, "p on the stack: no"),
        ({"up": {"silent": True}, "preview": {}}, "pack small was not asked about the whole stack"),
    ],
)
def test_an_update_that_failed_or_strayed_is_recorded_with_the_state_after(
    how: dict[str, object], words: str, repository: Repository, type_: Terminal
) -> None:
    repository.play(**how)
    digest = create(type_)
    done = type_("plan", "apply", *COMMON, "--digest", digest)
    assert done.code == 4
    assert words in json.loads(Path("build/dev/record.json").read_bytes())["problems"]
    assert Path("build/dev/state-after.json").exists()


def test_what_is_said_without_a_lock_a_clone_or_an_envelope(
    repository: Repository, type_: Terminal, tmp_path: Path
) -> None:
    digest = f"sha256:{'0' * 64}"
    absent = type_("plan", "apply", *COMMON, "--digest", digest)
    assert (absent.code, "no envelope can be read" in absent.err) == (2, True)
    missing = type_("plan", "create", *COMMON, "--lock", "nothing.lock")
    assert (missing.code, "nothing.lock: cannot be read" in missing.err) == (2, True)
    (repository.root / ".git").rename(tmp_path / "moved")
    bare = type_("plan", "create", *COMMON)
    assert (bare.code, "no commit is here" in bare.err) == (2, True)
