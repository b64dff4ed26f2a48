"""Every path through one function, seen from one lock: where it is taken, given back, and still held at the end.

The walk is exact about `return`, `raise`, `break`, `continue`, `finally`, handlers and try-locks, and about conditions that
are tested more than once and not changed in between. It keeps sets of states; where paths meet they stay apart as long as
they differ. What it takes for granted, so as not to cry wolf:

- `if flag: lock.release()` with nothing else in it: the flag mirrors the lock;
- an exception inside a handler or `finally` on its way to the release is nobody's fault;
- a handler that releases was written for the exceptions that come.
"""
from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..model import facts as f
from ..program.symbols import Function, last_name
from ..program.traverse import walk, walk_expression
from ..program.values import Lit
from .lock_calls import LockCalls, spelled
from .lock_tests import Outcomes, key_of, outcomes_of
from .raising import Raising, caught_names, is_broad, may_be_missing

MOST_STATES = 240
_ENDS_PROCESS = frozenset({"os._exit", "os.abort", "os.execv", "os.execve", "os.execvp", "os.execl", "os.execlp"})
_SWALLOWING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"})
_GUARDS = frozenset({"RuntimeError", "ThreadError", "error", "Exception", "BaseException", "ValueError", "AssertionError"})


class TooManyPaths(Exception):
    """The walk was given up."""


class State(NamedTuple):
    """One path at one point. `held`: the offsets of acquisitions not yet given back, oldest first; `missing`: the offsets
    of releases that found nothing to release; `known`: outcomes of tests; `via`: where the loop was continued last."""

    held: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    known: Outcomes = frozenset()
    via: f.Span = (0, 0)


States = dict[State, None]


class Exit(NamedTuple):
    """How a path leaves a block. `kind`: end, return, raise (a statement), exc (anything that can raise), yield (an
    exception thrown in at a yield), break, continue. `since`: acquisitions before this offset are not to blame."""

    kind: str
    at: f.Span
    state: State
    since: int = 0
    name: str | None = None


class Effect(NamedTuple):
    """What calling a helper does to the lock: the ways it returns and the ways it raises, as releases that it makes for
    its caller and acquisitions that it leaves."""

    returns: frozenset[tuple[int, int]]
    raises: frozenset[tuple[int, int]]


class Paths:
    """The outcome of a walk."""

    def __init__(self) -> None:
        self.exits: list[Exit] = []
        self.released: dict[int, dict[f.Span, None]] = {}
        """Acquisitions that some path gives back, with the places of those releases."""
        self.again: list[tuple[int, f.Span]] = []
        """Acquisitions met again while they are held, with the place that led back."""
        self.unheld: dict[f.Span, list[bool]] = {}
        """For each release: for the paths that get there, whether something was held. Guarded releases are left out."""
        self.inside: dict[f.Span, f.Span] = {}
        """Releases inside a `with` over the lock that nothing takes back before it ends, with the `with`."""


