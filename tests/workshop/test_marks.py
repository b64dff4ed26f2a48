"""Marks are read from the lines they judge, and every disagreement is told."""
from __future__ import annotations

import pytest

from threadlint.workshop.marks import Found, Kind, Mark, MarkError, compare, marks_of


def troubles(text: str, *found: Found) -> list[str]:
    return [f"{each.line}: {each.message}" for each in compare(marks_of("a.py", text), found)]


def at(line: int, code: str = "THR101", message: str = "`a` and `b`", *steps: int) -> Found:
    return Found(code, "a.py", line, message, tuple(("a.py", step) for step in steps))


def test_several_codes_and_several_marks_stand_on_one_line() -> None:
    marks = marks_of("a.py", 'x = 1\nwith b:  # expect: THR101, THR506 "a"  # see: THR101\n')
    assert marks == [
        Mark(Kind.EXPECT, "THR101", "a.py", 2, ("a",)),
        Mark(Kind.EXPECT, "THR506", "a.py", 2, ("a",)),
        Mark(Kind.SEE, "THR101", "a.py", 2),
    ]


def test_a_reason_is_kept() -> None:
    assert marks_of("a.py", "x()  # missed: THR103 the queue is nobody's")[0].reason == "the queue is nobody's"


@pytest.mark.parametrize("line", ["x  # expect: lock-order-inversion", "x  # expect: THR101 opposite orders", "# see:"])
def test_a_mark_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(MarkError, match=r"a\.py:1"):
        marks_of("a.py", line)


def test_agreement_is_silent() -> None:
    text = 'x  # expect: THR101 "`a`"\n\ny  # see: THR101\n# silent: THR102\n'
    assert not troubles(text, at(1, "THR101", "`a` and `b`", 3))


def test_a_finding_without_a_mark_fails() -> None:
    assert troubles("x\n", at(1)) == ["1: unexpected THR101: `a` and `b`"]


def test_a_second_finding_on_the_line_needs_a_second_mark() -> None:
    assert troubles("x  # expect: THR101\n", at(1), at(1, message="other")) == ["1: unexpected THR101: other"]
    assert not troubles('x  # expect: THR101  # expect: THR101 "`a`"\n', at(1), at(1, message="other"))


def test_a_mark_without_a_finding_fails() -> None:
    assert troubles("x  # expect: THR101\n") == ["1: expected `# expect: THR101`, found nothing"]


def test_the_message_is_compared() -> None:
    told = troubles('x  # expect: THR101 "opposite"\n', at(1))
    assert told[0] == '1: expected `# expect: THR101 "opposite"`, but it says: `a` and `b`'


def test_a_step_that_no_story_has_fails() -> None:
    told = troubles("x  # expect: THR101\ny  # see: THR101\n", at(1, "THR101", "m", 1))
    assert told == ["2: no story of THR101 has a step here; its steps are at a.py:1"]


def test_a_missed_alarm_that_is_found_asks_to_be_flipped() -> None:
    assert not troubles("x  # missed: THR101 why\n")
    told = troubles("x  # missed: THR101 why\n", at(1))
    assert told == ["1: `# missed: THR101 why` is found now: make it `# expect: THR101`. It says: `a` and `b`"]


def test_a_false_alarm_that_is_gone_asks_to_be_deleted() -> None:
    assert not troubles("x  # false: THR101 why\n", at(1))
    assert troubles("x  # false: THR101 why\n") == ["1: `# false: THR101 why` is gone: delete the mark"]


def test_a_program_cannot_be_loud_and_silent() -> None:
    told = troubles("# silent: THR101\nx  # expect: THR101\n", at(2))
    assert told == ["1: `# silent: THR101` and `# expect: THR101` contradict each other"]
