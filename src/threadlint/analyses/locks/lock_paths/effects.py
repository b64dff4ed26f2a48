"""What calling a function of the program does to a lock that its caller takes or gives back by hand.

A helper sees the caller's lock under another path: `self._lock` through the receiver, `slot.lock` through an
argument, a global by its own name. Its effect is what a walk over it gives; helpers of helpers are followed
`DEEPEST` calls far. Where several functions may be meant, the one that releases counts.
"""
from __future__ import annotations

from collections.abc import Iterator

from ....model import facts as f
from ....program.program import Program
from ....program.symbols import Function
from ....program.traverse import walk
from ....program.values import Cls, Fn
from ..lock_calls import LockCalls, last_part, lock_calls, spelled
from ..raising import raising
from .outcomes import mode_of
from .states import Effect, Paths, TooManyPathsError
from .walk import Walk

DEEPEST = 2
_NOTHING = frozenset({(0, 0)})


class Effects:
    """Walks over functions, and the effects of the helpers that they call, remembered."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._calls = program.ask(lock_calls)
        self._raising = program.ask(raising)
        self._known: dict[tuple[Function, str, int], Effect | None] = {}
        self._names = {last_part(use.path) for uses in self._calls.values() for use in uses}

    def paths(self, use: LockCalls, depth: int = 0) -> Paths | None:
        """The outcome of a walk; None when it was given up."""
        function = use.function
        by_hand = "contextmanager" in function.decorator_names or "asynccontextmanager" in function.decorator_names

        def helper(call: f.Call) -> Effect | None:
            return self.of(call, function, use.path, depth)

        try:
            return Walk(use, self._raising, mode_of, helper, by_hand).run()
        except TooManyPathsError:
            return None

    def of(self, call: f.Call, function: Function, path: str, depth: int) -> Effect | None:
        """What a call does to the lock that its function calls `path`; None when it does nothing."""
        if depth >= DEEPEST or last_part(path) not in self._names:
            return None
        found = [
            effect
            for callee, inner in self._seen_as(call, function, path)
            if (effect := self._effect(callee, inner, depth))
        ]
        return max(found, key=lambda effect: sorted(effect.returns), default=None)

    def touched_by(self, use: LockCalls) -> list[tuple[f.Call, Effect]]:
        """The calls of a function that do something to a lock that it takes or gives back by hand."""
        calls = [node for node in walk(use.function.facts.body) if isinstance(node, f.Call)]
        return [(call, effect) for call in calls if (effect := self.of(call, use.function, use.path, 0)) is not None]

    def _seen_as(self, call: f.Call, function: Function, path: str) -> Iterator[tuple[Function, str]]:
        """The functions that a call may enter, each with what it calls the lock."""
        if isinstance(call.func, f.Attr) and call.func.attr in ("acquire", "release", "__enter__", "__exit__"):
            return
        root = path.partition(".")[0].partition("[")[0]
        receiver = spelled(call.func.value) if isinstance(call.func, f.Attr) else None
        through_receiver = receiver is not None and path.startswith(f"{receiver}.")
        arguments = [(index, arg) for index, arg in enumerate(call.args) if _leads(spelled(arg.value), path)]
        is_global = root not in function.binds and (function.is_top or root in function.module.exports)
        if not (through_receiver or arguments or is_global):
            return
        for callee in self._program.static.evaluate(call.func, function):
            if not isinstance(callee, Fn) or callee.function.facts.is_generator:
                continue
            called = callee.function
            first = called.receiver_name
            if through_receiver and receiver is not None and first is not None and callee.receiver is not None:
                if not isinstance(callee.receiver, Cls):
                    yield called, f"{first}{path[len(receiver) :]}"
            elif arguments:
                index, arg = arguments[0]
                names = [param.name for param in called.params if param.kind in ("any", "pos", "key")]
                offset = 1 if first is not None and callee.receiver is not None else 0
                name = arg.keyword or (names[index + offset] if index + offset < len(names) else None)
                if name in names and not any(each.star for each in call.args):
                    yield called, f"{name}{path[len(spelled(arg.value) or '') :]}"
            elif is_global and called.module is function.module and root not in called.binds:
                yield called, path

    def _effect(self, function: Function, path: str, depth: int) -> Effect | None:
        key = (function, path, depth)
        if key in self._known:
            return self._known[key]
        self._known[key] = None
        use = next((use for use in self._calls.get(function, ()) if use.path == path), None)
        if use is None:
            calls = (node for node in walk(function.facts.body) if isinstance(node, f.Call))
            if any(self.of(call, function, path, depth + 1) is not None for call in calls):
                use = LockCalls(function, path, frozenset(), (), (), (), False)
        effect = None
        if use is not None and not use.handed:
            paths = self.paths(use, depth + 1)
            if paths is not None:
                effect = _summed(paths)
        self._known[key] = effect
        return effect


def _leads(start: str | None, path: str) -> bool:
    """Whether a path starts at, or is, what an argument names."""
    return start is not None and (path == start or path.startswith((f"{start}.", f"{start}[")))


def _summed(paths: Paths) -> Effect | None:
    """The effect of a walked helper. One that sometimes takes the lock and sometimes does not tells its caller so, in a
    way that is not followed: nothing is known then. One that gives the lock back on some of its ways is taken to do so
    on all: when it does follows from what both sides know, a mode or a kind of message."""
    returns: set[tuple[int, int]] = set()
    raises: set[tuple[int, int]] = set()
    for each in paths.exits:
        change = (len(each.state.missing), len(each.state.held))
        if each.kind in ("return", "end"):
            returns.add(change)
        elif each.kind in ("exc", "raise"):
            raises.add((change[0], 0))
    if returns <= _NOTHING or len({left for _, left in returns}) > 1:
        return None
    most = max((given for given, _ in returns), default=0)
    return Effect(frozenset(each for each in returns if each[0] == most), frozenset(raises))
