"""How often each rule spoke, the most frequent first."""
from __future__ import annotations

import json
from collections import Counter

from ..model.report import Report
from .closing import closing_line
from .manner import Manner


def render(report: Report, manner: Manner) -> str:
    """Lines of count, code and name, separated by tabs, and the closing line."""
    lines = [f"{count}\t{code}\t{name}" for code, name, count in _counted(report)]
    if not manner.quiet:
        lines.append(closing_line(report))
    return "".join(f"{line}\n" for line in lines)


def render_json(report: Report, manner: Manner) -> str:
    """A list of objects with code, name and count."""
    del manner  # as every renderer
    rows = [{"code": code, "name": name, "count": count} for code, name, count in _counted(report)]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _counted(report: Report) -> list[tuple[str, str, int]]:
    counts = Counter((finding.rule.code, finding.rule.name) for finding in report.findings)
    return [(code, name, count) for (code, name), count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
