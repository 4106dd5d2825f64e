# SPDX-License-Identifier: Apache-2.0
"""The table of contents of this repository's work: one session a verb, its logic elsewhere.

Each session runs in an environment that holds exactly requirements.lock, and the commands continuous integration
runs are these and no others (`.ci/run`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["test", "policy", "preview"]

ROOT = Path(__file__).resolve().parent
POLICY_TESTS = ("tests/rules", "tests/policies", "tests/iam")
SPREAD = ("--numprocesses=auto", "--dist=worksteal")
STACKS = ("dev", "staging", "prod")
PATIENCE = 600
"""Seconds that an update may take to end where it is told to."""


def prepare(session: nox.Session) -> None:
    """Fill the session's environment from the lock file, checking hashes; nothing happens while that is unchanged."""
    lock = ROOT / "requirements.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = Path(session.virtualenv.location) / "requirements.sha256"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
        pip = ("uv", "pip") if session.venv_backend == "uv" else ("python", "-m", "pip")
        if session.run_install(*pip, "install", "--quiet", "--require-hashes", "--requirement", str(lock)):
            stamp.write_text(digest, encoding="utf-8")
    session.env["PYTHONPATH"] = str(ROOT / "scripts")
    session.env["COVERAGE_FILE"] = str(Path(session.create_tmp()) / "coverage")


@nox.session
def test(session: nox.Session) -> None:
    """Test the program and the tooling, with coverage; pytest arguments may follow --."""
    prepare(session)
    others = [f"--ignore={folder}" for folder in POLICY_TESTS]
    default = ["tests", *others, *SPREAD, "--cov=program/infra", "--cov=scripts/stackproof"]
    session.run("pytest", *(session.posargs or default))


@nox.session
def policy(session: nox.Session) -> None:
    """Test the policy pack over the real analyzer protocol, with coverage; pytest arguments may follow --."""
    prepare(session)
    session.run("pytest", *(session.posargs or [*POLICY_TESTS, *SPREAD, "--cov=policies/guardrails"]))


@nox.session
def preview(session: nox.Session) -> None:
    """Judge program/ for every stack, or the program that follows -- (with any arguments of `stackproof preview`)."""
    prepare(session)
    pack = [] if "--policy-pack" in session.posargs else ["--policy-pack", "policies"]
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    kept = (f"markdown={summary}", "markdown=build/preview.md", "sarif=build/preview.sarif")
    reports = ["--format", "github", *(word for file in kept for word in ("--output", file))] if summary else []
    (ROOT / "build").mkdir(exist_ok=True)
    session.run("python", "-m", "stackproof", "preview", *pack, *(session.posargs or ["program", *reports]))


@nox.session(default=False)
def comment(session: nox.Session) -> None:
    """Put the preview's report on the pull request that --pull-request names after --, a comment a stack."""
    prepare(session)
    session.run("python", "-m", "stackproof", "comment", "build/preview.md", *session.posargs)


@nox.session(default=False)
def rehearse(session: nox.Session) -> None:
    """Rehearse `pulumi up` of program/ for every stack, or what follows --, by the real CLI; nothing is deployed."""
    prepare(session)
    pack = [] if "--policy-pack" in session.posargs else ["--policy-pack", "policies"]
    session.run("python", "-m", "stackproof", "up", *pack, *(session.posargs or ["program"]))


@nox.session(default=False)
def parity(session: nox.Session) -> None:
    """Compare the embedded engine with the real CLI, or with what one was recorded to see; names may follow --."""
    prepare(session)
    session.run("python", "scripts/parity.py", *session.posargs)


@nox.session(default=False)
def lint(session: nox.Session) -> None:
    """Check style, formatting, spelling, and the sample program and its tests for Pulumi's pitfalls."""
    prepare(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("codespell")
    session.run("python", "-m", "stackproof", "lint", "program", "tests/program", "--fail-on", "low")


@nox.session(default=False)
def types(session: nox.Session) -> None:
    """Check types; two runs, as program/ and policies/ each have a __main__.py, and one for the file without suffix."""
    prepare(session)
    session.run("mypy", "policies", "tests")
    session.run("mypy", "program", "scripts", "noxfile.py")
    session.run("mypy", "scripts/nox")


@nox.session(default=False)
def workflows(session: nox.Session) -> None:
    """Check the workflows: zizmor's auditor, actionlint, the published schemas and the gate's integrity."""
    prepare(session)
    files = sorted(str(path) for path in Path(".github/workflows").glob("*.yml"))
    session.run("zizmor", "--offline", "--persona", "auditor", "--strict-collection", ".github")
    session.run("actionlint", *files)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    session.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    session.run("python", "-m", "stackproof", "gatecheck")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Render the rule index into policies/README.md; `-- --check` writes nothing and fails where it is stale."""
    prepare(session)
    session.run("python", "scripts/render_docs.py", *session.posargs)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Renew requirements.lock from pyproject.toml; --check or --upgrade may follow --."""
    prepare(session)
    session.run("python", "scripts/lock.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure previews, the pack and the IAM analysis, this beside its peers, in an environment of their own."""
    prepare(session)
    peers = Path(session.virtualenv.location) / "peers"
    session.run_install("uv", "venv", "--quiet", "--allow-existing", str(peers))
    session.run_install("uv", "pip", "install", "--quiet", "--python", str(peers), "--group", "peers")
    session.run("python", "scripts/bench.py", "--peers", str(peers / "bin" / "python"), *session.posargs)


@nox.session(default=False)
def plan(session: nox.Session) -> None:
    """Plan the stack named after --, judged; prints the digest to approve. Needs the Pulumi CLI and credentials."""
    deliver(session, "plan", "create", folder=True)


@nox.session(default=False)
def deploy(session: nox.Session) -> None:
    """Apply the plan of the stack named after --, if it is the approved one: --digest, or STACKPROOF_DIGEST."""
    deliver(session, "plan", "apply", folder=True)


@nox.session(default=False)
def drift(session: nox.Session) -> None:
    """Tell whether the stack named after -- still is as it was deployed; writes nothing."""
    deliver(session, "drift")


@nox.session(default=False)
def rollback(session: nox.Session) -> None:
    """Check that the commit named after -- may be deployed again."""
    prepare(session)
    session.run("python", "-m", "stackproof", "rollback", *session.posargs)


def deliver(session: nox.Session, *command: str, folder: bool = False) -> None:
    """Run a command on a stack; where it is stopped, the CLI has the time that giving its lock back takes."""
    if not session.posargs or session.posargs[0] not in STACKS:
        session.error(f"name one stack after --: {', '.join(STACKS)}")
    prepare(session)
    stack, *more = session.posargs
    place = ("--folder", f"build/plan/{stack}") if folder else ()
    judged = ("--stack", stack, "--policy-pack", "policies", "--lock", "requirements.lock", *place)
    words = (*command, "program", *judged, *more)
    session.run("python", "-m", "stackproof", *words, interrupt_timeout=PATIENCE, terminate_timeout=PATIENCE)
