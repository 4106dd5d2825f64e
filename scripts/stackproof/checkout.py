# SPDX-License-Identifier: Apache-2.0
"""The commit that a work tree stands at, and whether it is that commit and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from stackproof.errors import UsageError

__all__ = ["Checkout"]


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree: its root, its commit's full hash, and the paths in which it differs from that commit."""

    root: Path
    head: str
    changed: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path) -> Checkout:
        """Read the work tree that a folder is in.

        Raises:
            UsageError: there is no git, no repository or no commit.

        """
        root = _git(folder, "rev-parse", "--show-toplevel").strip()
        head = _git(folder, "rev-parse", "--verify", "HEAD").strip()
        listed = _git(folder, "status", "--porcelain", "-z", "--no-renames").split("\0")
        return cls(Path(root), head, tuple(sorted(line[3:] for line in listed if line)))

    @property
    def commit(self) -> str:
        """The commit, followed by what was changed since: two work trees are the same only where this is equal."""
        return f"{self.head} with changes in {', '.join(self.changed)}" if self.changed else self.head

    @property
    def label(self) -> str:
        """The commit as a report names it: with ``-dirty`` where the work tree is not that commit."""
        return f"{self.head}-dirty" if self.changed else self.head

    def stood_at(self, commit: str) -> bool:
        """Say whether the branch was at a commit before its present one; what a merge brought along does not count."""
        return commit in _git(self.root, "rev-list", "--first-parent", f"{self.head}~1").split()

    def shown(self, path: Path) -> str:
        """Give a path relative to the root, if it is below it."""
        absolute = path.resolve()
        return absolute.relative_to(self.root).as_posix() if absolute.is_relative_to(self.root) else str(absolute)


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (an argument list, never a shell)
            ["git", "-C", str(folder), *words],  # noqa: S607 (the user's own git)
            capture_output=True,
            text=True,
            check=True,
        )
    except OSError as error:
        raise UsageError(
            f"git cannot be started ({error.strerror}), and nothing else tells the commit: install git"
        ) from error
    except subprocess.CalledProcessError as error:
        message = f"{folder}: no commit is here: {error.stderr.strip()}; run inside a clone of the repository"
        raise UsageError(message) from error
    return done.stdout
