"""How expressions and conditions change what a path knows of a lock: taking, giving back, and testing."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ....model import facts as f
from ....program.symbols import Function
from ....program.traverse import walk
from ..lock_calls import LockCalls, method_call, spelled
from ..raising import Raising, may_be_missing, may_divide_by_zero
from .outcomes import key_of, outcomes_of
from .states import MOST_STATES, Effect, Exit, Paths, State, States, TooManyPathsError

_MOST_HELD = 3


class Evaluation:
    """The half of a walk that knows expressions. `mode` tells how a call acquires: `acquire` always takes the lock, any
    other may fail to. `helper` tells what a call of a function of the program does to the lock, None when it does
    nothing."""

    def __init__(
        self,
        use: LockCalls,
        raising: Raising,
        mode: Callable[[f.Call], str],
        helper: Callable[[f.Call], Effect | None],
        yields_raise: bool,
    ) -> None:
        self.use = use
        self.function: Function = use.function
        self.raising = raising
        self.mode = mode
        self.helper = helper
        self.yields_raise = yields_raise
        self.paths = Paths()
        self.relevant = outcomes_of(use)
        self.looked_up = looked_up(use.function)
        self.exits: list[Exit] = []
        self.shields = [0]
        self.guarded = 0
        self.acquires = {id(call) for call in use.acquires}
        self.releases = {id(call) for call in use.releases}
        self.seen: set[tuple[str, int, State, str | None]] = set()

    # --- exits --------------------------------------------------------------------------------------------------

    def leave(
        self, kind: str, at: f.Span, states: Iterable[State], name: str | None = None, since: int | None = None
    ) -> None:
        """Paths leave the block that is being walked."""
        since = since if since is not None else self.shields[-1] if kind in ("exc", "yield") else 0
        for state in states:
            key = (kind, since, state, name)
            if key not in self.seen or kind in ("raise", "return"):
                self.seen.add(key)
                self.exits.append(Exit(kind, at, state, since, name))
        if len(self.seen) > 8 * MOST_STATES:
            raise TooManyPathsError

    def capture(self, body: Callable[[], States]) -> tuple[States, list[Exit]]:
        """Run something and take the exits that it adds."""
        outer, seen = self.exits, self.seen
        self.exits, self.seen = [], set()
        try:
            states = body()
            return states, self.exits
        finally:
            self.exits, self.seen = outer, seen

    def pass_on(self, exits: Iterable[Exit]) -> None:
        """Let captured exits go on outwards."""
        for each in exits:
            self.leave(each.kind, each.at, (each.state,), each.name, each.since)

    def bound(self, target: f.Expr, states: States) -> States:
        """A target is bound anew: what was known of it is forgotten, and a lock on its path is another one from now
        on."""
        if isinstance(target, (f.Display, f.Starred)):
            for part in target.items if isinstance(target, f.Display) else (target.value,):
                states = self.bound(part, states)
            return states
        path = spelled(target)
        if path is None:
            return states
        if self.use.path == path:
            states = {state._replace(missing=(), spent=False): None for state in states if not state.held}
        elif self.use.path.startswith((f"{path}.", f"{path}[")):
            states = {state: None for state in states if not (state.held or state.spent)}
        stale = {key for key, mentioned in self.relevant.items() if any(_touches(path, each) for each in mentioned)}
        if not stale:
            return states
        return {s._replace(known=frozenset(k for k in s.known if k[0] not in stale)): None for s in states}

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
        missing = isinstance(expr, f.Item) and may_be_missing(expr) and spelled(expr) not in self.looked_up
        if missing or may_divide_by_zero(expr):
            self.leave("exc", expr.at, states)
        elif isinstance(expr, f.Await) or (isinstance(expr, f.Yield) and self.yields_raise):
            self.leave("exc" if isinstance(expr, f.Await) else "yield", expr.at, states)
        return states

    def _call(self, call: f.Call, states: States) -> States:
        if id(call) in self.acquires:
            taken, failed = self._acquire(call, states)
            return taken | failed
        states = self.value(call.func, states)
        for arg in call.args:
            states = self.value(arg.value, states)
        if id(call) in self.releases:
            return self._release(call, states)
        effect = self.helper(call)
        if effect is not None:
            for released, left in effect.raises:
                self.leave("exc", call.at, self._apply(call, states, released, left))
            after: States = {}
            for released, left in effect.returns:
                after |= self._apply(call, states, released, left)
            return after
        for name in sorted(self.raising.call(call, self.function)):
            self.leave("exc", call.at, states, name or None)
        return {} if self.raising.never_returns(call, self.function) else states

    def _apply(self, call: f.Call, states: States, released: int, left: int) -> States:
        after: States = {}
        for state in states:
            for _ in range(released):
                if state.held:
                    self.paths.released.setdefault(state.held[-1], {})[call.at] = None
                    state = state._replace(held=state.held[:-1], spent=True)
                elif len(state.missing) < _MOST_HELD:
                    state = state._replace(missing=(*state.missing, call.at[0]))
            for _ in range(left):
                if len(state.held) < _MOST_HELD:
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
            if not self.guarded:
                self.paths.unheld.setdefault(call.at, set()).add(bool(state.held))
                if state.spent and not state.held:
                    self.paths.twice[call.at] = None
            if state.held:
                self.paths.released.setdefault(state.held[-1], {})[call.at] = None
                after[state._replace(held=state.held[:-1], spent=True)] = None
            elif len(state.missing) < _MOST_HELD:
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
            yes, no = self.bound(test.target, yes), self.bound(test.target, no)
            return self._learn(test.target, yes, True), self._learn(test.target, no, False)
        if isinstance(test, f.Const):
            return (states, {}) if test.value else ({}, states)
        if isinstance(test, f.Compare) and test.op in ("is", "==", "is not", "!=") and _is_bool(test.right):
            yes, no = self.branch(test.left, states)
            same = (test.op in ("is", "==")) == bool(test.right.value)  # type: ignore[union-attr]
            return (yes, no) if same else (no, yes)
        if isinstance(test, f.Call) and id(test) in self.acquires:
            return self._acquire(test, states)
        asked = method_call(test, frozenset({"locked", "_is_owned"}))
        if asked is not None and spelled(asked) == self.use.path:
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


def looked_up(function: Function) -> frozenset[str]:
    """The items of containers whose presence the function tests somewhere: `key in table` speaks for `table[key]`."""
    found = set()
    for node in walk(function.facts.body):
        if isinstance(node, f.Compare) and node.op in ("in", "not in"):
            key = repr(node.left.value) if isinstance(node.left, f.Const) else spelled(node.left)
            found.add(f"{spelled(node.right)}[{key}]")
    return frozenset(found)


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
