"""What is drawn and what is folded away, and in which words."""
from __future__ import annotations

from threadlint.analyses.deadlocks.lock_graph import LockGraph, Nested, Nesting, Ring

from .made import GRAPH, LOCKS, OTHER, SHOP, line, order, picture, thread


def test_what_is_never_nested_follows_or_idles_is_counted() -> None:
    drawn = picture()
    assert drawn.locks == [0, 1, 2]
    assert [(order.held, order.wanted) for order in drawn.orders] == [(0, 1), (1, 2), (2, 1)]
    assert drawn.folded == [
        "and 1 lock taken alone", "and 1 order that follows from these", "and 1 thread that takes no lock",
    ]  # fmt: skip


def test_everything_is_drawn_when_it_is_asked_for() -> None:
    drawn = picture(everything=True)
    assert (drawn.locks, len(drawn.orders), len(drawn.threads), drawn.folded) == ([0, 1, 2, 3], 4, 3, [])


def test_where_nothing_is_nested_locks_are_only_counted() -> None:
    drawn = picture(LockGraph(LOCKS, (), (), ()))
    assert (drawn.locks, drawn.folded) == ([], ["4 locks taken alone"])
    assert picture(LockGraph((), (), (), ())).folded == ["no lock is taken"]


def test_no_two_locks_have_one_name_and_none_stands_without_its_home() -> None:
    assert picture().names == ["Cart._lock", "orders._lock", "Shelf._lock", "stock._lock"]
    one, other = LOCKS[0], LOCKS[0]._replace(full="shop.old.Cart._lock", module="shop.old")
    assert picture(LockGraph((one, other), (), (), ())).names == ["orders.Cart._lock", "old.Cart._lock"]


def test_ways_are_told_by_their_outer_place() -> None:
    first, _, back = picture().orders
    assert picture().ways(first) == ["shop/orders.py:7 → :9, shop/stock.py:8"]
    assert picture().ways(back) == ["shop/old/orders.py:40 → :41"]


def test_folders_are_left_out_where_that_confuses_no_two_files() -> None:
    _, there, back = picture().orders
    assert picture().ways(there, short=True) == ["shop/orders.py:30 → stock.py:31"]
    assert picture().ways(back, short=True) == ["shop/old/orders.py:40 → :41"]


def test_of_many_ways_some_are_told() -> None:
    drawn = picture(GRAPH._replace(orders=(order(0, 1, *((line(SHOP, n), line(OTHER, n)) for n in range(1, 8))),)))
    assert drawn.ways(drawn.orders[0])[-1] == "and 5 more"


def test_cycles_are_numbered_and_named() -> None:
    assert picture().cycle(0) == "cycle 1: orders._lock → Shelf._lock → orders._lock (THR101, high confidence)"
    ring = Ring("instances", (0,), "medium")
    one = picture(GRAPH._replace(cycles=(ring,), orders=(order(0, 0, cycles=(0,)),)))
    assert one.cycle(0) == "cycle 1: Cart._lock → Cart._lock, of two objects (THR104, medium confidence)"
    assert one.between(one.orders[0]) == "Cart._lock → Cart._lock of another object"
    again = picture(GRAPH._replace(cycles=(Ring("self", (0,), "low"),), orders=(order(0, 0, cycles=(0,)),)))
    assert again.cycle(0) == "cycle 1: Cart._lock → Cart._lock, by the thread that holds it (THR102, low confidence)"
    assert again.between(again.orders[0]) == "Cart._lock → Cart._lock"
    assert not again.sure(again.orders[0])


def test_threads_are_told_with_their_starts_and_locks() -> None:
    told = [picture().told(each) for each in GRAPH.threads]
    assert told == [
        "poster, many at once: starts at shop/stock.py:20, takes Cart._lock, orders._lock, Shelf._lock",
        "idle: starts at shop/stock.py:20, takes no lock",
        "callers from outside: take orders._lock",
    ]


def test_threads_of_one_name_are_told_with_what_they_run() -> None:
    drawn = picture(GRAPH._replace(threads=(thread("w", 0), thread("w", 1, starts=30))))
    assert [drawn.start(each) for each in drawn.threads] == [
        "starts at shop/stock.py:20 and runs Work.w", "starts at shop/stock.py:30 and runs Work.w",
    ]  # fmt: skip


def test_direct_ways_are_told_first() -> None:
    ways = tuple(Nesting(line(SHOP, n), "f", line(OTHER, n), "g", (), n == 5, True) for n in range(1, 6))
    drawn = picture(GRAPH._replace(orders=(Nested(0, 1, ways, ()),)))
    assert drawn.ways(drawn.orders[0])[0] == "shop/orders.py:5 → shop/old/orders.py:5"


def test_nothing_is_cut_short_when_everything_is_asked_for() -> None:
    many = tuple((line(SHOP, n), line(OTHER, n)) for n in range(1, 8))
    drawn = picture(GRAPH._replace(orders=(order(0, 1, *many),)), everything=True)
    assert len(drawn.ways(drawn.orders[0])) == 7


def test_who_takes_two_locks_is_told_with_the_top_levels_of_modules() -> None:
    top = thread("shop.main", 0, 1, kind="main")
    drawn = picture(GRAPH._replace(threads=(top,)))
    assert (drawn.by(drawn.orders[0]), drawn.told(top)) == (
        "top level of shop.main", "top level of shop.main: takes Cart._lock, orders._lock",
    )  # fmt: skip
