"""What is not visited: the configuration's `exclude`, and what git ignores."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..config import Config

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_GLOB = frozenset("*?[!\\#")


def below(path: str, folder: str) -> str | None:
    """The path counted from a folder; None if it does not lie below it."""
    start = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(start) :] if path.startswith(start) else None


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is that folder or lies below it."""
    return path == folder or below(path, folder) is not None


def excluded(file: str, config: Config) -> bool:
    """Whether a file is one that a search would not have found."""
    return Patterns(config).exclude_somewhere(file, False) or Ignored.above(file).ignore(file, False)


class Patterns:
    """`exclude` and `extend-exclude`. Plain names, which most patterns are, cost one look into a set."""

    def __init__(self, config: Config) -> None:
        self._root = os.path.abspath(config.root)
        self._names: set[str] = set()
        self._folders: set[str] = set()
        rest = []
        for pattern in (*config.exclude, *config.extend_exclude):
            name = pattern.removesuffix("/")
            if "/" in name or _GLOB.intersection(name):
                rest.append(pattern)
            else:
                (self._folders if pattern.endswith("/") else self._names).add(name)
        self._spec = _compiled(rest) if rest else None

    def exclude(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether a file or folder of that absolute path is excluded by itself (not by a folder above)."""
        if name in self._names or (is_folder and name in self._folders):
            return True
        if self._spec is None:
            return False
        counted = below(path, self._root) or path.lstrip(os.sep)
        return self._spec.match_file(counted.replace(os.sep, "/") + ("/" if is_folder else ""))

    def exclude_somewhere(self, path: str, is_folder: bool) -> bool:
        """Whether the path or a folder it lies in, up to the configuration's own, is excluded."""
        counted = below(path, self._root)
        if counted is None:
            return path != self._root and self.exclude(path, os.path.basename(path), is_folder)
        parts = counted.split(os.sep)
        at = self._root
        for index, name in enumerate(parts):
            at = os.path.join(at, name)
            if self.exclude(at, name, is_folder or index + 1 < len(parts)):
                return True
        return False


class Ignored:
    """What git ignores, seen from one folder: its own `.gitignore` and those above it, up to the repository.

    Frozen; `within` gives the view from a folder below. The nearest file that has an opinion decides.
    """

    def __init__(self, levels: tuple[tuple[str, GitIgnoreSpec], ...] = ()) -> None:
        self._levels = levels

    @classmethod
    def above(cls, folder: str) -> Ignored:
        """The view from the outside of a folder: what the repository that it lies in says about it."""
        chain: list[str] = []
        at = os.path.dirname(folder)
        inside = not os.path.exists(os.path.join(folder, ".git"))
        while inside:
            chain.append(at)
            if os.path.exists(os.path.join(at, ".git")):
                break
            above = os.path.dirname(at)
            if above == at:
                return cls()  # no repository: what lies above has no say
            at = above
        view = cls()
        for each in reversed(chain):
            view = view.within(each)
        return view

    def within(self, folder: str, names: frozenset[str] | set[str] | None = None) -> Ignored:
        """The view from a folder; `names` are its entries, where they are known."""
        levels = self._levels
        if names is None or ".git" in names:
            levels = _with(levels, folder, os.path.join(folder, ".git", "info", "exclude"))
        if names is None or ".gitignore" in names:
            levels = _with(levels, folder, os.path.join(folder, ".gitignore"))
        return self if levels is self._levels else Ignored(levels)

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Whether git ignores that absolute path."""
        for start, spec in reversed(self._levels):
            counted = path[len(start) :].replace(os.sep, "/") + ("/" if is_folder else "")
            decided = spec.check_file(counted).include
            if decided is not None:
                return decided
        return False


def _with(
    levels: tuple[tuple[str, GitIgnoreSpec], ...], folder: str, file: str
) -> tuple[tuple[str, GitIgnoreSpec], ...]:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as opened:
            lines = [line for line in opened.read().split("\n") if line.strip() and not line.startswith("#")]
    except OSError:
        return levels
    start = folder if folder.endswith(os.sep) else folder + os.sep
    return (*levels, (start, _compiled(lines))) if lines else levels


def _compiled(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # one line that is no pattern must not switch off the others, as in git
        good = []
        for line in lines:
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue
            good.append(line)
        return GitIgnoreSpec.from_lines(good)
