"""The configuration told to people: each option for the documentation, and the settings in force."""
from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from .loading import printed
from .options import DEFAULT, DEFAULT_EXCLUDE, Config, defaults, options

INTRODUCTION = (
    "threadlint reads the table `[tool.threadlint]` of `pyproject.toml`, or `threadlint.toml`, or `.threadlint.toml`,",
    "where the same keys stand at the top. The closest of them counts, upwards from the working directory; nothing is",
    "merged, and in one folder a file of its own wins over `pyproject.toml`. Paths and patterns count from the folder",
    "of that file. Flags win over the file. `--config FILE` names another file, `--config 'strict = true'` sets a key,",
    "and `--isolated` reads no file. `threadlint config` shows the settings in force and where each comes from.",
    "",
    "An unknown key or a value of the wrong type ends the run with exit code 2, and says what was expected.",
)


class Documented(NamedTuple):
    """One option as its documentation tells it; `default` is TOML, or prose where nothing is set."""

    key: str
    type: str
    default: str
    prose: str
    example: str


class Setting(NamedTuple):
    """One setting in force: the value as TOML, and the file or flag it comes from (`default` for none)."""

    key: str
    value: str
    origin: str


def documentation() -> list[Documented]:
    """Every option, in the order in which they are declared."""
    plain = defaults()
    told = {"exclude": "the list below", "cache-dir": '".threadlint_cache"'}
    return [
        Documented(key, option.type, told.get(key) or toml(plain[key]), option.prose, option.example)
        for key, option in options().items()
    ]


def settings(config: Config) -> list[Setting]:
    """Every setting in force and where it comes from, for `threadlint config`."""
    return [
        Setting(key, toml(getattr(config, key.replace("-", "_"))), config.origin.get(key, DEFAULT)) for key in options()
    ]


def toml(value: object) -> str:
    """A value of a configuration as it is written in TOML; `not set` for None."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return _quoted(str(value.value))
    if isinstance(value, Path):
        return _quoted(printed(value))
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_quoted(str(key))} = {toml(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple):
        if value and all(isinstance(each, int) for each in value):
            return _quoted(".".join(map(str, value)))
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def page() -> str:
    """The text of docs/configuration.md."""
    lines = [
        "# Configuration",
        "",
        "<!-- Generated from src/threadlint/config/options.py. Do not edit. -->",
        "",
        *INTRODUCTION,
        "",
        "```toml",
        "[tool.threadlint]",
        'src = ["src"]',
        'extend-exclude = ["vendored/"]',
        'assume-threaded = ["shop.cache"]',
        "",
        "[tool.threadlint.per-file-ignores]",
        '"tests/" = ["THR3"]',
        "```",
        "",
        "| key | type | default |",
        "|---|---|---|",
    ]
    told = documentation()
    lines += [f"| [`{each.key}`](#{each.key}) | {each.type} | {_code(each.default)} |" for each in told]
    for each in told:
        lines += ["", f"## {each.key}", "", each.prose, "", "```toml", each.example, "```"]
    lines += ["", "## Excluded by default", "", ", ".join(f"`{name}`" for name in DEFAULT_EXCLUDE) + ".", ""]
    return "\n".join(lines)


def _code(default: str) -> str:
    return default if default in ("not set", "the list below") else f"`{default}`"
