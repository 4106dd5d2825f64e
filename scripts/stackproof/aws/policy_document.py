# SPDX-License-Identifier: Apache-2.0
"""``aws.iam.getPolicyDocument`` computed for real: arguments in, the JSON text AWS will be sent out.

Follows terraform-provider-aws (``internal/service/iam/policy_document_data_source.go`` and ``policy_model.go``):
what becomes a string and what a list, the reversed sort of sets, merging by Sid, Go's JSON escapes.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PolicyDocumentError", "policy_document"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Object: TypeAlias = "dict[str, Json]"

_VERSIONS = ("2008-10-17", "2012-10-17")
_SETS = (("actions", "Action"), ("notActions", "NotAction"), ("resources", "Resource"), ("notResources", "NotResource"))
_PRINCIPALS = (("principals", "Principal"), ("notPrincipals", "NotPrincipal"))
_STATEMENT_KEYS = ("Sid", "Effect", *(wire for _, wire in _SETS), *(wire for _, wire in _PRINCIPALS), "Condition")
_GO_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class PolicyDocumentError(Exception):
    """The arguments make no document. ``where`` is the argument, the text says what is wrong with it."""

    def __init__(self, where: str, reason: str) -> None:
        """Keep the argument's path apart from the words."""
        super().__init__(reason)
        self.where = where


def policy_document(arguments: Mapping[str, Json]) -> dict[str, str]:
    """Give ``json`` (indented by two), ``minifiedJson`` and ``id`` of the document the arguments describe.

    ``arguments`` has the function's wire names (``statements``, ``sourcePolicyDocuments`` …), all values known and
    plain. Raises ``PolicyDocumentError`` for what the provider rejects.
    """
    version = _text(arguments.get("version")) or _VERSIONS[1]
    if version not in _VERSIONS:
        raise PolicyDocumentError("version", f"expected version to be one of {list(_VERSIONS)}, got {version}")
    merged: Object = {}
    _merge_sources(merged, _documents(arguments, "sourcePolicyDocuments"))
    own: Object = {"Version": version, "Id": _text(arguments.get("policyId"))}
    own["Statement"] = _statements(_list(arguments.get("statements")), version)
    for document in [own, *_documents(arguments, "overridePolicyDocuments")]:
        _merge(merged, document)
    ordered = _ordered(merged)
    text = json.dumps(ordered, indent=2, ensure_ascii=False).translate(_GO_ESCAPES)
    short = json.dumps(ordered, separators=(",", ":"), ensure_ascii=False).translate(_GO_ESCAPES)
    return {"id": str(zlib.crc32(text.encode())), "json": text, "minifiedJson": short}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _documents(arguments: Mapping[str, Json], name: str) -> list[Object]:
    found = []
    for index, text in enumerate(_list(arguments.get(name))):
        where = f"{name}[{index}]"
        if text is None:
            continue
        try:
            document = json.loads(_text(text))
        except ValueError as error:
            raise PolicyDocumentError(where, "the document is not valid JSON: give the text of a policy") from error
        if not isinstance(document, dict):
            raise PolicyDocumentError(where, "the document is not a JSON object: give the text of a policy")
        found.append(_read(document, where))
    return found


def _read(document: Object, where: str) -> Object:
    """Bring a written document into the model's form; keys are matched without regard to case, as Go does."""
    top = {key.lower(): value for key, value in document.items()}
    raw = top.get("statement")
    statements: list[Json] = []
    for index, item in enumerate([raw] if isinstance(raw, dict) else _list(raw)):
        if not isinstance(item, dict):
            raise PolicyDocumentError(f"{where}.Statement[{index}]", "a statement must be a JSON object")
        keys = {key.lower(): value for key, value in item.items()}
        statement: Object = {key: keys[key.lower()] for key in _STATEMENT_KEYS if keys.get(key.lower()) is not None}
        for key in ("Principal", "NotPrincipal"):
            if key in statement:
                statement[key] = _read_principals(statement[key], f"{where}.Statement[{index}].{key}")
        if "Condition" in statement:
            statement["Condition"] = _read_conditions(statement["Condition"], f"{where}.Statement[{index}].Condition")
        statements.append(statement)
    return {"Version": _text(top.get("version")), "Id": _text(top.get("id")), "Statement": statements}


def _read_principals(value: Json, where: str) -> Json:
    if isinstance(value, str):
        return "*"
    if not isinstance(value, dict):
        raise PolicyDocumentError(where, 'a principal must be "*" or an object')
    read: Object = {}
    for kind, identifiers in value.items():
        if isinstance(identifiers, list):
            read[kind] = list(_reverse_sorted(_text(item) for item in identifiers))
        else:
            read[kind] = _text(identifiers)
    return "*" if read in ({"*": "*"}, {"*": ["*"]}) else dict(sorted(read.items()))


def _read_conditions(value: Json, where: str) -> Json:
    if not isinstance(value, dict) or not all(isinstance(item, dict) for item in value.values()):
        raise PolicyDocumentError(where, "a condition must be an object of objects")
    read: Object = {}
    for test, variables in sorted(value.items()):
        pairs = variables.items() if isinstance(variables, dict) else ()
        read[test] = {name: _condition_value(raw) for name, raw in sorted(pairs)}
    return read


def _condition_value(raw: Json) -> Json:
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, list):
        return _single([str(item).lower() if isinstance(item, bool) else _text(item) for item in raw])
    return raw


