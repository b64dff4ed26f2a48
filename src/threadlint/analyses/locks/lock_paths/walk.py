"""Every path through one function, seen from one lock: where it is taken, given back, and still held at the end.

The walk is exact about `return`, `raise`, `break`, `continue`, `finally`, handlers and try-locks, and about
conditions that are tested more than once and not changed in between. It keeps sets of states; where paths meet they
stay apart as long as they differ. What it takes for granted, so as not to cry wolf:

- `if flag: lock.release()` with nothing else in it: the flag mirrors the lock;
- an exception inside a handler or `finally` on its way to the release is nobody's fault;
- a handler that releases was written for the exceptions that come.
"""
from __future__ import annotations

import builtins
from collections.abc import Callable

from ....model import facts as f
from ....program.symbols import last_name
from ....program.traverse import walk
from ..lock_calls import LockCalls, spelled
from ..raising import Raising, caught_names, is_broad, may_be_missing
from .conditions import Evaluation
from .outcomes import key_of
from .states import MOST_STATES, Effect, Exit, Paths, State, States, TooManyPathsError

_SWALLOWING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"})
_GUARDS = frozenset(
    {"RuntimeError", "ThreadError", "error", "Exception", "BaseException", "ValueError", "AssertionError"}
)


class Walk(Evaluation):
    """One walk."""

    def __init__(
        self,
        use: LockCalls,
        raising: Raising,
        mode: Callable[[f.Call], str],
        helper: Callable[[f.Call], Effect | None],
        yields_raise: bool,
    ) -> None:
        super().__init__(use, raising, mode, helper, yields_raise)
        self._caught: list[Exit] = []
        self._once = multi_lock_loops(use)

    def run(self) -> Paths:
        """Walk the function's body. Raises TooManyPathsError."""
        ends = self.block(self.function.facts.body, {State(): None})
        at = self.function.facts.name_at
        self.paths.exits = self.exits + [Exit("end", at, state) for state in ends]
        return self.paths

    # --- statements ---------------------------------------------------------------------------------------------

    def block(self, body: tuple[f.Stmt, ...], states: States) -> States:
        for statement in body:
            if not states:
                return states
            if len(states) > MOST_STATES:
                raise TooManyPathsError
            states = self._statement(statement, states)
        return states

    def _statement(self, s: f.Stmt, states: States) -> States:
        if isinstance(s, f.Evaluate):
            if isinstance(s.value, f.Call) and id(s.value) in self.acquires:
                return (
                    self.branch(s.value, states)[0] if self.mode(s.value) != "acquire" else self.value(s.value, states)
                )
            return self.value(s.value, states)
        if isinstance(s, f.Assign):
            return self._assign(s, states)
        if isinstance(s, f.AugAssign):
            return self.bound(s.target, self.value(s.value, states))
        if isinstance(s, f.Return):
            if s.value is not None:
                states = self.value(s.value, states)
                if isinstance(s.value, f.Call) and id(s.value) in self.acquires:
                    return {}
            self.leave("return", s.at, states, _constant(s.value))
            return {}
        if isinstance(s, f.Raise):
            self._raise(s, states)
            return {}
        if isinstance(s, f.If):
            return self._if(s, states)
        if isinstance(s, (f.While, f.ForLoop)):
            return self._loop(s, states)
        if isinstance(s, f.With):
            return self._with(s, states)
        if isinstance(s, f.Try):
            return self._try(s, states)
        if isinstance(s, f.Match):
            return self._match(s, states)
        if isinstance(s, f.Jump):
            if s.kind != "pass":
                self.leave(s.kind, s.at, states)
                return {}
            return states
        if isinstance(s, f.Assert):
            yes, _ = self.branch(s.test, states)
            self.leave("exc", s.at, states)
            return yes
        if isinstance(s, f.Delete):
            for target in s.targets:
                if isinstance(target, f.Item) and may_be_missing(target) and spelled(target) not in self.looked_up:
                    self.leave("exc", s.at, states)
                states = self.bound(target, states)
        return states

    def _assign(self, s: f.Assign, states: States) -> States:
        if s.value is None:
            return states
        keys = [key for target in s.targets if (key := key_of(target)) is not None and key[0] in self.relevant]
        if keys:
            yes, no = self.branch(s.value, states)
            for target in s.targets:
                yes, no = self.bound(target, yes), self.bound(target, no)
            merged: States = {}
            for outcome, side in ((True, yes), (False, no)):
                for state in side:
                    if not (state in yes and state in no):
                        known = state.known | {(key[0], outcome) for key in keys}
                        state = state._replace(known=known)
                    merged[state] = None
            return self._none_ness(s, merged)
        states = self.value(s.value, states)
        for target in s.targets:
            if isinstance(target, f.Item):
                states = self.value(target.value, states)
            states = self.bound(target, states)
        return self._none_ness(s, states)

    def _none_ness(self, s: f.Assign, states: States) -> States:
        """After `x = None` or `x = 5` the test `x is None` is decided."""
        if not isinstance(s.value, f.Const):
            return states
        keys = {
            f"{path} is None" for target in s.targets if (path := spelled(target)) is not None
        } & self.relevant.keys()
        if not keys:
            return states
        outcome = s.value.kind == "none"
        return {state._replace(known=state.known | {(key, outcome) for key in keys}): None for state in states}

    def _raise(self, s: f.Raise, states: States) -> None:
        if s.exc is None and self._caught:
            origin = self._caught[-1]
            kind = origin.kind if origin.kind in ("exc", "yield") else "raise"
            self.leave(kind, origin.at if kind != "raise" else s.at, states, origin.name, self.shields[0])
        else:
            self.leave("raise", s.at, states, last_name(s.exc) if s.exc is not None else None)

    def _if(self, s: f.If, states: States) -> States:
        yes, no = self.branch(s.test, states)
        if not s.orelse and self._only_releases(s.body) and not self._decided(s.test, states):
            yes = {state: None for state in yes if state.held} or yes
            no = {state: None for state in no if not state.held}
        return self.block(s.body, yes) | self.block(s.orelse, no)

    def _only_releases(self, body: tuple[f.Stmt, ...]) -> bool:
        """Whether a block releases the lock and does nothing else but keep its books."""
        found = False
        for s in body:
            if isinstance(s, f.Evaluate) and id(s.value) in self.releases:
                found = True
            elif isinstance(s, f.Try):
                found = found or self._only_releases(s.body)
            elif not (isinstance(s, f.Assign) and isinstance(s.value, f.Const)) and not isinstance(s, f.Jump):
                return False
        return found

    def _decided(self, test: f.Expr, states: States) -> bool:
        """Whether the outcome of a test is known on every path."""
        key = key_of(test.value if isinstance(test, f.Not) else test)
        return key is not None and all(any(k[0] == key[0] for k in state.known) for state in states)

    def _match(self, s: f.Match, states: States) -> States:
        states = self.value(s.subject, states)
        after: States = {}
        rest = states
        for case in s.cases:
            inside = rest
            for name in case.binds:
                inside = self.bound(name, inside)
            if case.guard is not None:
                inside, _ = self.branch(case.guard, inside)
            after |= self.block(case.body, inside)
            if case.always:
                rest = {}
                break
        return after | rest

    # --- loops --------------------------------------------------------------------------------------------------

    def _loop(self, s: f.While | f.ForLoop, states: States) -> States:
        if isinstance(s, f.ForLoop):
            states = self.value(s.iter, states)
            if id(s) in self._once:
                after, exits = self.capture(lambda: self.block(s.body, self._forget(s.target, states)))
                self.pass_on(each for each in exits if each.kind not in ("break", "continue"))
                return after | {each.state: None for each in exits if each.kind in ("break", "continue")}
        seen: States = {}
        out: States = {}
        work, left = states, list[Exit]()
        while work:
            seen |= work
            if len(seen) > MOST_STATES:
                raise TooManyPathsError
            round_ = work

            def once(entry: States = round_) -> States:
                if isinstance(s, f.While):
                    yes, no = self.branch(s.test, entry)
                    out.update(no)
                    return self.block(s.body, yes)
                out.update(entry)
                return self.block(s.body, self.bound(s.target, entry))

            after, exits = self.capture(once)
            back = {state._replace(via=s.at): None for state in after}
            for each in exits:
                if each.kind == "continue":
                    back[each.state._replace(via=each.at)] = None
                else:
                    left.append(each)
            work = {state: None for state in back if state not in seen}
        out = self.block(s.orelse, out)
        for each in left:
            if each.kind == "break":
                out[each.state] = None
        self.pass_on(each for each in left if each.kind != "break")
        return {state._replace(via=(0, 0)): None for state in out}

    def _forget(self, target: f.Expr, states: States) -> States:
        """Bind the target of a loop over several locks, which are treated as one."""
        return states

    # --- with and try -------------------------------------------------------------------------------------------

    def _with(self, s: f.With, states: States) -> States:
        over_lock = swallows = False
        for item in s.items:
            if spelled(item.context) == self.use.path:
                over_lock = True
            else:
                swallows |= last_name(item.context) in _SWALLOWING
                states = self.value(item.context, states)
            if item.target is not None:
                states = self.bound(item.target, states)
        entered = states
        states, exits = self.capture(lambda: self.block(s.body, entered))
        if over_lock:
            known = {each for state in entered for each in state.missing}
            states = {self._end_with(s, state, known): None for state in states}
            exits = [each._replace(state=self._end_with(s, each.state, known, each.kind)) for each in exits]
        if swallows:
            states = states | {each.state: None for each in exits if each.kind in ("exc", "raise")}
            exits = [each for each in exits if each.kind != "raise"]
        self.pass_on(exits)
        return states

    def _end_with(self, s: f.With, state: State, known: set[int], kind: str = "") -> State:
        for offset in state.missing:
            if offset not in known and kind not in ("exc", "yield"):
                for call in self.use.releases:
                    if call.at[0] == offset:
                        self.paths.inside.setdefault(call.at, s.at)
        return state._replace(missing=tuple(each for each in state.missing if each in known))

    def _try(self, s: f.Try, states: States) -> States:
        if s.final:
            inner = s

            def guarded() -> States:
                return self._handled(inner, states)

            after, exits = self.capture(guarded)
            return self._finally(s.final, after, exits)
        return self._handled(s, states)

    def _handled(self, s: f.Try, states: States) -> States:
        guards = any(handler.type is None or _GUARDS & set(caught_names(handler)) for handler in s.handlers)
        self.guarded += guards
        after, exits = self.capture(lambda: self.block(s.body, states))
        self.guarded -= guards
        after = self.block(s.orelse, after)
        arrivals: list[list[Exit]] = [[] for _ in s.handlers]
        releasing = any(self._releases_in(handler.body) for handler in s.handlers)
        for each in exits:
            if each.kind not in ("exc", "raise", "yield") or self._catch(s, each, arrivals, releasing):
                self.leave(each.kind, each.at, (each.state,), each.name, each.since)
        for handler, arrived in zip(s.handlers, arrivals, strict=True):
            if arrived and handler.body:
                self._caught.append(min(arrived, key=lambda e: ("exc", "yield", "raise").index(e.kind)))
                self.shields.append(handler.body[0].at[0])
                after |= self.block(handler.body, {each.state: None for each in arrived})
                self.shields.pop()
                self._caught.pop()
        return after

    def _catch(self, s: f.Try, each: Exit, arrivals: list[list[Exit]], releasing: bool) -> bool:
        """Send an exception to the handlers that may take it; whether it may also pass all of them."""
        for handler, arrived in zip(s.handlers, arrivals, strict=True):
            names = caught_names(handler)
            if is_broad(handler) or each.name in names:
                arrived.append(each)
                return False
            told = each.kind == "raise" or (each.kind == "exc" and each.name is not None)
            if not told or _may_be(each.name, names):
                arrived.append(each)
        return not (releasing and each.kind != "raise")

    def _releases_in(self, body: tuple[f.Stmt, ...]) -> bool:
        return any(id(node) in self.releases for node in walk(body))

    def _finally(self, final: tuple[f.Stmt, ...], states: States, exits: list[Exit]) -> States:
        self.shields.append(final[0].at[0])
        done: dict[State, tuple[States, list[Exit]]] = {}

        def through(state: State) -> tuple[States, list[Exit]]:
            if state not in done:
                done[state] = self.capture(lambda: self.block(final, {state: None}))
            return done[state]

        passed: list[Exit] = []
        after: States = {}
        for state in states:
            out, left = through(state)
            after |= out
            passed.extend(left)
        for each in exits:
            out, left = through(each.state)
            passed.extend(each._replace(state=state) for state in out)
            passed.extend(left)
        self.shields.pop()
        self.pass_on(passed)
        return after


