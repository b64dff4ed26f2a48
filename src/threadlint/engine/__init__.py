"""The staircase: sources are screened and parsed, facts linked, rules asked, verdicts settled.

A cold module (no word of concurrency in its text) is not read until the program needs it. Reading more can make more
needed, so linking is repeated until nothing is asked for; every round reads all that is asked for, so that the answer
does not depend on the order of files. What an earlier run found about the same program is not looked for again (see
`conclusions`).
"""
from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from ..analyses.demand import demanded, screening_words
from ..config import Config
from ..extract import facts_of
from ..extract.store import Store
from ..fixes import completed
from ..model.facts import ModuleFacts
from ..model.finding import Finding
from ..model.place import Place
from ..model.report import Report, Texts
from ..model.sources import Source
from ..program import Program, link
from ..rules import LoadedRule, all_rules
from ..rules.housekeeping import internal_error, unreadable_file
from ..sources import Gathered, gather
from ..verdicts import Selection, baseline, settle, suppressing
from .conclusions import Conclusions, keep, key_of, recalled

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_ROUNDS = 12
"""How often a program may ask for more modules; beyond that what is missing stays unknown."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a host asks for.

    `paths` are files and folders. `overlay` holds the texts of open buffers by path; the path `-` stands for all of
    them (bytes are decoded as those of a file).
    With `whole` the program is that around the given files, not the files alone (see `sources.gather`). `jobs` is the
    number of worker processes, 0 as many as there are processors; `executor` takes their place. Without `noqa` those
    comments are left to another tool. `cache` False neither reads nor writes the store. `among_alike`: other processes
    judge the same program at this moment.
    """

    paths: tuple[str, ...]
    config: Config
    overlay: Mapping[str, str | bytes] = {}
    whole: bool = False
    force_exclude: bool = False
    jobs: int = 0
    executor: Executor | None = None
    cache: bool = True
    noqa: bool = True
    among_alike: bool = False


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


def texts_of(request: Request) -> Gathered:
    """The files of the program that is asked about."""
    return gather(
        request.paths, request.config, overlay=request.overlay, force_exclude=request.force_exclude,
        program="whole" if request.whole else "auto",
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


def grown(
    gathered: Gathered, store: Store, request: Request, clock: Clock
) -> tuple[Program, dict[str, tuple[Source, ModuleFacts]]]:
    """The program of all hot modules and of the cold ones that it turns out to need; the facts by path."""
    facts: dict[str, tuple[Source, ModuleFacts]] = {}
    fresh: Sequence[Source] = gathered.hot
    words: frozenset[str] = frozenset()
    program: Program | None = None
    for round_ in range(MOST_ROUNDS):
        read = facts_of(fresh, store, jobs=request.jobs or os.cpu_count() or 1, executor=request.executor)
        clock.lap("facts")
        facts.update((source.path, (source, known)) for source, known in zip(fresh, read, strict=True))
        program = link(facts.values(), request.config, gathered.cold, program)
        now = screening_words(program)
        fresh = gathered.grow(now - words)
        words |= now
        if not fresh and round_ + 1 < MOST_ROUNDS and gathered.cold:
            fresh = gathered.demand(program.ask(demanded))
        clock.lap("analyses")
        if not fresh:
            break
    assert program is not None
    return program, facts


def asked(program: Program, rules: Iterable[LoadedRule], home: str) -> tuple[list[Finding], list[str]]:
    """What rules find, and the tracebacks of those that raised: each becomes THR902, at the beginning of the file
    `home`, and the run goes on."""
    found: list[Finding] = []
    failures: list[str] = []
    for each in rules:
        assert each.check is not None
        try:
            found.extend(each.check(program))
        except Exception as error:
            failures.append(f"{each.rule.code} {each.rule.name}\n{traceback.format_exc()}")
            found.append(internal_error.failed(Place(home, 0, 0), each.rule, error))
    return found, failures


def unread(facts: Iterable[tuple[Source, ModuleFacts]]) -> Iterator[Finding]:
    """THR900 for each file that could not be read or parsed."""
    for source, known in facts:
        if source.failure is not None:
            yield unreadable_file.unreadable(Place(source.path, 0, 0), source.module, source.failure)
        elif known.failure is not None:
            at = Place(source.path, *known.failure.at)
            yield unreadable_file.unreadable(at, source.module, known.failure.message)


def selection_of(config: Config, rules: Iterable[LoadedRule]) -> Selection:
    """The rules that a configuration puts in force."""
    return Selection(
        [each.rule for each in rules],
        select=config.select,
        extend_select=config.extend_select,
        ignore=config.ignore,
        per_file_ignores=config.per_file_ignores,
        strict=config.strict,
        free_threaded=bool(config.free_threaded),
        root=str(config.root),
    )


def cache_folder(config: Config) -> Path:
    """Where facts are kept: `cache-dir`, else a folder beside the configuration."""
    return config.root / (config.cache_dir or ".threadlint_cache")


def touches(finding: Finding, given: frozenset[str]) -> bool:
    """Whether the finding's place, or a step of its story, lies in one of the given files."""
    return finding.at.path in given or any(step.at.path in given for step in finding.story)


class Clock:
    """How long each floor took, in seconds, summed up over the rounds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, floor: str) -> None:
        """Everything since the last lap was this floor's."""
        now = perf_counter()
        self.laps[floor] = self.laps.get(floor, 0.0) + now - self._last
        self._last = now
