"""The language of graphviz: `threadlint graph --output-format dot | dot -Tpng -o locks.png`."""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.deadlocks.lock_graph import Nested
from .picture import Picture

RED = "#d1242f"
GREY = "#6e7781"


def render(drawn: Picture) -> str:
    """A digraph: modules as clusters of their locks, orders as arrows, and the lists below."""
    return "\n".join(_lines(drawn)) + "\n"


def _lines(drawn: Picture) -> Iterator[str]:
    yield f"// threadlint graph: {drawn.title}"
    yield "digraph locks {"
    yield '  graph [fontname="Helvetica", labeljust=l, labelloc=b, nodesep=0.5, ranksep=0.7,'
    yield f"         label={_left(*_below(drawn))}];"
    yield '  node [shape=box, style=rounded, fontname="Helvetica"];'
    yield '  edge [fontname="Helvetica", fontsize=10];'
    for index, (module, numbers) in enumerate(drawn.modules.items(), 1):
        yield f"  subgraph cluster_{index} {{"
        yield f'    label={_left(module)}; labelloc=t; style=rounded; color="{GREY}"; fontcolor="{GREY}"; fontsize=11;'
        for number in numbers:
            lock = drawn.graph.locks[number]
            yield f"    l{number} [label={_middle(drawn.names[number], lock.kind)}, tooltip={_middle(lock.full)}];"
        yield "  }"
    for order in drawn.orders:
        yield f"  l{order.held} -> l{order.wanted} [label={_left(*_label(drawn, order))}{_style(drawn, order)}];"
    yield "}"


def _style(drawn: Picture, order: Nested) -> str:
    if not order.cycles:
        return ""
    style = "penwidth=2" if drawn.sure(order) else "style=dashed"
    return f', color="{RED}", fontcolor="{RED}", {style}'


def _label(drawn: Picture, order: Nested) -> Iterator[str]:
    if order.cycles:
        yield drawn.mark(order)
    yield from drawn.ways(order, short=True)
    yield drawn.by(order)


def _below(drawn: Picture) -> Iterator[str]:
    yield from map(drawn.cycle, range(len(drawn.graph.cycles)))
    yield from map(drawn.told, drawn.threads)
    yield from drawn.folded


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace('"', '\\"')


def _left(*lines: str) -> str:
    """A label whose lines begin at the left."""
    told = "\\l".join(_escaped(line) for line in lines if line)
    return f'"{told}\\l"' if told else '""'


def _middle(*lines: str) -> str:
    """A label whose lines are centred."""
    told = "\\n".join(_escaped(line) for line in lines if line)
    return f'"{told}"'
