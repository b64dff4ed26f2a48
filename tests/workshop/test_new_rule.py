"""A new rule begins with its page and two fixtures, and never under a taken code or name."""
from __future__ import annotations

import ast
from pathlib import Path

import pytest

from threadlint.workshop.marks import Kind, marks_of
from threadlint.workshop.new_rule import skeleton


def test_a_new_rule_is_a_page_a_loud_and_a_silent_fixture(tmp_path: Path) -> None:
    files = skeleton(tmp_path, "THR199", "lock-forgotten", "locks")
    names = {path.relative_to(tmp_path).as_posix(): text for path, text in files.items()}
    page = names["src/threadlint/rules/locks/lock_forgotten.py"]
    assert 'Rule("THR199", "lock-forgotten"' in page
    assert (ast.get_docstring(ast.parse(page)) or "").count("\n## ") == 4
    loud = marks_of("a.py", names["fixtures/locks/lock_forgotten.py"])
    silent = marks_of("a.py", names["fixtures/locks/lock_forgotten_silent.py"])
    assert [mark.kind for mark in loud + silent] == [Kind.EXPECT, Kind.SILENT]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("THR101", "lock-forgotten", "locks"), "THR101 lock-order-inversion exists"),
        (("THR199", "self-deadlock", "locks"), "THR102 self-deadlock exists"),
        (("THX199", "lock-forgotten", "locks"), "no code"),
        (("THR199", "Lock_Forgotten", "locks"), "no name"),
        (("THR199", "lock-forgotten", "attic"), "no family `attic`"),
    ],
)
def test_what_cannot_be_used_is_refused(given: tuple[str, str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=why):
        skeleton(tmp_path, *given)
