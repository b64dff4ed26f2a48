"""A baseline holds back what it knows, and nothing else."""
from __future__ import annotations

from pathlib import Path

import pytest

from threadlint.model.finding import Fate, Finding, Rule, Verdict
from threadlint.model.place import Place
from threadlint.verdicts import BaselineError
from threadlint.verdicts.baseline import known, written

from .test_settle import COUNT, Case

RULE = Rule("THR101", "lock-order-inversion")


def verdict(fingerprint: str, fate: Fate = Fate.SHOWN) -> Verdict:
    return Verdict(RULE.finding(Place("a.py", 0, 1), f"message of {fingerprint}"), fate, fingerprint)


def stored(path: Path, *verdicts: Verdict) -> Path:
    path.write_text(written(verdicts)[0], "utf-8")
    return path


def test_without_a_file_nothing_is_known() -> None:
    assert known(None) == frozenset()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = stored(tmp_path / "b.json", verdict("one"), verdict("two", Fate.BASELINED))
    assert known(file) == {"one", "two"}
    assert known(stored(tmp_path / "b.json")) == frozenset()


def test_what_is_held_back_for_other_reasons_is_not_written(tmp_path: Path) -> None:
    held = [verdict(fate.value, fate) for fate in Fate if fate not in (Fate.SHOWN, Fate.BASELINED)]
    assert known(stored(tmp_path / "b.json", *held)) == frozenset()


def test_pruning_adds_nothing() -> None:
    text, count = written([verdict("one"), verdict("two")], keep=frozenset({"two", "gone"}))
    assert count == 1 and "message of two" in text and "message of one" not in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "findings": [1]}', '{"version": 9, "findings": []}']
)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_text(text, "utf-8")
    with pytest.raises(BaselineError, match=r"b\.json: is "):
        known(file)


def test_a_missing_file_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="`threadlint baseline` writes it"):
        known(tmp_path / "none.json")


def test_a_known_finding_is_held_back_though_its_line_moved() -> None:
    def findings(text: str) -> tuple[Case, Finding]:
        case = Case(a=text)
        return case, COUNT.finding(case.at("x += 1"), "m", subjects=("a.x",), scope="a")

    case, finding = findings("x += 1\n")
    (before,) = case.settle(finding)
    case, finding = findings("# a new line\n\nx += 1\n")
    (after,) = case.settle(finding, baseline=frozenset({before.fingerprint}))
    assert after.fate is Fate.BASELINED


def test_a_suppressed_finding_stays_suppressed() -> None:
    case = Case(a="x += 1  # threadlint: ignore[THR202]\n")
    (plain,) = case.settle(COUNT.finding(case.at("x += 1"), "m"))
    (same,) = case.settle(COUNT.finding(case.at("x += 1"), "m"), baseline=frozenset({plain.fingerprint}))
    assert same.fate is Fate.SUPPRESSED


