"""Calls that keep their word: they may stand between taking a lock and giving it back without a `finally`.

Anything can fail, strictly speaking; a program does not meet the failure of these in practice. What a worker thread
need not be guarded against is another table (`raising`): there a failed cleanup matters less, here any call that
leaves early does.
"""
from __future__ import annotations

KEEPING_BUILTINS = frozenset({
    "len", "isinstance", "issubclass", "id", "print", "repr", "str", "bool", "list", "tuple", "dict", "set",
    "frozenset", "range", "type", "hasattr", "super", "object", "callable", "enumerate", "zip", "reversed", "sorted",
    "any", "all", "abs", "sum", "hash", "min", "max", "iter", "map", "filter", "globals", "locals", "vars", "bytearray",
    "bytes", "round", "format", "staticmethod", "property",
})  # fmt: skip
"""Builtins, by plain name."""

KEEPING_METHODS = frozenset({
    "append", "appendleft", "add", "discard", "clear", "get", "setdefault", "keys", "values", "items", "copy", "extend",
    "update", "insert", "iteritems", "itervalues", "iterkeys", "sort", "reverse", "count", "notify", "notify_all",
    "notifyAll", "set", "is_set", "isSet", "is_alive", "isAlive", "locked", "release", "acquire", "wait", "startswith",
    "endswith", "strip", "rstrip", "lstrip", "lower", "upper", "join", "replace", "split", "title", "format", "debug",
    "info", "warning", "warn", "error", "exception", "critical", "log", "isEnabledFor", "cancel", "done", "cancelled",
    "total_seconds", "daemon", "setDaemon",
})  # fmt: skip
"""Methods of anything whose type is not known."""

KEEPING_FUNCTIONS = frozenset({
    "time.time", "time.monotonic", "time.perf_counter", "time.sleep", "time.process_time", "time.time_ns", "os.getpid",
    "threading.current_thread", "threading.get_ident", "threading.active_count", "threading.main_thread",
    "sys.exc_info", "warnings.warn", "gc.disable", "gc.enable", "random.random", "random.randint",
    "datetime.datetime.now", "datetime.datetime.utcnow", "weakref.ref", "functools.partial", "typing.cast",
    "os.path.join", "traceback.print_exc", "traceback.format_exc", "collections.deque", "collections.OrderedDict",
    "collections.defaultdict",
})  # fmt: skip
"""Library functions, by canonical name."""

KEEPING_OWNERS = ("logging.", "threading.", "itertools.")
"""Libraries whose functions and constructors keep their word."""

NEVER_RETURN = frozenset({
    "os._exit", "os.abort", "os.execv", "os.execve", "os.execvp", "os.execl", "os.execlp", "sys.exit", "builtins.exit",
    "builtins.quit",
})  # fmt: skip
"""Functions after which nothing of the caller runs; the exits raise, the others end the process."""

MEMORISING = frozenset(
    {"cache", "lru_cache", "cached_property", "memoize", "memoized", "reify", "memoized_property", "cachedproperty"}
)
"""Last names of decorators that call the function once and keep what it gave."""