def multi_lock_loops(use: LockCalls) -> set[int]:
    """Loops over several locks that do nothing to them but take or release each: `for l in locks: l.acquire()`. Their
    target stands for all of the locks, and the body is walked once."""
    loops: list[f.ForLoop] = []
    wanted = [*use.acquires, *use.releases]
    for node in walk(use.function.facts.body):
        if isinstance(node, f.ForLoop) and spelled(node.target) == use.path.partition(".")[0]:
            inside = {id(each) for each in walk(node.body)}
            covered = [call for call in wanted if id(call) in inside]
            if covered and len(covered) < len(wanted):
                loops.append(node)
    return {id(loop) for loop in loops}


def _constant(expr: f.Expr | None) -> str:
    """What a return gives, as far as it tells success from failure."""
    if expr is None or (isinstance(expr, f.Const) and (expr.kind == "none" or expr.value is False)):
        return "nothing"
    return "true" if isinstance(expr, f.Const) and expr.value is True else "something"


def _may_be(raised: str | None, caught: list[str]) -> bool:
    """Whether an exception of one name may be caught under others: yes, unless both are built-in and unrelated."""
    one = getattr(builtins, raised or "", None)
    if not isinstance(one, type):
        return True
    others = [getattr(builtins, name, None) for name in caught]
    return any(not isinstance(other, type) or issubclass(one, other) for other in others)
