"""`threadlint version`."""
from __future__ import annotations

import click

from ... import __version__
from .ending import tell


def told() -> str:
    """The line that names the version."""
    return f"threadlint {__version__}"


@click.command("version")
def command() -> None:
    """Tell the version."""
    tell(told() + "\n")
