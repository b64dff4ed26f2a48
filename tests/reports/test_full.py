"""The full format tells the story with the code it stands in."""
from __future__ import annotations

from rich.cells import cell_len

from threadlint.model.finding import Finding, Step
from threadlint.model.sources import Source
from threadlint.reports.full import render, told
from threadlint.reports.manner import Manner

from .made import AUDIT, COUNT, INVERSION, LEDGER, at, report, source

PLAIN = Manner(quiet=True)


def lines(made: list[Source], finding: Finding) -> list[str]:
    return render(report(made, [finding]), PLAIN).splitlines()


def test_a_deadlock_is_told_as_the_contract_has_it() -> None:
    assert render(report([LEDGER, AUDIT], [INVERSION]), PLAIN) == (
        """\
error[THR101] lock-order-inversion: `Ledger._mutex` and `Log.guard` are taken in opposite orders \
by threads that can run together
  --> app/ledger.py:14:13
   |
13 |         with self._mutex:
   |              ----------- thread `poster` takes `Ledger._mutex` here
14 |             self._note(amount)
   |             ^^^^^^^^^^^^^^^^^^ and then wants `Log.guard`, through `_note` and `Log.write`
  ::: app/audit.py:10:14
10 |         with self.guard:
   |              ---------- here
  ::: app/audit.py:15:10
15 |     with log.guard:
   |          --------- thread `sweeper` takes `Log.guard` here
16 |         check(ledger)
   |         ------------- and then wants `Ledger._mutex`, through `check` and `Ledger.total`
  ::: app/ledger.py:20:14
20 |         with self._mutex:
   |              ----------- here
   = threads: `poster` starts at app/main.py:11, `sweeper` at app/main.py:12; neither is joined before the other starts
   = help: take both locks in one order everywhere, or call `Log.write` after `_mutex` is released
   = confidence high · threadlint rule THR101
"""
    )


def test_the_frame_of_the_place_comes_first_even_when_the_story_begins_elsewhere() -> None:
    start = source("main.py", "Thread(target=post).start()\n")
    finding = COUNT.finding(
        at(LEDGER, "return 0"), "`total` loses", story=(Step(at(start, "Thread(target=post)"), "thread starts here"),)
    )
    headings = [line.strip() for line in lines([LEDGER, start], finding) if "-->" in line or ":::" in line]
    assert headings == ["--> app/ledger.py:21:13", "::: main.py:1:1"]


def test_a_step_at_the_place_itself_lends_its_words_to_the_mark() -> None:
    finding = COUNT.finding(at(LEDGER, "return 0"), "message", story=(Step(at(LEDGER, "return 0"), "read here"),))
    told_lines = lines([LEDGER], finding)
    assert "   |             ^^^^^^^^ read here" in told_lines
    assert sum("return 0" in line for line in told_lines) == 1


def test_lines_between_two_near_marks_are_shown() -> None:
    near = source("near.py", "first()\nbetween()\nlast()\n")
    finding = COUNT.finding(at(near, "last()"), "message", story=(Step(at(near, "first()"), "reads"),))
    assert lines([near], finding)[1:8] == [
        " --> near.py:3:1",
        "  |",
        "1 | first()",
        "  | ------- reads",
        "2 | between()",
        "3 | last()",
        "  | ^^^^^^",
    ]


def test_several_marks_on_one_line_stand_below_each_other() -> None:
    made = source("one.py", "with a, b: pass\n")
    finding = COUNT.finding(at(made, "b"), "message", label="then `b`", story=(Step(at(made, "a"), "takes `a`"),))
    assert lines([made], finding)[3:6] == [
        "1 | with a, b: pass",
        "  |      - takes `a`",
        "  |         ^ then `b`",
    ]


def test_the_gutter_is_as_wide_as_the_widest_line_number() -> None:
    long = source("long.py", "\n" * 1233 + "spin()\n")
    finding = COUNT.finding(at(long, "spin()"), "message", story=(Step(at(AUDIT, "check(ledger)"), "here"),))
    told_lines = lines([long, AUDIT], finding)
    assert told_lines[1] == "    --> long.py:1234:1"
    assert told_lines[2] == "     |"
    assert "  16 |         check(ledger)" in told_lines


def test_marks_stand_under_wide_characters() -> None:
    made = source("wide.py", 'names = {"お茶": spin()}\n')
    told_lines = lines([made], COUNT.finding(at(made, "spin()"), "message"))
    code, mark = told_lines[3], told_lines[4]
    assert mark.index("^") == cell_len(code[: code.index("spin")])


def test_marks_stand_under_code_behind_tabs() -> None:
    made = source("tab.py", "if x:\n\tspin(\ty)\n")
    told_lines = lines([made], COUNT.finding(at(made, "y"), "message"))
    assert told_lines[3] == "2 |     spin(   y)"
    assert told_lines[4] == "  |             ^"


def test_a_text_cannot_send_commands_to_the_terminal() -> None:
    made = source("escape.py", "s = '\x1b[2J'; spin()\n")
    text = "\n".join(lines([made], COUNT.finding(at(made, "spin()"), "message")))
    assert "\x1b" not in text
    assert "\N{REPLACEMENT CHARACTER}[2J" in text


def test_a_very_long_line_is_cut_around_the_mark() -> None:
    made = source("long.py", f"data = [{'0, ' * 500}spin(), {'1, ' * 500}]\n")
    told_lines = lines([made], COUNT.finding(at(made, "spin()"), "message"))
    code, mark = told_lines[3], told_lines[4]
    assert len(code) < 200
    assert code[mark.index("^") : mark.rindex("^") + 1] == "spin()"


def test_of_a_place_over_several_lines_the_first_is_marked() -> None:
    made = source("call.py", "spin(\n    1,\n)\n")
    told_lines = lines([made], COUNT.finding(at(made, made.text.strip()), "message"))
    assert told_lines[3:5] == ["1 | spin(", "  | ^^^^^"]


def test_a_file_without_text_has_no_frame() -> None:
    empty = source("broken.py", "")
    finding = COUNT.finding(at(empty, ""), "cannot be read")
    assert lines([empty], finding) == [
        "warning[THR202] lost-update: cannot be read",
        " --> broken.py:1:1",
        "  = confidence high · threadlint rule THR202",
    ]


def test_a_notebook_is_told_by_cells() -> None:
    text = "import threading\n\nlock = 1\nspin()\n"
    book = source("book.ipynb", text, cells=(0, text.index("lock")))
    told_lines = lines([book], COUNT.finding(at(book, "spin()"), "message"))
    assert told_lines[1] == " --> book.ipynb:cell 2:2:1"
    assert told_lines[3] == "2 | spin()"


def test_colour_changes_nothing_but_colour() -> None:
    import re

    painted = told(INVERSION, report([LEDGER, AUDIT], [INVERSION]).texts, Manner(colour=True))
    plain = told(INVERSION, report([LEDGER, AUDIT], [INVERSION]).texts, Manner())
    assert "\x1b[1;31merror[THR101]" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_the_page_of_a_rule_is_printed_once_after_its_first_finding() -> None:
    finding = COUNT.finding(at(LEDGER, "return 0"), "one")
    other = COUNT.finding(at(LEDGER, "self._note(amount)"), "two")
    text = render(report([LEDGER], [finding, other]), Manner(pages={"THR202": "## Why it hurts\n\nIt does."}))
    assert text.count("   ## Why it hurts\n\n   It does.\n") == 1
    assert text.index("one") < text.index("It does.") < text.index("two")
