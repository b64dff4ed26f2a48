"""What does not fail, as far as threads are concerned: calls after which a worker goes on."""

from __future__ import annotations

HARMLESS_FUNCTIONS = frozenset({
    "builtins.len", "builtins.isinstance", "builtins.issubclass", "builtins.print", "builtins.str", "builtins.repr",
    "builtins.id",
    "builtins.bool", "builtins.list", "builtins.tuple", "builtins.dict", "builtins.set", "builtins.range",
    "builtins.enumerate",
    "builtins.zip", "builtins.min", "builtins.max", "builtins.hasattr", "builtins.type", "builtins.callable",
    "builtins.super",
    "builtins.reversed", "builtins.sorted", "builtins.frozenset", "builtins.any", "builtins.all", "builtins.abs",
    "builtins.round",
    "builtins.hash", "builtins.iter", "builtins.getattr", "builtins.setattr", "builtins.object", "builtins.bytearray",
    "builtins.sum", "builtins.format", "builtins.bytes",
    "time.time", "time.sleep", "time.monotonic", "time.perf_counter", "time.time_ns", "time.monotonic_ns",
    "time.perf_counter_ns",
    "time.process_time", "time.thread_time", "time.strftime", "time.gmtime", "time.localtime",
    "threading.current_thread", "threading.get_ident", "threading.get_native_id", "threading.main_thread",
    "threading.active_count", "threading.enumerate", "os.getpid", "os.getppid", "sys.exc_info", "traceback.print_exc",
    "traceback.format_exc", "gc.collect", "logging.getLogger", "sys.stderr.write", "sys.stdout.write",
    "sys.stdout.flush",
    "sys.stderr.flush", "functools.partial", "random.random", "random.uniform", "random.randint", "weakref.ref",
    "warnings.warn", "asyncio.set_event_loop", "asyncio.new_event_loop", "signal.pthread_sigmask",
    "contextlib.suppress",
    "contextlib.closing", "asyncio.wait_for", "asyncio.sleep", "asyncio.Event", "contextlib.nullcontext",
    "contextlib.ExitStack", "collections.deque",
})  # fmt: skip
"""Library functions that a worker may call without a `try`."""

HARMLESS_TYPES = frozenset({
    "threading.Event", "threading.Lock", "threading.RLock", "threading.Condition", "threading.Semaphore",
    "threading.BoundedSemaphore",
    "threading.Thread", "threading.Timer", "threading.local", "queue.Queue", "queue.SimpleQueue", "queue.LifoQueue",
    "queue.PriorityQueue", "multiprocessing.Queue", "logging.Logger", "builtins.dict", "builtins.list", "builtins.set",
    "collections.deque", "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "weakref.WeakSet",
    "itertools.count", "logging.LoggerAdapter", "multiprocessing.Event",
})  # fmt: skip
"""Types whose methods do not fail in a way that a worker has to reckon with."""

LOGGING_METHODS = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace", "notice",
    "verbose", "print_exc",
    "success", "msg", "err", "report", "debug_log", "error_log",
})  # fmt: skip
"""Methods of anything called log or logger that only write a message."""

HARMLESS_METHODS = frozenset({
    "append", "appendleft", "add", "discard", "clear", "is_set", "isSet", "task_done", "put_nowait", "put", "qsize",
    "empty", "full",
    "items", "keys", "values", "copy", "startswith", "endswith", "strip", "lower", "upper", "format", "is_alive",
    "acquire", "release",
    "notify", "notify_all", "wait", "set", "total_seconds", "setdefault", "extend", "locked", "join", "popleft",
    "rstrip",
    "lstrip", "split", "replace", "qualname", "setDaemon", "setName", "getName",
})  # fmt: skip
"""Methods that do not fail whatever they are called on, in all likelihood."""

CLEANUP_METHODS = frozenset({
    "close", "shutdown", "cancel", "unlink", "remove", "rmtree", "kill", "terminate", "stop", "disconnect", "quit",
    "flush", "release",
    "join", "delete", "dispose", "destroy", "cleanup", "unregister", "detach", "closesocket", "abort", "disable",
    "rmdir", "send_signal",
    "aclose", "__exit__", "killpg", "logout", "rollback", "unlock", "removedirs", "unbind", "server_close",
    "shutdown_asyncgens",
    "setsockopt", "settimeout", "fileno", "removeHandler", "excepthook", "unsubscribe", "wait", "poll", "purge",
    "clear", "reset",
})  # fmt: skip
"""Calls that tidy up: nobody wants to hear that they failed."""
