"""The formats for editors, logs and scripts, and the line that counts."""
from __future__ import annotations

import json
from typing import Any

import pytest

from threadlint.model.finding import Confidence, Edit, Fate, Fix
from threadlint.reports import FORMATS, closing, concise, renderer, statistics, versioned_json
from threadlint.reports.manner import Manner, wants_colour

from .made import AUDIT, COUNT, INVERSION, LEDGER, at, report, source

PLAIN = Manner()


def as_json(*given: Any) -> Any:
    return json.loads(versioned_json.render(report(*given), PLAIN))


def test_concise_has_one_line_per_finding() -> None:
    text = concise.render(report([LEDGER, AUDIT], [INVERSION]), Manner(quiet=True))
    assert text == f"app/ledger.py:14:13: THR101 {INVERSION.message}\n"


def test_concise_marks_what_can_be_mended_safely() -> None:
    place = at(LEDGER, "return 0")
    finding = COUNT.finding(place, "message", fix=Fix("say one", (Edit(place, "return 1"),)))
    assert "THR202 [*] message" in concise.render(report([LEDGER], [finding]), PLAIN)


def test_json_has_the_fields_of_version_1() -> None:
    document = as_json([LEDGER, AUDIT], [INVERSION])
    assert list(document) == ["version", "findings", "summary"]
    assert document["version"] == 1
    (finding,) = document["findings"]
    story = finding.pop("story")
    fingerprint = finding.pop("fingerprint")
    assert finding == {
        "code": "THR101", "name": "lock-order-inversion", "severity": "error", "confidence": "high",
        "message": INVERSION.message,
        "path": "app/ledger.py", "line": 14, "column": 13, "end_line": 14, "end_column": 31,
        "subjects": ["app.audit.Log.guard", "app.ledger.Ledger._mutex"], "fix": None, "url": None,
    }  # fmt: skip
    assert len(fingerprint) == 32
    assert story[1] == {
        "path": "app/audit.py", "line": 10, "column": 14, "end_line": 10, "end_column": 24, "message": "here",
        "thread": "poster", "held": ["Ledger._mutex"],
    }  # fmt: skip
    assert document["summary"] == {
        "files": 2, "parsed": 2, "shown": 1, "suppressed": 0, "baselined": 0, "low_confidence": 0,
    }  # fmt: skip


def test_json_counts_columns_in_code_points() -> None:
    made = source("wide.py", 'x = "𝄞お"; spin()\n')
    (finding,) = as_json([made], [COUNT.finding(at(made, "spin()"), "m")])["findings"]
    assert (finding["column"], finding["end_column"]) == (11, 17)


def test_json_of_a_notebook_carries_the_cell() -> None:
    book = source("book.ipynb", "a\n\nspin()\n", cells=(0, 3))
    (finding,) = as_json([book], [COUNT.finding(at(book, "spin()"), "m")])["findings"]
    assert (finding["cell"], finding["line"], finding["column"]) == (2, 1, 1)


def test_json_leaves_out_what_is_held_back_and_counts_it() -> None:
    findings = [COUNT.finding(at(LEDGER, "return 0"), word) for word in "abc"]
    document = as_json([LEDGER], findings, [Fate.SUPPRESSED, Fate.LOW_CONFIDENCE, Fate.SHOWN])
    assert [finding["message"] for finding in document["findings"]] == ["c"]
    summary = document["summary"]
    assert (summary["shown"], summary["suppressed"], summary["low_confidence"]) == (1, 1, 1)


def test_the_last_line_says_what_was_held_back_and_how_to_see_it() -> None:
    place = at(LEDGER, "return 0")
    low = COUNT.finding(place, "low", confidence=Confidence.LOW)
    findings = [INVERSION, COUNT.finding(place, "shown"), low, low, COUNT.finding(place, "quiet")]
    fates = [Fate.SHOWN, Fate.SHOWN, Fate.LOW_CONFIDENCE, Fate.LOW_CONFIDENCE, Fate.SUPPRESSED]
    assert closing.closing_line(report([LEDGER, AUDIT], findings, fates)) == (
        "2 findings (1 error, 1 warning) in 2 files; held back: 2 low confidence (--min-confidence low), 1 suppressed"
    )


def test_a_clean_run_says_so() -> None:
    assert closing.closing_line(report([LEDGER], [])) == "no findings in 1 file"


def test_statistics_put_the_most_frequent_first() -> None:
    place = at(LEDGER, "return 0")
    made = report([LEDGER, AUDIT], [INVERSION, COUNT.finding(place, "a"), COUNT.finding(place, "b")])
    assert statistics.render(made, Manner(quiet=True)) == "2\tTHR202\tlost-update\n1\tTHR101\tlock-order-inversion\n"
    assert json.loads(statistics.render_json(made, PLAIN))[0] == {"code": "THR202", "name": "lost-update", "count": 2}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_that_is_offered_renders(name: str) -> None:
    assert "THR101" in renderer(name)(report([LEDGER, AUDIT], [INVERSION]), PLAIN)


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "painted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
        ("auto", True, {"FORCE_COLOR": "0"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_flag_then_the_environment_then_the_terminal(
    choice: str, terminal: bool, environment: dict[str, str], painted: bool
) -> None:
    assert wants_colour(choice, terminal, environment) is painted
