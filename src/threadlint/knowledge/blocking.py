"""What blocks: calls that can wait for another thread, another process or a device."""
from __future__ import annotations

from typing import NamedTuple

from .types import COMPLETED, RESULTS


class Wait(NamedTuple):
    """A call that waits. `what` is how messages call it; `on` is who ends the waiting: thread, future, futures (a list
    of them), pool, queue (an item comes), tasks (all items are done), put (an item is taken), event, condition,
    barrier, lock, io or time. `timeout` is the position of a timeout argument (also accepted by keyword `timeout`), or
    None; `block` that of a flag (by keyword `flag`) that makes it non-blocking when false."""

    what: str
    on: str
    timeout: int | None = None
    block: int | None = None
    flag: str = "block"


WAITS: dict[str, Wait] = {
    "threading.Thread.join": Wait("join", "thread", timeout=0),
    "threading.Timer.join": Wait("join", "thread", timeout=0),
    "multiprocessing.Process.join": Wait("join", "process", timeout=0),
    "concurrent.futures.Future.result": Wait("result", "future", timeout=0),
    "concurrent.futures.Future.exception": Wait("exception", "future", timeout=0),
    "multiprocessing.pool.AsyncResult.get": Wait("get", "future", timeout=0),
    "multiprocessing.pool.AsyncResult.wait": Wait("wait", "future", timeout=0),
    "concurrent.futures.wait": Wait("wait", "futures", timeout=1),
    "concurrent.futures.ThreadPoolExecutor.shutdown": Wait("shutdown", "pool", block=0, flag="wait"),
    "concurrent.futures.Executor.shutdown": Wait("shutdown", "pool", block=0, flag="wait"),
    "concurrent.futures.ThreadPoolExecutor.__exit__": Wait("the end of its `with`", "pool"),
    "multiprocessing.pool.ThreadPool.join": Wait("join", "pool"),
    "multiprocessing.pool.ThreadPool.map": Wait("map", "future"),
    "multiprocessing.pool.ThreadPool.starmap": Wait("starmap", "future"),
    f"{RESULTS}.__next__": Wait("map", "future"),
    f"{COMPLETED}.__next__": Wait("as_completed", "futures", timeout=1),
    "threading.Event.wait": Wait("wait", "event", timeout=0),
    "threading.Condition.wait": Wait("wait", "condition", timeout=0),
    "threading.Condition.wait_for": Wait("wait_for", "condition", timeout=1),
    "threading.Barrier.wait": Wait("wait", "barrier", timeout=0),
    "queue.Queue.get": Wait("get", "queue", timeout=1, block=0),
    "queue.LifoQueue.get": Wait("get", "queue", timeout=1, block=0),
    "queue.PriorityQueue.get": Wait("get", "queue", timeout=1, block=0),
    "queue.SimpleQueue.get": Wait("get", "queue", timeout=1, block=0),
    "multiprocessing.Queue.get": Wait("get", "queue", timeout=1, block=0),
    **{f"queue.{kind}.join": Wait("join", "tasks") for kind in ("Queue", "LifoQueue", "PriorityQueue")},
    **{f"queue.{kind}.put": Wait("put", "put", timeout=2, block=1) for kind in ("Queue", "LifoQueue", "PriorityQueue")},
    "time.sleep": Wait("sleep", "time"),
    "subprocess.run": Wait("run", "io"),
    "subprocess.call": Wait("call", "io"),
    "subprocess.check_call": Wait("check_call", "io"),
    "subprocess.check_output": Wait("check_output", "io"),
    "subprocess.Popen.wait": Wait("wait", "io", timeout=0),
    "subprocess.Popen.communicate": Wait("communicate", "io", timeout=1),
    "socket.create_connection": Wait("create_connection", "io"),
    "socket.socket.connect": Wait("connect", "io"),
    "socket.socket.recv": Wait("recv", "io"),
    "socket.socket.accept": Wait("accept", "io"),
    "socket.socket.sendall": Wait("sendall", "io"),
    "socket.socket.send": Wait("send", "io"),
    "urllib.request.urlopen": Wait("urlopen", "io"),
    **{
        f"urllib3.{kind}.{name}": Wait(name, "io")
        for kind in (
            "PoolManager",
            "ProxyManager",
            "HTTPConnectionPool",
            "HTTPSConnectionPool",
            "poolmanager.PoolManager",
            "poolmanager.ProxyManager",
            "connectionpool.HTTPConnectionPool",
            "connectionpool.HTTPSConnectionPool",
        )
        for name in ("urlopen", "request")
    },
    "requests.get": Wait("get", "io"),
    "requests.post": Wait("post", "io"),
    "requests.put": Wait("put", "io"),
    "requests.request": Wait("request", "io"),
    "requests.Session.get": Wait("get", "io"),
    "requests.Session.post": Wait("post", "io"),
    "requests.Session.request": Wait("request", "io"),
    "http.client.HTTPConnection.request": Wait("request", "io"),
    "http.client.HTTPConnection.getresponse": Wait("getresponse", "io"),
    "builtins.input": Wait("input", "io"),
    "select.select": Wait("select", "io", timeout=3),
    "os.system": Wait("system", "io"),
    "os.waitpid": Wait("waitpid", "io"),
    "builtins.open": Wait("open", "file"),
    "builtins.print": Wait("print", "file"),
    "io.TextIOWrapper.read": Wait("read", "file"),
    "io.TextIOWrapper.write": Wait("write", "file"),
}
"""By canonical name of the function or `Type.method`."""

CONSUMING = frozenset({
    "list", "tuple", "set", "dict", "sum", "sorted", "any", "all", "max", "min", "frozenset", "deque", "extend", "join",
})  # fmt: skip
"""Last names of what goes through what it is given at once."""

_QUEUES = ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")
ENDERS: dict[str, frozenset[str]] = {
    "queue": frozenset(f"queue.{kind}.{name}" for kind in _QUEUES for name in ("put", "put_nowait")),
    "tasks": frozenset(f"queue.{kind}.task_done" for kind in _QUEUES),
    "put": frozenset(f"queue.{kind}.{name}" for kind in _QUEUES for name in ("get", "get_nowait")),
    "event": frozenset({"threading.Event.set"}),
    "condition": frozenset(
        {"threading.Condition.notify", "threading.Condition.notify_all", "threading.Condition.notifyAll"}
    ),
    "barrier": frozenset({"threading.Barrier.wait"}),
}
"""By what is waited on: the calls on the same object by which another thread ends the waiting."""

SHORT = 5.0
"""Seconds: a constant timeout up to this is not worth a word (Infer's threshold)."""
