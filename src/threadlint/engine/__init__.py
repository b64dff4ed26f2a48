"""The staircase: sources are screened and parsed, facts linked, rules asked, verdicts settled.

What an earlier run found about the same program is not looked for again (see `conclusions`).
"""
from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from contextlib import nullcontext

from ..extract.store import Store
from ..fixes import completed
from ..model.finding import Finding
from ..model.report import Report, Texts
from ..rules import LoadedRule, all_rules
from ..sources import Gathered
from ..verdicts import Selection, baseline, settle, suppressing
from .asking import asked, selection_of, unread
from .clock import Clock
from .conclusions import Conclusions, keep, key_of, recalled
from .growing import grown, texts_of
from .request import Request, cache_folder

__all__ = ["Clock", "Request", "cache_folder", "grown", "judge", "texts_of", "unread"]


def judge(request: Request) -> Report:
    """One run. Raises `sources.MissingPathError`, `verdicts.UnknownRuleError` and `verdicts.BaselineError`; whatever
    else goes wrong with one file or one rule is a finding."""
    limit = sys.getrecursionlimit()  # the analyses raise it
    collecting = gc.isenabled()
    gc.disable()  # next to nothing of what a run makes is garbage before its end: looking for it takes a third of it
    try:
        return _judged(request)
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _judged(request: Request) -> Report:
    clock = Clock()
    rules = all_rules()
    selection = selection_of(request.config, rules)
    known = baseline.known(request.config.baseline)
    gathered = texts_of(request)
    clock.lap("sources")
    store = Store(cache_folder(request.config) if request.cache else None)
    found, failures = concluded(gathered, store, request, rules, selection, clock)
    store.close()
    texts = Texts(gathered.hot)
    verdicts = settle(
        found.findings, found.comments, texts, [each.rule for each in rules], selection,
        min_confidence=request.config.min_confidence, partial=gathered.partial, noqa=request.noqa,
        baseline=known,
    )  # fmt: skip
    verdicts = tuple(verdict for verdict in verdicts if touches(verdict.finding, gathered.given))
    clock.lap("verdicts")
    return Report(
        verdicts, texts, gathered.files, len(gathered.hot), gathered.partial, clock.laps,
        tuple(gathered.warnings), tuple(failures),
    )  # fmt: skip


def concluded(
    gathered: Gathered, store: Store, request: Request, rules: Iterable[LoadedRule], selection: Selection, clock: Clock
) -> tuple[Conclusions, list[str]]:
    """What the rules in force find, recalled or found now, and the tracebacks of those that raised. Afterwards every
    module that was read is among the hot ones."""
    asking = [each for each in rules if each.check is not None and each.rule.code in selection]
    key = key_of(gathered, request.config, [each.rule.code for each in asking]) if request.cache else b""
    known = recalled(store, key)
    if known is not None:
        gathered.demand(known.warmed)
        clock.lap("recalled")
        return known, []
    cold = frozenset(gathered.cold)
    program, facts = grown(gathered, store, request, clock)
    with store.turn() if request.among_alike else nullcontext():
        known = recalled(store, key) if request.among_alike else None  # reading is shared, judging is waited for
        if known is not None:
            clock.lap("recalled")
            return known, []
        findings, failures = asked(program, asking, min(gathered.given, default=""))
        comments = {path: suppressing(read.comments) for path, (_, read) in facts.items()}
        found = Conclusions(
            (*completed(findings, program), *unread(facts.values())),
            {path: some for path, some in comments.items() if some},
            tuple(sorted(cold.difference(gathered.cold))),
        )
        if not failures:
            keep(store, key, found)
    clock.lap("rules")
    return found, failures


def touches(finding: Finding, given: frozenset[str]) -> bool:
    """Whether the finding's place, or a step of its story, lies in one of the given files."""
    return finding.at.path in given or any(step.at.path in given for step in finding.story)
