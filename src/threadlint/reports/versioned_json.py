"""JSON, version 1: field for field what scripts may rely on."""
from __future__ import annotations

import json
from typing import Any

from ..model.finding import Fate, Fix, Step, Verdict
from ..model.place import Place
from ..model.report import Report, Texts
from .manner import Manner

VERSION = 1


def render(report: Report, manner: Manner) -> str:
    """The findings that are shown and the counts, as one object; the same bytes for the same input, whatever the order
    of files, the number of jobs and the state of the cache."""
    del manner  # a machine reads this
    counts = report.counts
    document = {
        "version": VERSION,
        "findings": [as_object(verdict, report.texts) for verdict in report.shown],
        "summary": {
            "files": report.files,
            "parsed": report.parsed,
            "shown": counts[Fate.SHOWN],
            "suppressed": counts[Fate.SUPPRESSED],
            "baselined": counts[Fate.BASELINED],
            "low_confidence": counts[Fate.LOW_CONFIDENCE],
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def as_object(verdict: Verdict, texts: Texts) -> dict[str, Any]:
    """One finding as JSON holds it."""
    finding = verdict.finding
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.rule.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        **_where(finding.at, texts),
        "subjects": list(finding.subjects),
        "story": [_step(step, texts) for step in finding.story],
        "fix": _fix(finding.fix, texts),
        "fingerprint": verdict.fingerprint,
        "url": None,
    }


def _where(at: Place, texts: Texts) -> dict[str, Any]:
    where = texts.where(at)
    told: dict[str, Any] = {"path": where.path}
    if where.cell is not None:
        told["cell"] = where.cell
    return {
        **told,
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
    }


def _step(step: Step, texts: Texts) -> dict[str, Any]:
    return {**_where(step.at, texts), "message": step.message, "thread": step.thread, "held": list(step.held)}


def _fix(fix: Fix | None, texts: Texts) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{**_where(edit.at, texts), "content": edit.text} for edit in fix.edits]
    return {"applicability": "safe" if fix.safe else "unsafe", "message": fix.message, "edits": edits}
