"""Precision and recall of a judge, per question and per style, against the exact truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .cases import Case
from .explorer import QUESTIONS, Truth
from .judging import Claims, Judge, claims


@dataclass(frozen=True)
class Miss:
    """One disagreement: what was missed, or what was a false alarm."""

    case: Case
    question: str
    about: str
    false: bool

    @property
    def headline(self) -> str:
        """One line to find it again."""
        kind = "FALSE" if self.false else "MISSED"
        return f"{kind} {self.question}: {self.about} ({self.case.origin})"


@dataclass
class Tally:
    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of claims that are true; 1 where nothing was claimed."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of truths that were claimed; 1 where there were none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Score:
    """Tallies by (style, question), the disagreements, and how often each other code was heard."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)
    vague: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    crashes: list[tuple[int, str]] = field(default_factory=list)
    programs: int = 0

    def total(self, question: str) -> Tally:
        """The tally of a question over all styles."""
        parts = [t for (_, q), t in self.tallies.items() if q == question]
        return Tally(sum(t.right for t in parts), sum(t.false for t in parts), sum(t.missed for t in parts))

    def table(self) -> str:
        """Precision and recall as text."""
        styles = sorted({style for style, _ in self.tallies})
        lines = [f"{'question':10} {'style':10} {'precision':>9} {'recall':>7} {'right':>6} {'false':>6} {'missed':>6}"]
        for question in QUESTIONS:
            rows = [(style, self.tallies[style, question]) for style in styles if (style, question) in self.tallies]
            for style, tally in [*rows, ("all", self.total(question))]:
                rates = f"{tally.precision:9.3f} {tally.recall:7.3f}"
                lines.append(f"{question:10} {style:10} {rates} {tally.right:6} {tally.false:6} {tally.missed:6}")
        return "\n".join(lines)


def spelled(item: str | frozenset[str]) -> str:
    """What a truth or claim is about, in words."""
    return item if isinstance(item, str) else " + ".join(sorted(item))


def compare(truth: Truth, said: Claims, question: str) -> tuple[list[str], list[str], list[str]]:
    """The right, false and missed answers to one question, in words.

    For `waits` a claim is right if one of its locks is in a true ring, and a truth is met if one claim is about it.
    What a thread waits for only because a lock was never given back is met where that leak is told; a ring of an
    executor and locks is met where a pool is said to wait for itself.
    """
    told = (said.leaks | said.leaky) & truth.leaks
    true = {spelled(item): item for item in getattr(truth, question)}
    claimed = {spelled(item): item for item in getattr(said, question)}
    rings = frozenset().union(*truth.waits)
    if question == "pools":
        claimed = {pool: pool for pool in said.pools if pool in true or pool not in rings}
    claimed |= {name: name for name in said.hinted & true.keys()}
    if question == "waits":
        claimed |= {pool: frozenset({pool}) for pool in said.pools & rings}
        right = [name for name, ring in true.items() if any(set(c) & set(ring) for c in claimed.values())]
        false = [name for name, locks in claimed.items() if not any(set(locks) & set(ring) for ring in true.values())]
        return right, false, [name for name, ring in true.items() if name not in right and not told & set(ring)]
    if question == "leaks":
        claimed |= {lock: lock for lock in said.leaky if lock in true}
    missed = true.keys() - claimed
    if question in ("cycles", "selves"):
        missed = {name for name in missed if not told & ({name} | set(true[name]))}
    return sorted(true.keys() & claimed), sorted(claimed.keys() - true), sorted(missed)


def score(cases: Iterable[Case], judge: Judge) -> Score:
    """Ask the judge about each case. A judge that raises is noted as a crash, and all its answers count as missed."""
    result = Score()
    for case in cases:
        result.programs += 1
        try:
            findings = judge(case.files)
        except Exception as failure:
            result.crashes.append((case.seed, f"{type(failure).__name__}: {failure}"))
            findings = []
        said = claims(case.program, findings)
        result.codes.update(code for code, _ in findings)
        result.vague.update(f"{code} {', '.join(subjects)}" for code, subjects in said.vague)
        for question in QUESTIONS:
            if question == "leaks" and case.theme != "leaks":
                continue  # other programs have calls and lookups that may raise, and the model does not say when
            right, false, missed = compare(case.truth, said, question)
            tally = result.tallies.setdefault((case.layout.style, question), Tally())
            tally.right += len(right)
            tally.false += len(false)
            tally.missed += len(missed)
            result.misses += [Miss(case, question, about, True) for about in false]
            result.misses += [Miss(case, question, about, False) for about in missed]
    return result
