"""Codes, names, files, pages and fixtures of the rules agree with each other and with the catalogue."""
from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from threadlint.rules import LoadedRule, all_rules
from threadlint.workshop import programs
from threadlint.workshop.marks import Kind, Mark

from .catalogue import promised

ROOT = Path(__file__).parents[2]
SECTIONS = ["Why it hurts", "Example", "Instead", "Stays silent when", "Fix"]
TOLD_ELSEWHERE = {"THR900", "THR901", "THR902", "THR903"}
"""Rules without a check: other floors tell their findings. THR902 needs a bug of ours, so no program shows it."""

every_rule = pytest.mark.parametrize("each", [pytest.param(rule, id=rule.rule.code) for rule in all_rules()])


@every_rule
def test_a_rule_is_in_the_catalogue(each: LoadedRule) -> None:
    rule = each.rule
    assert (rule.name, rule.tier.value, each.family) == promised().get(rule.code)


@every_rule
def test_a_rule_lives_in_the_file_of_its_name(each: LoadedRule) -> None:
    assert each.module == f"threadlint.rules.{each.family}.{each.rule.name.replace('-', '_')}"


@every_rule
def test_a_rule_is_judged_or_told_elsewhere(each: LoadedRule) -> None:
    assert (each.check is None) is (each.rule.code in TOLD_ELSEWHERE)


@every_rule
def test_a_page_begins_with_the_offence_in_one_sentence(each: LoadedRule) -> None:
    lines = each.page.splitlines()
    assert re.fullmatch(r"[A-Z`].{10,115}\.", lines[0]), lines[0]
    assert lines[1] == ""


@every_rule
def test_a_page_has_its_sections_in_order(each: LoadedRule) -> None:
    sections = re.findall(r"^## (.*)$", each.page, re.MULTILINE)
    assert sections in (SECTIONS, SECTIONS[:-1])


@every_rule
def test_a_page_shows_the_offence_and_its_cure(each: LoadedRule) -> None:
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", each.page, re.MULTILINE | re.DOTALL))
    if each.rule.code == "THR902":
        return
    assert f"expect: {each.rule.code}" in sections["Example"] or f", {each.rule.code}" in sections["Example"]
    assert "```python" in sections["Instead"]
    assert f"expect: {each.rule.code}" not in sections["Instead"]
    assert re.search(r"^- .", sections["Stays silent when"], re.MULTILINE)


@every_rule
def test_a_rule_has_a_loud_and_a_silent_fixture(each: LoadedRule) -> None:
    if each.rule.code in TOLD_ELSEWHERE:
        return
    kinds = {mark.kind for mark in fixture_marks() if mark.code == each.rule.code}
    assert Kind.EXPECT in kinds, f"no fixture has `# expect: {each.rule.code}`"
    assert Kind.SILENT in kinds, f"no fixture has `# silent: {each.rule.code}`"


def test_marks_name_rules_that_exist() -> None:
    codes = {rule.rule.code for rule in all_rules()}
    assert not sorted({mark.code for mark in fixture_marks() if mark.kind not in (Kind.MISSED, Kind.SILENT)} - codes)


@cache
def fixture_marks() -> list[Mark]:
    return [mark for program in programs.fixture_programs(ROOT / "fixtures") for mark in program.marks]
