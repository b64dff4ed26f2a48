"""Who may run with whom: after the start, until the join."""
from __future__ import annotations

import pytest

from .watching import together

HEAD = """
import queue
import threading
from concurrent.futures import ThreadPoolExecutor, wait

def work(*args):
    mark("w")

def begin(target):
    threading.Thread(target=target).start()

def other(*args):
    mark("o")

"""


def pairs(body: str) -> set[str]:
    return together(HEAD + body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('mark("m")\nt = threading.Thread(target=work)\nt.start()', set()),
        ('t = threading.Thread(target=work)\nt.start()\nmark("m")', {"m|w"}),
        ('t = threading.Thread(target=work)\nmark("m")\nt.start()', set()),
        ('t = threading.Thread(target=work)\nt.start()\nt.join()\nmark("m")', set()),
        ('t = threading.Thread(target=work)\nt.start()\nt.join(1)\nmark("m")', {"m|w"}),
        ('t = threading.Thread(target=work)\nt.start()\nif x:\n    t.join()\nmark("m")', {"m|w"}),
        ('if x:\n    threading.Thread(target=work).start()\nmark("m")', {"m|w"}),
        ("threading.Thread(target=work).start()\nthreading.Thread(target=other).start()", {"o|w"}),
        ("t = threading.Thread(target=work)\nt.start()\nt.join()\nthreading.Thread(target=other).start()", set()),
        ("ts = [threading.Thread(target=work) for _ in range(3)]\nfor t in ts:\n    t.start()", {"w|w"}),
        ('ts = [threading.Thread(target=work) for _ in range(3)]\nfor t in ts:\n    t.start()\n'
         'for t in ts:\n    t.join()\nmark("m")', {"w|w"}),
        ('with ThreadPoolExecutor() as pool:\n    pool.submit(work)\n    mark("m")', {"m|w"}),
        ('with ThreadPoolExecutor() as pool:\n    pool.submit(work)\nmark("m")', set()),
        ('pool = ThreadPoolExecutor()\npool.submit(work)\npool.shutdown()\nmark("m")', set()),
        ('pool = ThreadPoolExecutor()\npool.submit(work)\npool.shutdown(wait=False)\nmark("m")', {"m|w"}),
        ('pool = ThreadPoolExecutor()\npool.submit(work).result()\nmark("m")', set()),
        ("pool = ThreadPoolExecutor(max_workers=1)\npool.submit(work)\npool.submit(other)", set()),
        ("pool = ThreadPoolExecutor()\npool.submit(work)\npool.submit(other)", {"o|w"}),
        ("pool = ThreadPoolExecutor()\npool.map(work, [1, 2])", {"w|w"}),
        ('def begin():\n    threading.Thread(target=work).start()\n    mark("m")\n\nbegin()', {"m|w"}),
        ("def up():\n    threading.Thread(target=other).start()\n    work()\n\nbegin(up)", {"o|w"}),
    ],
)  # fmt: skip
def test_threads_run_beside_what_is_between_their_start_and_their_join(body: str, expected: set[str]) -> None:
    assert pairs(body) == expected


def test_a_returned_thread_is_joined() -> None:
    start = "def begin():\n    t = threading.Thread(target=work)\n    t.start()\n    return t\n\n"
    assert pairs(start + 't = begin()\nmark("m")\nt.join()\nmark("n")') == {"m|w"}


def test_public_functions_run_beside_each_other_only_with_evidence() -> None:
    text = 'def api():\n    mark("a")\n\n\ndef more():\n    mark("b")\n'
    assert together(text) == set()
    assert together(text, **{"assume-threaded": ["m"]}) == {"a|a", "a|b", "b|b"}


def test_a_public_function_runs_beside_the_threads_of_its_module() -> None:
    text = HEAD + 'def launch():\n    threading.Thread(target=work).start()\n    mark("a")\n'
    assert "a|w" in together(text)


def test_a_function_may_be_handed_to_one_that_starts_threads() -> None:
    assert "a|w" in together(HEAD + 'def api():\n    begin(work)\n    mark("a")\n')


def test_processes_meet_nobody() -> None:
    text = HEAD + 'import multiprocessing\nmultiprocessing.Process(target=work).start()\nmark("m")\n'
    assert together(text) == set()
