"""Starts: which roots start which threads, themselves or through threads that they start."""
from __future__ import annotations

from ...program.program import Program
from ...program.values import Address
from ..execution import Execution, Root
from .reach import Occurrence
from .workers import Workers


class Starts(Workers):
    """Who comes from whom, and who may outlive whom."""

    def __init__(self, program: Program, found: Execution) -> None:
        super().__init__(program, found)
        self._starts: dict[Root, set[Root]] | None = None
        self._descendants: dict[Root, set[Root]] = {}
        self._ancestors: dict[Root, set[Root]] = {}
        self._living: dict[tuple[Root, frozenset[Address], frozenset[Address]], set[Root]] = {}

    def starts(self, root: Root) -> set[Root]:
        """The threads that a root's own code starts."""
        if self._starts is None:
            self._starts = {each: set() for each in self.roots}
            for thread in self.roots:
                for starter in self.starters(thread):
                    self._starts[starter].add(thread)
        return self._starts[root]

    def starts_at_all(self, ancestor: Root, thread: Root) -> bool:
        """Whether a root starts a thread, itself or through threads that it starts."""
        return self._descends(thread, ancestor)

    def _descends(self, thread: Root, ancestor: Root) -> bool:
        """Whether a root starts a thread, itself or through threads that it starts."""
        return thread in self._below(ancestor)

    def _below(self, root: Root) -> set[Root]:
        known = self._descendants.get(root)
        if known is None:
            known = self._descendants[root] = set()
            pending = [root]
            for each in pending:
                for thread in self.starts(each):
                    if thread not in known:
                        known.add(thread)
                        pending.append(thread)
        return known

    def _above(self, thread: Root) -> set[Root]:
        known = self._ancestors.get(thread)
        if known is None:
            known = self._ancestors[thread] = set()
            pending = [thread]
            for each in pending:
                for starter in self.starters(each):
                    if starter not in known:
                        known.add(starter)
                        pending.append(starter)
        return known

    def _alive(self, here: Occurrence) -> set[Root]:
        """The threads that may be running at an event because its own root started them, or threads started by it
        did."""
        key = (here.root, here.running, here.ended)
        known = self._living.get(key)
        if known is None:
            known = self._living[key] = set()
            for thread in self.starts(here.root):
                if not thread.addresses.isdisjoint(here.running):
                    known |= {thread} | self._below(thread)
                elif not thread.addresses.isdisjoint(here.ended):
                    known |= self._left_behind(thread, frozenset({here.root}))
        return known

    def _left_behind(self, thread: Root, path: frozenset[Root]) -> set[Root]:
        """Threads that may still run when the one that started them has ended."""
        left: set[Root] = set()
        end = thread.activation.exit
        for below in self.starts(thread):
            if below in path:
                continue
            if end is None or not below.addresses.isdisjoint(end.running):
                left |= {below} | self._below(below)
            elif not below.addresses.isdisjoint(end.ended):
                left |= self._left_behind(below, path | {thread})
        return left

    def started_only_under(self, thread: Root, ancestor: Root) -> bool:
        """Whether nothing starts a thread but this root and threads below it. Public functions that start the same
        thread are taken for alternatives."""
        below = self._below(ancestor) | {ancestor}
        for each in {thread} | (self._below(ancestor) & self._above(thread)):
            for starter in self.starters(each):
                if starter not in below and not (starter.kind == "entry" and ancestor.kind == "entry"):
                    return False
        return True
