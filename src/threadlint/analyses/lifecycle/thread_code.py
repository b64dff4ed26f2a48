"""Which code only threads run, and which code they run at all.

A function is *thread code* when a thread root reaches it; it is *only* thread code when nothing else does: no
script, no public function that outside code may call, unless that function is what the thread was started with.
Roots in other processes do not count. What is called by nobody that the program shows is not thread code.
"""

from __future__ import annotations

from ...program.program import Program
from ...program.symbols import Function
from ..execution import Execution, Root, execution, reach

NEAR = 2
"""Calls."""


class ThreadCode:
    """The answer: `roots_of(function)`, `is_only_for_threads(function)`, `targets`."""

    def __init__(self, found: Execution) -> None:
        self._roots: dict[Function, list[Root]] = {}
        self._elsewhere: set[Function] = set()
        self.targets: dict[Function, list[Root]] = {}
        """The functions that threads were started with, and the roots for each."""
        others = []
        for root in found.roots:
            if root.kind != "thread":
                others.append(root)
            elif root.domain == "thread":
                self.targets.setdefault(root.function, []).append(root)
                for activation in reach(root.activation):
                    roots = self._roots.setdefault(activation.function, [])
                    if not roots or roots[-1] is not root:
                        roots.append(root)
        pending = [
            root.activation
            for root in others
            if root.function not in self.targets
            and (root.kind != "entry" or root.public or root.function not in self._roots)
        ]
        seen = set(pending)
        for activation in pending:  # grows while it is read
            self._elsewhere.add(activation.function)
            for edge in activation.edges.values():
                if edge.callee not in seen:
                    seen.add(edge.callee)
                    pending.append(edge.callee)

    def roots_of(self, function: Function) -> list[Root]:
        """The threads that run a function."""
        return self._roots.get(function, [])

    def is_only_for_threads(self, function: Function) -> bool:
        """Whether threads run it and nothing else does; what a thread was started with counts as that."""
        if function in self.targets:
            return True
        return function in self._roots and function not in self._elsewhere

    def is_near(self, function: Function) -> bool:
        """Whether a function belongs to what a thread is for: its target, or `NEAR` calls away in the same module."""
        if function in self.targets:
            return True
        for root in self.roots_of(function):
            here = {root.activation}
            for _ in range(NEAR):
                here = {edge.callee for activation in here for edge in activation.edges.values()}
                if function.module is root.function.module and any(each.function is function for each in here):
                    return True
        return False

    @property
    def functions(self) -> list[Function]:
        """All thread code, in the order in which threads reach it."""
        return list(self._roots)


def thread_code(program: Program) -> ThreadCode:
    """Which functions of this program threads run."""
    return ThreadCode(program.ask(execution))


def is_test(function: Function) -> bool:
    """Whether a function is a test, or stands inside one: by its name, or as a method of a class named after tests."""
    here: Function | None = function
    while here is not None:
        if here.name.startswith("test") or "fixture" in here.decorator_names:
            return True
        if here.cls is not None and ("Test" in here.cls.name or any(
            getattr(base, "attr", getattr(base, "id", "")).endswith("TestCase") for base in here.cls.facts.bases
        )):  # fmt: skip
            return True
        here = here.parent
    return False
