"""The program of a run: the hot files, and the cold ones that they turn out to need.

A cold module (no word of concurrency in its text) is not read until the program needs it. Reading more can make more
needed, so linking is repeated until nothing is asked for; every round reads all that is asked for, so that the answer
does not depend on the order of files.
"""
from __future__ import annotations

import os
from collections.abc import Sequence

from ..analyses.demand import demanded, screening_words
from ..extract import facts_of
from ..extract.store import Store
from ..model.facts import ModuleFacts
from ..model.sources import Source
from ..program import Program, link
from ..sources import Gathered, gather
from .clock import Clock
from .request import Request

MOST_ROUNDS = 12
"""How often a program may ask for more modules; beyond that what is missing stays unknown."""


def texts_of(request: Request) -> Gathered:
    """The files of the program that is asked about."""
    return gather(
        request.paths, request.config, overlay=request.overlay, force_exclude=request.force_exclude,
        program="whole" if request.whole else "auto",
    )  # fmt: skip


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
