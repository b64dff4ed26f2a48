"""What the fixes of a report make of its texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..model.finding import Finding, Fix
from ..model.report import Report
from .applying import applied


class Fixed(NamedTuple):
    """One file after its fixes: `before` and `after` are its texts, `number` counts the findings that are cured."""

    path: str
    before: str
    after: str
    number: int


def is_wanted(finding: Finding, *, unsafe: bool) -> bool:
    """Whether a finding has a fix that may be applied."""
    return finding.fix is not None and (finding.fix.safe or unsafe)


def fixed_texts(report: Report, parses: Callable[[str], bool], *, unsafe: bool = False) -> tuple[Fixed, ...]:
    """What applying the fixes of the findings that are shown gives, file by file. A fix after which the text does
    not parse, by the word of `parses`, is left out; notebooks are left alone."""
    by_path: dict[str, list[Fix]] = {}
    for finding in report.findings:
        if is_wanted(finding, unsafe=unsafe) and finding.fix is not None:
            paths = {edit.at.path for edit in finding.fix.edits}
            if len(paths) == 1:
                by_path.setdefault(paths.pop(), []).append(finding.fix)
    found = []
    for path in sorted(by_path):
        source = report.texts.source(path)
        if source is None or source.cells or path.endswith(".ipynb"):
            continue
        result = applied(source.text, by_path[path])
        fixes = list(result.done)
        if result.text != source.text and not parses(result.text):
            fixes = [fix for fix in fixes if parses(applied(source.text, [fix]).text)]
            result = applied(source.text, fixes)
            if not parses(result.text):
                continue
        if result.text != source.text:
            found.append(Fixed(path, source.text, result.text, len(result.done)))
    return tuple(found)
