"""Finds the configuration of a project and turns it into a `Config`, or says what is wrong with it.

The one place outside `sources/`, the store and the hosts that reads a file: the configuration is asked for before there
is anything to gather, and by every host.
"""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .kinds import UnfitError, lowest_version
from .options import Config, options

OWN_FILES = ("threadlint.toml", ".threadlint.toml")
PYPROJECT = "pyproject.toml"
INLINE = "--config"


class ConfigError(ValueError):
    """A configuration that cannot be used. `file` is where (a file or a flag), `key` which key if it is about one; the
    text says both, and what was expected."""

    def __init__(self, file: str, message: str, key: str | None = None) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.key = key


def load(
    start: Path | None = None,
    *,
    explicit: Path | str | Sequence[Path | str] | None = None,
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> Config:
    """The configuration that is in force for `start` (a folder or a file in one; the working directory if None).

    The closest `threadlint.toml`, `.threadlint.toml` or `pyproject.toml` with a table `[tool.threadlint]` upwards from
    there is read, and nothing is merged. `explicit` is what `--config` gave, once or several times: the file to
    read instead, or lines of TOML that win over the file. `isolated` reads no file at all. `overrides` are flags by key
    (`min-confidence` or `min_confidence`): they win over everything; None means not given, a list may be one string
    with commas, and True for `assume-threaded` means everything.

    Raises ConfigError.
    """
    named, inline = _explicit(explicit)
    if isolated and named is not None:
        raise ConfigError(INLINE, f"`{named}` is a configuration file, and `--isolated` reads none")
    folder = _folder(start)
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    file = None if isolated else named or _closest(folder)
    table = {} if file is None else _table(file, required=named is not None)
    root = Path(os.getcwd()) if file is None else file.parent
    if file is not None:
        _take(table, values, origin, printed(file), root)
    for line in inline:
        _take(_parse(line.encode(), INLINE), values, origin, INLINE, Path(os.getcwd()))
    for key, value in (overrides or {}).items():
        key = key.replace("_", "-")
        if value is not None:
            where = f"--{key}"
            _take({key: _flag_value(key, value)}, values, origin, where, Path(os.getcwd()))
    if "target-version" not in values and not isolated:
        required = _requires_python(folder)
        if required is not None:
            values["target-version"], origin["target-version"] = required
    if "cache-dir" not in values:
        values["cache-dir"] = root / ".threadlint_cache"
    fields = {key.replace("-", "_"): value for key, value in values.items()}
    return Config(**fields, root=root, file=file, origin=origin)


def printed(path: Path) -> str:
    """A path as messages name it: from the working directory where it lies below it."""
    try:
        return path.relative_to(os.getcwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _explicit(given: Path | str | Sequence[Path | str] | None) -> tuple[Path | None, list[str]]:
    file: Path | None = None
    inline: list[str] = []
    for each in [given] if isinstance(given, (str, Path)) else given or ():
        if isinstance(each, str) and "=" in each and not os.path.exists(each):
            inline.append(each)
        elif file is not None:
            raise ConfigError(INLINE, f"two configuration files, `{printed(file)}` and `{each}`")
        else:
            file = Path(os.path.abspath(each))
    return file, inline


def _folder(start: Path | None) -> Path:
    path = Path(os.path.abspath(start or os.getcwd()))
    return path if path.is_dir() else path.parent


def _upwards(folder: Path) -> Iterator[str]:
    at = str(folder)
    while True:
        yield at
        above = os.path.dirname(at)
        if above == at:
            return
        at = above


def _closest(folder: Path) -> Path | None:
    for at in _upwards(folder):
        for name in OWN_FILES:
            path = os.path.join(at, name)
            if os.path.isfile(path):
                return Path(path)
        path = os.path.join(at, PYPROJECT)
        # Only a file that names us is parsed: a broken one that is not ours is not our business.
        if os.path.isfile(path) and b"threadlint" in _bytes(path) and _table(Path(path), required=False):
            return Path(path)
    return None


def _requires_python(folder: Path) -> tuple[tuple[int, int], str] | None:
    for at in _upwards(folder):
        path = os.path.join(at, PYPROJECT)
        if not os.path.isfile(path):
            continue
        try:
            data = _bytes(path)
            document = _parse(data, path) if b"requires-python" in data else {}
        except ConfigError:
            return None
        project = document.get("project")
        lowest = lowest_version(project.get("requires-python")) if isinstance(project, dict) else None
        return None if lowest is None else (lowest, f"`requires-python` in {printed(Path(path))}")
    return None


def _table(file: Path, required: bool) -> dict[str, Any]:
    where = printed(file)
    document = _parse(_bytes(str(file)), where)
    if file.name != PYPROJECT:
        return document
    tool = document.get("tool", {})
    table = tool.get("threadlint") if isinstance(tool, dict) else None
    if table is None and required:
        raise ConfigError(where, "has no table `[tool.threadlint]`")
    if table is not None and not isinstance(table, dict):
        raise ConfigError(where, "`tool.threadlint`: expected a table", "tool.threadlint")
    return table or {}


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise ConfigError(printed(Path(path)), "no such file") from None
    except IsADirectoryError:
        raise ConfigError(printed(Path(path)), "is a folder, expected a TOML file") from None
    except OSError as error:
        raise ConfigError(printed(Path(path)), f"cannot be read: {error.strerror}") from None


def _parse(data: bytes, where: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(where, f"is not UTF-8 (byte {error.start}, line {line})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(where, f"is not valid TOML: {error}") from None


def _take(
    table: Mapping[str, object], values: dict[str, Any], origin: dict[str, str], where: str, folder: Path
) -> None:
    known = options()
    for key, value in table.items():
        option = known.get(key)
        if option is None:
            raise ConfigError(where, f"unknown key `{key}`{_hint(key)}", key)
        try:
            taken = option.kind(value)
        except UnfitError as wrong:
            at = key + wrong.item
            message = str(wrong) if where == f"--{key}" else f"`{at}`: {wrong}"
            raise ConfigError(where, message, key) from None
        if option.folders:
            taken = tuple(_path(folder, each) for each in taken) if isinstance(taken, tuple) else _path(folder, taken)
        values[key], origin[key] = taken, where


def _path(folder: Path, written: str) -> Path:
    return Path(os.path.normpath(folder / os.path.expanduser(written)))


def _hint(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key.replace("_", "-"), options(), 1, 0.6)
    return f", did you mean `{close[0]}`?" if close else ""


def _flag_value(key: str, value: object) -> object:
    option = options().get(key)
    if key == "assume-threaded" and isinstance(value, bool):
        return ["*"] if value else []
    if option is None or not option.type.startswith("list"):
        return str(value) if isinstance(value, Path) else value
    given = [value] if isinstance(value, (str, Path)) else value
    if not isinstance(given, (list, tuple)):
        return given
    parts: list[object] = []
    for each in given:
        if isinstance(each, str) and not option.folders:
            parts += [part.strip() for part in each.split(",") if part.strip()]
        else:
            parts.append(str(each) if isinstance(each, Path) else each)
    return parts
