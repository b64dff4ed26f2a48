"""Derived documents follow the rules, and only what stands between marks is exchanged."""
from __future__ import annotations

from pathlib import Path

import pytest

from threadlint.rules import all_rules, rule_called
from threadlint.workshop.render_docs import page_of, replaced, stale, table, without_marks


def test_what_stands_between_marks_is_exchanged() -> None:
    text = "before\n<!-- rules:start -->\nold\n<!-- rules:end -->\nafter\n"
    assert replaced(text, "rules", "new\n") == text.replace("old", "new")


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(SystemExit, match="demo:start"):
        replaced("<!-- rules:start -->\n<!-- rules:end -->\n", "demo", "")


def test_a_page_bears_its_card_and_no_marks() -> None:
    loaded = rule_called("THR101")
    assert loaded is not None
    page = page_of(loaded)
    assert page.startswith("# THR101 lock-order-inversion\n")
    assert "`THR101` `lock-order-inversion` · deadlocks · error" in page
    assert "expect:" not in page and "with audit_lock:  # THR101\n" in page


def test_options_of_a_program_are_for_readers_too() -> None:
    assert without_marks("# options: strict = true\n") == "# options: strict = true\n"


def test_every_rule_is_in_the_table() -> None:
    told = table(all_rules(), "docs/rules/")
    assert all(f"[{each.rule.code}](docs/rules/{each.rule.code}.md)" in told for each in all_rules())


def test_stale_and_left_over_pages_are_named(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("<!-- rules:start -->\n<!-- rules:end -->\n")
    pages = tmp_path / "docs" / "rules"
    pages.mkdir(parents=True)
    (pages / "THR999.md").write_text("of a rule that is gone")
    named = {path.name for path in stale(tmp_path)}
    assert {"THR999.md", "THR101.md", "README.md", "configuration.md"} <= named
