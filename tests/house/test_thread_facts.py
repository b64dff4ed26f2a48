"""What docs/thread-facts.md promises for each fact: the rule exists, and its programs are loud and silent."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from threadlint.rules import all_rules
from threadlint.workshop.marks import Kind, Mark, marks_of

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs" / "thread-facts.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| what happens")
]
TOLD = [row for row in ROWS if row[1].startswith("THR")]
UNTOLD = [row for row in ROWS if not row[1].startswith("THR")]

told = pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in TOLD])


@told
def test_the_rule_of_a_fact_exists(row: list[str]) -> None:
    assert row[1] in {each.rule.code for each in all_rules()}


@told
def test_a_fact_has_a_program_in_which_its_rule_speaks(row: list[str]) -> None:
    assert any(mark.kind is Kind.EXPECT and mark.code == row[1] for mark in marks(row[2]))


@told
def test_a_fact_has_a_program_in_which_its_rule_is_silent(row: list[str]) -> None:
    mine = {mark.kind for mark in marks(row[3]) if mark.code == row[1]}
    assert mine == {Kind.SILENT}


def test_a_fact_without_a_rule_says_why() -> None:
    assert UNTOLD
    for row in UNTOLD:
        assert row[1] == "—", row[0]
        assert len(row[2].split()) > 3, row[0]
        assert not row[3:] or not row[3].strip("`| ") or marks(row[3]), row[0]


def test_every_rule_about_lives_and_failures_stands_on_a_fact() -> None:
    rules = {each.rule.code for each in all_rules() if each.family in ("lifecycle", "failures")}
    assert not rules - {row[1] for row in TOLD}


@cache
def marks(name: str) -> tuple[Mark, ...]:
    """The marks of a program of fixtures/, by the name that the table gives it."""
    path = re.fullmatch(r"`([\w/]+)`", name)
    assert path is not None, name
    return tuple(marks_of(f"{path[1]}.py", (ROOT / "fixtures" / f"{path[1]}.py").read_text("utf-8")))
