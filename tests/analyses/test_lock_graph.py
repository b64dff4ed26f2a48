"""Locks by name, the orders between them with their places, the cycles that threads can close, and who takes what."""
from __future__ import annotations

from threadlint.analyses.deadlocks.lock_graph import LockGraph, lock_graph
from threadlint.workshop.programs import linked

from .watching import program_of

HEAD = """
import threading

a = threading.Lock()
b = threading.RLock()
c = threading.Lock()
alone = threading.Lock()
"""


def graph_of(text: str, **options: object) -> LockGraph:
    return program_of(HEAD + text, **options).ask(lock_graph)


def orders(graph: LockGraph) -> dict[str, str]:
    """`a → b` with the marks: direct, and the numbers of its cycles."""
    names = [lock.name for lock in graph.locks]
    return {
        f"{names[order.held]} → {names[order.wanted]}": " ".join(["direct"] * order.direct + [*map(str, order.cycles)])
        for order in graph.orders
    }


def cycles(graph: LockGraph) -> list[tuple[str, tuple[str, ...], str]]:
    return [
        (ring.kind, tuple(graph.locks[lock].name for lock in ring.locks), ring.confidence) for ring in graph.cycles
    ]


def threads(graph: LockGraph) -> dict[str, tuple[str, ...]]:
    return {line.name: tuple(graph.locks[lock].name for lock in line.locks) for line in graph.threads}


OPPOSITE = """
def post():
    with a, b:
        pass

def sweep():
    with b:
        inner()

def inner():
    with a:
        pass

def tick():
    with alone:
        pass

threading.Thread(target=post).start()
threading.Thread(target=sweep, name="sweeper").start()
threading.Thread(target=tick).start()
"""


def test_opposite_orders_are_a_cycle_with_the_places_of_both_locks() -> None:
    graph = graph_of(OPPOSITE)
    assert orders(graph) == {"a → b": "direct 0", "b → a": "direct 0"}
    assert cycles(graph) == [("opposite", ("a", "b"), "high")]
    text = HEAD + OPPOSITE
    (way,) = graph.orders[1].ways
    assert (way.holder, way.taker, way.waits) == ("m.sweep", "m.inner", True)
    assert text[way.held.start : way.held.end] == "b"
    assert (way.held.start, way.wanted.start) == (text.index("with b:") + 5, text.index("with a:") + 5)
    assert [graph.threads[number].name for number in way.threads] == ["sweeper"]


def test_locks_are_told_with_their_kind_and_where_they_are_made() -> None:
    graph = graph_of(OPPOSITE)
    assert [(lock.full, lock.module, lock.kind) for lock in graph.locks] == [
        ("m.a", "m", "Lock"), ("m.alone", "m", "Lock"), ("m.b", "m", "RLock"),
    ]  # fmt: skip
    assert [lock.made.start for lock in graph.locks if lock.made] == [
        HEAD.index("threading.Lock"), HEAD.index("threading.Lock", HEAD.index("alone")), HEAD.index("threading.RLock"),
    ]  # fmt: skip
    assert [len(lock.taken) for lock in graph.locks] == [2, 1, 2]


def test_threads_are_told_with_their_starts_and_locks() -> None:
    graph = graph_of(OPPOSITE)
    assert threads(graph) == {"post": ("a", "b"), "sweeper": ("a", "b"), "tick": ("alone",)}
    text = HEAD + OPPOSITE
    starts = [text[at.start : at.end] for line in graph.threads for at in line.starts]
    assert starts[0] == "threading.Thread(target=post).start()"


def test_orders_that_threads_cannot_close_are_orders_and_no_cycle() -> None:
    graph = graph_of("""
def post():
    with c, a, b:
        pass

def sweep():
    with c, b, a:
        pass

threading.Thread(target=post).start()
threading.Thread(target=sweep).start()
""")
    assert orders(graph) == {"a → b": "direct", "b → a": "direct", "c → a": "direct", "c → b": "direct"}
    assert cycles(graph) == []


