"""Together: whether two events, or two roots as a whole, may run at the same time."""
from __future__ import annotations

from ...program.program import Program
from ..execution import Execution, Root, execution
from .reach import Occurrence
from .starts import Starts


class Parallel(Starts):
    """The answer: `may_run_together`, and what each root reaches."""

    def __init__(self, program: Program, found: Execution) -> None:
        super().__init__(program, found)
        self._beside: dict[tuple[Root, Root], bool] = {}
        self._meet: dict[tuple[Root, Root, bool], bool] = {}

    def may_meet(self, a: Root, b: Root, locks: bool = False) -> bool:
        """Whether any event of one root may happen at the same time as one of the other: without this, none may."""
        key = (a, b, locks)
        known = self._meet.get(key)
        if known is None:
            known = self._meet[key] = self._meet[b, a, locks] = self._find_meeting(a, b, locks)
        return known

    def _find_meeting(self, a: Root, b: Root, locks: bool) -> bool:
        if a.domain != "thread" or b.domain != "thread" or self.one_by_one(a, b):
            return False
        if not self.find_room(a, b) or self.within_apart(a, b):
            return False
        if a is b:
            return a.many or (a.kind == "entry" and locks and a.public and self.meant_for_threads(a.function))
        return self._descends(a, b) or self._descends(b, a) or self.beside(a, b, locks)

    def may_run_together(self, one: Occurrence, other: Occurrence, locks: bool = False) -> bool:
        """Whether two events may happen at the same time on two threads. `locks`: a lock counts as evidence that public
        functions are called from several threads."""
        a, b = one.root, other.root
        if a is b or not self.may_meet(a, b, locks):
            return self.may_meet(a, b, locks)
        for here, there in ((one, b), (other, a)):
            if self._descends(there, here.root):
                if here.root.many or there in self._alive(here):
                    return True
                if self.started_only_under(there, here.root):
                    return False
        return self.beside(a, b, locks)

    def one_by_one(self, a: Root, b: Root) -> bool:
        """Whether one thread runs both: that of a library, or the only worker of a pool."""
        if a.line is not None and a.line == b.line:
            return True
        pool = self.home(a)
        return pool is not None and pool is self.home(b) and self.workers_of(pool) == 1

    def beside(self, a: Root, b: Root, locks: bool = False) -> bool:
        """Whether two different roots may run at the same time at all."""
        if a.kind == "main" or b.kind == "main":
            return False if a.kind == b.kind else self._main_beside(a, b)
        if a.kind == "entry" and b.kind == "entry":
            if a.many and b.many:
                return True
            return locks and all(r.public and self.meant_for_threads(r.function) for r in (a, b))
        if a.kind == "entry" or b.kind == "entry":
            entry, _thread = (a, b) if a.kind == "entry" else (b, a)
            return entry.public or locks
        key = (a, b)
        if key not in self._beside:
            self._beside[key] = self._beside[b, a] = False
            self._beside[key] = self._beside[b, a] = self._threads_beside(a, b)
        return self._beside[key]

    def _main_beside(self, a: Root, b: Root) -> bool:
        """A module's top level and a thread that it does not start."""
        return False

    def _threads_beside(self, a: Root, b: Root) -> bool:
        """Whether one of two threads may be running when the other is started."""
        if not a.spawns or not b.spawns:
            return True  # started by a framework, at any time
        if any(event in b.spawns and event not in b.choices for event in a.spawns):
            return True  # started at once
        return self.may_be_running_at_start(a, b) or self.may_be_running_at_start(b, a)

    def may_be_running_at_start(self, first: Root, second: Root) -> bool:
        """Whether one thread (that does not start it) may have been started, and not have ended, when another is
        started."""
        for start in self.meetings(second.spawns):
            starter = start.root
            if starter is first or first in self._above(starter):
                continue  # whether it outlives what it starts is asked where the two meet
            if self._descends(first, starter):
                if starter.many or first in self._alive(start):
                    return True
                if self.started_only_under(first, starter):
                    continue
            if self.beside(first, starter):
                return True
        return False


def parallel(program: Program) -> Parallel:
    """Who may run with whom."""
    return Parallel(program, program.ask(execution))
