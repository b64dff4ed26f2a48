"""Every option of the configuration, documented where it is declared."""
from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec

from ..model.finding import Confidence
from .kinds import Kind, flag, no_yes_both, one_of, table_of_texts, text, texts, version

DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
    ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".threadlint_cache", ".tox", ".venv", ".vscode",
    "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
"""Folders that hold no source of the project, by long custom."""

DEFAULT = "default"
"""The origin of a value that nobody set."""


class Option(NamedTuple):
    """How one option is written and what it means. `type` is how its page spells the type, `example` a line of TOML;
    `folders` says that its values are paths, which count from the folder of the file (or, of a flag, from the working
    directory)."""

    kind: Kind
    type: str
    prose: str
    example: str
    folders: bool = False


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings in force. `Config()` are the defaults in the working directory; `load` reads the project's."""

    src: Annotated[
        tuple[Path, ...],
        Option(
            texts,
            "list of paths",
            "The folders that imports count from, and where the program lives: `src/shop/till.py` is the module "
            "`shop.till`. Without paths on the command line these are checked. When only some files are given, as "
            "flake8 and editors do, the program that is analysed is still all of `src`, and findings are reported "
            "where they touch the given files. Empty: the folder `src` if there is one, else the project's folder.",
            'src = ["src", "plugins"]',
            folders=True,
        ),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of patterns",
            "Files and folders that are not visited, written as in `.gitignore` and counted from the folder of the "
            "configuration file. Replaces the default list; to add to it use `extend-exclude`. What `.gitignore` "
            "excludes is not visited either. A path given on the command line is checked even if it is excluded, "
            "unless `--force-exclude` is given.",
            'exclude = ["build", "generated/", "*_pb2.py"]',
        ),
    ] = DEFAULT_EXCLUDE
    extend_exclude: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of patterns",
            "Patterns in addition to `exclude`.",
            'extend-exclude = ["vendored/"]',
        ),
    ] = ()
    select: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of rules",
            "The rules that speak, by code, name, or the beginning of a code (`THR1`); `ALL` for every rule. The "
            "longest selector that fits a rule decides. Empty: all rules that are on by default.",
            'select = ["THR1", "inconsistent-guard"]',
        ),
    ] = ()
    ignore: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of rules",
            "Rules that are silent, written as in `select`.",
            'ignore = ["blocking-under-lock"]',
        ),
    ] = ()
    extend_select: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of rules",
            "Rules in addition to `select` or the default ones, for example single ones of the tier `strict`.",
            'extend-select = ["THR132"]',
        ),
    ] = ()
    per_file_ignores: Annotated[
        Mapping[str, tuple[str, ...]],
        Option(
            table_of_texts,
            "table from pattern to list of rules",
            "Rules that are silent in some files. Patterns are written as in `.gitignore` and count from the folder of "
            "the configuration file.",
            'per-file-ignores = { "tests/" = ["THR3"] }',
        ),
    ] = {}
    strict: Annotated[
        bool,
        Option(
            flag,
            "boolean",
            "Also run the rules of the tier `strict`: matters of opinion and of style.",
            "strict = true",
        ),
    ] = False
    min_confidence: Annotated[
        Confidence,
        Option(
            one_of(Confidence),
            "`low`, `medium` or `high`",
            "Findings that are less certain than this are held back; the last line of a run says how many.",
            'min-confidence = "low"',
        ),
    ] = Confidence.MEDIUM
    target_version: Annotated[
        tuple[int, int] | None,
        Option(
            version,
            "Python version",
            "The lowest Python version the program has to run on. Falls back to `project.requires-python` in the "
            "nearest `pyproject.toml`; without either nothing is assumed.",
            'target-version = "3.11"',
        ),
    ] = None
    free_threaded: Annotated[
        bool | str,
        Option(
            no_yes_both,
            '`false`, `true` or `"both"`',
            "Judge as for a build without the GIL. `\"both\"`: the program has to be right on either build.",
            "free-threaded = true",
        ),
    ] = False
    assume_threaded: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of dotted patterns",
            "Modules, classes or functions whose public functions any thread may call at any time, although the "
            "program does not show it: what a library promises. A name stands for all that is below it; `*` fits any "
            "part.",
            'assume-threaded = ["shop.cache", "shop.api.*"]',
        ),
    ] = ()
    entry_points: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of dotted names",
            "Functions that run on threads of a framework: the functions themselves, decorators that mark them, or "
            "base classes whose methods they are.",
            'entry-points = ["flask.Flask.route"]',
        ),
    ] = ()
    locks: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of dotted names",
            "Classes or functions that make things which behave as locks.",
            'locks = ["shop.sync.FairLock"]',
        ),
    ] = ()
    blocking: Annotated[
        tuple[str, ...],
        Option(
            texts,
            "list of dotted names",
            "Functions that can wait for long: for another thread, another process or a device.",
            'blocking = ["shop.remote.fetch"]',
        ),
    ] = ()
    baseline: Annotated[
        Path | None,
        Option(
            text,
            "path",
            "A file of findings that are known and not shown again; `threadlint baseline` writes it.",
            'baseline = "threadlint-baseline.json"',
            folders=True,
        ),
    ] = None
    cache_dir: Annotated[
        Path,
        Option(
            text,
            "path",
            "Where the facts about each file are kept between runs. May be deleted at any time.",
            'cache-dir = ".cache/threadlint"',
            folders=True,
        ),
    ] = Path(".threadlint_cache")
    root: Path = msgspec.field(default_factory=lambda: Path(os.getcwd()))
    """The folder of the configuration file; the working directory without one. Patterns count from here."""
    file: Path | None = None
    """The configuration file that was read."""
    origin: Mapping[str, str] = {}
    """Where each value comes from that is not a default, by key as it is written in the file."""

    def assumes_threaded(self, name: str) -> bool:
        """Whether any thread may call what has this dotted name: a module, or a class or function in it. A pattern fits
        a name, and all that is below it."""
        return any(_covers(pattern, name) for pattern in self.assume_threaded)

    def may_assume_threaded_in(self, module: str) -> bool:
        """Whether the module, or anything that could be defined in it, is assumed to be called by any thread."""
        return any(_covers(pattern, module) or _reaches_into(pattern, module) for pattern in self.assume_threaded)


def _covers(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}.*")


def _reaches_into(pattern: str, module: str) -> bool:
    parts = pattern.split(".")
    return any(fnmatchcase(module, ".".join(parts[:count])) for count in range(1, len(parts)))


@cache
def options() -> dict[str, Option]:
    """The options by key as it is written in a file, in order of declaration."""
    found: dict[str, Option] = {}
    for name, hint in get_type_hints(Config, include_extras=True).items():
        for declared in getattr(hint, "__metadata__", ()):
            if isinstance(declared, Option):
                found[name.replace("_", "-")] = declared
    return found


def defaults() -> dict[str, Any]:
    """The default of each option, by key."""
    plain = Config()
    return {key: getattr(plain, key.replace("-", "_")) for key in options()}
