# SPDX-License-Identifier: Apache-2.0
"""Account ids and regions in a program's text, without those that are right there.

Left alone are accounts that AWS publishes for its own services or uses in its documentation, regions that a service is
bound to, and what is given to a provider, to a lookup of images, or stands in a docstring.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.program import Program
    from stackproof.lint.source import Module

__all__ = ["account_ids", "regions"]

_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]*):(?P<region>[a-z0-9-]*):(?P<account>\d{12}):(?P<rest>[^\s\"]*)"
)
_ALONE: Final = re.compile(r"^\d{12}$")
_REGION: Final = re.compile(r"^(?P<region>(us|eu|ap|sa|ca|me|af|il|mx|cn)(-gov)?-[a-z]+-\d)(?P<zone>[a-f])?$")
_HOME: Final = "us-east-1"
_ACCOUNT_ARGUMENTS: Final = re.compile(r"(^|_)account(_id|s)?$|^accounts$|^(account_)?principal$")
_REGION_ARGUMENTS: Final = frozenset({"region", "availability_zone", "availability_zones"})

# Ids in examples of AWS's documentation, and ids of one digit or a run of digits that stand for "some account".
_EXAMPLES: Final = frozenset(
    {
        "123456789012",
        "123456789123",
        "012345678901",
        "098765432109",
        "210987654321",
        "111122223333",
        "444455556666",
        "777788889999",
        "123412341234",
    }
)
# Accounts of load balancers' access logs: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_PUBLISHED: Final = frozenset(
    [
        "127311923021",
        "033677994240",
        "027434742980",
        "797873946194",
        "098369216593",
        "754344448648",
        "589379963580",
        "718504428378",
        "383597477331",
        "600734575887",
        "114774131450",
        "783225319266",
        "582318560864",
        "985666609251",
        "054676820928",
        "156460612806",
        "652711504416",
        "635631232127",
        "009996457667",
        "897822967062",
        "076674570225",
        "507241528517",
        "048591011584",
        "190560391635",
        "638102146993",
        "037604701340",
        "099720109477",
        "137112412989",
        "801119661308",
        "591542846629",
        "602401143452",
        "877085696533",
        "763104351884",
        "580247275435",
        "753240598075",
    ]
)
_PUBLIC_SERVICES: Final = ("layer:", "repository/", "image/")
_PROVIDER: Final = re.compile(r"(^|\.)Provider(Args)?$")


def account_ids(program: Program) -> Iterator[tuple[Module, ast.expr, str]]:
    """Yield each account id in a program's text: in an ARN, or given as an account."""
    for module in program.modules():
        for node, text in _texts(program, module):
            for found in _ARN.finditer(text):
                if _is_particular(found["account"]) and not found["rest"].startswith(_PUBLIC_SERVICES):
                    yield module, node, found["account"]
        for call in program.nodes(module, ast.Call):
            for item in call.keywords:
                text = _text(item.value)
                if item.arg and _ACCOUNT_ARGUMENTS.search(item.arg) and _ALONE.match(text) and _is_particular(text):
                    yield module, item.value, text


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_particular(account: str) -> bool:
    return account not in _EXAMPLES and account not in _PUBLISHED and len(set(account)) > 3  # noqa: PLR2004 (an invented id)


def regions(program: Program) -> Iterator[tuple[Module, ast.expr, str]]:
    """Yield each region in a program's text: in an ARN, or given as a region or zone."""
    for module in program.modules():
        for node, text in _texts(program, module):
            found = _ARN.search(text)
            if found and _REGION.match(found["region"]) and found["region"] != _HOME and not _is_public(found):
                yield module, node, found["region"]
        for call in program.nodes(module, ast.Call):
            if not _PROVIDER.search(ast.unparse(call.func)):
                yield from ((module, value, region) for value, region in _given(call))


def _is_public(found: re.Match[str]) -> bool:
    return found["rest"].startswith(_PUBLIC_SERVICES) or not _is_particular(found["account"])


def _given(call: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    for item in call.keywords:
        if item.arg not in _REGION_ARGUMENTS:
            continue
        values = item.value.elts if isinstance(item.value, ast.List | ast.Tuple) else [item.value]
        for value in values:
            text = _text(value)
            if (found := _REGION.match(text)) and found["region"] != _HOME:
                yield value, text


def _texts(program: Program, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Yield the constant texts of a module, without docstrings, patterns and parts of f-strings."""
    statements = {id(node.value) for node in program.nodes(module, ast.Expr)}
    parts = {id(part) for node in program.nodes(module, ast.JoinedStr) for part in node.values}
    for node in program.nodes(module, ast.Constant):
        if isinstance(node.value, str) and id(node) not in statements and id(node) not in parts:
            yield node, node.value
