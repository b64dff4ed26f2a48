"""What the documents say is so: derived parts are fresh, links lead somewhere, flags and keys exist."""
from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from threadlint.config import documentation
from threadlint.hosts.cli.door import threadlint
from threadlint.rules import all_rules, rule_called
from threadlint.workshop.render_docs import stale, without_marks

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
FOR_USERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OF_OTHERS = {"--fix"}
"""Flags of other tools that documents name."""

CONTEXT = click.Context(threadlint)

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


def test_options_of_the_configuration_are_read_by_somebody() -> None:
    code = "".join(
        path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py") if "config" not in path.relative_to(ROOT).parts
    )
    for each in documentation():
        assert f"config.{each.key.replace('-', '_')}" in code or each.key == "assume-threaded", each.key


@pytest.mark.parametrize("path", [pytest.param(each, id=each.stem) for each in FOR_USERS])
def test_commands_and_flags_that_are_named_exist(path: Path) -> None:
    commands = {name: threadlint.get_command(CONTEXT, name) for name in threadlint.list_commands(CONTEXT)}
    options = [option for command in commands.values() if command is not None for option in command.params]
    flags = {flag for option in options for flag in (*option.opts, *option.secondary_opts)} | {"--help", "--version"}
    for spoken in re.findall(r"`([^`\n]+)`", path.read_text("utf-8")):
        words = spoken.split() or [""]
        if words[0] == "threadlint" and len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]):
            assert words[1] in commands, spoken
        if words[0] == "threadlint" or (words[0].startswith("--") and words[0] not in OF_OTHERS):
            for flag in re.findall(r"--[a-z][a-z-]*", spoken):
                assert flag in flags, spoken
