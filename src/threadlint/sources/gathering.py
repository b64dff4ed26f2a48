"""The texts of a program: hot ones read, cold ones at hand."""
from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Literal

from ..config import Config
from ..model.sources import Source
from .decoding import UnreadableError, cookie, plain
from .discovering import SUFFIXES, Discovery, Found, discover, printed
from .excluding import excluded, lies_in
from .naming import Named, name_modules, packages_of
from .reading import NOTEBOOK, failed, raw, source_of, text_of
from .screening import screen, shows_any

STDIN = "-"
PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")


class ColdSource:
    """A file that shows no word of concurrency. Its bytes are kept, so that all of a run sees one state of the disk;
    they are decoded when somebody asks."""

    __slots__ = ("_data", "is_package", "module", "path")

    def __init__(self, path: str, module: str, is_package: bool, data: bytes | str) -> None:
        self.path = path
        self.module = module
        self.is_package = is_package
        self._data = data

    def digest(self) -> bytes:
        """A digest of the bytes as they were read."""
        data = self._data if isinstance(self._data, bytes) else self._data.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=16).digest()

    def read(self, hot: bool = False) -> Source:
        """The source, decoded and digested. Never fails: what cannot be read is not cold."""
        return source_of(self._data, self.path, self.module, is_package=self.is_package, hot=hot)

    def shows(self, words: frozenset[str]) -> bool:
        """Whether the text shows one of these names outside comments."""
        data = self._data
        if self.path.endswith(NOTEBOOK):
            data = text_of(data, notebook=True)[0]
        return shows_any(data, words)


def screen_again(cold: Iterable[ColdSource], words: frozenset[str]) -> list[ColdSource]:
    """Those of the cold files that show one of these names, by path."""
    return sorted((each for each in cold if each.shows(words)), key=lambda each: each.path) if words else []


