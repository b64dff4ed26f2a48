"""The whole story of each finding, with the code it stands in."""
from __future__ import annotations

from ..model.finding import Finding
from ..model.report import Report, Texts
from .closing import closing_line
from .frames import Frame, Row, frames_of, rows_of
from .manner import Manner


def render(report: Report, manner: Manner) -> str:
    """All findings that are shown, a blank line between two, then the closing line."""
    parts: list[str] = []
    explained: set[str] = set()
    for finding in report.findings:
        text = told(finding, report.texts, manner)
        code = finding.rule.code
        if code in manner.pages and code not in explained:
            explained.add(code)
            text += "\n" + _indented(manner.pages[code])
        parts.append(text)
    if not manner.quiet:
        parts.append(closing_line(report) + "\n")
    return "\n".join(parts)


def told(finding: Finding, texts: Texts, manner: Manner) -> str:
    """One finding with its frames, notes, help and confidence."""
    rule = finding.rule
    frames = [(frame, list(rows_of(frame, texts))) for frame in frames_of(finding, texts)]
    width = max((len(str(row.number)) for _, rows in frames for row in rows if row.number is not None), default=1)
    heading = manner.paint(f"{rule.severity.value}[{rule.code}]", rule.severity.value)
    lines = [f"{heading} {rule.name}: {manner.paint(finding.message, 'strong')}"]
    for frame, rows in frames:
        lines.extend(_frame(frame, rows, width, rule.severity.value, manner))
    bullet = " " * (width + 1) + manner.paint("=", "frame")
    notes = [*finding.notes, *([f"help: {finding.help}"] if finding.help else [])]
    if finding.fix is not None:
        notes.append(f"fix: {finding.fix.message} (--fix{'' if finding.fix.safe else ' --unsafe-fixes'})")
    notes.append(f"confidence {finding.confidence.value} · threadlint rule {rule.code}")
    lines.extend(f"{bullet} {note}" for note in notes)
    return "".join(f"{line}\n" for line in lines)


def _frame(frame: Frame, rows: list[Row], width: int, severity: str, manner: Manner) -> list[str]:
    bar = manner.paint("|", "frame")
    empty = " " * (width + 1) + bar
    arrow = manner.paint("-->" if frame.primary else ":::", "frame")
    lines = [f"{' ' * width}{arrow} {frame.where}"]
    if frame.primary and rows:
        lines.append(empty)
    for row in rows:
        if row.mark is None:
            number = manner.paint(str(row.number).rjust(width), "frame")
            lines.append(f"{number} {bar} {row.text}".rstrip())
        else:
            indent = len(row.text) - len(row.text.lstrip())
            painted = manner.paint(row.text[indent:], severity if row.mark.primary else "step")
            lines.append(f"{empty} {row.text[:indent]}{painted}")
    return lines


def _indented(page: str) -> str:
    return "".join(f"   {line}".rstrip() + "\n" for line in page.splitlines())
