# SPDX-License-Identifier: Apache-2.0
"""From a YAML document to a workflow or a composite action: what is not of the form GitHub accepts is refused."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stackproof.pipeline.gatecheck.model import Action, Concurrency, Defaults, Job, Place, Step, Trigger, Workflow
from stackproof.pipeline.gatecheck.source import MalformedError, Mapping, Node, Scalar, Sequence, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Map

__all__ = ["parse_action", "parse_workflow"]

_MOST_COMBINATIONS = 256
"""GitHub's own bound on the jobs of one matrix."""


def parse_workflow(text: str, file: str) -> Workflow:
    """Read a workflow.

    Raises:
        MalformedError: it is not one.

    """
    parser = _Parser(file)
    root = parser.mapping(read(text), "the workflow")
    on, jobs = root.get("on"), root.get("jobs")
    if on is None or jobs is None:
        raise MalformedError(f"is no workflow: it has no key {'on' if on is None else 'jobs'}", root.line)
    name = root.get("name")
    return Workflow(
        place=Place(file, root.line),
        name=name.text if isinstance(name, Scalar) else "",
        triggers=tuple(parser.triggers(on, root.key("on"))),
        jobs=tuple(parser.job(key, value) for key, value in parser.mapping(jobs, "jobs").entries),
        permissions=parser.permissions(root.get("permissions")),
        concurrency=parser.concurrency(root),
        env=parser.texts(root.get("env"), "env"),
        defaults=parser.defaults(root),
    )


def parse_action(text: str, file: str) -> Action | None:
    """Read an action; `None` where it is not made of steps.

    Raises:
        MalformedError: it is no action.

    """
    parser = _Parser(file)
    root = parser.mapping(read(text), "the action")
    runs = parser.mapping(root.get("runs") or Scalar("", root.line), "runs")
    using = runs.get("using")
    if not isinstance(using, Scalar) or using.text != "composite":
        return None
    inputs = {}
    for key, value in parser.optional(root.get("inputs"), "inputs").entries:
        default = value.get("default") if isinstance(value, Mapping) else None
        inputs[key.text] = default if isinstance(default, Scalar) else Scalar("", key.line)
    return Action(Place(file, root.line), tuple(parser.steps(runs.get("steps"))), inputs)


