"""Which cold modules the program needs, and which words show that a module is not cold after all.

A cold module is needed when a thread, or code that holds a lock, calls into it; when a class of the program inherits from one
of its classes; and when a decorator of the program comes from it. What no thread and no lock reaches is left cold.
"""
from __future__ import annotations

from ..knowledge.locks import LOCKS
from ..knowledge.types import POOLS, THREADS
from ..program.program import Program
from ..program.values import Ext
from .execution import execution, reach


def screening_words(program: Program) -> frozenset[str]:
    """Names by which other modules take part in concurrency without saying so: the program's thread-like and lock-like
    classes. A module that mentions one of them is hot."""
    kinds = THREADS | POOLS | frozenset(LOCKS)
    return frozenset(
        cls.name
        for cls in program.classes
        if len(cls.name) > 3
        and (
            program.hierarchy.is_a(cls, kinds)
            or ("acquire" in cls.methods and "release" in cls.methods)
        )
    )


def demanded(program: Program) -> frozenset[str]:
    """Names of cold modules that would tell more about what threads and holders of locks do."""
    wanted = {name for cls in program.classes for base in program.hierarchy.bases(cls) if isinstance(base, str)
              for name in _cold(program, base)}  # fmt: skip
    for function in program.functions:
        for decorator in function.facts.decorators:
            for value in program.static.evaluate(decorator, function.parent or function.module.top):
                if isinstance(value, Ext):
                    wanted |= _cold(program, value.name)
    found = program.ask(execution)
    on_threads = {activation for root in found.roots if root.kind == "thread" for activation in reach(root.activation)}
    for event in found.events("call"):
        if event.held or event.activation in on_threads:
            wanted |= _cold(program, event.subject)
    return frozenset(wanted)


def _cold(program: Program, name: str) -> set[str]:
    module = program.cold_module_of(name)
    return {module} if module is not None else set()
