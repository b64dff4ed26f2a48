"""What becomes of threads, timers, pools and futures: followed through names, containers, methods and modules."""

from __future__ import annotations

import pytest

from threadlint.analyses.lifecycle.lifetimes import Life, lifetimes
from threadlint.analyses.lifecycle.worker_loops import leads_out, worker_loops
from threadlint.workshop.programs import linked

HEAD = (
    "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n\ndef work(*args):\n    print(args)\n\n\n"
)


def only_life(text: str, **others: str) -> Life:
    """The one life of a program."""
    program = linked({"main.py": HEAD + text, **{f"{name}.py": source for name, source in others.items()}})
    (life,) = program.ask(lifetimes).all
    return life


JOINED = {
    "a local": "t = threading.Thread(target=work)\nt.start()\nt.join()\n",
    "a list": "ts = []\nfor i in range(3):\n    t = threading.Thread(target=work)\n    ts.append(t)\n"
    "for t in ts:\n    t.start()\nfor t in ts:\n    t.join()\n",
    "a comprehension": "ts = [threading.Thread(target=work) for _ in range(3)]\nfor t in ts:\n"
    "    t.start()\n[t.join() for t in ts]\n",
    "a dictionary": "ts = {}\nts['a'] = threading.Thread(target=work)\nts['a'].start()\n"
    "for t in ts.values():\n    t.join()\n",
    "a tuple": "a, b = threading.Thread(target=work), 1\na.start()\na.join()\n",
    "an attribute": "class A:\n    def go(self):\n"
    "        self._t = threading.Thread(target=work)\n        self._t.start()\n"
    "    def end(self):\n        self._t.join()\nA().go()\n",
    "a helper": "def make():\n    return threading.Thread(target=work)\nt = make()\nt.start()\nt.join()\n",
    "a base class": "class A:\n    def end(self):\n        self.t.join()\nclass B(A):\n    def __init__(self):\n"
    "        self.t = threading.Thread(target=work)\n        self.t.start()\nB().end()\n",
    "a bound method": "import atexit\nt = threading.Thread(target=work)\nt.start()\natexit.register(t.join)\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in JOINED.items()])
def test_a_thread_is_followed_to_its_join_through(text: str) -> None:
    life = only_life(text)
    assert life.is_started
    assert life.is_done("join")


ESCAPING = {
    "returned": "def f():\n    t = threading.Thread(target=work)\n    return t\n",
    "yielded": "def f():\n    t = threading.Thread(target=work)\n    yield t\n",
    "passed on": "def f(g):\n    t = threading.Thread(target=work)\n    g(t)\n",
    "stored elsewhere": "def f(o):\n    o.thread = threading.Thread(target=work)\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ESCAPING.items()])
def test_a_thread_escapes_when_it_is(text: str) -> None:
    assert only_life(text).escapes


DAEMONS = {
    "t = threading.Thread(target=work, daemon=True)\n": True,
    "t = threading.Thread(target=work)\nt.daemon = True\n": True,
    "t = threading.Thread(target=work)\nt.setDaemon(True)\n": True,
    "t = threading.Thread(target=work, daemon=False)\n": False,
    "t = threading.Thread(target=work)\n": False,
    "def f(flag):\n    t = threading.Thread(target=work, daemon=flag)\n": None,
    "def f(**options):\n    t = threading.Thread(target=work, **options)\n": None,
    "class A(threading.Thread):\n    daemon = True\nA()\n": True,
    "class A(threading.Thread):\n    def __init__(self):\n        super().__init__(daemon=True)\nA()\n": True,
    "class A(threading.Thread):\n    def __init__(self):\n        "
    "super().__init__()\n        self.daemon = True\nA()\n": True,
}


@pytest.mark.parametrize(("text", "daemon"), DAEMONS.items())
def test_whether_a_thread_is_a_daemon(text: str, daemon: bool | None) -> None:
    assert only_life(text).daemon is daemon


def test_a_thread_made_in_one_module_is_joined_in_another() -> None:
    life = only_life("t = threading.Thread(target=work)\nt.start()\n", other="import main\nmain.t.join()\n")
    assert life.is_done("join")


LOOPS = {
    "while True:\n        print(1)": False,
    "while True:\n        if input():\n            break": True,
    "while True:\n        return": True,
    "while True:\n        for x in range(3):\n            break": False,
    "while True:\n        raise ValueError": True,
    "while True:\n        try:\n            raise ValueError\n        except Exception:\n            pass": False,
    "while True:\n        sock.recv(3)": True,
    "while True:\n        try:\n            sock.recv(3)\n        except Exception:\n            print(1)": False,
    "while True:\n        try:\n            sock.recv(3)\n        except OSError:\n            print(1)": True,
    "while True:\n        import sys\n        sys.exit()": True,
    "while True:\n        print(todo.get())": False,
}


@pytest.mark.parametrize(("loop", "leads"), LOOPS.items())
def test_whether_anything_leads_out_of_a_loop(loop: str, leads: bool) -> None:
    text = f"import queue\nsock = object()\ntodo = queue.Queue()\ndef run():\n    {loop}\n"
    text += "threading.Thread(target=run).start()\n"
    (found,) = linked({"main.py": HEAD + text}).ask(worker_loops)
    assert found.is_endless
    assert leads_out(found.loop) is leads
