"""The fate of every finding: folded, selected, suppressed, sure enough, and in order."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..model.facts import Comment
from ..model.finding import Confidence, Fate, Finding, Rule, Verdict
from ..model.place import LineMap
from ..model.report import Texts
from .fingerprint import fingerprints
from .selection import Selection
from .suppression import Suppressions

NAMED = 3
"""Of so many findings that were folded into another it is said what they are about."""


def settle(
    findings: Iterable[Finding],
    comments_of: Mapping[str, Sequence[Comment]],
    texts: Texts,
    rules: Sequence[Rule],
    selection: Selection,
    *,
    min_confidence: Confidence = Confidence.MEDIUM,
    partial: bool = False,
    noqa: bool = True,
    baseline: frozenset[str] = frozenset(),
) -> tuple[Verdict, ...]:
    """A verdict for each finding, by path, place and code, and for what is said about the suppressing comments.

    `comments_of` are those of the files by path, all or those that are `suppressing`. With `partial` no comment is
    called unused, for what it holds back may need the rest of the program. Without `noqa` those comments are left to
    another tool. `baseline` holds the fingerprints of findings that are known.
    """
    comments = Suppressions(rules, selection, noqa=noqa)
    maps: dict[str, LineMap] = {}
    for path, known in sorted(comments_of.items()):
        if known:
            source = texts.source(path)
            maps[path] = texts.lines(path)
            comments.add(path, source.module if source else "", known, maps[path])

    def fate(finding: Finding) -> Fate:
        if not selection.speaks(finding.rule.code, finding.at.path):
            return Fate.NOT_SELECTED
        if comments.hold_back(finding, maps):
            return Fate.SUPPRESSED
        if finding.confidence.rank < min_confidence.rank:
            return Fate.LOW_CONFIDENCE
        return Fate.SHOWN

    fates = [(finding, fate(finding)) for finding in folded([*findings, *comments.unknown()])]
    if not partial:
        fates += [(finding, fate(finding)) for finding in list(comments.unused())]
    fates.sort(key=lambda pair: _order(pair[0]))
    marks = fingerprints(finding for finding, _ in fates)
    return tuple(
        Verdict(finding, Fate.BASELINED if met is Fate.SHOWN and mark in baseline else met, mark)
        for (finding, met), mark in zip(fates, marks, strict=True)
    )


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per rule and place: the surest, with the shortest story. It says how many others were like it."""
    kept: dict[tuple[str, str, int, int], list[Finding]] = {}
    for finding in findings:
        at = finding.at
        kept.setdefault((finding.rule.code, at.path, at.start, at.end), []).append(finding)
    told: list[Finding] = []
    for alike in kept.values():
        best = min(alike, key=_preference)
        others = len({(each.subjects, each.message) for each in alike}) - 1
        if others:
            sure = min(best.confidence.rank, Confidence.MEDIUM.rank)
            similar = {each.subjects for each in alike if each.confidence.rank >= sure} - {best.subjects, ()}
            best = msgspec.structs.replace(
                best, notes=(*best.notes, _told_apart(others, sorted(similar))), similar=tuple(sorted(similar))
            )
        told.append(best)
    return told


def _told_apart(others: int, similar: list[tuple[str, ...]]) -> str:
    """How many others there are at the place, and what the first of them are about."""
    named = [" and ".join(f"`{subject}`" for subject in subjects) for subjects in similar[:NAMED]]
    return f"and {others} similar at this place" + (f", about {'; '.join(named)}" if named else "")


def _preference(finding: Finding) -> tuple[int, int, str, tuple[str, ...], str]:
    return (-finding.confidence.rank, len(finding.story), finding.message, finding.subjects, finding.scope)


def _order(finding: Finding) -> tuple[str, int, str, int, str]:
    return (finding.at.path, finding.at.start, finding.rule.code, finding.at.end, finding.message)
