"""Every finding meets one fate, and comments are judged by what they hold back."""
from __future__ import annotations

import random
import re
from typing import Any

import pytest

from threadlint.model.facts import Comment
from threadlint.model.finding import Confidence, Fate, Finding, Rule, Step, Verdict
from threadlint.model.place import Place
from threadlint.model.report import Texts
from threadlint.model.sources import Source
from threadlint.rules.housekeeping import unknown_rule_in_suppression, unused_suppression
from threadlint.verdicts import Selection, settle

ORDER = Rule("THR101", "lock-order-inversion")
COUNT = Rule("THR202", "lost-update")
RULES = (ORDER, COUNT, unused_suppression.RULE, unknown_rule_in_suppression.RULE)


class Case:
    """Texts by path, whose comments are found by a pattern, and findings at words of theirs."""

    def __init__(self, **texts: str) -> None:
        self.sources = {
            f"{name}.py": Source(f"{name}.py", name, text, b"", True) for name, text in texts.items()
        }

    def at(self, words: str, path: str = "a.py") -> Place:
        start = self.sources[path].text.index(words)
        return Place(path, start, start + len(words))

    def settle(self, *findings: Finding, select: Any = None, **options: Any) -> tuple[Verdict, ...]:
        comments = {path: comments_of(source.text) for path, source in self.sources.items()}
        selection = Selection(RULES, select=select, per_file_ignores=options.pop("per_file_ignores", None))
        return settle(findings, comments, Texts(self.sources.values()), RULES, selection, **options)

    def fates(self, *findings: Finding, **options: Any) -> list[str]:
        return [f"{v.finding.rule.code} {v.fate.value}" for v in self.settle(*findings, **options)]


def comments_of(text: str) -> tuple[Comment, ...]:
    found = []
    for match in re.finditer("#.*", text):
        before = text[: match.start()].rpartition("\n")[2]
        found.append(Comment((match.start(), match.end()), match.group(), own_line=not before.strip()))
    return tuple(found)


def test_a_comment_on_the_line_of_the_place_holds_back() -> None:
    case = Case(a="x += 1  # threadlint: ignore[THR202] an estimate\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m")) == ["THR202 suppressed"]


def test_a_comment_may_name_the_rule_or_its_family_or_several() -> None:
    for named in ("lost-update", "THR2", "THR101, THR202", "thr202"):
        case = Case(a=f"x += 1  # threadlint: ignore[{named}]\n")
        fates = case.fates(COUNT.finding(case.at("x += 1"), "m"))
        assert fates[0] == "THR202 suppressed", named


def test_a_comment_without_names_holds_back_everything() -> None:
    case = Case(a="x += 1  # threadlint: ignore\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m")) == ["THR202 suppressed"]


def test_a_comment_on_another_rule_holds_nothing_back() -> None:
    case = Case(a="x += 1  # threadlint: ignore[THR101]\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m")) == ["THR202 shown", "THR901 shown"]


def test_a_comment_on_a_step_of_the_story_holds_back_in_another_file() -> None:
    case = Case(a="x += 1\n", b="start()  # threadlint: ignore[THR202]\n")
    finding = COUNT.finding(case.at("x += 1"), "m", story=(Step(case.at("start()", "b.py"), "starts"),))
    assert case.fates(finding) == ["THR202 suppressed"]


def test_a_comment_on_any_line_of_a_long_place_holds_back() -> None:
    case = Case(a="call(\n  1,\n  2,  # threadlint: ignore[THR202]\n)\nother()\n")
    finding = COUNT.finding(Place("a.py", 0, case.at(")\nother").start + 1), "m")
    assert case.fates(finding) == ["THR202 suppressed"]


def test_a_comment_above_speaks_for_the_logical_line_below() -> None:
    case = Case(a="# threadlint: ignore[THR202]\n# because\n\ncall(\n  1,\n  second)\nother()\n")
    assert case.fates(COUNT.finding(case.at("second"), "m")) == ["THR202 suppressed"]
    assert case.fates(COUNT.finding(case.at("other()"), "m"))[-1] == "THR202 shown"


