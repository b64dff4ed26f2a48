"""What guides to free threading look for: each item names its rules and programs, or says why there are none."""
from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from threadlint.rules import rule_called

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "free-threading.md"
ITEMS = 19


class Item(NamedTuple):
    """A row of the table."""

    number: int
    rules: str
    programs: str


def items() -> list[Item]:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]*)\|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return [Item(int(number), rules.strip(), programs) for number, rules, programs in rows]


def shows(program: str, code: str, how: str) -> bool:
    """Whether a program expects a rule's finding (loud), or is an example of its silence."""
    text = (DOCUMENT.parent / program).read_text("utf-8")
    if how == "loud":
        return re.search(rf"# expect:[^\n]*\b{code}\b", text) is not None
    return re.search(rf"^# silent:[^\n]*\b{code}\b", text, re.MULTILINE) is not None


def programs_of(item: Item) -> list[tuple[str, str]]:
    found = []
    for part in item.programs.split(";"):
        how, _, links = part.strip().partition(":")
        found += [(how, link) for link in re.findall(r"\]\(([^)]+)\)", links)]
    return found


every_item = pytest.mark.parametrize("item", [pytest.param(each, id=str(each.number)) for each in items()])


def test_no_item_is_left_out() -> None:
    assert [each.number for each in items()] == list(range(1, ITEMS + 1))


@every_item
def test_an_item_names_its_rules_or_says_why_there_are_none(item: Item) -> None:
    if item.rules.startswith("none: "):
        assert len(item.rules) > 30 and not programs_of(item)
    else:
        codes = item.rules.split()
        assert codes and all(rule_called(code) for code in codes)
        assert programs_of(item)


@every_item
def test_every_rule_of_an_item_is_shown_by_its_programs(item: Item) -> None:
    programs = programs_of(item)
    assert all(how in ("loud", "silent") for how, _ in programs)
    for code in re.findall(r"THR\d+", item.rules):
        assert any(shows(program, code, how) for how, program in programs), code
    for how, program in programs:
        assert any(shows(program, code, how) for code in item.rules.split()), program
