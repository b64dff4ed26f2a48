"""What is a lock, and of which kind."""
from __future__ import annotations

from typing import NamedTuple


class LockKind(NamedTuple):
    """How a lock behaves.

    `reentrant`: the holder may take it again (`None` means not known, and is treated as re-entrant).
    `excludes`: at most one holder at a time, so that it protects data.
    `domain`: who is excluded: thread, process, task or file. Only locks of the thread domain order threads.
    `wraps`: the position of a constructor argument that is the lock used underneath, if one is passed.
    `spelling`: how messages call it.
    """

    reentrant: bool | None
    excludes: bool
    domain: str
    spelling: str
    wraps: int | None = None


LOCKS: dict[str, LockKind] = {
    "threading.Lock": LockKind(False, True, "thread", "Lock"),
    "threading.RLock": LockKind(True, True, "thread", "RLock"),
    "threading.Condition": LockKind(True, True, "thread", "Condition", wraps=0),
    "threading.Semaphore": LockKind(None, False, "thread", "Semaphore"),
    "threading.BoundedSemaphore": LockKind(None, False, "thread", "BoundedSemaphore"),
    "multiprocessing.Lock": LockKind(False, True, "process", "multiprocessing.Lock"),
    "multiprocessing.RLock": LockKind(True, True, "process", "multiprocessing.RLock"),
    "multiprocessing.Condition": LockKind(True, True, "process", "multiprocessing.Condition", wraps=0),
    "multiprocessing.Semaphore": LockKind(None, False, "process", "multiprocessing.Semaphore"),
    "multiprocessing.BoundedSemaphore": LockKind(None, False, "process", "multiprocessing.BoundedSemaphore"),
    "asyncio.Lock": LockKind(False, True, "task", "asyncio.Lock"),
    "asyncio.Condition": LockKind(False, True, "task", "asyncio.Condition", wraps=0),
    "asyncio.Semaphore": LockKind(None, False, "task", "asyncio.Semaphore"),
    "asyncio.BoundedSemaphore": LockKind(None, False, "task", "asyncio.BoundedSemaphore"),
    "filelock.FileLock": LockKind(True, True, "file", "FileLock"),
    "filelock.SoftFileLock": LockKind(True, True, "file", "SoftFileLock"),
    "portalocker.Lock": LockKind(None, True, "file", "portalocker.Lock"),
    "fasteners.InterProcessLock": LockKind(None, True, "file", "InterProcessLock"),
}
"""Constructors of locks by canonical name."""

ONE_PERMIT = "a semaphore of one permit"
"""The type of the lock that taking such a semaphore takes."""
ONE_PERMIT_LOCK = LockKind(False, True, "thread", "Semaphore(1)")
"""A semaphore of threads that is made with one permit: it keeps out everybody else, and its holder as well."""

UNKNOWN_LOCK = LockKind(None, True, "thread", "lock")
"""A lock of a kind that the program does not show."""

UNKNOWN_LOCK_TYPE = "a lock of unknown kind"
"""The type of objects that behave as locks, of which no more is known."""

LOCKISH_WORDS = ("lock", "mutex", "guard", "cond", "sem", "monitor")
"""A value of unknown type that is entered by `with`, or acquired, under a name that holds one of these is a lock."""

LOCKING_DECORATORS = frozenset({
    "synchronized", "synchronised", "synchronize", "locked", "with_lock", "lock_required", "thread_safe", "threadsafe",
    "serialized", "serialised", "mutex", "exclusive", "atomic_method",
})  # fmt: skip
"""Last names of decorators that, in whatever library, run the function under a lock."""

FRAMEWORK_LOCK_ATTRIBUTES = {
    ("logging.Handler", "lock"): "threading.RLock",
    ("queue.Queue", "mutex"): "threading.Lock",
    ("queue.Queue", "not_empty"): "threading.Condition",
    ("queue.Queue", "not_full"): "threading.Condition",
    ("queue.Queue", "all_tasks_done"): "threading.Condition",
}
"""Locks that library objects carry as attributes. Those of a queue are all one plain lock, its `mutex`."""
