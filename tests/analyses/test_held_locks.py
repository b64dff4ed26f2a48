"""Which locks are surely held where: the abstract run follows every way of taking and giving one."""
from __future__ import annotations

import pytest

from .watching import held_at_marks

HEAD = """
import contextlib
import threading

a = threading.Lock()
b = threading.RLock()
c = threading.Condition(a)
slots = threading.Semaphore(3)

class Box:
    def __init__(self):
        self.lock = threading.Lock()

    def __enter__(self):
        self.lock.acquire()
        return self

    def __exit__(self, *exc):
        self.lock.release()

@contextlib.contextmanager
def locked():
    with a:
        yield

def guarded(function):
    def wrapper(*args):
        with a:
            return function(*args)
    return wrapper

def take():
    a.acquire()

def give():
    a.release()

box = Box()

"""


def held(body: str, name: str = "here") -> set[str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return held_at_marks(f"{HEAD}def f():\n{lines}\n\nf()\n").get(name, set())


@pytest.mark.parametrize(
    ("body", "locks"),
    [
        ('with a:\n    mark("here")', "a"),
        ('with a:\n    pass\nmark("here")', ""),
        ('with a, b:\n    mark("here")', "a b"),
        ('with a:\n    with b:\n        mark("here")', "a b"),
        ('with b:\n    with b:\n        pass\n    mark("here")', "b"),
        ('a.acquire()\nmark("here")\na.release()', "a"),
        ('a.acquire()\na.release()\nmark("here")', ""),
        ('a.acquire()\ntry:\n    mark("here")\nfinally:\n    a.release()', "a"),
        ('a.acquire()\ntry:\n    pass\nfinally:\n    a.release()\nmark("here")', ""),
        ('if x:\n    a.acquire()\nmark("here")', ""),
        ('if x:\n    a.acquire()\nelse:\n    a.acquire()\nmark("here")', "a"),
        ('if a.acquire(False):\n    mark("here")', "a"),
        ('if not a.acquire(False):\n    return\nmark("here")', "a"),
        ('if not a.acquire(timeout=1):\n    mark("here")', ""),
        ('ok = a.acquire(False)\nif ok:\n    mark("here")', "a"),
        ('while not a.acquire(timeout=1):\n    pass\nmark("here")', "a"),
        ('with c:\n    mark("here")', "a"),
        ('with c:\n    c.wait()\n    mark("here")', "a"),
        ('with box:\n    mark("here")', "Box.lock"),
        ('with box as it:\n    pass\nmark("here")', ""),
        ('with locked():\n    mark("here")', "a"),
        ('with locked():\n    pass\nmark("here")', ""),
        ('take()\nmark("here")', "a"),
        ('take()\ngive()\nmark("here")', ""),
        ('with contextlib.ExitStack() as stack:\n    stack.enter_context(a)\n    mark("here")', "a"),
        ('with contextlib.ExitStack() as stack:\n    stack.enter_context(a)\nmark("here")', ""),
        ('lock = a\nwith lock:\n    mark("here")', "a"),
        ('for lock in [a, b]:\n    pass\nmark("here")', ""),
        ('while True:\n    with a:\n        if x:\n            break\nmark("here")', ""),
        ('while True:\n    a.acquire()\n    if x:\n        break\n    a.release()\nmark("here")', "a"),
        ('try:\n    with a:\n        g()\nexcept ValueError:\n    mark("here")', ""),
        ('try:\n    a.acquire()\n    g()\nexcept ValueError:\n    mark("here")', ""),
        ('with a:\n    return\nmark("here")', None),
        ('@guarded\ndef inner():\n    mark("here")\ninner()', "a"),
        ('def inner():\n    mark("here")\nwith a:\n    inner()', "a"),
        ('with a:\n    (lambda: mark("here"))()', "a"),
        ('with a:\n    if a.acquire(False):\n        a.release()\n    mark("here")', "a"),
        ('with b:\n    if x:\n        b.acquire()\n    b.release()\n    mark("here")', ""),
    ],
)  # fmt: skip
def test_a_lock_is_held_where_it_surely_is(body: str, locks: str | None) -> None:
    assert held(body) == (set() if locks is None else {locks})


def test_a_function_is_run_for_each_set_of_locks_that_callers_hold() -> None:
    assert held('def inner():\n    mark("here")\nwith a:\n    inner()\nwith b:\n    inner()\ninner()') == {"a", "b", ""}


def test_two_boxes_have_two_locks() -> None:
    text = HEAD + """
first = Box()
second = Box()

def f():
    with first:
        with second:
            mark("here")

f()
"""
    assert held_at_marks(text) == {"here": {"Box.lock Box.lock"}}
