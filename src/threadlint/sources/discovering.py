"""Finds the files of a program below the given paths."""
from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from ..config import Config
from .excluding import Ignored, Patterns

SUFFIXES = (".py", ".pyi", ".ipynb")


class MissingPathError(FileNotFoundError):
    """A given path that does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no such file or folder: `{path}`")
        self.path = path


class Found(NamedTuple):
    """A file: where it is (absolute), how it is printed, the given path that led to it (absolute), and whether that
    was the file itself."""

    file: str
    path: str
    given: str
    explicit: bool = False


class Discovery(NamedTuple):
    """Files by printed path, and what a user should know about the search."""

    files: tuple[Found, ...]
    warnings: tuple[str, ...] = ()


def discover(paths: Iterable[str | os.PathLike[str]], config: Config, force_exclude: bool = False) -> Discovery:
    """The Python files and notebooks that the given files and folders hold.

    A given file is taken whatever its name and even if it is excluded, unless `force_exclude`. Below given folders
    `exclude` and git's ignore files count; links are followed, and a file that is reached twice is found once, under
    its real path where that is among them. Raises MissingPathError.
    """
    search = _Search(config, force_exclude)
    for path in paths:
        search.visit(os.fspath(path))
    search.follow_links()
    search.mention_empty_folders()
    return Discovery(tuple(sorted(search.found.values(), key=lambda each: each.path)), tuple(search.warnings))


def printed(file: str, here: str) -> str:
    """An absolute path as it is printed: from the working directory if it lies below it, with `/`."""
    start = here if here.endswith(os.sep) else here + os.sep
    path = file[len(start) :] if file.startswith(start) else file
    return path if os.sep == "/" else path.replace(os.sep, "/")


class _Search:
    def __init__(self, config: Config, force_exclude: bool) -> None:
        self.found: dict[str, Found] = {}
        self.warnings: list[str] = []
        self._patterns = Patterns(config)
        self._force = force_exclude
        self._here = os.getcwd()
        self._seen: set[tuple[int, int]] = set()
        self._folders: list[str] = []
        self._linked_folders: list[tuple[str, str, Ignored]] = []
        self._linked_files: list[tuple[str, str]] = []

    def visit(self, path: str) -> None:
        """Takes a given file, or all that lies below a given folder; links are noted for later."""
        full = os.path.abspath(path)
        is_folder = os.path.isdir(full)
        if not is_folder and not os.path.exists(full):
            raise MissingPathError(path)
        ignored = Ignored.above(full)
        refused = ignored.ignore(full, is_folder)
        if self._force and (refused or self._patterns.exclude_somewhere(full, is_folder)):
            return
        if is_folder:
            self._folders.append(full)
            # A folder that git ignores as a whole was asked for all the same: what ignores it has no say inside.
            self._walk(full, full, Ignored() if refused else ignored)
        else:
            self.found[full] = Found(full, printed(full, self._here), full, True)

    def follow_links(self) -> None:
        """Visits what symbolic links led to, after all that lies there for real."""
        while self._linked_folders:
            self._linked_folders.sort(key=lambda each: each[0])
            self._walk(*self._linked_folders.pop(0))
        reached = {os.path.realpath(file) for file in self.found} if self._linked_files else set()
        for file, given in sorted(self._linked_files):
            target = os.path.realpath(file)
            if target not in reached and file not in self.found:
                reached.add(target)
                self.found[file] = Found(file, printed(file, self._here), given)

    def mention_empty_folders(self) -> None:
        """A given folder without a Python file is most often a mistyped path."""
        for folder in self._folders:
            starts = tuple(each.rstrip(os.sep) + os.sep for each in (folder, os.path.realpath(folder)))
            if not any(each.given == folder or file.startswith(starts) for file, each in self.found.items()):
                self.warnings.append(f"no Python file in `{printed(folder, self._here)}`")

    def _walk(self, top: str, given: str, view: Ignored) -> None:
        pending = [(top, view)]
        while pending:
            folder, outer = pending.pop()
            try:
                state = os.stat(folder)
                if (state.st_dev, state.st_ino) in self._seen:
                    continue
                self._seen.add((state.st_dev, state.st_ino))
                with os.scandir(folder) as scanned:
                    entries = list(scanned)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                self.warnings.append(f"cannot look into `{printed(folder, self._here)}`: {reason}")
                continue
            ignored = outer.within(folder, {entry.name for entry in entries if entry.name.startswith(".git")})
            for entry in entries:
                self._enter(entry, given, ignored, pending)

    def _enter(
        self, entry: os.DirEntry[str], given: str, ignored: Ignored, pending: list[tuple[str, Ignored]]
    ) -> None:
        name, path = entry.name, entry.path
        try:
            is_folder = entry.is_dir()
            if not is_folder and not (name.endswith(SUFFIXES) and entry.is_file()):
                return
        except OSError:
            return  # a link that points to itself
        if self._patterns.exclude(path, name, is_folder) or ignored.ignore(path, is_folder):
            return
        if is_folder:
            if entry.is_symlink():
                self._linked_folders.append((path, given, ignored))
            else:
                pending.append((path, ignored))
        elif entry.is_symlink():
            self._linked_files.append((path, given))
        elif path not in self.found:
            self.found[path] = Found(path, printed(path, self._here), given)
