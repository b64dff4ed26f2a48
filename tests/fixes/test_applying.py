"""Edits go where they belong, and never on top of each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from threadlint.fixes import applied, apply
from threadlint.model.finding import Edit, Fix
from threadlint.model.place import Place

TEXT = "abcdefghij"


def fix(*edits: tuple[int, int, str], message: str = "a fix") -> Fix:
    return Fix(message, tuple(Edit(Place("p.py", start, end), text) for start, end, text in edits))


def test_edits_are_applied_from_the_end_so_that_offsets_stay_right() -> None:
    assert apply(TEXT, [fix((1, 2, "XX")), fix((5, 6, ""))]) == "aXXcdeghij"


def test_a_fix_of_two_edits_is_applied_as_a_whole() -> None:
    assert apply(TEXT, [fix((0, 1, "("), (9, 10, ")"))]) == "(bcdefghi)"


def test_of_two_fixes_that_overlap_the_first_wins() -> None:
    result = applied(TEXT, [fix((3, 6, "-")), fix((2, 4, "+"))])
    assert result.text == "ab+efghij"
    assert len(result.done) == 1
    assert len(result.left) == 1


def test_a_fix_is_left_out_as_a_whole_if_one_of_its_edits_is_in_the_way() -> None:
    result = applied(TEXT, [fix((0, 2, "+")), fix((1, 3, "-"), (8, 9, "-"))])
    assert result.text == "+cdefghij"


def test_two_fixes_that_want_the_same_edit_are_one() -> None:
    result = applied(TEXT, [fix((4, 4, "!"), message="one"), fix((4, 4, "!"), message="two")])
    assert result.text == "abcd!efghij"
    assert len(result.done) == 2


def test_two_different_insertions_at_one_point_are_in_each_others_way() -> None:
    assert len(applied(TEXT, [fix((4, 4, "!")), fix((4, 4, "?"))]).left) == 1


def test_an_edit_outside_the_text_is_left_out() -> None:
    assert apply(TEXT, [fix((8, 20, "!"))]) == TEXT


EDITS = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 10), st.text(alphabet="XYZ", max_size=3)).map(
        lambda each: (min(each[:2]), max(each[:2]), each[2])
    ),
    max_size=6,
)


@given(EDITS)
def test_what_is_applied_is_the_same_whatever_the_order(edits: list[tuple[int, int, str]]) -> None:
    fixes = [fix(edit, message=str(number)) for number, edit in enumerate(edits)]
    assert apply(TEXT, fixes) == apply(TEXT, sorted(fixes, key=lambda each: each.message, reverse=True)) or _ties(edits)


def _ties(edits: list[tuple[int, int, str]]) -> bool:
    """Whether two edits begin and end alike: then the message decides which one wins, and it is the number here."""
    spans = [edit[:2] for edit in edits]
    return len(set(spans)) < len(spans)


@given(EDITS)
def test_every_fix_is_done_or_left(edits: list[tuple[int, int, str]]) -> None:
    fixes = [fix(edit) for edit in edits]
    result = applied(TEXT, fixes)
    assert len(result.done) + len(result.left) == len(fixes)
