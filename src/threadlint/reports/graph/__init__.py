"""How the locks of a program and the order between them are drawn. Each format is a module of this package with
`render(drawn) -> str`.

`FORMATS` is the one place that says which formats there are: name to module. Formats do not import each other; what
several of them need is in `picture`: what is drawn, under which number, and in which words.
"""
from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .picture import Picture

FORMATS: dict[str, str] = {"mermaid": "mermaid", "dot": "dot", "json": "versioned_json", "svg": "svg"}
ENDINGS: dict[str, str] = {
    ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".json": "json", ".svg": "svg",
}  # fmt: skip
"""What the name of a file says about its format."""

Renderer = Callable[["Picture"], str]


def renderer(name: str) -> Renderer:
    """The renderer of a format; KeyError for a name that is not in FORMATS."""
    render: Renderer = import_module(f".{FORMATS[name]}", __name__).render
    return render
