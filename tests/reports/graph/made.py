"""Graphs made by hand, so that formats are judged without running anything."""
from __future__ import annotations

from threadlint.analyses.deadlocks.lock_graph import Line, Lock, LockGraph, Nested, Nesting, Ring
from threadlint.model.place import Place
from threadlint.model.report import Texts
from threadlint.model.sources import Source
from threadlint.reports.graph.picture import Picture

SHOP = Source("shop/orders.py", "shop.orders", "\n" * 99, b"", True)
OTHER = Source("shop/old/orders.py", "shop.old.orders", "\n" * 99, b"", True)
STOCK = Source("shop/stock.py", "shop.stock", "\n" * 99, b"", True)


def line(source: Source, number: int) -> Place:
    """A place in some line of a text of empty lines."""
    return Place(source.path, number - 1, number - 1)


def lock(full: str, module: str = "shop.orders", kind: str = "Lock") -> Lock:
    name = full.removeprefix(f"{module}.")
    return Lock(name, full, module, kind, line(SHOP, 3), (line(SHOP, 7),))


def order(
    held: int, wanted: int, *ways: tuple[Place, Place], cycles: tuple[int, ...] = (), direct: bool = True
) -> Nested:
    places = ways or ((line(SHOP, 7), line(SHOP, 9)),)
    nestings = [Nesting(outer, "shop.f", inner, "shop.g", (0,), direct, True) for outer, inner in places]
    return Nested(held, wanted, tuple(nestings), cycles)


def thread(name: str, *locks: int, kind: str = "thread", many: bool = False, starts: int = 20) -> Line:
    begun = (line(STOCK, starts),) * (kind == "thread")
    begins = line(STOCK, 2) if kind != "outside" else None
    return Line(kind, name, kind, begins, f"shop.stock.Work.{name}", begun, many, locks)


LOCKS = (
    lock("shop.orders.Cart._lock"), lock("shop.orders._lock"), lock("shop.stock.Shelf._lock", "shop.stock", "RLock"),
    lock("shop.stock._lock", "shop.stock", "lock"),
)  # fmt: skip
GRAPH = LockGraph(
    LOCKS,
    (
        order(0, 1, (line(SHOP, 7), line(SHOP, 9)), (line(SHOP, 7), line(STOCK, 8))),
        order(0, 2, direct=False),
        order(1, 2, (line(SHOP, 30), line(STOCK, 31)), cycles=(0,)),
        order(2, 1, (line(OTHER, 40), line(OTHER, 41)), cycles=(0,)),
    ),
    (Ring("opposite", (1, 2), "high"),),
    (thread("poster", 0, 1, 2, many=True), thread("idle"), thread("callers from outside", 1, kind="outside")),
)


def picture(graph: LockGraph = GRAPH, *, everything: bool = False) -> Picture:
    return Picture(graph, Texts([SHOP, OTHER, STOCK]), everything=everything)
