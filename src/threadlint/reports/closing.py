"""The last line of a run: how much is shown, what was held back, and how to see it."""
from __future__ import annotations

from collections import Counter

from ..model.finding import Fate, Severity
from ..model.report import Report


def closing_line(report: Report) -> str:
    """For example `2 findings (1 error, 1 warning) in 12 files; held back: 1 suppressed`."""
    shown = report.shown
    severities = Counter(verdict.finding.rule.severity for verdict in shown)
    by_severity = ", ".join(counted(severities[each], each.value) for each in Severity if severities[each])
    line = counted(len(shown), "finding") if shown else "no findings"
    line += f" ({by_severity})" if by_severity else ""
    line += f" in {counted(report.files, 'file')}"
    line += _fixable(report)
    return "; held back: ".join(filter(None, (line, ", ".join(_held_back(report)))))


def _fixable(report: Report) -> str:
    """`; 2 fixable with --fix (1 more with --unsafe-fixes)`."""
    fixes = [finding.fix for finding in report.findings if finding.fix is not None]
    safe = sum(1 for fix in fixes if fix.safe)
    unsafe = len(fixes) - safe
    if not safe:
        return f"; {unsafe} fixable with --fix --unsafe-fixes" if unsafe else ""
    return f"; {safe} fixable with --fix" + (f" ({unsafe} more with --unsafe-fixes)" if unsafe else "")


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _held_back(report: Report) -> list[str]:
    counts = report.counts
    held = []
    if counts[Fate.LOW_CONFIDENCE]:
        below = {v.finding.confidence for v in report.verdicts if v.fate is Fate.LOW_CONFIDENCE}
        levels = [each.value for each in sorted(below, key=lambda each: each.rank)]
        held.append(f"{counts[Fate.LOW_CONFIDENCE]} {' or '.join(levels)} confidence (--min-confidence {levels[0]})")
    if counts[Fate.SUPPRESSED]:
        held.append(f"{counts[Fate.SUPPRESSED]} suppressed")
    if counts[Fate.BASELINED]:
        held.append(f"{counts[Fate.BASELINED]} in the baseline")
    if counts[Fate.NOT_SELECTED]:
        held.append(f"{counts[Fate.NOT_SELECTED]} by per-file-ignores")
    return held
