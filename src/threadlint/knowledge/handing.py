"""What hands state from one thread to another: calls that give a signal, calls that surely wait for one."""

from __future__ import annotations

_QUEUES = ("queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue")

GIVING = frozenset(
    {"threading.Event.set", *(f"{name}.{method}" for name in _QUEUES for method in ("put", "put_nowait"))}
)
"""Calls after which a waiting thread may go on."""

WAITING = frozenset({"threading.Event.wait", "threading.Barrier.wait", *(f"{name}.get" for name in _QUEUES)})
"""Calls that, without a timeout, return only after the signal was given, or when all have come."""

POLLING = frozenset(f"{name}.get_nowait" for name in _QUEUES)
"""Calls that take something out of a queue if there is something."""

CLEARING = frozenset({"threading.Event.clear"})
"""Calls that take a signal back."""
