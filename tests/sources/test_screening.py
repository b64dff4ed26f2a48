"""Which texts may concern threads."""
from __future__ import annotations

import re

import pytest

from threadlint.knowledge.screening import SIGNS
from threadlint.sources import screen


@pytest.mark.parametrize(
    "text",
    [
        "import threading\nthreading.Thread(target=f).start()",
        "import os, threading as t",
        "from threading import Lock",
        "from threading import (\n    Lock,\n)",
        "if x:\n    from threading import Lock",
        "try: from threading import Lock\nexcept ImportError: pass",
        "import _thread\n_thread.start_new_thread(f, ())",
        "from _thread import allocate_lock",
        "from concurrent.futures import ThreadPoolExecutor",
        "from concurrent import futures",
        "import concurrent.futures as cf",
        "with ThreadPoolExecutor() as pool: pass",
        "class Worker(Thread):\n    pass",
        "class Worker(QThread, Other):\n    pass",
        "class Worker(compat.Thread):\n    pass",
        "await asyncio.to_thread(f)",
        "await loop.run_in_executor(None, f)",
        "asyncio.run_coroutine_threadsafe(c, loop)",
        "loop.call_soon_threadsafe(f)",
        "self.lock.acquire()",
        "self.lock.release()",
        "with self._lock:\n    pass",
        "    with lock:\n        pass",
        "with self._locks[key]:\n    pass",
        "with self.lock(), other:\n    pass",
        "with db.write_lock(key) as held:\n    pass",
        "with open(p) as f, self.Lock:\n    pass",
        "async with self._lock:\n    pass",
        "with self.rlock:\n    pass",
        "self._mutex = make()",
        "lock = RLock()",
        "import queue\nq = queue.Queue()",
        "from queue import Empty",
        "q = SimpleQueue()",
        "import multiprocessing\nmultiprocessing.Pool()",
        "from multiprocessing.pool import ThreadPool",
        "cond.notify_all()",
        "pool.submit(f, 1)",
        "future.add_done_callback(f)",
        "class H(logging.Handler):\n    pass",
        "class H(Handler):\n    pass",
        "class H(BaseHTTPRequestHandler):\n    pass",
        "socketserver.ThreadingTCPServer(a, h)",
        "class Server(ThreadingMixIn, HTTPServer): pass",
        "signal.signal(signal.SIGINT, f)",
        "weakref.finalize(self, f)",
        "os.fork()",
        "p = subprocess.Popen(a, stdout=subprocess.PIPE)\np.wait()",
        "p = Popen(a, stdout=PIPE)\np.wait()",
        "sys._is_gil_enabled()",
        "sysconfig.get_config_var('Py_GIL_DISABLED')",
        "import filelock\nfilelock.FileLock(p)",
        "async def f():\n    time.sleep(1)",
        "async def f():\n    subprocess.run(a)",
        "x = 1  # threadlint: ignore[THR101] because",
        "# threadlint: ignore-file[THR2]",
        "import threading\r# old line ends\rlock = threading.Lock()",
    ],
)
def test_a_text_with_a_sign_of_concurrency_is_hot(text: str) -> None:
    assert screen(text)
    assert screen(text.encode())
    assert screen(f"'é' # x\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "# import threading; threading.Lock()",
        "x = 1  # uses threading.Thread(",
        '"""This is not thread-safe, see threading for more."""',
        '"""Runs on several threads at once."""',
        "import threading",
        "thread = post.thread",
        "thread_count = 3",
        "with block:\n    pass",
        "with self.clock:\n    pass",
        "with self.unlock:\n    pass",
        "with transaction.atomic():\n    pass",
        "blocks = [block for block in clock]",
        "self.queue.append(x)",
        "from .queue import Thing",
        "from app.threading import Thing",
        "concurrent = 3",
        "def execute(self): return Executors",
        "stdout=PIPE",
        "time.sleep(1)",
        "async def f():\n    await sleep(1)",
        "x = 1  # noqa: E501, THR101",
        "signals.signal",
        "raise SocketBlocked(x)",
        "def __del__(self): pass",
    ],
)
def test_a_text_without_one_is_cold(text: str) -> None:
    assert not screen(text)
    assert not screen(text.encode())


@pytest.mark.parametrize(
    ("text", "words", "hot"),
    [
        ("class Late(Worker): pass", {"Worker"}, True),
        ("class Late(Workers): pass", {"Worker"}, False),
        ("x = 1  # Worker", {"Worker"}, False),
        ("# Worker\nWorker()", {"Worker"}, True),
        ("Work\nWorker_", {"Worker", "Work"}, True),
        ("größe()", {"größe"}, True),
        ("x", set(), False),
        ("class Late(Worker): pass", {f"W{i}" for i in range(99)}, False),
        ("class Late(Worker): pass", {f"W{i}" for i in range(99)} | {"Worker"}, True),
        ("größe()", {f"W{i}" for i in range(99)} | {"größe"}, True),
    ],
)
def test_words_of_the_program_count_as_whole_words_outside_comments(text: str, words: set[str], hot: bool) -> None:
    assert screen(text, words) is hot


def test_no_sign_is_written_twice() -> None:
    assert len(set(SIGNS)) == len(SIGNS)


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("text", ["Late(Worker)", "xWorker", "WWorker", "WorkerW Worker", "x_Worker", "x.Worker"])
def test_few_words_and_many_are_found_alike(text: str, count: int) -> None:
    words = {"Worker", *(f"{letter}{number}" for letter in "Wx_" for number in range(count))}
    assert screen(text, words) is bool(re.search(r"\bWorker\b", text))
