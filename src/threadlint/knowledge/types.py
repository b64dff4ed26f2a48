"""What library calls return, and which library types are containers, threads, pools or synchronised by themselves."""
from __future__ import annotations

THREADS = frozenset({"threading.Thread", "threading.Timer"})
"""Types whose `start()` runs code on a new thread of this process."""

POOLS = frozenset({
    "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.Executor", "multiprocessing.pool.ThreadPool",
})  # fmt: skip
"""Pools whose tasks run on threads of this process."""

PROCESS_POOLS = frozenset({
    "concurrent.futures.ProcessPoolExecutor", "multiprocessing.pool.Pool", "concurrent.futures.InterpreterPoolExecutor",
})  # fmt: skip

QUEUES = frozenset({
    "queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue", "multiprocessing.Queue",
    "multiprocessing.JoinableQueue", "multiprocessing.SimpleQueue",
})  # fmt: skip

SYNCHRONISED = QUEUES | THREADS | POOLS | PROCESS_POOLS | frozenset({
    "threading.Event", "threading.local", "threading.Barrier", "contextvars.ContextVar", "asyncio.Queue",
    "asyncio.Event", "concurrent.futures.Future", "itertools.count", "logging.Logger", "multiprocessing.Event",
    "multiprocessing.Value", "ft_utils.AtomicInt64", "ft_utils.AtomicReference", "ft_utils.ConcurrentDict",
    "cereggii.AtomicDict", "cereggii.AtomicInt64", "cereggii.AtomicRef",
})  # fmt: skip
"""Types that any number of threads may use at once without a lock of their own."""

DICTS = frozenset({
    "builtins.dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
    "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary", "collections.ChainMap", "collections.UserDict",
})  # fmt: skip
LISTS = frozenset({"builtins.list", "collections.deque", "collections.UserList", "builtins.bytearray"})
SETS = frozenset({"builtins.set", "weakref.WeakSet"})
CONTAINERS = DICTS | LISTS | SETS
"""Built-in and library types whose single operations are whole, and whose sequences of operations are not."""


def kind_of_container(name: str) -> str:
    """Whether a type is a dict, list or set, or a view of a dict; empty for anything else."""
    if name in DICTS or name.startswith("dict "):
        return "dict"
    return "list" if name in LISTS else "set" if name in SETS else ""


WEAK_CONTAINERS = frozenset({"weakref.WeakValueDictionary", "weakref.WeakKeyDictionary", "weakref.WeakSet"})

GROWS = frozenset({"append", "appendleft", "add", "insert", "extend", "extendleft", "update", "setdefault", "push"})
SHRINKS = frozenset({"pop", "popleft", "popitem", "remove", "discard", "clear"})
CHANGES = GROWS | SHRINKS | {
    "sort", "reverse", "rotate", "move_to_end", "subtract", "difference_update", "intersection_update",
    "symmetric_difference_update", "__setitem__", "__delitem__",
}  # fmt: skip
"""Methods that change a container in place."""

LIVE_VIEWS = frozenset({"keys", "values", "items"})
COPIES = frozenset({"copy", "tolist"})

RESULTS = "the results of tasks"
"""The type of what gives the results of the tasks that one call made, each when it is there."""
COMPLETED = "tasks as they complete"
"""The type of what gives tasks in the order in which they end."""

RETURNS: dict[str, str] = {
    "concurrent.futures.ThreadPoolExecutor.map": RESULTS,
    "concurrent.futures.Executor.map": RESULTS,
    "multiprocessing.pool.ThreadPool.imap": RESULTS,
    "multiprocessing.pool.ThreadPool.imap_unordered": RESULTS,
    "threading.current_thread": "threading.Thread",
    "threading.main_thread": "threading.Thread",
    "concurrent.futures.ThreadPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.Executor.submit": "concurrent.futures.Future",
    "concurrent.futures.ProcessPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.InterpreterPoolExecutor.submit": "concurrent.futures.Future",
    "multiprocessing.pool.ThreadPool.apply_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.ThreadPool.map_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.ThreadPool.starmap_async": "multiprocessing.pool.AsyncResult",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    "logging.getLogger": "logging.Logger",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "builtins.open": "io.TextIOWrapper",
    "socket.create_connection": "socket.socket",
    "multiprocessing.Manager": "multiprocessing.managers.SyncManager",
    "collections.OrderedDict.copy": "collections.OrderedDict",
    "builtins.dict.copy": "builtins.dict",
    "builtins.list.copy": "builtins.list",
    "builtins.set.copy": "builtins.set",
    "builtins.dict.fromkeys": "builtins.dict",
}
"""The type of the object that a library function or method gives, by canonical name."""

BUILTIN_CONTAINERS = {
    "builtins.dict": "builtins.dict", "builtins.list": "builtins.list", "builtins.set": "builtins.set",
    "builtins.sorted": "builtins.list", "builtins.bytearray": "builtins.bytearray",
    "builtins.frozenset": "builtins.frozenset", "builtins.tuple": "builtins.tuple",
}  # fmt: skip
"""Builtins that make a new container."""

TRANSPARENT = frozenset({
    "functools.wraps", "functools.lru_cache", "functools.cache", "functools.update_wrapper", "typing.cast",
    "typing.final", "typing.overload", "typing.override", "abc.abstractmethod", "builtins.staticmethod",
    "builtins.classmethod", "typing.no_type_check", "functools.singledispatch", "atexit.register", "types.coroutine",
    "asyncio.coroutine", "typing.runtime_checkable", "contextlib.contextmanager", "contextlib.asynccontextmanager",
    "dataclasses.dataclass", "functools.total_ordering", "enum.unique", "typing_extensions.final",
    "typing_extensions.override", "pytest.fixture",
})  # fmt: skip
"""Decorators that leave the function's body and the way it is called as they are, for all that matters here."""

SNAPSHOTS = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.dict", "builtins.set", "builtins.sorted", "builtins.frozenset"}
)
"""Builtins that copy a plain container in one step under the GIL."""

STREAMS = frozenset({"sys.stdout", "sys.stderr"})
"""What everything that is printed goes through, whoever prints it."""
