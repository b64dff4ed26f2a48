"""A run with nothing new to look at recalls what was found; anything new makes it look again."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import threadlint as package
from threadlint import engine
from threadlint.config import load
from threadlint.engine import Request, conclusions, judge
from threadlint.extract.store import Store
from threadlint.model.finding import Finding
from threadlint.model.report import Report
from threadlint.program import Program
from threadlint.rules import LoadedRule, all_rules

TILL = """
import threading
from book import write

lock = threading.Lock()


def sell():
    with lock:
        write()
"""
TEXTS = {
    "till.py": TILL,
    "book.py": "def write():\n    print()\n",
    "shop.py": "import threading\nwith threading.Lock():\n    pass\n",
    "hall.py": "x = 1\n",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of four modules, two of them cold at first sight, that is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def judged(*paths: str, whole: bool = False, **options: object) -> Report:
    config = load(isolated=True, overrides={"cache-dir": ".cache", **options})
    return judge(Request(paths=paths or (".",), config=config, jobs=1, whole=whole))


def recalled(report: Report) -> bool:
    return "recalled" in report.seconds


def told(report: Report) -> list[tuple[object, ...]]:
    return [(v.finding, v.fate, v.fingerprint) for v in report.verdicts]


def test_a_run_with_nothing_new_recalls_what_was_found(shop: Path) -> None:
    first, second = judged(), judged()
    assert not recalled(first) and recalled(second)
    assert told(first) == told(second) != []
    assert (first.files, first.parsed) == (second.files, second.parsed) == (4, 3)
    assert first.texts.paths == second.texts.paths


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_one_byte_more_in_any_file_is_looked_at(shop: Path, name: str) -> None:
    judged()
    with (shop / name).open("a") as file:
        file.write("#\n")
    assert not recalled(judged())


def test_a_file_that_came_went_or_moved_is_noticed(shop: Path) -> None:
    judged()
    (shop / "yard.py").write_text("y = 1\n")
    assert not recalled(judged())
    (shop / "yard.py").unlink()
    assert recalled(judged())
    (shop / "hall.py").rename(shop / "yard.py")
    assert not recalled(judged())


def test_what_rules_read_of_the_configuration_is_looked_at_again(shop: Path) -> None:
    judged()
    assert not recalled(judged(**{"assume-threaded": ["shop"]}))
    assert not recalled(judged(**{"target-version": "3.13"}))
    assert not recalled(judged(select="THR1"))


def test_what_is_weighed_later_is_weighed_in_every_run(shop: Path) -> None:
    (shop / "shop.py").write_text(TEXTS["shop.py"].replace("():", "():  # threadlint: ignore[THR127]"))
    assert [verdict.fate.value for verdict in judged().verdicts] == ["suppressed"]
    again = judged(**{"per-file-ignores": {"shop.py": ["THR127"]}})
    assert recalled(again)
    assert "not selected" in [verdict.fate.value for verdict in again.verdicts]
    assert recalled(judged(**{"min-confidence": "low"}))


def test_one_file_of_a_program_is_answered_by_a_run_over_all_of_it(shop: Path) -> None:
    (shop / "pyproject.toml").write_text("")
    whole = judged()
    part = judged("shop.py", whole=True)
    assert recalled(part)
    assert [v.finding for v in part.verdicts] == [v.finding for v in whole.verdicts if v.finding.at.path == "shop.py"]


def test_an_unreadable_file_is_told_again(shop: Path) -> None:
    (shop / "shop.py").write_text("import threading\nthreading.Lock(\n")
    first, second = judged(), judged()
    assert recalled(second)
    assert [finding.rule.code for finding in second.findings] == ["THR900"]
    assert told(first) == told(second)


def test_a_rule_that_raised_is_asked_again(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(program: Program) -> Iterator[Finding]:
        raise KeyError("ledger")

    def replaced(each: LoadedRule) -> LoadedRule:
        return msgspec.structs.replace(each, check=broken) if each.rule.code == "THR101" else each

    rules = tuple(map(replaced, all_rules()))
    monkeypatch.setattr(engine, "all_rules", lambda: rules)
    for _ in range(2):
        report = judged()
        assert report.failures
        assert not recalled(report)


def test_another_state_of_this_package_concludes_for_itself(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged()
    monkeypatch.setattr(conclusions, "_files", lambda folder: iter([(f"{folder}/rules.py", 1, 2)]))
    assert not recalled(judged())


def test_conclusions_that_cannot_be_read_are_found_anew(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = judged()
    key = conclusions.key_of

    def spoilt(*about: object) -> bytes:
        found: bytes = key(*about)  # type: ignore[arg-type]
        Store(shop / ".cache").put_many({found: b"\xc1nonsense"})
        return found

    monkeypatch.setattr(engine, "key_of", spoilt)
    second = judged()
    assert not recalled(second)
    assert told(first) == told(second)


def test_without_a_cache_nothing_is_kept_or_recalled(shop: Path) -> None:
    config = load(isolated=True, overrides={"cache-dir": ".cache"})
    for _ in range(2):
        assert not recalled(judge(Request(paths=(".",), config=config, jobs=1, cache=False)))
    assert not (shop / ".cache").exists()


def test_no_rule_and_no_analysis_reads_what_is_weighed_later() -> None:
    home = Path(package.__file__).parent
    read: set[str] = set()
    for floor in ("program", "analyses", "rules", "fixes"):
        for file in (home / floor).rglob("*.py"):
            read.update(re.findall(r"\bconfig\.(\w+)", file.read_text("utf-8")))
    assert "assume_threaded" in read
    assert not read & conclusions.WEIGHED_LATER


def test_of_processes_that_are_asked_the_same_one_judges(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = judged()
    answers = iter([False, True])  # nothing was kept when this run began, and everything when its turn came

    def kept(store: Store, key: bytes) -> conclusions.Conclusions | None:
        return conclusions.recalled(store, key) if next(answers) else None

    monkeypatch.setattr(engine, "recalled", kept)
    monkeypatch.setattr(engine, "asked", None)
    config = load(isolated=True, overrides={"cache-dir": ".cache"})
    second = judge(Request(paths=(".",), config=config, jobs=1, among_alike=True))
    assert recalled(second)
    assert told(first) == told(second)
    assert (first.files, first.parsed) == (second.files, second.parsed)
