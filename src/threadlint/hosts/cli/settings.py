"""The flags that say which configuration is in force: the same for every command that needs one."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .speaking import say

if TYPE_CHECKING:
    from ...config import Config

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

CONFIGURATION = (
    click.option(
        "--config", "explicit", multiple=True, metavar="FILE|KEY=VALUE",
        help="A configuration file to read instead, or a line of TOML that wins over the file.",
    ),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)  # fmt: skip
JUDGEMENT = (
    click.option("--target-version", metavar="VERSION", help="The lowest Python the program has to run on."),
    click.option("--free-threaded/--no-free-threaded", default=None, help="Judge as for a build without the GIL."),
    click.option("--assume-threaded", is_flag=True, default=None, help="Any thread may call any public function."),
)
CACHE = (
    click.option("--cache-dir", type=click.Path(path_type=Path), envvar="THREADLINT_CACHE_DIR",
                 help="Where the facts about each file are kept between runs."),
)  # fmt: skip


def flags(*groups: tuple[Callable[[Any], Any], ...]) -> Callable[[Decorated], Decorated]:
    """All options of some groups, in their order."""

    def decorate(function: Decorated) -> Decorated:
        for group in reversed(groups):
            for option in reversed(group):
                function = option(function)
        return function

    return decorate


def configuration(explicit: tuple[str, ...], isolated: bool, **overrides: Any) -> Config:
    """The configuration in force; an empty list among the flags means not given. A broken one ends the run."""
    from ...config import ConfigError, load

    given = {key: None if value == () else value for key, value in overrides.items()}
    try:
        return load(explicit=explicit, isolated=isolated, overrides=given)
    except ConfigError as error:
        raise refused(str(error)) from None


def refused(message: str) -> click.ClickException:
    """The end of a run that cannot be done as asked."""
    return Refused(message)


class Refused(click.ClickException):
    """What was asked for cannot be done: one line on stderr and exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Say why."""
        say(f"error: {self.message}")
