"""Where threads begin, and whether several of them do at once."""
from __future__ import annotations

import pytest

from .watching import roots_of

HEAD = "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n\ndef work(*args): ...\n\n\n"


def threads(body: str) -> set[str]:
    return {root for root in roots_of(HEAD + body + "\n") if root.startswith("thread ")}


@pytest.mark.parametrize(
    ("body", "roots"),
    [
        ("threading.Thread(target=work).start()", {"thread work"}),
        ("threading.Thread(target=work)", set()),
        ("t = threading.Thread(target=work, name='poster')\nt.start()", {"thread poster"}),
        ("threading.Timer(1, work).start()", {"thread work"}),
        ("for _ in range(3):\n    threading.Thread(target=work).start()", {"thread work many"}),
        ("ts = [threading.Thread(target=work) for _ in range(3)]\nfor t in ts:\n    t.start()", {"thread work many"}),
        ("for _ in range(3):\n    t = threading.Thread(target=work)\n    t.start()\n    t.join()", {"thread work"}),
        ("threading.Thread(target=work).start()\nthreading.Thread(target=work).start()", {"thread work many"}),
        ("class W(threading.Thread):\n    def run(self): ...\n\n\nW().start()", {"thread W"}),
        ("with ThreadPoolExecutor() as pool:\n    pool.submit(work, 1)", {"thread work"}),
        ("with ThreadPoolExecutor() as pool:\n    pool.map(work, [1, 2])", {"thread work many"}),
        ("import functools\nthreading.Thread(target=functools.partial(work, 1)).start()", {"thread work"}),
        ("threading.Thread(target=lambda: work()).start()", {"thread lambda"}),
        ("def main():\n    threading.Thread(target=work).start()\n\n\nmain()", {"thread work"}),
    ],
)  # fmt: skip
def test_a_thread_begins_where_it_is_started(body: str, roots: set[str]) -> None:
    assert threads(body) == roots


LIBRARY = """
import threading

lock = threading.Lock()

def api():
    with lock:
        pass

def other():
    with lock:
        pass

def _private():
    with lock:
        pass
"""


def test_functions_of_a_library_that_concern_threads_are_entries() -> None:
    assert roots_of(LIBRARY) == {"main m", "entry api", "entry other", "entry _private"}


def test_what_a_script_with_threads_calls_is_no_entry() -> None:
    roots = roots_of(HEAD + "def helper(): ...\n\n\nhelper()\nthreading.Thread(target=work).start()\n")
    assert roots == {"main m", "thread work"}


def test_functions_that_concern_no_thread_are_not_run() -> None:
    assert roots_of("def api():\n    return 1\n") == {"main m"}


def test_the_configuration_says_who_is_called_by_any_thread() -> None:
    rest = {"main m", "entry other", "entry _private"}
    assert roots_of(LIBRARY, **{"assume-threaded": ["m.api"]}) == {"entry api many", *rest}
    assert roots_of(LIBRARY, **{"entry-points": ["m.api"]}) == {"thread api many", *rest}


def test_a_loop_over_threads_of_several_functions_need_not_start_one_of_them_twice() -> None:
    made = "def make(target):\n    return threading.Thread(target=target)\n\n\n"
    both = "threads = [make(work), make(other)]\nfor thread in threads:\n    thread.start()\n"
    assert roots_of(HEAD + "def other(): ...\n\n\n" + made + both) == {"main m", "thread work", "thread other"}