class Walk:
    """One walk. `helper` tells what a call of a function of the program does to the lock, None when it does nothing."""

    def __init__(
        self, use: LockCalls, raising: Raising, mode: Callable[[f.Call], str], helper: Callable[[f.Call], Effect | None],
        yields_raise: bool,
    ) -> None:  # fmt: skip
        self.use = use
        self.function: Function = use.function
        self.raising = raising
        self.mode = mode
        self.helper = helper
        self.yields_raise = yields_raise
        self.paths = Paths()
        self.relevant = outcomes_of(use)
        self._acquires = {id(call) for call in use.acquires}
        self._releases = {id(call) for call in use.releases}
        self._exits: list[Exit] = []
        self._seen: set[tuple[str, int, State]] = set()
        self._shields = [0]
        self._guarded = 0
        self._caught: list[Exit] = []
        self._once = multi_lock_loops(use)

    def run(self) -> Paths:
        """Walk the function's body. Raises TooManyPaths."""
        ends = self.block(self.function.facts.body, {State(): None})
        at = self.function.facts.name_at
        self.paths.exits = self._exits + [Exit("end", at, state) for state in ends]
        return self.paths

    # --- exits --------------------------------------------------------------------------------------------------

    def _leave(self, kind: str, at: f.Span, states: Iterable[State], name: str | None = None, since: int | None = None) -> None:
        since = since if since is not None else self._shields[-1] if kind in ("exc", "yield") else 0
        for state in states:
            key = (kind, since, state)
            if key not in self._seen or kind in ("raise", "return"):
                self._seen.add(key)
                self._exits.append(Exit(kind, at, state, since, name))
        if len(self._seen) > 8 * MOST_STATES:
            raise TooManyPaths

    def _capture(self, body: Callable[[], States]) -> tuple[States, list[Exit]]:
        """Run something and take the exits that it adds."""
        outer, seen = self._exits, self._seen
        self._exits, self._seen = [], set()
        try:
            states = body()
            return states, self._exits
        finally:
            self._exits, self._seen = outer, seen

    def _pass_on(self, exits: Iterable[Exit]) -> None:
        for each in exits:
            self._leave(each.kind, each.at, (each.state,), each.name, each.since)

    # --- statements ---------------------------------------------------------------------------------------------

    def block(self, body: tuple[f.Stmt, ...], states: States) -> States:
        for statement in body:
            if not states:
                return states
            if len(states) > MOST_STATES:
                raise TooManyPaths
            states = self._statement(statement, states)
        return states

    def _statement(self, s: f.Stmt, states: States) -> States:
        if isinstance(s, f.Evaluate):
            if isinstance(s.value, f.Call) and id(s.value) in self._acquires:
                return self.branch(s.value, states)[0] if self.mode(s.value) != "acquire" else self.value(s.value, states)
            return self.value(s.value, states)
        if isinstance(s, f.Assign):
            return self._assign(s, states)
        if isinstance(s, f.AugAssign):
            return self._bound(s.target, self.value(s.value, states))
        if isinstance(s, f.Return):
            if s.value is not None:
                states = self.value(s.value, states)
                if isinstance(s.value, f.Call) and id(s.value) in self._acquires:
                    return {}
            self._leave("return", s.at, states, _constant(s.value))
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
                self._leave(s.kind, s.at, states)
                return {}
            return states
        if isinstance(s, f.Assert):
            yes, _ = self.branch(s.test, states)
            self._leave("exc", s.at, states)
            return yes
        if isinstance(s, f.Delete):
            for target in s.targets:
                if isinstance(target, f.Item) and may_be_missing(target):
                    self._leave("exc", s.at, states)
                states = self._bound(target, states)
        return states

    def _assign(self, s: f.Assign, states: States) -> States:
        if s.value is None:
            return states
        keys = [key for target in s.targets if (key := key_of(target)) is not None and key[0] in self.relevant]
        if keys:
            yes, no = self.branch(s.value, states)
            for target in s.targets:
                yes, no = self._bound(target, yes), self._bound(target, no)
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
            states = self._bound(target, states)
        return self._none_ness(s, states)

    def _none_ness(self, s: f.Assign, states: States) -> States:
        """After `x = None` or `x = 5` the test `x is None` is decided."""
        if not isinstance(s.value, f.Const):
            return states
        keys = {f"{path} is None" for target in s.targets if (path := spelled(target)) is not None} & self.relevant.keys()
        if not keys:
            return states
        outcome = s.value.kind == "none"
        return {state._replace(known=state.known | {(key, outcome) for key in keys}): None for state in states}

    def _bound(self, target: f.Expr, states: States) -> States:
        """A target is bound anew: what was known of it is forgotten, and a lock on its path is another one from now on."""
        if isinstance(target, (f.Display, f.Starred)):
            for part in target.items if isinstance(target, f.Display) else (target.value,):
                states = self._bound(part, states)
            return states
        path = spelled(target)
        if path is None:
            return states
        if self.use.path == path or self.use.path.startswith((f"{path}.", f"{path}[")):
            states = {state: None for state in states if not state.held}
        stale = {key for key, mentioned in self.relevant.items() if any(_touches(path, each) for each in mentioned)}
        if not stale:
            return states
        return {s._replace(known=frozenset(k for k in s.known if k[0] not in stale)): None for s in states}

    def _raise(self, s: f.Raise, states: States) -> None:
        if s.exc is None and self._caught:
            origin = self._caught[-1]
            kind = origin.kind if origin.kind in ("exc", "yield") else "raise"
            self._leave(kind, origin.at if kind != "raise" else s.at, states, origin.name, self._shields[0])
        else:
            self._leave("raise", s.at, states, last_name(s.exc) if s.exc is not None else None)

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
            if isinstance(s, f.Evaluate) and id(s.value) in self._releases:
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
                inside = self._bound(name, inside)
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
                after, exits = self._capture(lambda: self.block(s.body, self._forget(s.target, states)))
                self._pass_on(each for each in exits if each.kind not in ("break", "continue"))
                return after | {each.state: None for each in exits if each.kind in ("break", "continue")}
        seen: States = {}
        out: States = {}
        work, left = states, list[Exit]()
        while work:
            seen |= work
            if len(seen) > MOST_STATES:
                raise TooManyPaths
            round_ = work

            def once(entry: States = round_) -> States:
                if isinstance(s, f.While):
                    yes, no = self.branch(s.test, entry)
                    out.update(no)
                    return self.block(s.body, yes)
                out.update(entry)
                return self.block(s.body, self._bound(s.target, entry))

            after, exits = self._capture(once)
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
        self._pass_on(each for each in left if each.kind != "break")
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
                states = self._bound(item.target, states)
        entered = states
        states, exits = self._capture(lambda: self.block(s.body, entered))
        if over_lock:
            known = {each for state in entered for each in state.missing}
            states = {self._end_with(s, state, known): None for state in states}
            exits = [each._replace(state=self._end_with(s, each.state, known)) for each in exits]
        if swallows:
            states = states | {each.state: None for each in exits if each.kind in ("exc", "raise")}
            exits = [each for each in exits if each.kind != "raise"]
        self._pass_on(exits)
        return states

    def _end_with(self, s: f.With, state: State, known: set[int]) -> State:
        for offset in state.missing:
            if offset not in known:
                for call in self.use.releases:
                    if call.at[0] == offset:
                        self.paths.inside.setdefault(call.at, s.at)
        return state._replace(missing=tuple(each for each in state.missing if each in known))

    def _try(self, s: f.Try, states: States) -> States:
        if s.final:
            inner = s

            def guarded() -> States:
                return self._handled(inner, states)

            after, exits = self._capture(guarded)
            return self._finally(s.final, after, exits)
        return self._handled(s, states)

    def _handled(self, s: f.Try, states: States) -> States:
        guards = any(handler.type is None or _GUARDS & set(caught_names(handler)) for handler in s.handlers)
        self._guarded += guards
        after, exits = self._capture(lambda: self.block(s.body, states))
        self._guarded -= guards
        after = self.block(s.orelse, after)
        arrivals: list[list[Exit]] = [[] for _ in s.handlers]
        releasing = any(self._releases_in(handler.body) for handler in s.handlers)
        for each in exits:
            if each.kind not in ("exc", "raise", "yield") or self._catch(s, each, arrivals, releasing):
                self._leave(each.kind, each.at, (each.state,), each.name, each.since)
        for handler, arrived in zip(s.handlers, arrivals, strict=True):
            if arrived and handler.body:
                self._caught.append(min(arrived, key=lambda e: ("exc", "yield", "raise").index(e.kind)))
                self._shields.append(handler.body[0].at[0])
                after |= self.block(handler.body, {each.state: None for each in arrived})
                self._shields.pop()
                self._caught.pop()
        return after

    def _catch(self, s: f.Try, each: Exit, arrivals: list[list[Exit]], releasing: bool) -> bool:
        """Send an exception to the handlers that may take it; whether it may also pass all of them."""
        for handler, arrived in zip(s.handlers, arrivals, strict=True):
            names = caught_names(handler)
            if is_broad(handler) or each.name in names:
                arrived.append(each)
                return False
            if each.kind != "raise" or _may_be(each.name, names):
                arrived.append(each)
        return not (releasing and each.kind != "raise")

    def _releases_in(self, body: tuple[f.Stmt, ...]) -> bool:
        return any(id(node) in self._releases for node in walk(body))

    def _finally(self, final: tuple[f.Stmt, ...], states: States, exits: list[Exit]) -> States:
        self._shields.append(final[0].at[0])
        done: dict[State, tuple[States, list[Exit]]] = {}

        def through(state: State) -> tuple[States, list[Exit]]:
            if state not in done:
                done[state] = self._capture(lambda: self.block(final, {state: None}))
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
        self._shields.pop()
        self._pass_on(passed)
        return after

    # --- expressions --------------------------------------------------------------------------------------------

    def value(self, expr: f.Expr, states: States) -> States:
        """The states after an expression was evaluated."""
        if not states or isinstance(expr, (f.Name, f.Const, f.Lambda)):
            return states
        if isinstance(expr, f.Call):
            return self._call(expr, states)
        if isinstance(expr, (f.BoolOp, f.Not, f.IfExp, f.Walrus)):
            yes, no = self.branch(expr, states)
            return yes | no
        for child in _parts(expr):
            states = self.value(child, states)
        if isinstance(expr, f.Item) and may_be_missing(expr):
            self._leave("exc", expr.at, states)
        elif isinstance(expr, f.Await) or (isinstance(expr, f.Yield) and self.yields_raise):
            self._leave("exc" if isinstance(expr, f.Await) else "yield", expr.at, states)
        return states

    def _call(self, call: f.Call, states: States) -> States:
        if id(call) in self._acquires:
            taken, failed = self._acquire(call, states)
            return taken | failed
        states = self.value(call.func, states)
        for arg in call.args:
            states = self.value(arg.value, states)
        if id(call) in self._releases:
            return self._release(call, states)
        effect = self.helper(call)
        if effect is not None:
            for released, left in effect.raises:
                self._leave("exc", call.at, self._apply(call, states, released, left))
            after: States = {}
            for released, left in effect.returns:
                after |= self._apply(call, states, released, left)
            return after
        if self.raising.call(call, self.function):
            self._leave("exc", call.at, states)
        callees = self.raising.program.static.evaluate(call.func, self.function)
        return {} if any(getattr(callee, "name", None) in _ENDS_PROCESS for callee in callees) else states

    def _apply(self, call: f.Call, states: States, released: int, left: int) -> States:
        after: States = {}
        for state in states:
            for _ in range(released):
                if state.held:
                    self.paths.released.setdefault(state.held[-1], {})[call.at] = None
                    state = state._replace(held=state.held[:-1])
            for _ in range(left):
                if len(state.held) < 3:
                    state = state._replace(held=(*state.held, call.at[0]))
            after[state] = None
        return after

    def _acquire(self, call: f.Call, states: States) -> tuple[States, States]:
        for arg in call.args:
            states = self.value(arg.value, states)
        at = call.at[0]
        taken: States = {}
        for state in states:
            if state.missing:
                taken[state._replace(missing=state.missing[:-1])] = None
                continue
            if at in state.held:
                self.paths.again.append((at, state.via))
                continue
            taken[state._replace(held=(*state.held, at), via=(0, 0))] = None
        return taken, ({} if self.mode(call) == "acquire" else dict(states))

    def _release(self, call: f.Call, states: States) -> States:
        after: States = {}
        for state in states:
            if not self._guarded:
                self.paths.unheld.setdefault(call.at, []).append(bool(state.held))
            if state.held:
                self.paths.released.setdefault(state.held[-1], {})[call.at] = None
                after[state._replace(held=state.held[:-1])] = None
            elif len(state.missing) < 3:
                after[state._replace(missing=(*state.missing, call.at[0]))] = None
            else:
                after[state] = None
        return after

    # --- conditions ---------------------------------------------------------------------------------------------

    def branch(self, test: f.Expr, states: States) -> tuple[States, States]:
        """The states in which a condition is true and false, after it was evaluated."""
        if isinstance(test, f.Not):
            yes, no = self.branch(test.value, states)
            return no, yes
        if isinstance(test, f.BoolOp):
            return self._bool(test, states)
        if isinstance(test, f.IfExp):
            yes, no = self.branch(test.test, states)
            (a, b), (c, d) = self.branch(test.body, yes), self.branch(test.orelse, no)
            return a | c, b | d
        if isinstance(test, f.Walrus):
            yes, no = self.branch(test.value, states)
            yes, no = self._bound(test.target, yes), self._bound(test.target, no)
            return self._learn(test.target, yes, True), self._learn(test.target, no, False)
        if isinstance(test, f.Const):
            return (states, {}) if test.value else ({}, states)
        if isinstance(test, f.Compare) and test.op in ("is", "==", "is not", "!=") and _is_bool(test.right):
            yes, no = self.branch(test.left, states)
            same = (test.op in ("is", "==")) == bool(test.right.value)  # type: ignore[union-attr]
            return (yes, no) if same else (no, yes)
        if isinstance(test, f.Call) and id(test) in self._acquires:
            return self._acquire(test, states)
        if isinstance(test, f.Call) and isinstance(test.func, f.Attr) and spelled(test.func.value) == self.use.path:
            if test.func.attr in ("locked", "_is_owned"):
                held = {state: None for state in states if state.held}
                return (held or states), {state: None for state in states if not state.held}
        states = self.value(test, states)
        return self._split(test, states)

    def _bool(self, test: f.BoolOp, states: States) -> tuple[States, States]:
        going, decided = states, dict[State, None]()
        for value in test.values:
            yes, no = self.branch(value, going)
            going, out = (yes, no) if test.op == "and" else (no, yes)
            decided = decided | out
        return (going, decided) if test.op == "and" else (decided, going)

    def _split(self, test: f.Expr, states: States) -> tuple[States, States]:
        key = key_of(test)
        if key is None or key[0] not in self.relevant:
            return states, dict(states)
        yes: States = {}
        no: States = {}
        for state in states:
            outcomes = {outcome for name, outcome in state.known if name == key[0]}
            if not outcomes or key[1] in outcomes:
                yes[state._replace(known=state.known | {(key[0], key[1])})] = None
            if not outcomes or (not key[1]) in outcomes:
                no[state._replace(known=state.known | {(key[0], not key[1])})] = None
        return yes, no

    def _learn(self, target: f.Expr, states: States, outcome: bool) -> States:
        key = key_of(target)
        if key is None or key[0] not in self.relevant:
            return states
        return {state._replace(known=state.known | {(key[0], outcome)}): None for state in states}


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


def _parts(expr: f.Expr) -> list[f.Expr]:
    if isinstance(expr, f.Comprehension):
        return [*(part for each in expr.fors for part in (each.iter, *each.tests)), *expr.elements]
    found: list[f.Expr] = []
    for name in expr.__struct_fields__:
        value: Any = getattr(expr, name)
        if isinstance(value, tuple):
            found.extend(each for each in value if hasattr(each, "__struct_fields__"))
        elif hasattr(value, "__struct_fields__"):
            found.append(value)
    return found


def _touches(path: str, mentioned: str) -> bool:
    return path == mentioned or mentioned.startswith((f"{path}.", f"{path}["))


def _is_bool(expr: f.Expr) -> bool:
    return isinstance(expr, f.Const) and expr.kind == "bool"


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


__all__ = ["Effect", "Exit", "Lit", "Paths", "State", "TooManyPaths", "Walk", "multi_lock_loops", "walk_expression"]
