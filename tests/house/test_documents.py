"""What the documents say is so: derived parts are fresh, links lead somewhere, flags and keys exist."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from threadlint.config import documentation
from threadlint.rules import all_rules, rule_called
from threadlint.workshop.render_docs import stale, without_marks

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
OF_OTHERS = {"--fix", "--no-deps"}
"""Flags of other tools that documents name."""

every_document = pytest.mark.parametrize("path", [pytest.param(each, id=each.stem) for each in DOCUMENTS])


def test_derived_documents_are_fresh() -> None:
    wrong = [path.relative_to(ROOT).as_posix() for path in stale(ROOT)]
    assert not wrong, "python -m threadlint.workshop.render_docs writes them"


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@every_document
def test_rules_that_are_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    families = {each.rule.code[:4] for each in all_rules()}
    for code in set(re.findall(r"\bTHR\d+\b", text)):
        assert rule_called(code) or code in families or code in ("THR999",), code


@every_document
def test_keys_of_the_configuration_exist(path: Path) -> None:
    keys = {each.key for each in documentation()}
    tables = re.findall(r"^\[tool\.threadlint(?:\.[\w-]+)?\]\n(.*?)(?=^\[|^```)", path.read_text("utf-8"), re.M | re.S)
    for table in tables:
        for key in re.findall(r"^([a-z-]+) *=", table, re.M):
            assert key in keys, key


def test_pages_are_shown_without_the_marks_of_tests() -> None:
    page = without_marks('with b:  # expect: THR101 "a part"  # see: THR101\nx()  # missed: THR103 why\n')
    assert page == "with b:  # THR101\nx()\n"