def _merge_sources(merged: Object, sources: list[Object]) -> None:
    seen: set[str] = set()
    for index, source in enumerate(sources):
        for statement in _list(source["Statement"]):
            sid = _sid(statement)
            if sid in seen:
                reason = f"duplicate Sid ({sid}) in source_policy_documents: remove the Sid or make Sids unique"
                raise PolicyDocumentError(f"sourcePolicyDocuments[{index}]", reason)
            seen |= {sid} - {""}
        _merge(merged, source)


def _merge(merged: Object, document: Object) -> None:
    """Take over id, a higher version and the statements; one with a known Sid replaces the earlier in its place."""
    merged["Id"] = document["Id"] or merged.get("Id", "")
    merged["Version"] = max(_text(document["Version"]), _text(merged.get("Version")))
    statements = _list(merged.setdefault("Statement", []))
    for statement in _list(document["Statement"]):
        sids = [_sid(item) for item in statements]
        if _sid(statement) and _sid(statement) in sids:
            statements[sids.index(_sid(statement))] = statement
        else:
            statements.append(statement)


def _sid(statement: Json) -> str:
    return _text(statement.get("Sid")) if isinstance(statement, dict) else ""


def _ordered(merged: Object) -> Object:
    """Put keys into the provider's order and leave out what is empty."""
    document: Object = {key: merged[key] for key in ("Version", "Id") if merged.get(key)}
    statements: list[Json] = [
        {key: item[key] for key in _STATEMENT_KEYS if item.get(key)}
        for item in _list(merged.get("Statement"))
        if isinstance(item, dict)
    ]
    return {**document, "Statement": statements} if statements else document


def _statements(items: list[Json], version: str) -> list[Json]:
    statements: list[Json] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        where = f"statements[{index}]"
        if not isinstance(item, dict):
            raise PolicyDocumentError(where, "a statement must be an object")
        statement = _statement(item, version, where)
        sid = _sid(statement)
        if sid in seen:
            raise PolicyDocumentError(f"{where}.sid", f"duplicate Sid ({sid}): remove the Sid or make it unique")
        seen |= {sid} - {""}
        statements.append(statement)
    return statements


def _statement(item: Object, version: str, where: str) -> Object:
    effect, sid = _text(item.get("effect")) or "Allow", _text(item.get("sid"))
    if effect not in {"Allow", "Deny"}:
        raise PolicyDocumentError(f"{where}.effect", f'expected effect to be one of ["Allow" "Deny"], got {effect}')
    if not re.fullmatch(r"[A-Za-z0-9]*", sid):
        raise PolicyDocumentError(f"{where}.sid", "invalid value for sid (must only include alphanumeric characters)")
    statement: Object = {"Sid": sid, "Effect": effect}
    for argument, key in _SETS:
        values = [_text(value) for value in _list(item.get(argument))]
        plain = values if argument.lower().endswith("actions") else _variables(values, version, f"{where}.{argument}")
        if plain:
            statement[key] = _set(plain)
    for argument, key in _PRINCIPALS:
        if blocks := _blocks(item, argument):
            statement[key] = _principals(blocks, version, f"{where}.{argument}")
    if blocks := _blocks(item, "conditions"):
        statement["Condition"] = _conditions(blocks, version, f"{where}.conditions")
    return statement


def _blocks(item: Object, argument: str) -> list[Object]:
    return [block for block in _list(item.get(argument)) if isinstance(block, dict)]


def _variables(values: list[str], version: str, where: str) -> list[str]:
    """Replace ``&{`` by ``${``: how a policy variable is written where ``${`` means something else."""
    if version == _VERSIONS[0] and any("&{" in value for value in values):
        raise PolicyDocumentError(where, "found &{ sequence, which is not supported in document version 2008-10-17")
    return [value.replace("&{", "${") for value in values]


def _reverse_sorted(values: Iterable[str]) -> list[str]:
    return sorted(values, reverse=True)


def _set(values: list[str]) -> Json:
    """Write a set: one element alone is a string, several are a list sorted backwards."""
    return _single(_reverse_sorted(set(values)))


def _single(values: list[str]) -> Json:
    return values[0] if len(values) == 1 else list(values)


def _principals(blocks: list[Object], version: str, where: str) -> Json:
    found: dict[str, Json] = {}
    for block in sorted(blocks, key=lambda item: json.dumps(item, sort_keys=True)):
        kind = _text(block.get("type"))
        texts = [_text(value) for value in _list(block.get("identifiers"))]
        identifiers = _set(_variables(texts, version, where))
        if len(blocks) == 1 and (kind, identifiers) == ("*", "*"):
            return "*"
        earlier = found.get(kind)
        found[kind] = identifiers if earlier is None else [*_as_list(earlier), *_as_list(identifiers)]
    return dict(sorted(found.items()))


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _conditions(blocks: list[Object], version: str, where: str) -> Json:
    found: dict[str, dict[str, list[str]]] = {}
    for block in blocks:
        values = _variables([_text(value) for value in _list(block.get("values"))], version, where)
        found.setdefault(_text(block.get("test")), {}).setdefault(_text(block.get("variable")), []).extend(values)
    read: dict[str, Json] = {}
    for test, names in sorted(found.items()):
        read[test] = {name: _single(values) for name, values in sorted(names.items())}
    return read
