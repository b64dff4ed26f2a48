"""One name for each thing of the library world, whatever door it was imported through.

Modules listed in `LIBRARY` are taken for the library's even when the program under inspection contains a module of that
name (the standard library checked as a program): their meaning is known here better than their code shows.
"""
from __future__ import annotations

LIBRARY = frozenset({
    "threading", "_thread", "thread", "dummy_threading", "queue", "_queue", "Queue", "concurrent", "multiprocessing",
    "asyncio", "contextlib", "functools", "weakref", "_weakrefset", "collections", "contextvars", "typing",
    "typing_extensions", "dataclasses", "abc", "enum", "itertools", "operator", "time", "signal", "atexit", "select",
    "selectors", "socket", "ssl", "subprocess", "os", "sys", "gc", "random", "copy", "pickle", "builtins", "types",
    "math", "hashlib", "zlib", "six", "warnings", "tempfile", "shutil", "io", "re", "json", "inspect", "sched",
    "collections.abc", "attr", "attrs", "socketserver", "http", "urllib", "sqlite3",
})  # fmt: skip

_ALIASES = {
    "_thread.allocate_lock": "threading.Lock",
    "_thread.allocate": "threading.Lock",
    "_thread.lock": "threading.Lock",
    "_thread.LockType": "threading.Lock",
    "thread.allocate_lock": "threading.Lock",
    "threading._allocate_lock": "threading.Lock",
    "threading._RLock": "threading.RLock",
    "threading._CRLock": "threading.RLock",
    "threading._PyRLock": "threading.RLock",
    "_thread.RLock": "threading.RLock",
    "_thread.get_ident": "threading.get_ident",
    "_thread._local": "threading.local",
    "_threading_local.local": "threading.local",
    "thread.start_new_thread": "_thread.start_new_thread",
    "_thread.start_new": "_thread.start_new_thread",
    "threading._start_new_thread": "_thread.start_new_thread",
    "threading.currentThread": "threading.current_thread",
    "Queue.Queue": "queue.Queue",
    "Queue.LifoQueue": "queue.LifoQueue",
    "Queue.PriorityQueue": "queue.PriorityQueue",
    "_queue.SimpleQueue": "queue.SimpleQueue",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    "concurrent.futures._base.Future": "concurrent.futures.Future",
    "concurrent.futures._base.Executor": "concurrent.futures.Executor",
    "multiprocessing.dummy.Pool": "multiprocessing.pool.ThreadPool",
    "multiprocessing.dummy.Process": "threading.Thread",
    "multiprocessing.dummy.Lock": "threading.Lock",
    "multiprocessing.dummy.RLock": "threading.RLock",
    "multiprocessing.Pool": "multiprocessing.pool.Pool",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "multiprocessing.process.Process": "multiprocessing.Process",
    "multiprocessing.process.BaseProcess": "multiprocessing.Process",
    "multiprocessing.synchronize.Lock": "multiprocessing.Lock",
    "multiprocessing.synchronize.RLock": "multiprocessing.RLock",
    "multiprocessing.synchronize.Condition": "multiprocessing.Condition",
    "multiprocessing.synchronize.Semaphore": "multiprocessing.Semaphore",
    "multiprocessing.synchronize.Event": "multiprocessing.Event",
    "multiprocessing.queues.Queue": "multiprocessing.Queue",
    "asyncio.locks.Lock": "asyncio.Lock",
    "asyncio.locks.Condition": "asyncio.Condition",
    "asyncio.locks.Event": "asyncio.Event",
    "asyncio.locks.Semaphore": "asyncio.Semaphore",
    "asyncio.queues.Queue": "asyncio.Queue",
    "asyncio.threads.to_thread": "asyncio.to_thread",
    "weakref._weakrefset.WeakSet": "weakref.WeakSet",
    "_weakrefset.WeakSet": "weakref.WeakSet",
    "_weakref.ref": "weakref.ref",
    "typing.OrderedDict": "collections.OrderedDict",
    "six.moves.queue.Queue": "queue.Queue",
    "six.moves.queue.LifoQueue": "queue.LifoQueue",
    "six.moves.queue.PriorityQueue": "queue.PriorityQueue",
    "filelock._api.BaseFileLock": "filelock.FileLock",
}  # fmt: skip


def canonical(name: str) -> str:
    """The one name that the tables use for a dotted name."""
    return _ALIASES.get(name, name)


def is_library(module: str) -> bool:
    """Whether a module name belongs to the part of the library world that the tables describe."""
    return module in LIBRARY or module.partition(".")[0] in LIBRARY
