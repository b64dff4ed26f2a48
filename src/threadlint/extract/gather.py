"""The facts of many texts: from the store where it has them, else read here, in worker processes or by an executor."""
from __future__ import annotations

import heapq
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..model.facts import ModuleFacts
from ..model.sources import Source
from .encoding import decode, encode
from .store import Store

if TYPE_CHECKING:
    from concurrent.futures import Executor

FEWEST_FILES = 8
FEWEST_CHARACTERS = 500_000
"""What is read in this process: starting workers takes as long as reading this much."""

PORTION = 100_000
"""Characters that this process reads before it looks into the store again: a quarter of a second."""

_CHUNKS_PER_WORKER = 6


def facts_of(
    sources: Sequence[Source], store: Store, *, jobs: int, executor: Executor | None = None
) -> list[ModuleFacts]:
    """The facts of each source, in the order given; the same whatever the store holds and whoever does the work.

    `jobs` is the number of processes that may work. An `executor` does all the reading when given. What this process
    reads itself it reads portion by portion, each looked for in the store once more: processes that are after the same
    texts at the same time (flake8's workers) share the work, and a run that is stopped has not worked for nothing.
    """
    texts = {source.digest: source.text for source in sources}
    facts = _kept(store, list(texts))
    missing = [digest for digest in texts if digest not in facts]
    if executor is not None or _worth_processes([texts[digest] for digest in missing], jobs):
        portions = [missing]
    else:
        portions = _portions(missing, texts)
    for number, portion in enumerate(portions):
        if number:
            facts.update(_kept(store, portion))
        left = [digest for digest in portion if digest not in facts]
        fresh = _read([texts[digest] for digest in left], jobs, executor)
        if store.keeps:
            encoded = (encode(own) if data is None else data for own, data in fresh)
            store.put_many(dict(zip(left, encoded, strict=True)))
        facts.update(zip(left, (own for own, _ in fresh), strict=True))
    return [facts[source.digest] for source in sources]


def _kept(store: Store, digests: Sequence[bytes]) -> dict[bytes, ModuleFacts]:
    found = ((digest, decode(data)) for digest, data in store.get_many(digests).items())
    return {digest: facts for digest, facts in found if facts is not None}


def _portions(digests: Sequence[bytes], texts: Mapping[bytes, str]) -> list[list[bytes]]:
    """Digests in portions of about PORTION characters of text. Processes that start at the same time have neighbouring
    numbers; the golden ratio sends them to portions far apart."""
    portions: list[list[bytes]] = []
    room = 0
    for digest in digests:
        if room <= 0:
            portions.append([])
            room = PORTION
        portions[-1].append(digest)
        room -= len(texts[digest])
    start = int(os.getpid() * 0.6180339887498949 % 1 * len(portions))
    return portions[start:] + portions[:start]


def _worth_processes(texts: Sequence[str], jobs: int) -> bool:
    return jobs > 1 and len(texts) >= FEWEST_FILES and sum(map(len, texts)) >= FEWEST_CHARACTERS


def _read(texts: list[str], jobs: int, executor: Executor | None) -> list[tuple[ModuleFacts, bytes | None]]:
    """Facts, each with its encoding where a worker sent that."""
    if not texts:
        return []
    if executor is not None:
        encoded = _by_executor(texts, executor)
    elif _worth_processes(texts, jobs):
        from .workers import read_in_processes

        encoded = read_in_processes(chunks(texts, jobs * _CHUNKS_PER_WORKER), texts, jobs)
    else:
        encoded = [None] * len(texts)
    return [_settled(text, data) for text, data in zip(texts, encoded, strict=True)]


def _settled(text: str, data: bytes | None) -> tuple[ModuleFacts, bytes | None]:
    if data is not None:
        facts = decode(data)
        if facts is not None:
            return facts, data
    from . import extract

    return extract(text), None


def chunks(texts: Sequence[str], count: int) -> list[list[int]]:
    """Indices of texts in at most `count` groups of about equal size, the heaviest group first."""
    heap: list[tuple[int, int]] = [(0, group) for group in range(max(1, min(count, len(texts))))]
    groups: list[list[int]] = [[] for _ in heap]
    for index in sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i)):
        size, group = heapq.heappop(heap)
        groups[group].append(index)
        heapq.heappush(heap, (size + len(texts[index]) + 200, group))
    weights = {group: size for size, group in heap}
    order = sorted((g for g in range(len(groups)) if groups[g]), key=lambda g: (-weights[g], g))
    return [groups[g] for g in order]


def _by_executor(texts: list[str], executor: Executor) -> list[bytes | None]:
    from .workers import read_encoded

    workers = getattr(executor, "_max_workers", None) or 16
    groups = chunks(texts, workers * _CHUNKS_PER_WORKER)
    futures = [executor.submit(read_encoded, [texts[index] for index in group]) for group in groups]
    found: list[bytes | None] = [None] * len(texts)
    try:
        for group, future in zip(groups, futures, strict=True):
            for index, data in zip(group, future.result(), strict=True):
                found[index] = data
    finally:
        for future in futures:
            future.cancel()
    return found
