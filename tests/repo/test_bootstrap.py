# SPDX-License-Identifier: Apache-2.0
"""`scripts/nox`: what it does on machines that lack something, without a package index."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
UV = """#!/bin/sh
echo "uv $*" >> {log}
case "$1" in
  venv) for last in "$@"; do :; done; mkdir -p "$last/bin" ;;
  pip) printf '#!/bin/sh\\necho "nox $*" >> {log}\\nexit 3\\n' > {root}/.nox/bootstrap/bin/nox
       chmod +x {root}/.nox/bootstrap/bin/nox ;;
esac
"""


def executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a repository that holds nothing but the bootstrap and a lock file."""
    root = tmp_path / "repository"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "nox", root / "scripts" / "nox")
    lock = "colorlog==6 \\\n    --hash=sha256:22\nnox==1 \\\n    --hash=sha256:00\nuv==2 \\\n    --hash=sha256:11\n"
    (root / "requirements.lock").write_text(lock, encoding="utf-8")
    return root


@pytest.fixture
def log(root: Path, tmp_path: Path) -> Path:
    """Put a uv on PATH that only writes down what it is asked, and makes a nox that ends with 3."""
    (tmp_path / "bin").mkdir()
    log = tmp_path / "log"
    executable(tmp_path / "bin" / "uv", UV.format(log=log, root=root))
    return log


def run(root: Path, *arguments: str, path: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts" / "nox"), *arguments]
    environment = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(root)}
    return subprocess.run(command, capture_output=True, check=False, cwd="/", env=environment, text=True)


@pytest.fixture
def bootstrap(root: Path) -> ModuleType:
    """Load the file, which has no suffix, as a module that stands in the made-up repository."""
    loader = importlib.machinery.SourceFileLoader("bootstrap", str(root / "scripts" / "nox"))
    spec = importlib.util.spec_from_loader("bootstrap", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_arguments_and_the_exit_code_pass_through_from_any_folder(root: Path, log: Path) -> None:
    done = run(root, "-s", "test", "--", "-k", "a b", path=log.parent / "bin")
    assert (done.returncode, done.stderr) == (3, "")
    last = log.read_text(encoding="utf-8").splitlines()[-1]
    assert last == f"nox --noxfile {root}/noxfile.py -s test -- -k a b"


def test_the_environment_is_built_once_and_again_when_the_lock_changes(root: Path, log: Path) -> None:
    def steps() -> list[str]:
        log.write_text("", encoding="utf-8")
        run(root, "-l", path=log.parent / "bin")
        return [" ".join(line.split()[:2]) for line in log.read_text(encoding="utf-8").splitlines()]

    built = ["uv venv", "uv pip", "nox --noxfile"]
    assert steps() == built
    assert steps() == ["nox --noxfile"]
    with (root / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("zizmor==1\n")
    assert steps() == built


def test_a_build_that_was_cut_short_is_begun_anew(root: Path, log: Path) -> None:
    run(root, "-l", path=log.parent / "bin")
    (root / ".nox" / "bootstrap" / "ready").unlink()
    log.unlink()
    run(root, "-l", path=log.parent / "bin")
    assert log.read_text(encoding="utf-8").startswith("uv venv")


def test_only_what_the_lock_pins_is_installed_and_hashes_are_checked(root: Path, log: Path) -> None:
    run(root, "-l", path=log.parent / "bin")
    [install] = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("uv pip")]
    wanted = root / ".nox" / "bootstrap" / "nox.txt"
    assert install.endswith(f"--require-hashes --constraint {root}/requirements.lock --requirement {wanted}")
    assert wanted.read_text(encoding="utf-8") == ("nox==1 \\\n    --hash=sha256:00\nuv==2 \\\n    --hash=sha256:11\n")


def test_a_failed_download_says_what_to_check_and_leaves_no_usable_environment(root: Path, log: Path) -> None:
    executable(log.parent / "bin" / "uv", "#!/bin/sh\necho no route >&2\nexit 1\n")
    done = run(root, "-l", path=log.parent / "bin")
    assert done.returncode == 2
    assert done.stderr.startswith("no route\nscripts/nox: `")
    assert "check the network and the proxy" in done.stderr
    assert not (root / ".nox" / "bootstrap" / "ready").exists()


def test_a_lock_without_nox_is_named(root: Path, log: Path) -> None:
    (root / "requirements.lock").write_text("uv==2\n", encoding="utf-8")
    done = run(root, "-l", path=log.parent / "bin")
    advice = "restore the file, or renew it with `python scripts/lock.py`"
    assert done.stderr == f"scripts/nox: {root}/requirements.lock pins no nox; {advice}\n"
    assert done.returncode == 2


def test_a_python_without_ensurepip_is_told_what_to_install(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "succeeds", lambda _python, code: "ensurepip" not in code)
    with pytest.raises(bootstrap.BootstrapError, match=r"has no ensurepip; .*apt install python3-venv, or install uv"):
        bootstrap.make_environment("/usr/bin/python3", None)


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (3, 7, 1)])
def test_an_unfit_python_alone_is_refused_with_the_versions_that_would_do(
    version: tuple[int, int, int],
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(bootstrap.BootstrapError, match=r"needs Python 3\.11, 3\.12 or 3\.13; "):
        bootstrap.interpreter(None)


def test_an_unfit_python_finds_a_fit_one_before_it_asks_uv(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(bootstrap, "succeeds", lambda python, _code: python != "/broken/python3.13")
    found = {"python3.13": "/broken/python3.13", "python3.12": "/usr/bin/python3.12"}
    monkeypatch.setattr(shutil, "which", found.get)
    assert bootstrap.interpreter("/usr/bin/uv") == "/usr/bin/python3.12"
    del found["python3.12"]
    assert bootstrap.interpreter("/usr/bin/uv") == ">=3.11,<3.14"


def test_this_python_is_taken_where_it_is_fit(bootstrap: ModuleType) -> None:
    assert bootstrap.interpreter("/usr/bin/uv") == sys.executable


def test_an_interrupted_build_ends_with_the_shell_s_code(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "nox", interrupted)
    assert bootstrap.main([]) == 130


def test_the_variables_of_another_python_do_not_reach_the_build(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    seen: list[str | None] = []

    def call(_command: list[str], env: dict[str, str]) -> int:
        seen.append(env.get("PYTHONPATH"))
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    bootstrap.run(["true"], "")
    assert seen == [None]
