"""Blessing rewrites marks to what is found, and keeps what an author said that still holds."""
from __future__ import annotations

from pathlib import Path

import pytest

from threadlint.workshop.bless import bless, blessed
from threadlint.workshop.marks import Found
from threadlint.workshop.programs import fixture_programs

HERE = Found("THR101", "a.py", 1, "`a` and `b` in opposite orders")


@pytest.mark.parametrize(
    ("line", "found", "wanted"),
    [
        ("with b:", [HERE], "with b:  # expect: THR101"),
        ("with b:  # expect: THR101", [], "with b:"),
        ('with b:  # expect: THR101 "opposite"', [HERE], 'with b:  # expect: THR101 "opposite"'),
        ('with b:  # expect: THR101 "same"', [HERE], "with b:  # expect: THR101"),
        ("with b:  # missed: THR101 why", [], "with b:  # missed: THR101 why"),
        ("with b:  # missed: THR101 why", [HERE], "with b:  # expect: THR101"),
        ("with b:  # false: THR101 why", [HERE], "with b:  # false: THR101 why"),
        ("with b:  # false: THR101 why", [], "with b:"),
        ("with b:  # why  # see: THR101", [HERE], "with b:  # why  # expect: THR101  # see: THR101"),
        ("with b:  # expect: THR101, THR506", [HERE], "with b:  # expect: THR101"),
    ],
)
def test_a_line_gets_the_marks_of_its_findings(line: str, found: list[Found], wanted: str) -> None:
    assert blessed("a.py", f"{line}\nx = 1\n", found) == f"{wanted}\nx = 1\n"
    assert blessed("a.py", f"{wanted}\nx = 1\n", found) == f"{wanted}\nx = 1\n"


def test_a_fixture_is_rewritten_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "own.py"
    path.parent.mkdir()
    path.write_text("import threading\n\nwith threading.Lock():\n    pass  # expect: THR120\n")
    (program,) = fixture_programs(tmp_path)
    assert program.id == "locks/own"
    assert bless(program) == ["own.py"]
    assert path.read_text() == "import threading\n\nwith threading.Lock():  # expect: THR127\n    pass\n"