class Gathered:
    """The files of a program.

    `hot`: the sources worth parsing, by path, with those that could not be read (`Source.failure`). `cold`: all others,
    by module name. `given`: the printed paths that the user asked to be judged; the program can be more than that, and
    findings that touch none of them are not shown. `partial`: files that belong to the program were left out.
    `warnings`: what a user should know.
    """

    def __init__(
        self,
        hot: list[Source],
        cold: dict[str, ColdSource],
        given: frozenset[str],
        partial: bool = False,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.hot = hot
        self.cold = cold
        self.given = given
        self.partial = partial
        self.warnings = warnings
        self._tried: frozenset[str] = frozenset()

    @property
    def files(self) -> int:
        """How many files there are."""
        return len(self.hot) + len(self.cold)

    def __iter__(self) -> Iterator[Source | ColdSource]:
        yield from self.hot
        yield from self.cold.values()

    def grow(self, words: Iterable[str]) -> list[Source]:
        """The cold files that become hot because hot modules define these names, read; by path."""
        fresh = frozenset(words) - self._tried
        self._tried |= fresh
        return self._warm(screen_again(self.cold.values(), fresh))

    def demand(self, modules: Iterable[str]) -> list[Source]:
        """The cold modules of these names, read and from now on among the hot; by path. Other names are passed over."""
        wanted = [self.cold[name] for name in set(modules) if name in self.cold]
        return self._warm(sorted(wanted, key=lambda each: each.path))

    def _warm(self, found: list[ColdSource]) -> list[Source]:
        read = []
        for each in found:
            del self.cold[each.module]
            read.append(each.read(hot=True))
        self.hot.extend(read)
        self.hot.sort(key=lambda source: source.path)
        return read


def gather(
    paths: Iterable[str | os.PathLike[str]],
    config: Config,
    *,
    overlay: Mapping[str, str | bytes] | Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    stdin_filename: str | None = None,
    force_exclude: bool = False,
    program: Literal["auto", "given", "whole"] = "auto",
) -> Gathered:
    """Finds, names, reads and screens a program.

    `paths` are files and folders; without any the configured `src`, else the working directory. `overlay` lays open
    buffers (texts, or bytes to be decoded as those of a file) over files by path, also over such as are not on disk.
    `stdin` is what the path `-` stands for; it is laid over `stdin_filename`, and printed as `-` without one. If `-` is
    given without `stdin`, it stands for everything in `overlay`.

    `program` says what is analysed. `given`: what is given, nothing else. `whole`: besides, that which the given files
    are part of, namely the configured `src`, else the folder `src` of the project, else the project, else the package;
    for flake8 and editors. `auto`: `whole` if a single file of a configured `src` is given, `given` otherwise, so that
    folders are programs and files are parts of one. `Gathered.given` says what is to be judged in either case.

    Raises MissingPathError for a given path that does not exist.
    """
    here = os.getcwd()
    asked = [os.fspath(path) for path in paths]
    buffers: dict[str, str | bytes] = {os.path.abspath(path): text for path, text in (overlay or {}).items()}
    if stdin is not None:
        named = os.path.abspath(stdin_filename or STDIN)
        buffers[named] = stdin
        asked = [path for path in asked if path != STDIN] + [named]
    if not asked:
        asked = [str(path) for path in config.src if path.exists()] or [os.curdir]
    laid = {os.path.abspath(path) for path in asked} & buffers.keys()
    laid |= set(buffers) if STDIN in asked else set()
    asked = [path for path in asked if path != STDIN and os.path.abspath(path) not in laid]
    given = discover(asked, config, force_exclude)
    judged = {each.file: each for each in given.files}
    for file in sorted(laid):
        if not (force_exclude and excluded(file, config)):
            judged[file] = Found(file, printed(file, here), file, True)
    for found in _unsaved_inside(buffers, asked, here):
        judged.setdefault(found.file, found)
    whole = program == "whole" or (program == "auto" and _is_part_of_src(judged.values(), config))
    folders = surroundings(judged.values(), config) if whole else []
    around = discover(folders, config) if folders else Discovery(())
    # The name of a module must not depend on whether its file was given: what lies in the program is named from there.
    files = {**judged, **{each.file: each for each in around.files}}
    hot, cold = _read(name_modules(files.values(), config), config, buffers)
    partial = not folders and (whole or _lacks_src(judged.values(), asked, config))
    given_paths = frozenset(each.path for each in judged.values())
    return Gathered(hot, cold, given_paths, partial, (*given.warnings, *around.warnings))


def surroundings(files: Collection[Found], config: Config) -> list[str]:
    """The folders of the program that files are part of. A folder is taken for a project only if something says so: the
    working directory of a lone script may be anything."""
    root = os.path.abspath(config.root)
    folders = [os.path.abspath(path) for path in config.src if path.is_dir()]
    if not any(lies_in(each.file, folder) for each in files for folder in (root, *folders)):
        return packages_of(files)
    source = os.path.join(root, "src")
    if folders or os.path.isdir(source):
        folders = folders or [source]
        outside = [each for each in files if not any(lies_in(each.file, folder) for folder in folders)]
        return [*folders, *_neighbourhoods(outside, root)]
    if config.file is not None or any(os.path.exists(os.path.join(root, mark)) for mark in PROJECT_MARKS):
        return [root]
    return packages_of(files)


def _neighbourhoods(files: Collection[Found], root: str) -> list[str]:
    """Where files beside the sources (tests, examples) have their own program: the package, or the folder below the
    root."""
    found = set(packages_of(files))
    for each in files:
        folder = os.path.dirname(each.file)
        if folder != root and lies_in(folder, root) and not any(lies_in(folder, top) for top in found):
            found.add(folder)
    return sorted(found)


def _unsaved_inside(buffers: Iterable[str], asked: Iterable[str], here: str) -> Iterator[Found]:
    """Open buffers that will be files of a given folder once they are saved."""
    folders = [os.path.abspath(path) for path in asked if os.path.isdir(path)]
    for file in sorted(buffers):
        for folder in folders:
            if file.endswith(SUFFIXES) and lies_in(file, folder) and not os.path.exists(file):
                yield Found(file, printed(file, here), folder)


def _is_part_of_src(judged: Iterable[Found], config: Config) -> bool:
    folders = [os.path.abspath(path) for path in config.src if path.is_dir()]
    return any(each.explicit and lies_in(each.file, folder) for each in judged for folder in folders)


def _lacks_src(judged: Iterable[Found], asked: Iterable[str], config: Config) -> bool:
    """Whether a configured `src` holds given files, and was not itself given as a whole."""
    given = [os.path.abspath(path) for path in asked]
    folders = [os.path.abspath(path) for path in config.src if path.is_dir()]
    lacking = [folder for folder in folders if not any(lies_in(folder, each) for each in given)]
    return any(lies_in(each.file, folder) for each in judged for folder in lacking)


def _read(
    named: Iterable[Named], config: Config, buffers: Mapping[str, str | bytes]
) -> tuple[list[Source], dict[str, ColdSource]]:
    hot: list[Source] = []
    cold: dict[str, ColdSource] = {}
    words = frozenset(name.rpartition(".")[2] for name in (*config.locks, *config.entry_points)) - {"", "*"}
    for (file, path, _, _), module, is_package, _ in named:
        try:
            data = buffers[file] if file in buffers else raw(file)
            is_hot = (
                bool(config.assume_threaded) and config.may_assume_threaded_in(module)
            ) or _is_hot(data, path, words)
        except UnreadableError as error:
            hot.append(failed(path, module, str(error), is_package=is_package))
            continue
        if is_hot:
            hot.append(source_of(data, path, module, is_package=is_package))
        else:
            cold[module] = ColdSource(path, module, is_package, data)
    return hot, cold


def _is_hot(data: bytes | str, path: str, words: frozenset[str]) -> bool:
    """Raises UnreadableError for what nobody could read, so that it is told of cold files too."""
    if path.endswith(NOTEBOOK):
        return screen(text_of(data, notebook=True)[0], words)
    if isinstance(data, bytes) and not plain(data):
        text = text_of(data, notebook=False)[0]
        # The signs are looked for in UTF-8; few encodings that Python accepts differ from it where they stand.
        return screen(text if cookie(data) else data, words)
    if isinstance(data, str):
        return screen(text_of(data, notebook=False)[0], words)
    return screen(data, words)