def test_a_comment_above_an_indented_line_speaks_for_it() -> None:
    case = Case(a="def f():\n    # threadlint: ignore[THR202]\n    call()\n    other()\n")
    assert case.fates(COUNT.finding(case.at("call()"), "m")) == ["THR202 suppressed"]
    assert case.fates(COUNT.finding(case.at("other()"), "m"))[-1] == "THR202 shown"


def test_a_comment_above_decorators_speaks_for_the_def_too() -> None:
    case = Case(a="# threadlint: ignore[THR202]\n@one\n@two(\n  3)\ndef f():\n    body()\n")
    assert case.fates(COUNT.finding(case.at("def f"), "m")) == ["THR202 suppressed"]
    assert case.fates(COUNT.finding(case.at("body()"), "m"))[-1] == "THR202 shown"


def test_a_comment_for_the_file_holds_back_everywhere_in_it() -> None:
    case = Case(a="x += 1\n# threadlint: ignore-file[THR202]\n", b="y += 1\n")
    findings = [COUNT.finding(case.at("x += 1"), "m"), COUNT.finding(case.at("y += 1", "b.py"), "m")]
    assert case.fates(*findings) == ["THR202 suppressed", "THR202 shown"]


def test_noqa_holds_back_at_the_place_only() -> None:
    case = Case(a="x += 1  # noqa: THR202\ny += 1  # noqa: E501\n")
    step = Step(case.at("x += 1"), "here")
    here = COUNT.finding(case.at("x += 1"), "m")
    told_here = ORDER.finding(case.at("y += 1"), "m", story=(step,))
    assert case.fates(here, told_here) == ["THR202 suppressed", "THR101 shown"]


@pytest.mark.parametrize(
    ("comment", "fate"),
    [("# noqa", "suppressed"), ("# noqa:THR2 x", "suppressed"), ("# noqa: thr202", "shown"), ("# noqa: E5", "shown")],
)
def test_noqa_is_read_as_flake8_reads_it(comment: str, fate: str) -> None:
    case = Case(a=f"x += 1  {comment}\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m")) == [f"THR202 {fate}"]


def test_noqa_is_left_alone_where_another_tool_reads_it() -> None:
    case = Case(a="x += 1  # noqa: THR202\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m"), noqa=False) == ["THR202 shown"]


def test_a_comment_that_holds_nothing_back_is_a_finding_at_the_comment() -> None:
    case = Case(a="x = 1  # threadlint: ignore[THR202] no more\n")
    (verdict,) = case.settle()
    assert (verdict.finding.rule.code, verdict.finding.at) == ("THR901", case.at("# threadlint: ignore[THR202]"))
    assert "`THR202`" in verdict.finding.message


def test_of_a_comment_that_helps_in_part_the_rest_is_named() -> None:
    case = Case(a="x += 1  # threadlint: ignore[THR202, lock-order-inversion]\n")
    shown = [v.finding for v in case.settle(COUNT.finding(case.at("x += 1"), "m")) if v.fate is Fate.SHOWN]
    assert [finding.subjects for finding in shown] == [("lock-order-inversion",)]


def test_a_comment_is_of_use_even_for_a_finding_of_low_confidence() -> None:
    case = Case(a="x += 1  # threadlint: ignore[THR202]\n")
    assert case.fates(COUNT.finding(case.at("x += 1"), "m", confidence=Confidence.LOW)) == ["THR202 suppressed"]


def test_comments_are_not_judged_when_a_part_was_seen() -> None:
    case = Case(a="x = 1  # threadlint: ignore[THR202]\n")
    assert case.fates(partial=True) == []


def test_comments_on_rules_that_do_not_speak_are_not_judged() -> None:
    case = Case(a="x = 1  # threadlint: ignore[THR202]\n")
    assert case.fates(select=["THR101", "THR901"]) == []
    assert case.fates(per_file_ignores={"a.py": ["THR202"]}) == []


