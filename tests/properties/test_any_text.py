"""No text whatever makes threadlint fail: at worst it is unreadable, and says so."""
from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.programs import written

from threadlint.config import Config
from threadlint.engine import Request, judge
from threadlint.model.finding import Confidence

SOME = settings(max_examples=40, deadline=None, derandomize=True)
FRAGMENTS = st.sampled_from([
    "import threading\n", "from threading import *\n", "lock = threading.Lock()\n", "with lock:\n", "    pass\n",
    "def f(self, *args):\n", "class A(threading.Thread):\n", "    def run(self):\n", "        ", "self.x += 1\n",
    "lock.acquire()", "lock.release()\n", "try:\n", "finally:\n", "except* E:\n", "yield\n", "await g()\n", "async ",
    "lambda: ", "f'{lock}'", "match x:\n", "    case [a, *b] if c:\n", "global x\n", "nonlocal y\n", "return\n",
    "while True:\n", "for i in x:\n", "threading.Thread(target=f).start()\n", "pool.submit(f, 1)\n", "@decorated\n",
    "x: int = 1\n", "del x\n", "import a.b as c\n", "from . import d\n", "(", ")", "[", "]", ":", "=", "\\", "\n",
    "\t", "\r", "\f", "\ufeff", "\0", "'''", "# threadlint: ignore[THR1", "# noqa", "é", "𝄞",
])  # fmt: skip


def judged(*texts: bytes) -> None:
    """Judge the texts as one program, with every rule; nothing may raise."""
    with tempfile.TemporaryDirectory() as name:
        for number, text in enumerate(texts):
            (Path(name) / f"m{number}.py").write_bytes(text)
        config = Config(root=Path(name), strict=True, min_confidence=Confidence.LOW, free_threaded=True)
        report = judge(Request(paths=(name,), config=config, jobs=1, cache=False))
        assert not report.failures, report.failures[0]
        for finding in report.findings:
            assert report.texts.where(finding.at).line >= 1


@SOME
@given(st.lists(FRAGMENTS, max_size=40), st.lists(FRAGMENTS, max_size=10))
def test_texts_that_look_like_python(first: list[str], second: list[str]) -> None:
    judged("".join(first).encode(), ("import m0\n" + "".join(second)).encode())


@SOME
@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    judged(data, b"import threading\nlock = threading.Lock()\n" + data)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.data())
def test_programs_cut_off_anywhere(seed: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        texts = [path.read_bytes() for path in written(Path(name), seed, count=1)]
    index = data.draw(st.integers(0, len(texts) - 1))
    texts[index] = texts[index][: data.draw(st.integers(0, len(texts[index])))]
    judged(*texts)
