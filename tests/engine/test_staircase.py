"""From texts to a report: cold modules are read when they are needed, and no single trouble ends a run."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import threadlint
from threadlint import engine
from threadlint.config import load
from threadlint.engine import Request, judge
from threadlint.model.finding import Finding
from threadlint.model.report import Report
from threadlint.program import Program
from threadlint.rules import LoadedRule, all_rules

BANK = """
import threading

from book import write

lock = threading.Lock()


def post():
    with lock:
        write("posted")


threading.Thread(target=post).start()
post()
"""


def judged(folder: Path, texts: dict[str, str], *paths: str, **options: object) -> Report:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    config = msgspec.structs.replace(load(folder, isolated=True, overrides=options), root=folder)
    given = tuple(str(folder / path) for path in paths) or (str(folder),)
    return judge(Request(paths=given, config=config, jobs=1, cache=False))


def codes(report: Report) -> list[str]:
    return [finding.rule.code for finding in report.findings]


def test_a_file_without_a_word_of_threads_is_not_parsed(tmp_path: Path) -> None:
    report = judged(tmp_path, {"a.py": "x = 1\n", "b.py": "def broken(:\n"})
    assert (report.files, report.parsed) == (2, 0)


def test_a_module_that_code_under_a_lock_calls_is_read(tmp_path: Path) -> None:
    book = "def write(text):\n    note(text)\n\n\ndef note(text):\n    print(text)\n"
    report = judged(tmp_path, {"bank.py": BANK, "book.py": book, "other.py": "x = 1\n"})
    assert (report.files, report.parsed) == (3, 2)


def test_what_a_demanded_module_calls_is_demanded_too(tmp_path: Path) -> None:
    texts = {"bank.py": BANK, "book.py": "from paper import put\n\n\ndef write(text):\n    put(text)\n"}
    texts["paper.py"] = "import bank\n\n\ndef put(text):\n    bank.post()\n"
    report = judged(tmp_path, texts)
    assert report.parsed == 3
    assert "THR102" in codes(report)


def test_a_module_that_uses_a_thread_like_class_of_the_program_is_read(tmp_path: Path) -> None:
    texts = {
        "work.py": "import threading\n\n\nclass Courier(threading.Thread):\n    pass\n",
        "post.py": "from work import Courier\n\n\nclass Express(Courier):\n    pass\n",
        "shop.py": "x = 1\n",
    }
    assert judged(tmp_path, texts).parsed == 2


def test_modules_that_are_assumed_to_be_threaded_are_read(tmp_path: Path) -> None:
    texts = {"shop.py": "count = 0\n\n\ndef sell():\n    global count\n    count += 1\n", "other.py": "x = 1\n"}
    assert codes(judged(tmp_path, texts)) == []
    report = judged(tmp_path, texts, **{"assume-threaded": ["shop"]})
    assert (report.parsed, codes(report)) == (1, ["THR201"])


def test_a_broken_file_is_told_and_the_others_are_judged(tmp_path: Path) -> None:
    texts = {"bank.py": BANK + "post(\n", "own.py": "import threading\nwith threading.Lock():\n    x = 1\n"}
    report = judged(tmp_path, texts)
    assert codes(report) == ["THR900", "THR127"]
    assert report.texts.where(report.findings[0].at).line == 16


def test_a_rule_that_raises_is_told_and_the_others_speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(program: Program) -> Iterator[Finding]:
        raise KeyError("ledger")

    def replaced(each: LoadedRule) -> LoadedRule:
        return msgspec.structs.replace(each, check=broken) if each.rule.code == "THR101" else each

    rules = tuple(map(replaced, all_rules()))
    monkeypatch.setattr(engine, "all_rules", lambda: rules)
    text = "import threading\nlock = threading.Lock()\n\n\ndef f():\n    with lock.acquire():\n        pass\n"
    report = judged(tmp_path, {"a.py": text})
    assert codes(report) == ["THR902", "THR125"]
    assert report.findings[0].message == "rule `THR101` failed: KeyError: 'ledger'"
    assert "Traceback" in report.failures[0]


def test_findings_that_touch_no_given_file_are_not_told(tmp_path: Path) -> None:
    own = "import threading\nwith threading.Lock():\n    pass\n"
    texts = {"a.py": own, "b.py": "import threading\nb = threading.Lock()\n"}
    assert codes(judged(tmp_path, texts)) == ["THR127"]
    assert codes(judged(tmp_path, texts, "b.py")) == []


def test_the_python_door_answers_as_the_engine_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("import threading\nwith threading.Lock():\n    pass\n")
    (tmp_path / "threadlint.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert codes(threadlint.check(["."], cache=False)) == ["THR127"]
    assert not (tmp_path / ".threadlint_cache").exists()
    with pytest.raises(FileNotFoundError):
        threadlint.check(["nowhere"])


def test_every_rule_has_its_own_code_and_name() -> None:
    loaded: tuple[LoadedRule, ...] = all_rules()
    assert len({each.rule.code for each in loaded}) == len({each.rule.name for each in loaded}) == len(loaded)
