# SPDX-License-Identifier: Apache-2.0
"""Which files are read, and what each is taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stackproof.lint.judge import judge_paths
from stackproof.lint.source import read_sources

if TYPE_CHECKING:
    from pathlib import Path

PULUMI = "import pulumi\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def kinds(root: Path) -> dict[str, tuple[str, str]]:
    """Give each file's kind and the name that it is imported as."""
    modules = read_sources([root]).modules.values()
    return {module.path.relative_to(root).as_posix(): (module.kind, module.name) for module in modules}


def test_files_of_a_project_are_told_apart(tmp_path: Path) -> None:
    files = {
        "Pulumi.yaml": "name: a\nruntime: python\n",
        "__main__.py": "import infra.site\n",
        "infra/__init__.py": "",
        "infra/site.py": "from . import names\n",
        "infra/names.py": "",
        "unused.py": PULUMI,
        "lambda/handler.py": "import boto3\n",
        "test_site.py": PULUMI,
        "tests/deep/anything.py": PULUMI,
        "conftest.py": "",
        "venv/pyvenv.cfg": "",
        "venv/lib.py": PULUMI,
        ".hidden/a.py": PULUMI,
        "node_modules/a.py": PULUMI,
        "__main__ copy.py": PULUMI,
    }
    assert kinds(tree(tmp_path, files)) == {
        "__main__.py": ("entry", "__main__"),
        "infra/__init__.py": ("module", "infra"),
        "infra/site.py": ("module", "infra.site"),
        "infra/names.py": ("module", "infra.names"),
        "unused.py": ("module", "unused"),
        "lambda/handler.py": ("other", "lambda.handler"),
        "test_site.py": ("test", "test_site"),
        "tests/deep/anything.py": ("test", "tests.deep.anything"),
        "conftest.py": ("test", "conftest"),
        "__main__ copy.py": ("other", "__main__ copy"),
    }


@pytest.mark.parametrize(("main", "entry"), [("src", "src/__main__.py"), ("src/app.py", "src/app.py")])
def test_the_entry_is_what_main_names(main: str, entry: str, tmp_path: Path) -> None:
    files = {
        "Pulumi.yaml": f"name: a\nruntime:\n  name: python\nmain: {main}\n",
        "src/__main__.py": PULUMI,
        "src/app.py": PULUMI,
    }
    found = {name for name, (kind, _) in kinds(tree(tmp_path, files)).items() if kind == "entry"}
    assert found == {entry}


def test_a_project_in_another_language_is_none(tmp_path: Path) -> None:
    files = {"Pulumi.yaml": "name: a\nruntime: nodejs\n", "a/handler.py": "", "a/infra.py": PULUMI}
    found = kinds(tree(tmp_path, files))
    assert found == {"a/handler.py": ("other", "handler"), "a/infra.py": ("module", "infra")}


def test_of_a_file_the_project_is_read_and_the_file_alone_judged(tmp_path: Path) -> None:
    files = {
        "Pulumi.yaml": "name: a\nruntime: python\n",
        "parts.py": 'import pulumi_aws as aws\nbucket = aws.s3.Bucket("b")\nname = f"{bucket.id}"\n',
        "__main__.py": 'import pulumi\nfrom parts import bucket\npulumi.export("b", f"{bucket.arn}")\n',
    }
    root = tree(tmp_path, files)
    audit = judge_paths([root / "__main__.py"])
    assert [(finding.rule, finding.line) for finding in audit.findings] == [("output-in-text", 3)]
    assert len(audit.examined) == 1


def test_tests_beside_a_program_find_it(tmp_path: Path) -> None:
    files = {
        "program/Pulumi.yaml": "name: a\nruntime: python\n",
        "program/__main__.py": "import net\n",
        "program/net.py": 'import pulumi_aws as aws\nvpc = aws.ec2.Vpc("v")\n',
        "tests/test_net.py": "import pulumi\nimport net\npulumi.runtime.set_mocks(None)\n",
    }
    found = judge_paths([tree(tmp_path, files)]).findings
    assert [(finding.rule, finding.line) for finding in found] == [("program-imported-before-mocks", 2)]


def test_code_that_no_program_runs_is_not_judged(tmp_path: Path) -> None:
    files = {
        "Pulumi.yaml": "name: a\nruntime: python\n",
        "__main__.py": PULUMI,
        "lambda/handler.py": "import random\nimport requests\nx = random.random()\nrequests.get('https://example.com')\n",
    }
    assert judge_paths([tree(tmp_path, files)]).findings == ()


def test_what_a_module_does_when_run_by_hand_is_not_what_it_does_when_imported(tmp_path: Path) -> None:
    by_hand = 'import requests\n\nif __name__ == "__main__":\n    requests.get("https://example.com")\n'
    files = {"Pulumi.yaml": "name: a\nruntime: python\n", "__main__.py": PULUMI + "import tool\n", "tool.py": by_hand}
    assert judge_paths([tree(tmp_path, files)]).findings == ()
    (tmp_path / "__main__.py").write_text(PULUMI + by_hand)
    assert [finding.rule for finding in judge_paths([tmp_path]).findings] == ["network-in-program"]
