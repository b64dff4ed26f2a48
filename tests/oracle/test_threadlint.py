"""threadlint against the exact truth. The bar is the one of the rules: nine in ten, both ways."""

from __future__ import annotations

import pytest

from .cases import make_case
from .explorer import QUESTIONS
from .judging import threadlint_judge
from .scoring import Score, score
from .themes import THEMES

pytest.importorskip("threadlint.engine")


@pytest.fixture(scope="module")
def result() -> Score:
    """The usual programs, and some of each theme."""
    usual = [make_case(seed) for seed in range(120)]
    about = [make_case(seed, theme=theme) for theme in THEMES if theme != "usual" for seed in range(24)]
    about += [make_case(seed, theme="sharing") for seed in range(24, 100)]
    return score([*usual, *about], threadlint_judge())


def test_no_program_makes_it_fail(result: Score) -> None:
    assert not result.crashes


def test_every_finding_names_locks_or_variables_of_the_program(result: Score) -> None:
    assert not result.vague


@pytest.mark.parametrize("question", QUESTIONS)
def test_nine_in_ten_alarms_are_true(result: Score, question: str) -> None:
    assert result.total(question).precision >= 0.9, result.table()


@pytest.mark.parametrize("question", QUESTIONS)
def test_nine_in_ten_troubles_are_found(result: Score, question: str) -> None:
    assert result.total(question).recall >= 0.9, result.table()
