"""In which manner a report is told: colours, the pages of rules, brevity."""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from rich.color import ColorSystem

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "frame": "bold blue",
    "step": "blue",
    "strong": "bold",
    "dim": "dim",
}


class Manner(msgspec.Struct, frozen=True):
    """`colour` paints; `pages` are the rules' pages by code, to be printed with their first finding; `quiet` leaves
    out the closing line."""

    colour: bool = False
    pages: Mapping[str, str] = {}
    quiet: bool = False

    def paint(self, text: str, style: str) -> str:
        """The text in one of STYLES, or as it is when there is no colour."""
        if not self.colour or not text:
            return text
        from rich.style import Style

        return Style.parse(STYLES[style]).render(text, color_system=_standard())


def _standard() -> ColorSystem:
    from rich.color import ColorSystem

    return ColorSystem.STANDARD


def wants_colour(choice: str, is_terminal: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to paint. `choice` (always, never, auto) wins; then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE; then the
    terminal, unless it is a dumb one."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE")
    if forced:
        return forced != "0"
    return is_terminal and environment.get("TERM") != "dumb"
