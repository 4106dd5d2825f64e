# SPDX-License-Identifier: Apache-2.0
"""How long the judgement of plain IAM documents takes, beside other analysers on the same documents where installed.

The documents are made up by a fixed seed after the shapes that programs write; every analyser is a process of its own,
and each figure counts documents that were seen once before.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import time

from rich.console import Console
from rich.table import Table

from stackproof.iam_seam import load_analysis

__all__ = ["large_documents", "made_documents", "measure_documents", "show_documents"]

_SERVICES = {
    "s3": ("GetObject", "PutObject", "ListBucket", "DeleteObject", "Get*"),
    "dynamodb": ("GetItem", "PutItem", "Query", "UpdateItem"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage"),
    "logs": ("CreateLogGroup", "CreateLogStream", "PutLogEvents"),
    "kms": ("Decrypt", "GenerateDataKey"),
    "iam": ("PassRole", "GetRole", "ListRoles"),
    "lambda": ("InvokeFunction", "UpdateFunctionCode", "*"),
    "ec2": ("DescribeInstances", "RunInstances", "CreateTags", "Describe*"),
    "ecr": ("GetAuthorizationToken", "BatchGetImage"),
    "codecommit": ("GitPull", "GitPush"),
}
_CONDITIONS: tuple[dict[str, object], ...] = (
    {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringLike": {"aws:ResourceTag/team": ["shop", "pay*"]}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}},
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PEERS = {
    "cloudsplaining": (
        "from cloudsplaining.scan.policy_document import PolicyDocument as P\n"
        "def judge(text):\n"
        "    d = P(json.loads(text))\n"
        "    d.allows_privilege_escalation, d.credentials_exposure, d.service_wildcard\n"
        "    d.allows_data_exfiltration_actions, d.permissions_management_without_constraints\n"
    ),
    "parliament": "import parliament\ndef judge(text):\n    parliament.analyze_policy_string(text)\n",
}
_PATIENCE = 60
"""Seconds that another analyser may take for all the documents, three times."""
_HARNESS = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
{code}
turns = []
lines = json.load(sys.stdin)
for _ in range(3):
    turns.append([])
    for text in lines:
        started = time.perf_counter()
        try:
            judge(text)
        except Exception:
            pass  # that is an answer, too
        turns[-1].append((time.perf_counter() - started) * 1000)
print(json.dumps([min(pair) for pair in zip(*turns[1:])]))
"""


def made_documents(count: int, seed: int = 1) -> list[str]:
    """Make up documents: one to six statements of one or two services each, some with a condition."""
    chance = random.Random(seed)  # noqa: S311 - the same documents every time
    return [
        json.dumps({"Version": "2012-10-17", "Statement": [_statement(chance) for _ in range(chance.randint(1, 6))]})
        for _ in range(count)
    ]


def large_documents() -> list[str]:
    """Make documents of up to 100,000 characters whose parts are easily compared one by one."""
    made = [*_large_identity(), *_crossed(), *_conditioned(), *_large_others()]
    return [json.dumps({"Version": "2012-10-17", "Statement": statements}) for statements in made]


def _large_identity() -> list[list[dict[str, object]]]:
    """Make many actions, resources or statements of one form."""
    many = range(1_000)
    return [
        [_allow("s3:*", [f"arn:aws:s3:::bucket-{n}-*" for n in range(3_000)])],
        [_allow([f"s3:Get{n}*" for n in range(5_000)], "*")],
        [{"Effect": "Allow", "NotAction": f"s3:Get{n}*", "Resource": "*"} for n in many],
        [{"Effect": "Allow", "Action": "*", "NotResource": f"arn:aws:s3:::bucket-{n}-*"} for n in many],
        [_allow("s3:GetObject", f"arn:aws:s3:::bucket-{n}-*") for n in many],
        [_allow("*", [f"*{n}" for n in range(9_000)])],
        [_allow(f"{service}:*", "*") for _ in range(100) for service in sorted(_SERVICES)],
    ]


def _crossed() -> list[list[dict[str, object]]]:
    """Make many Allows beside many Denies, none of which takes all of an Allow away."""
    roles = [_allow("*", [f"arn:aws:iam::*:role/a{n}-*" for n in range(1_000)])]
    middles = [_allow("*", f"arn:aws:iam::*:*a{n}*") for n in range(500)]
    every = [_allow([f"iam:*{one}*{two}*" for one in _LETTERS for two in _LETTERS], "*")]
    return [
        [*roles, *(_deny("iam:*", f"arn:aws:iam::*:role/b{n}-*") for n in range(500))],
        [*middles, *(_deny("iam:*", f"arn:aws:iam::*:*b{n}*") for n in range(500))],
        [*every, *(_deny(f"iam:*{one}*{two}*", "*") for one in _LETTERS for two in _LETTERS)],
        [*roles, {"Effect": "Deny", "Action": "*", "NotResource": [f"arn:aws:iam::*:*b{n}*x" for n in range(1_000)]}],
    ]