def test_an_unknown_rule_in_a_comment_is_a_finding_with_a_hint() -> None:
    case = Case(a="x = 1  # threadlint: ignore[lost-updates]\n")
    (verdict,) = case.settle()
    assert verdict.finding.rule.code == "THR903"
    assert verdict.finding.help == "did you mean `lost-update`?"


def test_findings_below_the_confidence_asked_for_are_held_back() -> None:
    case = Case(a="x += 1\n")
    medium = COUNT.finding(case.at("x += 1"), "m", confidence=Confidence.MEDIUM)
    low = ORDER.finding(case.at("x += 1"), "m", confidence=Confidence.LOW)
    assert case.fates(low, medium) == ["THR101 low confidence", "THR202 shown"]
    assert case.fates(low, medium, min_confidence=Confidence.HIGH) == ["THR101 low confidence", "THR202 low confidence"]
    assert case.fates(low, medium, min_confidence=Confidence.LOW) == ["THR101 shown", "THR202 shown"]


def test_a_rule_ignored_in_a_file_is_held_back_there() -> None:
    case = Case(a="x += 1\n")
    finding = COUNT.finding(case.at("x += 1"), "m")
    assert case.fates(finding, per_file_ignores={"a.py": ["THR2"]}) == ["THR202 not selected"]


def test_of_findings_at_one_place_the_surest_with_the_shortest_story_is_kept() -> None:
    case = Case(a="x += 1\n")
    place = case.at("x += 1")
    step = Step(place, "here")
    long = COUNT.finding(place, "long", story=(step, step))
    short = COUNT.finding(place, "short", story=(step,))
    unsure = COUNT.finding(place, "unsure", confidence=Confidence.MEDIUM)
    (verdict,) = case.settle(long, unsure, short)
    assert verdict.finding.message == "short"
    assert verdict.finding.notes == ("and 2 similar at this place",)


def test_the_same_finding_twice_is_told_once_without_a_word() -> None:
    case = Case(a="x += 1\n")
    finding = COUNT.finding(case.at("x += 1"), "m")
    (verdict,) = case.settle(finding, finding)
    assert verdict.finding == finding


def test_verdicts_do_not_depend_on_the_order_of_findings() -> None:
    case = Case(a="x += 1\ny += 1\nz += 1\n", b="x += 1\n")
    places = [case.at("x"), case.at("y += 1"), case.at("z += 1"), case.at("x += 1", "b.py"), case.at("x += 1")]
    findings = [rule.finding(place, word, scope="s") for place in places for rule in (ORDER, COUNT) for word in "pq"]
    expected = case.settle(*findings)
    assert [v.finding.at.path for v in expected] == sorted(v.finding.at.path for v in expected)
    for seed in range(5):
        random.Random(seed).shuffle(findings)
        assert case.settle(*findings) == expected


def test_a_fingerprint_survives_moved_lines_and_tells_twins_apart() -> None:
    before = Case(a="x += 1\ny += 1\n")
    after = Case(a="\n# new\n\nx += 1\n\n\ny += 1\n")
    marks = []
    for case in (before, after):
        first = COUNT.finding(case.at("x += 1"), "m", subjects=("m.n",), scope="m.f")
        second = COUNT.finding(case.at("y += 1"), "m", subjects=("m.n",), scope="m.f")
        marks.append([verdict.fingerprint for verdict in case.settle(first, second)])
    assert marks[0] == marks[1]
    assert len(set(marks[0])) == 2


def test_a_fingerprint_changes_with_rule_scope_and_subject() -> None:
    case = Case(a="x += 1\n")
    place = case.at("x += 1")
    variants = [
        COUNT.finding(place, "m", subjects=("m.n",), scope="m.f"),
        ORDER.finding(place, "m", subjects=("m.n",), scope="m.f"),
        COUNT.finding(place, "m", subjects=("m.k",), scope="m.f"),
        COUNT.finding(place, "m", subjects=("m.n",), scope="m.g"),
    ]
    assert len({case.settle(finding)[0].fingerprint for finding in variants}) == 4
