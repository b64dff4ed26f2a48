"""Which functions burn processor time, and what relieves them."""

from __future__ import annotations

import pytest

from threadlint.analyses.throughput.burning import burning
from threadlint.workshop.programs import linked

BURNING = {
    "nested loops": "def f(n):\n    s = 0\n    for i in range(n):\n"
    "        for j in range(n):\n            s += i * j\n    return s\n",
    "a large range": "def f():\n    s = 0\n    for i in range(10 ** 6):\n        s += i * i\n    return s\n",
    "a sum": "def f():\n    return sum(i * i for i in range(1_000_000))\n",
    "recursion": "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n",
    "a counting loop": "def f(n):\n    while n > 0:\n        n -= 1\n",
    "a helper that computes": "def g(n):\n    s = 0\n    for i in range(10 ** 6):\n        s += i * n\n"
    "    return s\ndef f():\n    return g(3)\n",
}
NOT_BURNING = {
    "a short loop": "def f():\n    s = 0\n    for i in range(10):\n        s += i * i\n    return s\n",
    "counting only": "def f():\n    global n\n    for _ in range(10 ** 6):\n        n += 1\n",
    "sleep": "import time\ndef f():\n    for i in range(10 ** 6):\n        print(i * i)\n        time.sleep(1)\n",
    "a file": "def f():\n    for i in range(10 ** 6):\n"
    "        with open(str(i * i)) as file:\n            file.read()\n",
    "something unknown": "def f(g):\n    for i in range(10 ** 6):\n        g(i * i)\n",
    "hashing": "import hashlib\ndef f(b):\n    for i in range(10 ** 6):\n        hashlib.sha256(b * i).digest()\n",
    "a helper that waits": "import time\ndef g(n):\n    time.sleep(n)\n"
    "def f():\n    for i in range(10 ** 6):\n        g(i * i)\n",
    "a queue": "import queue\nq = queue.Queue()\ndef f():\n    for i in range(10 ** 6):\n        print(q.get() * i)\n",
}


def burns(text: str) -> bool:
    program = linked({"main.py": text})
    function = next(each for each in program.functions if each.name == "f")
    return program.ask(burning).of(function).burns


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in BURNING.items()])
def test_evidence_is(text: str) -> None:
    assert burns(text)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in NOT_BURNING.items()])
def test_no_evidence_or_relief_is(text: str) -> None:
    assert not burns(text)
