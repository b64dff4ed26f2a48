"""Mermaid, as GitHub, GitLab and most wikis draw it."""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.lock_graph import Nested
from .picture import Picture

WIDTH = 560
"""How wide a label may get, in pixels."""
RED = "#d1242f"


def render(drawn: Picture) -> str:
    """A flowchart: modules as boxes around their locks, orders as arrows, and the lists as notes."""
    return "\n".join(_lines(drawn)) + "\n"


def _lines(drawn: Picture) -> Iterator[str]:
    yield f'%%{{init: {{"flowchart": {{"wrappingWidth": {WIDTH}}}}}}}%%'
    yield f"%% threadlint graph: {drawn.title}"
    yield "flowchart TD"
    for index, (module, numbers) in enumerate(drawn.modules.items(), 1):
        yield f"  subgraph m{index}[{_quoted(module)}]"
        for number in numbers:
            yield f"    l{number}[{_quoted(drawn.names[number], drawn.graph.locks[number].kind)}]"
        yield "  end"
    for order in drawn.orders:
        arrow = "==>" if order.cycles else "-->"
        yield f"  l{order.held} {arrow}|{_quoted(*_label(drawn, order))}| l{order.wanted}"
    if drawn.graph.cycles:
        yield f"  cycles[{_quoted(*map(drawn.cycle, range(len(drawn.graph.cycles))))}]:::cycle"
    if drawn.threads:
        yield f"  threads[{_quoted(*map(drawn.told, drawn.threads))}]:::list"
    if drawn.folded:
        yield f"  folded([{_quoted(*drawn.folded)}]):::folded"
    yield "  classDef list text-align:left"
    yield "  classDef folded stroke-dasharray:4 3,font-style:italic"
    yield f"  classDef cycle stroke:{RED},stroke-width:2px,text-align:left"
    for sure, style in ((True, "stroke-width:3px"), (False, "stroke-width:2px,stroke-dasharray:6 4")):
        closing = [
            str(index) for index, order in enumerate(drawn.orders) if order.cycles and drawn.sure(order) is sure
        ]
        if closing:
            yield f"  linkStyle {','.join(closing)} stroke:{RED},{style}"


def _label(drawn: Picture, order: Nested) -> Iterator[str]:
    if order.cycles:
        yield drawn.mark(order)
    yield from drawn.ways(order, short=True)
    yield drawn.by(order)


def _quoted(*lines: str) -> str:
    """A label; what mermaid would read as its own, or a browser as markup, is written by number."""
    told = "<br/>".join("".join(f"#{ord(c)};" if c in '#"&<>`\\' else c for c in line) for line in lines if line)
    return f'"{told}"'
