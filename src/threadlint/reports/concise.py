"""`path:line:column: THR101 message`, one line per finding, for editors and logs."""
from __future__ import annotations

from ..model.report import Report
from .closing import closing_line
from .manner import Manner


def render(report: Report, manner: Manner) -> str:
    """The findings that are shown and the closing line. `[*]` marks those with a safe fix."""
    lines = []
    for finding in report.findings:
        where = manner.paint(str(report.texts.where(finding.at)), "strong")
        code = manner.paint(finding.rule.code, finding.rule.severity.value)
        fixable = " [*]" if finding.fix and finding.fix.safe else ""
        lines.append(f"{where}: {code}{fixable} {finding.message}")
    if not manner.quiet:
        lines.append(closing_line(report))
    return "".join(f"{line}\n" for line in lines)
