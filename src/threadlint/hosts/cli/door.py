"""The group of commands. `threadlint src/` is `threadlint check src/`; a command is imported when it is called."""
from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from .ending import guarded

COMMANDS = ("check", "rule", "graph", "show", "config", "baseline", "clean", "version")
"""The commands in the order of the help; each is the `command` of the module of that name."""

OWN_OPTIONS = frozenset({"-h", "--help", "--version"})


class Door(click.Group):
    """Finds the command, or takes what is not one for the arguments of `check`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are explained."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a command in front it is `check`."""
        if args and args[0] not in COMMANDS and args[0] not in OWN_OPTIONS:
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **settings: Any
    ) -> NoReturn:
        """Run to an exit code, whatever happens."""
        given = list(sys.argv[1:] if args is None else args)
        settings["standalone_mode"] = False
        sys.exit(guarded(lambda: super(Door, self).main(given, prog_name or "threadlint", **settings), given))


def _version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        from .version import told

        click.echo(told())
        ctx.exit()


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Tell the version.")
def threadlint() -> None:
    """Tells where the threads of a Python program can hang, lose data or lose their exceptions.

    `threadlint src/` is short for `threadlint check src/`.
    """
