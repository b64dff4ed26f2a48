"""Which threads and pool tasks only compute, several of them at once, on something large enough to care.

Evidence that depends on how large a parameter is, is weighed with the arguments that the threads are given where
those are constants: a loop over `range(start, stop)` of a thread started with `(0, 3)` is none. Where nobody can
tell, it counts only if the function is called after what it computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.burning import WORDS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.program import Program
from ...program.symbols import Function
from ...program.traverse import walk
from ...program.values import Fn, Lit, Obj
from ..execution import Root, execution
from .burning import LARGE, Burning, Evidence, burning

_KINDS = frozenset({"thread", "pool task"})


class BurningThread(NamedTuple):
    """A root that only computes, and why; `certain` when the evidence is strong."""

    root: Root
    evidence: tuple[Evidence, ...]
    certain: bool


def burning_threads(program: Program) -> tuple[BurningThread, ...]:
    """All of them, one for each function that threads are started with."""
    answers = program.ask(burning)
    roots = [
        root for root in program.ask(execution).roots
        if root.kind == "thread" and root.domain == "thread" and root.spelling in _KINDS and root.spawns
    ]  # fmt: skip
    found: dict[Function, BurningThread] = {}
    for root in roots:
        if root.function in found or not answers.of(root.function).burns or not _several(root, roots, answers):
            continue
        weighed = list(_weighed(program, root, answers.of(root.function).evidence))
        if weighed:
            found[root.function] = BurningThread(root, tuple(weighed), any(each.strong for each in weighed))
    return tuple(found.values())


def _several(root: Root, roots: list[Root], answers: Burning) -> bool:
    """Whether more than one such thread runs: this one several times, or others that compute as well."""
    if root.many or len(root.spawns) > 1:
        return True
    return any(
        other is not root
        and (_runs_when_started(root, other) or _runs_when_started(other, root))
        and (other.function is root.function or answers.of(other.function).burns)
        for other in roots
    )


def _runs_when_started(early: Root, late: Root) -> bool:
    """Whether one thread may still run when another one is started, by the code that started both."""
    return any(not early.addresses.isdisjoint(event.running) for event in late.spawns)


def _weighed(program: Program, root: Root, evidence: tuple[Evidence, ...]) -> Iterator[Evidence]:
    for each in evidence:
        if each.strong:
            yield each
            continue
        size = _size(program, root, each) if each.function is root.function else None
        if size is None:
            if _is_named_after_work(root.function) or len(evidence) > 1:
                yield each
        elif size >= LARGE:
            yield each._replace(strong=True)


def _is_named_after_work(function: Function) -> bool:
    """Whether the function, or its class, is called after what it computes."""
    parts = re.findall(r"[A-Z]*[a-z]+", function.facts.qualname)
    return any(
        part.lower() == word or (len(word) > 4 and part.lower().startswith(word)) for part in parts for word in WORDS
    )


def _size(program: Program, root: Root, evidence: Evidence) -> float | None:
    """The largest number that the loop runs to, from the constants that the threads are given; None when that is
    not known."""
    names = [name for name in _deciding_names(evidence) if name in root.function.param_names]
    if not names:
        return None
    largest: float | None = None
    for arguments in _arguments(program, root):
        bound = arguments.bound(root.function, None)
        for name in names:
            for value in bound.get(name, ()):
                if isinstance(value, Lit) and isinstance(value.value, (int, float)):
                    largest = max(largest or 0, abs(value.value))
    return largest


def _deciding_names(evidence: Evidence) -> list[str]:
    """The names in the head of the loop that the evidence is about."""
    for node in walk(evidence.function.facts.body):
        if getattr(node, "at", None) == evidence.at and isinstance(node, (f.While, f.ForLoop)):
            head = node.test if isinstance(node, f.While) else node.iter
            return [each.id for each in walk((f.Evaluate(node.at, head),)) if isinstance(each, f.Name)]
    return []


def _arguments(program: Program, root: Root) -> Iterator[Arguments]:
    """What the threads of a root are given, the receiver left out."""
    explorer = program.ask(execution).explorer
    for event in root.spawns:
        targets: tuple[tuple[Fn, Arguments], ...] = event.detail.targets
        if not targets and isinstance(event.detail.obj, Obj):
            targets = explorer.targets_of(event.detail.obj)
        for fn, arguments in targets:
            if fn.function is root.function:
                if fn.receiver is not None:
                    yield arguments._replace(positional=((fn.receiver,), *arguments.positional))
                else:
                    yield arguments
