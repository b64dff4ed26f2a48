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


def test_public_functions_of_a_library_are_entries() -> None:
    assert roots_of("def api(): ...\n\n\ndef _private(): ...\n") == {"main m", "entry api", "entry _private"}


def test_what_a_script_with_threads_calls_is_no_entry() -> None:
    roots = roots_of(HEAD + "def helper(): ...\n\n\nhelper()\nthreading.Thread(target=work).start()\n")
    assert roots == {"main m", "thread work"}


def test_the_configuration_says_who_is_called_by_any_thread() -> None:
    text = "def api(): ...\n\n\ndef other(): ...\n"
    assert roots_of(text, **{"assume-threaded": ["m.api"]}) == {"main m", "entry api many", "entry other"}
    assert roots_of(text, **{"entry-points": ["m.api"]}) == {"main m", "thread api many", "entry other"}