@dataclass(frozen=True, slots=True)
class _Parser:
    """Reads the parts of one file."""

    file: str

    def place(self, line: int) -> Place:
        """Give a line's place."""
        return Place(self.file, line)

    def mapping(self, node: Node, what: str) -> Mapping:
        """Take a node as a mapping."""
        if isinstance(node, Mapping):
            return node
        raise MalformedError(f"{what} must be a mapping", node.line)

    def optional(self, node: Node | None, what: str) -> Mapping:
        """Take a node as a mapping, an absent one as an empty mapping."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return Mapping((), 0)
        return self.mapping(node, what)

    def texts(self, node: Node | None, what: str) -> Map[str, Scalar]:
        """Take a mapping of texts; what is an expression as a whole, or nested, stands under no name or as text."""
        if isinstance(node, Scalar):
            return {} if node.is_null else {"": node}
        entries = self.optional(node, what).entries
        return {key.text: value for key, value in entries if isinstance(value, Scalar)}

    def text(self, owner: Mapping, key: str) -> Scalar | None:
        """Take a text that may be absent."""
        node = owner.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        raise MalformedError(f"{key} must be text", node.line)

    def triggers(self, node: Node, key: Scalar | None) -> Iterator[Trigger]:
        """Read `on` in its three forms; each stands at its own line, or the key's."""
        fallback = key.line if key else node.line
        if isinstance(node, Scalar):
            yield Trigger(node.text, self.place(node.line or fallback))
        elif isinstance(node, Sequence):
            for item in node.items:
                if not isinstance(item, Scalar):
                    raise MalformedError("an event must be text", item.line)
                yield Trigger(item.text, self.place(item.line))
        else:
            for name, options in node.entries:
                yield Trigger(name.text, self.place(name.line), options if isinstance(options, Mapping) else None)

    def permissions(self, node: Node | None) -> Map[str, Scalar] | None:
        """Read permissions; `write-all` and `read-all` stand under the name `*`."""
        if node is None:
            return None
        if isinstance(node, Scalar):
            return {"*": node}
        return self.texts(node, "permissions")

    def concurrency(self, owner: Mapping) -> Concurrency | None:
        """Read a concurrency group in its two forms."""
        node, key = owner.get("concurrency"), owner.key("concurrency")
        if node is None or key is None:
            return None
        if isinstance(node, Scalar):
            return Concurrency(self.place(key.line), node)
        body = self.mapping(node, "concurrency")
        group = self.text(body, "group")
        if group is None:
            raise MalformedError("concurrency has no group", key.line)
        cancel, queue = self.text(body, "cancel-in-progress"), self.text(body, "queue")
        return Concurrency(self.place(key.line), group, cancel, queue)

    def defaults(self, owner: Mapping) -> Defaults:
        """Read `defaults.run`."""
        run = self.texts(self.optional(owner.get("defaults"), "defaults").get("run"), "defaults.run")
        return Defaults(*(run[key].text if key in run else "" for key in ("shell", "working-directory")))

    def job(self, key: Scalar, node: Node) -> Job:
        """Read a job."""
        body = self.mapping(node, f"the job {key.text}")
        strategy = self.optional(body.get("strategy"), "strategy") if self._literal(body) else None
        matrix = strategy.get("matrix") if strategy else None
        secrets = body.get("secrets")
        return Job(
            id=key.text,
            place=self.place(key.line),
            name=self.text(body, "name"),
            needs=self._needs(body.get("needs")),
            condition=self.text(body, "if"),
            runs_on=self._runner(body.get("runs-on")),
            uses=self.text(body, "uses"),
            with_=self.texts(body.get("with"), "with"),
            secrets=secrets if isinstance(secrets, Scalar) else self.texts(secrets, "secrets") if secrets else None,
            environment=self._environment(body),
            concurrency=self.concurrency(body),
            permissions=self.permissions(body.get("permissions")),
            continue_on_error=self.text(body, "continue-on-error"),
            has_matrix=strategy is None or matrix is not None,
            matrix=None if strategy is None else _combinations(matrix),
            env=self.texts(body.get("env"), "env"),
            outputs=self.texts(body.get("outputs"), "outputs"),
            defaults=self.defaults(body),
            steps=tuple(self.steps(body.get("steps"))),
        )

    @staticmethod
    def _literal(body: Mapping) -> bool:
        """Say whether the strategy, if any, is written out rather than made by an expression."""
        node = body.get("strategy")
        return not isinstance(node, Scalar) or node.is_null

    @staticmethod
    def _needs(node: Node | None) -> tuple[Scalar, ...]:
        if isinstance(node, Sequence):
            return tuple(item for item in node.items if isinstance(item, Scalar))
        return (node,) if isinstance(node, Scalar) and not node.is_null else ()

    @staticmethod
    def _runner(node: Node | None) -> str:
        if isinstance(node, Sequence):
            return " ".join(item.text for item in node.items if isinstance(item, Scalar))
        return node.text if isinstance(node, Scalar) else ""

    def _environment(self, body: Mapping) -> Scalar | None:
        node = body.get("environment")
        if isinstance(node, Mapping):
            return self.text(node, "name")
        return node if isinstance(node, Scalar) and not node.is_null else None

    def steps(self, node: Node | None) -> Iterator[Step]:
        """Read a list of steps."""
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        if not isinstance(node, Sequence):
            raise MalformedError("steps must be a list", node.line)
        for number, item in enumerate(node.items, 1):
            yield self._step(self.mapping(item, "a step"), number)

    def _step(self, body: Mapping, number: int) -> Step:
        uses, run, name, identity = (self.text(body, key) for key in ("uses", "run", "name", "id"))
        shell, folder = self.text(body, "shell"), self.text(body, "working-directory")
        called = name or identity or uses or run
        return Step(
            place=self.place(body.line),
            name=called.text.strip().partition("\n")[0] if called else f"step {number}",
            id=identity.text if identity else "",
            uses=uses,
            run=run,
            shell=shell.text if shell else "",
            folder=folder.text if folder else "",
            condition=self.text(body, "if"),
            continue_on_error=self.text(body, "continue-on-error"),
            with_=self.texts(body.get("with"), "with"),
            env=self.texts(body.get("env"), "env"),
        )


def _combinations(node: Node | None) -> tuple[Map[str, Scalar], ...] | None:
    """Unfold a matrix; `None` where an expression makes a part of it, or it is larger than GitHub allows."""
    if node is None:
        return ()
    if not isinstance(node, Mapping):
        return None
    axes: dict[str, tuple[Map[str, Scalar], ...]] = {}
    for key, value in node.entries:
        if not isinstance(value, Sequence):
            return None
        if key.text != "exclude":
            axes[key.text] = tuple(_cell("" if key.text == "include" else key.text, item) for item in value.items)
    included = axes.pop("include", ())
    size = 1
    for values in axes.values():
        size *= max(1, len(values))
    if size + len(included) > _MOST_COMBINATIONS:
        return None
    made = [
        dict(itertools.chain.from_iterable(cell.items() for cell in row)) for row in itertools.product(*axes.values())
    ]
    return (*(row for row in made if row), *included) or None


def _cell(name: str, item: Node) -> Map[str, Scalar]:
    """Give what one value of an axis says: itself, or under dotted names what it holds."""
    if isinstance(item, Scalar):
        return {name: item} if name else {}
    if isinstance(item, Mapping):
        inner = (_cell(f"{name}.{key.text}" if name else key.text, value) for key, value in item.entries)
        return {key: value for cell in inner for key, value in cell.items()}
    return {}
