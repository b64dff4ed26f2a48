"""threadlint has nothing to say about threadlint."""
from __future__ import annotations

from pathlib import Path

from threadlint.config import load
from threadlint.engine import Request, judge

ROOT = Path(__file__).parents[2]


def test_threadlint_finds_nothing_in_itself() -> None:
    report = judge(Request(paths=(str(ROOT / "src"),), config=load(ROOT), cache=False))
    told = [f"{report.texts.where(finding.at)} {finding.rule.code} {finding.message}" for finding in report.findings]
    assert not told and not report.failures