def _conditioned() -> list[list[dict[str, object]]]:
    """Make many conditions, and a condition of many tests."""
    return [
        [_allow("*", "*", {"StringEquals": {"aws:PrincipalOrgID": f"o-{n}"}}) for n in range(700)],
        [_allow("*", "*", {"StringEquals": {f"aws:PrincipalTag/team-{n}": "shop"}}) for n in range(700)],
        [_allow("ec2:*", "*", {"StringEquals": {f"ec2:ResourceTag/team-{n}": "shop" for n in range(2_000)}})],
    ]


def _large_others() -> list[list[dict[str, object]]]:
    """Make trust and resource policies with many principals."""
    numbers = range(1_000)
    issuers = [f"issuer{n}.example.com" for n in range(800)]
    providers = [f"arn:aws:iam::111122223333:oidc-provider/{issuer}" for issuer in issuers]
    taking: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Federated": providers},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com" for issuer in reversed(issuers)}},
    }
    opened = {**_allow([f"s3:Get{n}*" for n in numbers], "*"), "Principal": {"AWS": ["*"] * 1_000}}
    kept = {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}
    return [[taking], [opened, *({**_deny(f"s3:P{n}*", "*"), **kept} for n in range(400))]]


def _allow(action: object, resource: object, condition: object = None) -> dict[str, object]:
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return made if condition is None else {**made, "Condition": condition}


def _deny(action: object, resource: object) -> dict[str, object]:
    return {**_allow(action, resource), "Effect": "Deny"}


def _statement(chance: random.Random) -> dict[str, object]:
    service = chance.choice(sorted(_SERVICES))
    names = chance.sample(_SERVICES[service], chance.randint(1, 2))
    made: dict[str, object] = {
        "Effect": chance.choice(["Allow"] * 9 + ["Deny"]),
        "Action": [f"{service}:{name}" for name in names],
        "Resource": chance.choice(["*", f"arn:aws:{service}:eu-west-1:111122223333:thing/{chance.randint(1, 99)}"]),
    }
    if chance.random() < 0.3:  # noqa: PLR2004 - the share of statements with a condition
        made["Condition"] = chance.choice(_CONDITIONS)
    return made


def measure_documents(texts: list[str], peers: str) -> dict[str, list[float] | str]:
    """Time every analyser on the same documents, in milliseconds, or say why that was not possible.

    The first of three turns warms up, and of the other two the shorter counts: a pause of the machine is nobody's work.

    ``peers`` is the path of the interpreter that runs the others.
    """
    analysis = load_analysis(None, frozenset())
    times: list[float] = []
    for _ in range(2):
        times = []
        for text in texts:
            started = time.perf_counter()
            analysis.policy(text)
            times.append((time.perf_counter() - started) * 1000)
    found: dict[str, list[float] | str] = {"stackproof iam": times}
    return found | {name: _peer(peers, code, texts) for name, code in _PEERS.items()}


def _peer(python: str, code: str, texts: list[str]) -> list[float] | str:
    try:
        done = subprocess.run(  # noqa: S603 (an interpreter, with a program that stands above)
            [python, "-c", _HARNESS.format(code=code)],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"over {_PATIENCE} s"
    if done.returncode != 0:
        return "not installed"
    times: list[float] = json.loads(done.stdout.splitlines()[-1])
    return times


def show_documents(title: str, found: dict[str, list[float] | str]) -> None:
    """Print the table, in milliseconds a document."""
    table = Table(box=None, header_style="dim", title=title, title_justify="left")
    for heading in ("analyser", "median", "mean", "95 %", "worst"):
        table.add_column(heading, justify="left" if heading == "analyser" else "right")
    for name, times in found.items():
        if isinstance(times, str):
            table.add_row(name, times, "", "", "")
            continue
        ordered = sorted(times)
        figures = (statistics.median(times), statistics.mean(times), ordered[int(len(times) * 0.95)], ordered[-1])
        table.add_row(name, *(f"{figure:.2f} ms" for figure in figures))
    Console().print(table)
