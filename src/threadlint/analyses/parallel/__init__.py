"""Which code may run at the same time as which other code.

Domain. For each root, the activations that it reaches, each with the sets of threads that may be running because this
root started them (*running*: may-started and not must-joined). Definitions, for events a and b of roots A and B:

- If A starts B (and nobody else does), they run together iff B may be running at a.
- Two threads started by others run together iff one may be running when the other is started; if their starters differ,
  iff the starters' order does not forbid it.
- A root runs beside itself iff it is *many*.
- Entries (public functions of a library) are called by code that is not seen. They run beside every thread of the
  program that they did not start themselves, and beside each other where the question allows it: with
  `assume-threaded`, or, for questions about locks, where the class or module owns one (a lock says: more than one
  thread comes here).

Joins are those that surely wait: `join()` without timeout, leaving `with Executor()`, `result()` (see `execution`).
"""
from __future__ import annotations

from .reach import MOST_WAYS_OF_AN_ENTRY, Occurrence
from .together import Parallel, parallel

__all__ = ["MOST_WAYS_OF_AN_ENTRY", "Occurrence", "Parallel", "parallel"]
