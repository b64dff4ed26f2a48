"""How findings are told. Each format is a module of this package with `render(report, manner) -> str`.

`FORMATS` is the one place that says which formats there are: name to module. Formats do not import each other; what
two of them need stands in a room of its own (`manner`, `frames`, `closing`).
"""
from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model.report import Report
    from .manner import Manner

FORMATS: dict[str, str] = {"full": "full", "concise": "concise", "json": "versioned_json"}
TEXT_FORMATS = frozenset({"full", "concise"})
"""Formats for people: they end with a line that counts, and `--statistics` and `--explain` speak to them."""

Renderer = Callable[["Report", "Manner"], str]


def renderer(name: str) -> Renderer:
    """The renderer of a format; KeyError for a name that is not in FORMATS."""
    render: Renderer = import_module(f".{FORMATS[name]}", __name__).render
    return render
