# SPDX-License-Identifier: Apache-2.0
"""Markers planted wherever a secret may be, and searched for in everything that a run says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stackproof.report.formats import Format

ROOT = Path(__file__).parents[2]
MARKER = "hunter2-xyzzy"
CREDENTIAL = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

PROGRAM = f"""\
import json
import sys

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
given = config.require("password")  # read in plain, though the stack file has it as a secret
hidden = pulumi.Output.secret("{MARKER}-value")

print("printed", given, "{MARKER}-value", "{CREDENTIAL}")
print("on stderr", given, file=sys.stderr)
pulumi.log.info(f"logged {{given}}")
pulumi.log.warn("logged {CREDENTIAL}")

aws.ssm.Parameter("plain", name="no-suffix", type="SecureString", value=hidden)
aws.ssm.Parameter("named", name=hidden, type="String", value="x", tags={{"owner": hidden, "key": "{CREDENTIAL}"}})
aws.iam.Policy(
    "documented",
    policy=hidden.apply(
        lambda text: json.dumps(
            {{
                "Version": "2012-10-17",
                "Statement": [
                    {{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Sid": text.replace("-", "")}},
                    {{
                        "Effect": "Allow",
                        "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::" + text,
                        "Condition": {{"StringEquals": {{"aws:ResourceTag/k": "{CREDENTIAL}"}}}},
                    }},
                ],
            }}
        )
    ),
)
aws.cloudwatch.MetricAlarm(
    "alarm",
    comparison_operator="GreaterThanThreshold",
    evaluation_periods=1,
    threshold=1,
    period=60,
    statistic="Sum",
    namespace="AWS/SQS",
    metric_name="ApproximateAgeOfOldestMessage",
    dimensions={{"QueueName": hidden}},
)
hidden.apply(lambda text: aws.sqs.Queue(text, name="{CREDENTIAL}"))
pulumi.export("password", hidden)
pulumi.export("object", {{"inner": [hidden, given]}})
"""
RAISED = f"""
raise ValueError(f"no login for {{given}} with {CREDENTIAL} and {MARKER}-value")
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Write a project whose secret is given on the command line, in a file that is named by a credential."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (root / "Pulumi.dev.yaml").write_text('config:\n  shop:password: {secure: "v1:abc:def"}\n')
    (root / "Pulumi.prod.yaml").write_text('config:\n  shop:password: {secure: "v1:abc:def"}\n')
    return root


@pytest.mark.parametrize("ending", ["", RAISED], ids=["a run to its end", "a run that raises"])
def test_no_secret_is_in_any_report_nor_in_what_is_printed(shop: Path, ending: str) -> None:
    """Properties, tags, documents, outputs, configuration, prints, logs, exceptions and names, in every form."""
    module = shop / "ghp_0123456789abcdefghijklmnopqrstuvwxyz.py"
    module.write_text(PROGRAM + ending)
    (shop / "__main__.py").write_text(f"import {module.stem}\n")
    reports = [word for form in Format for word in ("--output", f"{form}={shop.parent / form}")]
    command = (sys.executable, "-m", "stackproof", "preview", shop, "--policy-pack", ROOT / "policies")
    done = subprocess.run(
        [
            *command,
            *("--stack", "dev", "--config", f"password={MARKER}-config"),
            *reports,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
    )
    said = {"stdout": done.stdout, "stderr": done.stderr}
    said |= {form: (shop.parent / form).read_text(encoding="utf-8") for form in Format}
    assert done.returncode == (4 if ending else 1), done.stderr
    assert "no-suffix" in said["stdout"] or ending
    leaks = {
        where: leaked
        for where, text in said.items()
        if (leaked := [item for item in (MARKER, MARKER.replace("-", ""), CREDENTIAL, module.stem) if item in text])
    }
    assert leaks == {}
