# SPDX-License-Identifier: Apache-2.0
"""Where reports go: one to standard output as stacks are judged, any number to files that are whole at every moment.

Before anything is judged each file says that the run did not finish; so one that is killed leaves no report behind
that an earlier run made, and none that could be taken for a pass.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from stackproof.errors import StackproofError, UsageError
from stackproof.model import Outcome
from stackproof.redaction import Redactor
from stackproof.report import json_report, text
from stackproof.report.formats import Format, render
from stackproof.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stackproof.model import Preview

__all__ = ["Reports"]

_UNFINISHED = "the run did not finish: it was killed, or it is still going on"
_CRASHED = 4
_INTERRUPTED = 130


@dataclass(slots=True)
class Reports:
    """The reports of one run: ``form`` goes to standard output unless a file takes it, ``files`` get theirs."""

    form: Format
    files: tuple[tuple[Format, Path], ...]
    shown: bool
    previews: list[Preview] = field(default_factory=list)

    @classmethod
    def asked(cls, form: Format | None, outputs: Sequence[str]) -> Reports:
        """Read `--format` and `--output`: a file takes the form that is named before it, or that of `--format`.

        Raises:
            UsageError: two reports would go to one file, or one has a form that there is not.

        """
        own = form or Format.TEXT
        files = [_output(item, own) for item in outputs]
        paths = [path.resolve() for _, path in files]
        twice = [path for path in paths if paths.count(path) > 1]
        if twice:
            message = f"two reports go to {twice[0]}; give each a file of its own"
            raise UsageError(message)
        taken = any("=" not in item or item.partition("=")[0] not in set(Format) for item in outputs)
        return cls(own, tuple(files), shown=not taken)

    @property
    def show_reach(self) -> bool:
        """Whether a report shows what principals can do, so that somebody has to work it out."""
        return Format.HTML in {form for form, _ in self.files} | ({self.form} if self.shown else set())

    @contextlib.contextmanager
    def writing(self) -> Iterator[Reports]:
        """Keep every file true to what happened, however the block ends.

        Raises:
            UsageError: a file cannot be written.

        """
        self._write(Outcome((), _UNFINISHED, _CRASHED))
        try:
            yield self
        except StackproofError as error:
            self._end(Redactor(()).text(str(error)), error.exit_code)
            raise
        except KeyboardInterrupt:
            self._end("interrupted", _INTERRUPTED)
            raise
        except BaseException as error:
            self._end(f"stackproof itself failed with {type(error).__name__}; please report it", _CRASHED)
            raise
        self._end("", 0)

    def tell(self, preview: Preview) -> None:
        """Take a judged stack, and show it at once where the form allows."""
        self.previews.append(preview)
        if not self.shown:
            return
        console = Console(highlight=False)
        if self.form is Format.TEXT:
            text.write(console, preview)
            console.print()
        elif self.form is Format.JSON:
            console.file.write(json_report.render(preview) + "\n")
        console.file.flush()

    def _end(self, stopped: str, code: int) -> None:
        outcome = Outcome(tuple(self.previews), stopped, code)
        self._write(outcome)
        if not self.shown:
            return
        out = Console(highlight=False).file
        if self.form not in {Format.TEXT, Format.JSON}:
            out.write(render(self.form, outcome))
        elif self.form is Format.JSON and stopped:
            out.write(json_report.render_stopped(outcome) + "\n")
        out.flush()

    def _write(self, outcome: Outcome) -> None:
        for form, path in self.files:
            write_whole(path, render(form, outcome))


def _output(item: str, form: Format) -> tuple[Format, Path]:
    name, separator, file = item.partition("=")
    if separator and name.isalpha() and name not in set(Format):
        message = f"--output {item!r}: {name} is no form of report; there are {', '.join(Format)}"
        raise UsageError(f"{message}; a file that is called so is ./{item}")
    if separator and name in set(Format):
        if not file:
            message = f"--output {item!r} names no file; write {name}=FILE"
            raise UsageError(message)
        return Format(name), Path(file)
    return form, Path(item)
