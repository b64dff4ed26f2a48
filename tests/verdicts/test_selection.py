"""Which rules speak is decided by the longest selector that fits."""
from __future__ import annotations

from typing import Any

import pytest

from threadlint.model.finding import Rule, Tier
from threadlint.verdicts import Selection, UnknownRuleError

RULES = (
    Rule("THR101", "lock-order-inversion"),
    Rule("THR102", "self-deadlock"),
    Rule("THR132", "empty-critical-section", tier=Tier.STRICT),
    Rule("THR202", "lost-update"),
    Rule("THR801", "gil-dependent-operation", tier=Tier.FT),
    Rule("THR900", "unreadable-file"),
    Rule("THR901", "unused-suppression"),
)


def codes(**options: Any) -> list[str]:
    return sorted(code.removeprefix("THR") for code in Selection(RULES, **options).codes)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "101 102 202 900 901"),
        ({"strict": True}, "101 102 132 202 900 901"),
        ({"free_threaded": True}, "101 102 202 801 900 901"),
        ({"select": ["THR101"]}, "101 900"),
        ({"select": ["lost-update"]}, "202 900"),
        ({"select": ["Lost-Update", "thr101"]}, "101 202 900"),
        ({"select": ["THR1"]}, "101 102 132 900"),
        ({"select": ["ALL"]}, "101 102 202 900 901"),
        ({"select": ["THR"], "strict": True}, "101 102 132 202 900 901"),
        ({"extend_select": ["empty-critical-section"]}, "101 102 132 202 900 901"),
        ({"ignore": ["THR1"]}, "202 900 901"),
        ({"select": ["THR101"], "ignore": ["THR1"]}, "101 900"),
        ({"select": ["THR1"], "ignore": ["self-deadlock"]}, "101 132 900"),
        ({"select": ["THR101"], "ignore": ["THR101"]}, "900"),
        ({"ignore": ["THR900"]}, "101 102 202 901"),
        ({"ignore": ["THR132"]}, "101 102 202 900 901"),
    ],
)
def test_the_longest_selector_decides(options: dict[str, Any], expected: str) -> None:
    assert " ".join(codes(**options)) == expected


@pytest.mark.parametrize(
    ("named", "suggestion"),
    [("lost-updat", "lost-update"), ("THR1O1", "THR101"), ("THR7", None), ("E501", None), ("", None)],
)
def test_an_unknown_rule_is_refused_with_the_nearest(named: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownRuleError) as raised:
        Selection(RULES, ignore=[named])
    assert raised.value.suggestion == suggestion
    assert f"unknown rule `{named}` in `ignore`" in str(raised.value)
    assert (f"did you mean `{suggestion}`?" in str(raised.value)) is (suggestion is not None)


def test_a_rule_can_be_ignored_in_some_files() -> None:
    selection = Selection(RULES, per_file_ignores={"tests/*": ["THR1"], "gen_*.py": ["lost-update"]})
    assert not selection.speaks("THR101", "tests/deep/test_a.py")
    assert selection.speaks("THR202", "tests/test_a.py")
    assert not selection.speaks("THR202", "pkg/gen_tables.py")
    assert selection.speaks("THR101", "pkg/a.py")


def test_patterns_count_from_the_configurations_folder() -> None:
    selection = Selection(RULES, per_file_ignores={"/tests/*": ["THR1"]}, root="..")
    assert selection.speaks("THR101", "tests/a.py")
    assert not selection.speaks("THR101", "../tests/a.py")


def test_an_unknown_rule_in_per_file_ignores_is_refused() -> None:
    with pytest.raises(UnknownRuleError, match="`per-file-ignores`"):
        Selection(RULES, per_file_ignores={"*": ["nonsense"]})