def test_what_follows_from_other_orders_is_not_direct() -> None:
    graph = graph_of("""
def post():
    with a:
        with b:
            with c:
                pass

post()
""")
    assert orders(graph) == {"a → b": "direct", "a → c": "", "b → c": "direct"}


def test_a_circle_of_three_is_named_from_its_first_lock() -> None:
    graph = graph_of("""
def one():
    with b, c:
        pass

def two():
    with c, a:
        pass

def three():
    with a, b:
        pass

for each in (one, two, three):
    threading.Thread(target=each).start()
""")
    assert [ring[:2] for ring in cycles(graph)] == [("circle", ("a", "b", "c"))]
    assert set(orders(graph).values()) == {"direct 0"}


def test_a_lock_taken_again_by_its_holder_and_locks_of_two_objects_close_on_themselves() -> None:
    graph = graph_of("""
class Account:
    def __init__(self):
        self.lock = threading.Lock()

def pay(source: Account, target: Account):
    with source.lock, target.lock:
        pass

def again():
    with a:
        with a:
            pass

one, two = Account(), Account()
threading.Thread(target=pay, args=(one, two)).start()
threading.Thread(target=pay, args=(two, one)).start()
threading.Thread(target=again).start()
""")
    assert [ring[:2] for ring in cycles(graph)] == [("instances", ("Account.lock",)), ("self", ("a",))]
    assert orders(graph) == {"Account.lock → Account.lock": "direct 0", "a → a": "direct 1"}


def test_callers_from_outside_are_one_line() -> None:
    graph = graph_of("""
class Shop:
    def buy(self):
        with a:
            pass

    def sell(self):
        with a, b:
            pass
""")
    assert [(line.kind, line.name) for line in graph.threads] == [("outside", "callers from outside")]
    assert threads(graph) == {"callers from outside": ("a", "b")}
    assert graph.orders[0].ways[0].threads == (0,)


def test_around_a_file_is_what_has_to_do_with_it() -> None:
    texts = {
        "locks": "import threading\na = threading.Lock()\nb = threading.Lock()\n",
        "far": "import threading\nc = threading.Lock()\ndef go():\n    with c:\n        pass\n",
        "near": "from locks import a, b\ndef go():\n    with a, b:\n        pass\n",
        "main": (
            "import threading, far, near\n"
            "threading.Thread(target=far.go, name='far').start()\n"
            "threading.Thread(target=near.go, name='near').start()\n"
        ),
    }
    program = linked(texts)
    graph = program.ask(lock_graph)
    assert threads(graph) == {"far": ("c",), "near": ("a", "b")}
    near = graph.around(frozenset({program.modules["near"].source.path}))
    assert [lock.name for lock in near.locks] == ["a", "b"]
    assert orders(near) == {"a → b": "direct"}
    assert threads(near) == {"near": ("a", "b")}
    assert near.orders[0].ways[0].threads == (0,)
    far = graph.around(frozenset({program.modules["far"].source.path}))
    assert (orders(far), threads(far)) == ({}, {"far": ("c",)})
    everything = frozenset(module.source.path for module in program.modules.values())
    assert graph.around(everything) == graph


def test_the_order_of_modules_does_not_matter() -> None:
    texts = {
        "locks": "import threading\na = threading.Lock()\nb = threading.Lock()\n",
        "one": "from locks import a, b\ndef go():\n    with a, b:\n        pass\n",
        "two": "from locks import a, b\ndef go():\n    with b, a:\n        pass\n",
        "main": (
            "import threading, one, two\n"
            "for each in (one.go, two.go):\n    threading.Thread(target=each).start()\n"
        ),
    }
    first = linked(texts).ask(lock_graph)
    assert linked(dict(reversed(texts.items()))).ask(lock_graph) == first
    assert len(first.cycles) == 1
