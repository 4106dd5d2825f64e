# SPDX-License-Identifier: Apache-2.0
"""How a program and its stack files agree on configuration, and how secrets and stack names are used."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from stackproof.lint.program import in_program
from stackproof.lint.source import imported
from stackproof.lint.values import Config, External, atoms_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackproof.lint.facts import Call, ConfigRead
    from stackproof.lint.program import Program
    from stackproof.lint.source import Module, Project

__all__ = ["compared_stack_names", "plain_secrets", "read_at_import", "unread_keys", "unset_keys"]


def plain_secrets(program: Program) -> Iterator[tuple[Call | ConfigRead, str, str]]:
    """Yield each secret that is made or read plain, with what to do."""
    seen: set[ast.AST] = set()
    for call in program.facts.calls:
        if call.name == "pulumi.Output.unsecret" and call.node not in seen and in_program(call):
            seen.add(call.node)
            yield (
                call,
                "the value is stored and shown in plain text from here on",
                "keep it a secret, or say why it is none",
            )
    for read in program.facts.config:
        if read.node in seen or "secret" in read.method or "object" in read.method or not in_program(read):
            continue
        reason = _why_secret(program, read)
        if reason:
            seen.add(read.node)
            yield read, f"{reason}, but {read.method} reads it as plain text", f"use {_secretly(read.method)}"


def _secretly(method: str) -> str:
    verb, _, kind = method.partition("_")
    return "_".join(part for part in (verb, "secret", kind) if part)


def _why_secret(program: Program, read: ConfigRead) -> str:
    project, key = read.module.project, _full_key(read)
    if project is None or key is None:
        return ""
    if any(keys.get(key, (0, False))[1] for keys in project.stacks.values()):
        return f"{key} is encrypted in a stack file"
    others = (item for item in program.facts.config if item.module.project is project and in_program(item))
    return (
        f"{key} is read as a secret elsewhere"
        if any("secret" in o.method and _full_key(o) == key for o in others)
        else ""
    )


def _full_key(read: ConfigRead) -> str | None:
    if read.namespace is None or read.key is None or read.module.project is None:
        return None
    return f"{read.namespace or read.module.project.name}:{read.key}"


def read_at_import(program: Program) -> Iterator[ConfigRead]:
    """Yield the first read of configuration at the top level of each module but entries."""
    seen: set[str] = set()
    for read in program.facts.config:
        if read.module.kind == "module" and not read.way.functions and read.module.shown not in seen:
            seen.add(read.module.shown)
            yield read


def unset_keys(program: Program) -> Iterator[tuple[ConfigRead, str]]:
    """Yield each read of a required key that no stack file of a project sets."""
    seen: set[ast.AST] = set()
    for read in program.facts.config:
        project, key = read.module.project, _full_key(read)
        if project is None or key is None or read.node in seen or not in_program(read) or not project.stacks:
            continue
        known = {name for keys in project.stacks.values() for name in keys} | project.declared
        # a required key under a condition may be that of one stack alone; secrets are often set by hand
        if "secret" in read.method:
            continue
        if read.method.startswith("require") and key not in known and not read.way.choices and not project.imports:
            seen.add(read.node)
            yield read, key


def unread_keys(program: Program) -> Iterator[tuple[str, int, str]]:
    """Yield each key of a project's own namespace that its program never reads: file, line, key."""
    for project in program.projects():
        reads = [read for read in program.facts.config if read.module.project is project]
        if not any(in_program(read) for read in reads) or not _reads_are_known(program, project, reads):
            continue
        if _is_provider(program, project):
            continue
        read_keys = {_full_key(read) for read in reads}
        for file, keys in project.stacks.items():
            for key, (line, _) in sorted(keys.items()):
                if key.startswith(f"{project.name}:") and key not in read_keys:
                    yield file, line, key


def _is_provider(program: Program, project: Project) -> bool:
    """Say whether the project is called as a package that it uses, whose configuration has the same namespace."""
    package = f"pulumi_{project.name.replace('-', '_')}"
    modules = (module for module in program.sources.modules.values() if module.project is project)
    return any(name.partition(".")[0] == package for module in modules for name in imported(module))


def _reads_are_known(program: Program, project: Project, reads: list[ConfigRead]) -> bool:
    """Say whether every read is of a constant key and no Config goes where reads are not seen."""
    if any(read.key is None or read.namespace is None for read in reads):
        return False
    for call in program.facts.calls:
        values = (*call.positional, *call.keywords.values())
        if call.module.project is project and any(
            isinstance(a, Config) for value in values for a in atoms_within(value)
        ):
            return False
    entries = [module for module in program.modules("entry") if module.project is project]
    return bool(entries) and all(module.problem is None for module in entries)


def compared_stack_names(program: Program) -> Iterator[tuple[Module, ast.expr]]:
    """Yield each comparison of the stack's name with constant texts."""
    for module in program.modules():
        stack_names = {
            target.id
            for assign in program.nodes(module, ast.Assign)
            for target in assign.targets
            if isinstance(target, ast.Name) and _is_stack_name(program, module, assign.value)
        }
        for compare in program.nodes(module, ast.Compare):
            sides = (compare.left, *compare.comparators)
            named = any(
                _is_stack_name(program, module, side) or (isinstance(side, ast.Name) and side.id in stack_names)
                for side in sides
            )
            if named and any(_is_text(side) for side in sides):
                yield module, compare


def _is_stack_name(program: Program, module: Module, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or node.args:
        return False
    match node.func:
        case ast.Attribute(value=ast.Name(id=name), attr="get_stack"):
            found = program.facts.environments[module.shown].find(name)
            return found == (External("pulumi"),)
        case ast.Name(id=name):
            return program.facts.environments[module.shown].find(name) == (External("pulumi.get_stack"),)
        case _:
            return False


def _is_text(node: ast.expr) -> bool:
    items = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
    return bool(items) and all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items)
