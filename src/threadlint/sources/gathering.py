"""The texts of a program: hot ones read, cold ones at hand."""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from ..config import Config
from ..model.sources import Source
from .decoding import UnreadableError, cookie, plain
from .discovering import SUFFIXES, Discovery, Found, discover, printed
from .naming import Named, name_modules
from .reading import NOTEBOOK, failed, raw, source_of, text_of
from .screening import screen, shows_any

STDIN = "-"
Path = str | os.PathLike[str]


class ColdSource:
    """A file that shows no word of concurrency. Its bytes are kept, so that all of a run sees one state of the disk;
    they are decoded when somebody asks."""

    __slots__ = ("_data", "is_package", "module", "path")

    def __init__(self, path: str, module: str, is_package: bool, data: bytes | str) -> None:
        self.path = path
        self.module = module
        self.is_package = is_package
        self._data = data

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
    by module name. `given`: the printed paths that the user asked to be judged; findings that touch none of them are
    not shown. `partial`: only single files were seen, not a program. `warnings`: what a user should know.
    """

    def __init__(
        self, hot: list[Source], cold: dict[str, ColdSource], given: frozenset[str], partial: bool, warnings: list[str]
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
        wanted = {self.cold[name].path: self.cold[name] for name in modules if name in self.cold}
        return self._warm([wanted[path] for path in sorted(wanted)])

    def _warm(self, found: list[ColdSource]) -> list[Source]:
        read = []
        for each in found:
            del self.cold[each.module]
            read.append(each.read(hot=True))
        self.hot.extend(read)
        self.hot.sort(key=lambda source: source.path)
        return read


def gather(
    paths: Iterable[Path],
    config: Config,
    *,
    overlay: Mapping[str, str] | Mapping[os.PathLike[str], str] | None = None,
    stdin: str | bytes | None = None,
    stdin_filename: str | None = None,
    force_exclude: bool = False,
    program: Literal["auto", "given", "whole"] = "auto",
) -> Gathered:
    """Finds, names, reads and screens a program.

    Without `paths` (and without stdin) the configured `src` is taken, else the working directory. `overlay` lays texts
    of open buffers over files, also over such as are not on disk yet. `stdin` is what the path `-` stands for; laid over
    `stdin_filename` if that is given, printed as `-` otherwise.

    `program` says what is analysed. `given`: what was given and nothing else. `whole`: all of `src` besides (without
    `src`: the folder `src` of the project, or the project), while `given` in the result still names what was given: for
    flake8 and editors. `auto`: `whole` if a single file of a configured `src` was given, `given` otherwise; so that
    folders are programs, and single files parts of one.

    Raises MissingPathError for a given path that does not exist.
    """
    asked = [os.fspath(path) for path in paths]
    buffers: dict[str, str | bytes] = {os.path.abspath(path): text for path, text in (overlay or {}).items()}
    extra: list[Found] = []
    if stdin is not None or STDIN in asked:
        asked = [path for path in asked if path != STDIN]
        full = os.path.abspath(stdin_filename or STDIN)
        buffers[full] = stdin or b""
        extra.append(Found(full, printed(full, os.getcwd()), full, True))
    elif not asked:
        asked = [str(path) for path in config.src if path.exists()] or [os.curdir]
    unsaved = [path for path in asked if os.path.abspath(path) in buffers and not os.path.exists(path)]
    extra += [Found(os.path.abspath(path), printed(os.path.abspath(path), os.getcwd()), path, True) for path in unsaved]
    given = discover([path for path in asked if path not in unsaved], config, force_exclude)
    extra = [each for each in extra if not (force_exclude and _excluded(each, config))]
    judged = _with(given, extra + _unsaved_inside(buffers, asked))
    whole = program == "whole" or (program == "auto" and _is_part(judged, config))
    everything = discover(_program(config, judged), config) if whole else given
    files = {each.file: each for each in (*judged, *everything.files)}
    found = list({**files, **{each.file: each for each in everything.files}}.values())
    found.sort(key=lambda each: each.path)
    hot, cold = _read(name_modules(found, config), config, buffers)
    return Gathered(
        hot,
        cold,
        frozenset(each.path for each in judged),
        not whole and any(each.explicit for each in judged),
        list(dict.fromkeys((*given.warnings, *everything.warnings))),
    )


def _excluded(found: Found, config: Config) -> bool:
    from .excluding import Ignored, Patterns

    return Patterns(config).exclude_somewhere(found.file, False) or Ignored.above(found.file).ignore(found.file, False)


def _with(given: Discovery, extra: list[Found]) -> list[Found]:
    merged = {each.file: each for each in extra}
    merged.update((each.file, each) for each in given.files)
    return list(merged.values())


def _unsaved_inside(buffers: Mapping[str, str | bytes], asked: list[str]) -> list[Found]:
    here = os.getcwd()
    folders = [os.path.abspath(path) for path in asked if os.path.isdir(path)]
    return [
        Found(file, printed(file, here), folder)
        for file in buffers
        for folder in folders
        if file.endswith(SUFFIXES) and file.startswith(folder.rstrip(os.sep) + os.sep) and not os.path.exists(file)
    ]


def _is_part(judged: Iterable[Found], config: Config) -> bool:
    roots = tuple(os.path.abspath(path) + os.sep for path in config.src if path.is_dir())
    return any(each.explicit and each.file.startswith(roots) for each in judged) if roots else False


def _program(config: Config, judged: Iterable[Found]) -> list[str]:
    """The folders of the whole program. The working directory is one only if something says that it is a project."""
    configured = [str(path) for path in config.src if path.is_dir()]
    if configured:
        return configured
    root = os.path.abspath(config.root)
    source = os.path.join(root, "src")
    if os.path.isdir(source):
        return [source]
    marks = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")
    if config.file is not None or any(os.path.exists(os.path.join(root, mark)) for mark in marks):
        return [root]
    return sorted({os.path.dirname(each.file) for each in judged})


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
