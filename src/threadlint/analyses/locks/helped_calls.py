"""Functions that take and give back a lock through helpers alone: `self._begin()` … `self._finish()`.

Domain. A *taker* is a function that acquires a lock by hand and does not release it, a *giver* one that only releases
it. A function that calls both, and touches the lock in no other way, takes and gives it under the path by which it
reaches the lock: through the receiver of the taker, an argument, or a global of its own module.
"""
from __future__ import annotations

from collections import defaultdict

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.values import Cls, Fn
from .lock_calls import LockCalls, last_part, lock_calls, spelled


def helped_calls(program: Program) -> list[LockCalls]:
    """The locks that functions take and give back through helpers, in order of place."""
    calls = program.ask(lock_calls)
    takers: dict[Function, list[LockCalls]] = defaultdict(list)
    givers: dict[str, set[str]] = defaultdict(set)
    for function, uses in calls.items():
        for use in uses:
            if use.acquires and not use.releases and not use.withs and not use.handed:
                takers[function].append(use)
            elif use.releases and not use.acquires and not use.withs:
                givers[last_part(use.path)].add(function.name)
    taken = {use.function.name: givers[last_part(use.path)] for uses in takers.values() for use in uses}
    taken = {name: giving for name, giving in taken.items() if giving}
    names = frozenset(taken)
    found: list[LockCalls] = []
    for function in program.functions if taken else ():
        words = function.words
        if function.is_top or names.isdisjoint(words) or all(taken[n].isdisjoint(words) for n in names & words):
            continue
        paths = {use.path: None for use in calls.get(function, ())}
        for call in function.text.nodes.get(f.Call, ()):
            if last_name(call.func) not in taken:
                continue
            for callee in program.static.evaluate(call.func, function):
                if not isinstance(callee, Fn):
                    continue
                for use in takers.get(callee.function, ()):
                    path = _from_outside(use, call, callee, function)
                    if path is not None and path not in paths:
                        paths[path] = None
                        found.append(LockCalls(function, path, use.kinds, (), (), (), False, use.permits))
    return found


def _from_outside(use: LockCalls, call: f.Call, callee: Fn, caller: Function) -> str | None:
    """What the caller of a helper calls the lock that the helper takes."""
    root, dot, rest = use.path.partition(".")
    helper = use.function
    if root == helper.receiver_name:
        if callee.receiver is None or isinstance(callee.receiver, Cls) or not isinstance(call.func, f.Attr):
            return None
        start = spelled(call.func.value)
    elif root in helper.param_names:
        names = [param.name for param in helper.params if param.kind in ("any", "pos", "key")]
        offset = 1 if helper.receiver_name is not None and callee.receiver is not None else 0
        given = {arg.keyword or _at(names, index + offset): arg.value for index, arg in enumerate(call.args)}
        start = spelled(given.get(root))
    else:
        return use.path if helper.module is caller.module and root not in caller.binds else None
    return f"{start}{dot}{rest}" if start is not None else None


def _at(names: list[str], index: int) -> str | None:
    return names[index] if index < len(names) else None
