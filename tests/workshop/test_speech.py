"""The rules of speech do catch what they are for; test_fixtures applies them to every finding."""
from __future__ import annotations

import pytest

from threadlint.workshop.speech import faults_of


@pytest.mark.parametrize(
    "text",
    [
        "`a` and `b` are taken in opposite orders by threads that can run together",
        "release one before taking the other",
        "",
    ],
)
def test_good_sentences_pass(text: str) -> None:
    assert not list(faults_of(text))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`a` is taken twice.", "ends in a stop"),
        ("`a is taken twice", "odd number"),
        ("`a` may possibly be taken twice", "may possibly"),
        ("the lock self.guard is taken twice", "outside backticks"),
        ("The lock is taken twice", "capital"),
        ("`a` is taken  twice", "double blank"),
        ("a" * 161, "161 characters"),
    ],
)
def test_bad_sentences_are_told(text: str, fault: str) -> None:
    assert fault in " ".join(faults_of(text))
