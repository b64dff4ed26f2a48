"""The edit that makes a thread a daemon, where it is made by a plain `Thread(…)`."""

from __future__ import annotations

from ...model.finding import Edit
from ..edits import keyword_added
from .lifetimes import Life


def made_daemon(life: Life) -> Edit | None:
    """`daemon=True` for the call that makes it; None for classes of the program, and where `daemon` is set already."""
    said = any(use.name == "daemon" for use in life.fate.uses) or any(a.keyword == "daemon" for a in life.node.args)
    return None if life.cls is not None or said else keyword_added(life.function, life.node, "daemon=True")
