"""Who starts threads, and which argument runs on them."""
from __future__ import annotations

from typing import NamedTuple


class Spawner(NamedTuple):
    """A call that makes code run on another thread.

    `target` and `args`/`kwargs` are positions and keywords of the function and of what it is called with; `args` "rest"
    means the remaining positional arguments are passed on. `many`: one call runs it any number of times at once.
    `thread`: how messages call the thread. `domain` thread or process; `keyword` the target's keyword.
    """

    target: int
    keyword: str
    args: int | str | None
    many: bool = False
    thread: str = "thread"
    domain: str = "thread"


CONSTRUCTORS: dict[str, Spawner] = {
    "threading.Thread": Spawner(1, "target", 3, thread="thread"),
    "threading.Timer": Spawner(1, "function", 2, thread="timer"),
    "multiprocessing.Process": Spawner(1, "target", 3, thread="process", domain="process"),
}
"""Types whose instances run a function once `start()` is called."""

SUBMITTERS: dict[str, Spawner] = {
    "concurrent.futures.ThreadPoolExecutor.submit": Spawner(0, "fn", "rest", thread="pool task"),
    "concurrent.futures.Executor.submit": Spawner(0, "fn", "rest", thread="pool task"),
    "concurrent.futures.ThreadPoolExecutor.map": Spawner(0, "fn", None, many=True, thread="pool task"),
    "concurrent.futures.Executor.map": Spawner(0, "fn", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.apply_async": Spawner(0, "func", 1, thread="pool task"),
    "multiprocessing.pool.ThreadPool.map": Spawner(0, "func", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.map_async": Spawner(0, "func", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.imap": Spawner(0, "func", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.imap_unordered": Spawner(0, "func", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.starmap": Spawner(0, "func", None, many=True, thread="pool task"),
    "multiprocessing.pool.ThreadPool.starmap_async": Spawner(0, "func", None, many=True, thread="pool task"),
    "concurrent.futures.ProcessPoolExecutor.submit": Spawner(0, "fn", "rest", domain="process"),
    "concurrent.futures.ProcessPoolExecutor.map": Spawner(0, "fn", None, many=True, domain="process"),
    "multiprocessing.pool.Pool.apply_async": Spawner(0, "func", 1, domain="process"),
    "multiprocessing.pool.Pool.map": Spawner(0, "func", None, many=True, domain="process"),
    "asyncio.to_thread": Spawner(0, "func", "rest", thread="to_thread call"),
    "asyncio.AbstractEventLoop.run_in_executor": Spawner(1, "func", "rest", thread="executor call"),
    "_thread.start_new_thread": Spawner(0, "function", 1, thread="thread"),
    "_thread.start_joinable_thread": Spawner(0, "function", None, thread="thread"),
    "concurrent.futures.Future.add_done_callback": Spawner(0, "fn", None, thread="done-callback"),
}
"""Calls that hand a function to another thread at once."""

COMPLETING = ("set_result", "set_exception", "cancel")
"""Methods of a future that run its callbacks before they return."""

STARTING_WORDS = frozenset(name.rpartition(".")[2] for name in (*CONSTRUCTORS, *SUBMITTERS)) - {"map"}
"""Last names of what starts threads, to find out cheaply what starts none."""

LATER: dict[str, str] = {
    "threading.Timer": "timer",
    "asyncio.AbstractEventLoop.call_soon_threadsafe": "callback",
    "asyncio.AbstractEventLoop.call_later": "callback",
    "asyncio.AbstractEventLoop.call_at": "callback",
    "asyncio.AbstractEventLoop.call_soon": "callback",
    "asyncio.loop.call_soon_threadsafe": "callback",
    "atexit.register": "exit callback",
    "weakref.finalize": "finalizer",
    "signal.signal": "signal handler",
}
"""Calls that run a function later, and how messages call that."""
