"""Whatever program a fix is made for: it parses, silences its finding, is stable, and touches nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from threadlint.fixes import apply
from threadlint.hosts.cli.fixing import parses
from threadlint.model.finding import Finding
from threadlint.workshop import programs

from .judged import comments, judged

ROOT = Path(__file__).parents[2]
PROGRAMS = [
    each
    for each in [*programs.fixture_programs(ROOT / "fixtures"), *programs.every_page_program()]
    if len(each.texts) == 1 and any(code in text for text in each.texts.values() for code in ("THR1", "THR3", "THR4"))
]

CORES = {
    "target called": "t = threading.Thread({a}target{e}work({a}1{b}){a}){c}\nt.start()\nt.join()\n",
    "no tuple": "t = threading.Thread({a}target=work,{b}args{e}({a}'abc'{b}){a}){c}\nt.start()\nt.join()\n",
    "a number": "t = threading.Thread(target=work,{a}args{e}5{b}){c}\nt.start()\nt.join()\n",
    "as group": "t = threading.Thread({a}work{b}){c}\nt.start()\nt.join()\n",
    "run": "t = threading.Thread(target=work, args=(1,))\nt{s}.{s}run({a}){c}\n",
    "chained": "t = threading.Thread(target=work,{a}args=(1,){b}){s}.{s}start({s}){c}\n",
    "setDaemon": "t = threading.Thread(target=work, args=(1,))\nt.setDaemon({s}True{s}){c}\nt.start()\nt.join()\n",
    "getName": "t = threading.Thread(target=work, args=(1,))\nprint(t.getName({s})){c}\nt.start()\nt.join()\n",
    "currentThread": "print(threading{s}.{s}currentThread({a})){c}\n",
    "with acquire": "lock = threading.Lock()\nwith lock{s}.{s}acquire({a}):{c}\n    work(1)\n",
    "a class": "class Box:\n    def __init__(self):\n        self.lock = threading.Lock{c}\n        self.n = 0\n"
    "    def put(self):\n        with self.lock:\n            self.n = 1\n",
    "endless": "def loop():\n    while True:\n        print(1)\n\n\nthreading.Thread({a}target=loop{b}).start(){c}\n",
    "endless, comma": "def loop():\n    while True:\n        print(1)\n\n\n"
    "threading.Thread({a}target=loop,{b}).start()\n",
    "endless, group": "def loop():\n    while True:\n        print(1)\n\n\n"
    "threading.Thread({a}target=(loop){b}).start(){c}\n",
    "acquire": "lock = threading.Lock()\n\n\ndef save(path):\n    lock.acquire(){c}\n    x = {s}open({a}path{b})\n"
    "    x.write('''\none\n  two''')\n\n    # last\n    lock.release()\n    return x\n",
    "pool": "def pool(urls):\n    from concurrent.futures import ThreadPoolExecutor\n"
    "    p = ThreadPoolExecutor({a}3{b}){c}\n    text = f'''\n{{urls}}\n'''\n"
    "    return [text, p.submit({a}work, 1{b}).result()]\n",
    "no super": "class Job(threading.Thread):\n    def __init__(self, n):{c}\n        'A job.'\n        self.n = n\n\n"
    "    def run(self):\n        print(self.n)\n\n\nJob(3).start()\n",
    "start not called": "t = threading.Thread({a}target=work,{b}args=(1,)){c}\nt{s}.{s}start{c}\nt.join()\n",
    "join not called": "t = threading.Thread({a}target=work, args=(1,),{b})\nt.start()\nt{s}.{s}join{c}\n",
    "cancel not called": "t = threading.Timer({a}60, work,{b}[1])\nt.start()\ninput()\nt.cancel{s};{s}print(2){c}\n",
    "timer called": "t = threading.Timer(5,{a}work({s}n{e}1{s}){b}){c}\nt.start()\nt.join()\n",
    "submit called": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as p:\n"
    "    f = p.submit({a}work({s}[1,\n        2]{s}){b}){c}\n    f.result()\n",
    "a name in parentheses": "def one(n):\n    print(n)\n\n\ndef start(x):\n"
    "    t = threading.Thread(target=one,{a}args{e}({s}x{s}){b}){c}\n    t.start()\n    t.join()\n\n\nstart(1)\n",
    "an element in parentheses": "xs = [[1], [2]]\nt = threading.Thread(target=work,{a}args{e}({s}xs[0]{b})){c}\n"
    "t.start()\nt.join()\n",
    "chained, kept in an attribute": "class Box:\n    def open(self):\n"
    "        self.t = threading.Thread({a}target=work, args=(1,){b}).start(){c}\n",
    "pool, many lines": "def pool(urls):\n    from concurrent.futures import ThreadPoolExecutor\n"
    "    if urls:\n        p = ThreadPoolExecutor({a}3{b}){c}\n        # first\n\n        for url in urls:\n"
    "            r = p.submit({a}work, url{b})  # ☃\n            print(r.result(\n1))\n        return 1\n",
    "no super, on one line": "class Job(threading.Thread):\n    def __init__(self, n): self.n = n{c}\n\n"
    "    def run(self):\n        print(self.n)\n\n\nJob(3).start()\n",
    "setDaemon, in a branch": "t = threading.Thread(target=work, args=(1,))\nif t:\n    t.setDaemon({a}not 0{b}){c}\n"
    "else: t.setName({s}'é'{s}){c}\nt.start()\nt.join()\n",
    "twice": "lock = threading.Lock(){c}\n\n\ndef outer():\n    with lock:\n        inner()\n\n\n"
    "def inner():\n    with lock:\n        work(1)\n\n\nouter()\n",
}
SPACES = st.sampled_from(["", " ", "  "])
BREAKS = st.sampled_from(["", " ", "\n    ", " # why\n    ", "\n\n        ", " \\\n  ", "\n# ☃ (\n", "\t"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
NAMES = st.sampled_from(["work", "wörk", "работа", "w"])
INDENTS = st.sampled_from(["    ", "\t", "  ", " \t"])
COMMENTS = st.sampled_from(["", "  # a comment", "  # ünïcödé ☃"])


def spelled(name: str, **parts: str) -> str:
    """A core with everything around it that it needs."""
    head = "import threading\n\n\ndef work(n):\n    print(n)  # say it\n\n\n"
    plain = {"s": "", "a": "", "b": "", "c": "", "e": "="}
    return head + CORES[name].format(**{**plain, **parts})


@pytest.mark.parametrize("name", sorted(CORES))
def test_what_is_plainly_written_has_a_fix(name: str) -> None:
    fixes = [finding.fix for finding in judged(spelled(name)).findings]
    assert any(fixes), name


@pytest.mark.parametrize("program", [pytest.param(each, id=each.id) for each in PROGRAMS])
def test_every_fix_of_a_believable_program(program: programs.Program) -> None:
    text = next(iter(program.texts.values()))
    for finding in judged(text).findings:
        if finding.fix is not None:
            check(text, finding)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(CORES)),
    SPACES,
    BREAKS,
    BREAKS,
    COMMENTS,
    st.sampled_from(["=", " = "]),
    ENDS,
    NAMES,
    INDENTS,
)
def test_every_fix_of_a_strangely_written_program(
    name: str, s: str, a: str, b: str, c: str, e: str, end: str, called: str, indent: str
) -> None:
    text = spelled(name, s=s, a=a, b=b, c=c, e=e)
    text = re.sub(r"\bwork\b", called, text)
    text = re.sub(r"^(?:    )+", lambda found: indent * (len(found[0]) // 4), text, flags=re.MULTILINE)
    text = text.replace("\n", end)
    if not parses(text):
        return
    for finding in judged(text).findings:
        if finding.fix is not None:
            check(text, finding)


def check(text: str, finding: Finding) -> None:
    """One fix, applied alone."""
    assert finding.fix is not None
    after = apply(text, [finding.fix])
    assert after != text
    assert parses(after), after
    assert comments(after) == comments(text)
    again = judged(after)
    mine = [each for each in again.findings if same(each, finding, text, after)]
    assert not mine, (finding.message, after)
    assert again.failures == ()
    assert untouched(text, after, finding)


def same(one: Finding, other: Finding, text: str, after: str) -> bool:
    """Whether two findings, before and after, say the same of the same line."""
    if one.rule != other.rule or one.message != other.message:
        return False
    return line_of(after, one.at.start) == line_of(text, other.at.start)


def line_of(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return text[start : end if end >= 0 else len(text)]


def untouched(text: str, after: str, finding: Finding) -> bool:
    """Whether what stands outside the edits is as it was."""
    assert finding.fix is not None
    first = min(edit.at.start for edit in finding.fix.edits)
    last = max(edit.at.end for edit in finding.fix.edits)
    return after.startswith(text[:first]) and after.endswith(text[last:])


def test_fixing_ends_and_leaves_nothing_that_is_safe_to_fix() -> None:
    text = (
        "import threading\n\n\ndef work(n):\n    print(n)\n\n\n"
        "t = threading.Thread(target=work(1)).start()\n"
        "u = threading.Thread(work)\nu.setDaemon(True)\nu.start()\n"
        "print(threading.currentThread().getName())\n"
    )
    for _ in range(5):
        fixes = [finding.fix for finding in judged(text).findings if finding.fix is not None and finding.fix.safe]
        if not fixes:
            break
        text = apply(text, fixes)
    assert not [finding for finding in judged(text).findings if finding.fix is not None and finding.fix.safe]
    assert "currentThread" not in text
    assert "t = threading.Thread(target=work, args=(1,))\nt.start()\n" in text
