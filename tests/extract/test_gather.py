"""The facts of many texts are the same whoever reads them."""
from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.syntax.library import library_texts

from threadlint.extract import extract, facts_of, gather, workers
from threadlint.extract.gather import chunks
from threadlint.extract.store import Store
from threadlint.model.sources import Source


def source(name: str, text: str) -> Source:
    return Source(name, name, text, hashlib.blake2b(text.encode("utf-8", "surrogatepass")).digest(), True)


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    texts = [*library_texts(9, seed=5), ("broken.py", "def f(:\n"), ("strange.py", "'\ud800'"), ("twice.py", "a = 1\n")]
    return [*(source(name, text) for name, text in texts), source("again.py", "a = 1\n")]


@pytest.fixture(autouse=True)
def small_threshold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gather, "FEWEST_CHARACTERS", 1)
    yield


def test_workers_store_and_executor_change_nothing(sources: list[Source], tmp_path: Path) -> None:
    wanted = [extract(each.text) for each in sources]
    assert facts_of(sources, Store(None), jobs=1) == wanted
    assert facts_of(sources, Store(tmp_path), jobs=2) == wanted
    assert facts_of(sources, Store(tmp_path), jobs=2) == wanted
    assert facts_of(sources[::-1], Store(tmp_path), jobs=1) == wanted[::-1]
    with ThreadPoolExecutor(2) as executor:
        assert facts_of(sources, Store(None), jobs=1, executor=executor) == wanted


def test_a_warm_store_needs_no_parser(sources: list[Source], tmp_path: Path) -> None:
    facts_of(sources, Store(tmp_path), jobs=1)
    code = (
        "import sys, hashlib\nfrom pathlib import Path\nfrom threadlint.extract import Store, facts_of\n"
        "from threadlint.model.sources import Source\n"
        "text = 'a = 1\\n'\n"
        "s = Source('a', 'a', text, hashlib.blake2b(text.encode()).digest(), True)\n"
        "[f] = facts_of([s], Store(Path(sys.argv[1])), jobs=2)\n"
        "assert f.functions[0].binds == ('a',) and 'libcst' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)]).returncode == 0


def test_entries_that_make_no_sense_are_read_again(sources: list[Source], tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_many({each.digest: b"nonsense" for each in sources})
    assert facts_of(sources[-2:], store, jobs=1) == [extract("a = 1\n")] * 2


def test_lost_workers_cost_only_time(sources: list[Source], monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [extract(each.text) for each in sources]
    monkeypatch.setattr(workers, "_START", "import sys; sys.stdin.buffer.read(20)")
    assert facts_of(sources, Store(None), jobs=2) == wanted
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    assert facts_of(sources, Store(None), jobs=2) == wanted


def _inside(texts: list[str]) -> list[bool]:
    from threadlint.extract import gather as there

    there.FEWEST_CHARACTERS = 1
    found = facts_of([source(str(i), text) for i, text in enumerate(texts)], Store(None), jobs=2)
    return [facts.failure is None for facts in found]


def test_daemonic_processes_can_have_workers() -> None:
    texts = [f"x{i} = 1\n" * 50 for i in range(20)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_inside, (texts,)) == [True] * 20


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_the_keyboard_interrupts_at_once_and_leaves_no_workers() -> None:
    code = (
        "import signal\nfrom threadlint.extract import Store, facts_of\nfrom threadlint.model.sources import Source\n"
        # A shell starts background jobs with the signal ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "texts = [f'x{i} = {{1: [a, b.c(d)]}}\\n' * 4000 for i in range(200)]\n"
        "sources = [Source(str(i), 'm', t, str(i).encode(), True) for i, t in enumerate(texts)]\n"
        "print('ready', flush=True)\n"
        "facts_of(sources, Store(None), jobs=2)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in errors
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_chunks_are_balanced_and_complete() -> None:
    texts = ["x" * size for size in (5, 50_000, 10, 20_000, 30_000, 1, 2)]
    groups = chunks(texts, 2)
    assert sorted(index for group in groups for index in group) == list(range(7))
    weights = [sum(len(texts[i]) for i in group) for group in groups]
    assert max(weights) < 51_000
    assert chunks(["a"], 8) == [[0]]
