"""JSON, version 1: the whole graph, whatever is folded away elsewhere. Locks are referred to by their qualified names,
cycles and threads by their numbers; paths, lines and columns are told as those of findings are."""
from __future__ import annotations

import json
from typing import Any

from ...model.place import Place
from .picture import CODES, Picture

VERSION = 1


def render(drawn: Picture) -> str:
    """One object."""
    graph = drawn.graph
    names = [lock.full for lock in graph.locks]

    def where(at: Place | None) -> dict[str, Any] | None:
        if at is None:
            return None
        place = drawn.texts.where(at)
        cell = {} if place.cell is None else {"cell": place.cell}
        return {"path": place.path, **cell, "line": place.line, "column": place.column}

    document = {
        "version": VERSION,
        "locks": [
            {
                "name": lock.name,
                "qualified_name": lock.full,
                "module": lock.module,
                "kind": lock.kind,
                "made": where(lock.made),
                "taken": [where(at) for at in lock.taken],
            }
            for lock in graph.locks
        ],
        "orders": [
            {
                "held": names[order.held],
                "wanted": names[order.wanted],
                "direct": order.direct,
                "cycles": [index + 1 for index in order.cycles],
                "places": [
                    {
                        "held": {**(where(way.held) or {}), "function": way.holder},
                        "wanted": {**(where(way.wanted) or {}), "function": way.taker},
                        "threads": [index + 1 for index in way.threads],
                        "direct": way.direct,
                        "waits": way.waits,
                    }
                    for way in order.ways
                ],
            }
            for order in graph.orders
        ],
        "cycles": [
            {
                "number": index + 1,
                "kind": ring.kind,
                "code": CODES[ring.kind],
                "confidence": ring.confidence,
                "locks": [names[lock] for lock in ring.locks],
            }
            for index, ring in enumerate(graph.cycles)
        ],
        "threads": [
            {
                "number": index + 1,
                "kind": line.kind,
                "name": line.name,
                "what": line.spelling,
                "function": line.function,
                "begins": where(line.begins),
                "starts": [where(at) for at in line.starts],
                "many": line.many,
                "locks": [names[lock] for lock in line.locks],
            }
            for index, line in enumerate(graph.threads)
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
