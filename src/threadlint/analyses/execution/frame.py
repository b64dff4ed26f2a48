"""The frame in which an activation is run: the conditions, iterations and calls that it meets on the way."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...knowledge import locks, types
from ...knowledge.blocking import CONSUMING
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.values import UNKNOWN, Address, Ext, Fn, Obj, Value, Values, field, union
from .activation import Activation, Edge
from .background import LIBRARY_ACTIONS as ACTIONS
from .binding import BindingFrame
from .conditions import asks_for_a_type, assume_kind, decided
from .done_callbacks import call_if_done, is_of_a_future
from .events import UNKNOWN_LOCK_TYPE, LibraryCall
from .handing_over import made
from .marks import is_taken_again
from .reads import container_in, element_of
from .results import end_all, wait_for_results

MOST_OWNED = 500
"""Objects that one function can be known to own at a time; only generated code has more."""
_ITERATING = frozenset(
    {"builtins.max", "builtins.min", "builtins.any", "builtins.all", "builtins.sum", "copy.deepcopy"}
)


class ActiveFrame(BindingFrame):
    """Everything of interest becomes an event of the activation, every call an edge of it."""

    __slots__ = ()

    @property
    def follows(self) -> bool:
        return not self.muted and self.state is not None and bool(self.state.held)

    def made(self, obj: Obj, arguments: Arguments, node: f.Expr) -> None:
        if len(self.state.owned) < MOST_OWNED:
            self.state.owned |= {obj.address}
        made(self.state, obj.address)
        if obj.address.kind == "site":
            self.fresh.add(obj.address)
        self.explorer.constructed(obj, arguments, node, self)

    def doubt(self, test: f.Expr) -> None:
        self.tested += asks_for_a_type(self, test)

    def doubts(self) -> int:
        return self.tested

    def settle(self, doubts: int) -> None:
        self.tested = doubts

    def decided(self, test: f.Expr) -> bool | None:
        return decided(self, test)

    @contextmanager
    def arm(self, test: f.Expr, outcome: bool) -> Iterator[None]:
        names = self.state.names
        self.state.names = names.copy()
        assume_kind(self, test, outcome)
        before = self.tested
        self.doubt(test)
        try:
            yield
        finally:
            self.tested = before
            if self.state is not None:
                for name, values in self.state.names.items():  # what a walrus bound inside stays bound
                    names.setdefault(name, values)
                self.state.names = names

    def begin_iteration(self, source: Values, given: Values, node: f.Expr) -> None:
        self.loops += 1
        results = wait_for_results(self, source, node)
        self.iterated.append(frozenset(v.address for v in (*given, *results) if isinstance(v, Obj)))
        self.iterates(source, node)

    def end_iteration(self) -> None:
        self.loops -= 1
        made = (self.explorer.constructions.get(address) for address in self.iterated.pop())
        end_all(self, [each[0] for each in made if each is not None])

    def iterates(self, source: Values, node: f.Expr, method: str = "") -> None:
        """Note that shared containers among the values are iterated, step by step; `method` tells a snapshot. An object
        whose `__iter__` gives the iterator of a container has it iterated here."""
        if self.muted:
            return
        for value in union(source, *(self._inside(value) for value in source)):
            if isinstance(value, Obj) and (
                value.type in types.CONTAINERS or str(value.type).startswith(("dict ", "enum"))
            ):
                place: Address | None = value.address
                named = container_in(node)
                part = element_of(named)
                around = self._around(*part, value) if part is not None else None
                if around is not None:
                    place, method = around, "inner"
                elif value.address.kind == "site":  # a local that closures share
                    place = self.location_of_name(named.id) if isinstance(named, f.Name) else None
                if place is not None and place.kind != "element" and place.kind != "some":
                    self.access(place, "iterate", node.at, type=value.type_name, method=method)

    def _around(self, outer: f.Expr, index: f.Expr, inner: Obj) -> Address | None:
        """The place that stands for a container in a container, if they are of different kinds and one name finds it:
        `self._listeners[topic]`."""
        if not isinstance(index, (f.Name, f.Attr, f.Const)):
            return None
        kinds = self._kinds_of(outer)
        if not kinds or any(kind in ("", types.kind_of_container(inner.type_name)) for kind in kinds):
            return None
        return self.location(outer)

    def _kinds_of(self, expr: f.Expr) -> list[str]:
        """Which kinds of container an expression may be, without leaving a trace."""
        self.muted += 1
        try:
            values = self.evaluator.evaluate_in(expr, self)
        finally:
            self.muted -= 1
        return [types.kind_of_container(value.type_name) for value in values if isinstance(value, Obj)]

    def _inside(self, value: Value) -> Values:
        """The containers whose iterators an object of the program gives: `return iter(self.rows)`."""
        method = self.evaluator.special(value, "__iter__") if isinstance(value, Obj) else None
        if method is None:
            return UNKNOWN
        return self.explorer.static.returned(method.function, method.receiver, None, None, self.function)

    def awaits(self, node: f.Expr) -> None:
        self.awaited = node

    def suspends(self, node: f.Await | f.Yield, values: Values) -> Values:
        if isinstance(node, f.Await):
            self.note("await", node.at, "await")
            return values
        self.note("yield", node.at, "yield")
        self.explorer.yielded(self, values)
        return UNKNOWN

    def enter(self, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None) -> Values:
        function = fn.function
        if self.muted:
            return self.explorer.program.static.returned(function, fn.receiver, hint, node, self.function)
        detached = function.facts.is_async and self.awaited is not node
        return self.explorer.call_function(self, fn, arguments, node, hint, detached)

    def _guesses(self, callee: Activation) -> bool:
        """Whether the callee is what some subclass makes of a method, and this frame has lost who it works on."""
        mine, theirs = self.function.cls, callee.function.cls
        if not self.activation.widened or mine is None or theirs is None or mine is theirs:
            return False
        return mine in self.explorer.program.hierarchy.mro(theirs)

    def _may_be_another(self, callee: Activation, node: f.Expr) -> bool:
        """Whether an instance may have something else under the method's name."""
        if not isinstance(node, f.Call) or not isinstance(node.func, f.Attr) or node.func.attr != callee.function.name:
            return False
        through = node.func.value
        if isinstance(through, f.Call) and isinstance(through.func, f.Name) and through.func.id == "super":
            return False
        return self.explorer.program.hierarchy.is_rebound(callee.function)

    def call_activation(self, callee: Activation, node: f.Expr, detached: bool, apply: bool = True) -> None:
        """Record the call of an activation and take over what it does to locks, threads and ownership."""
        state = self.state
        held = () if detached else state.held
        name = (callee, node.at)
        known = self.activation.edges.get(name)
        guessed = self._guesses(callee)
        doubted = self.tested > 0 or guessed or self._may_be_another(callee, node)
        edge = Edge(callee, node.at, held, state.running, state.ended, self.loops > 0, doubted, guessed)
        if known is not None:
            edge = edge._replace(
                held=known.held, running=known.running | state.running, ended=known.ended & state.ended,
                tested=known.tested and edge.tested,
            )  # fmt: skip
        self.activation.edges[name] = edge
        if detached or not apply:
            return
        if callee.escaped:
            self.give_up(set(callee.escaped), callee.captured)
        done = callee.exit
        if done is None:
            return
        if done.held is not callee.held:
            mine = {hold.lock: hold for hold in state.held}
            kept = {hold.lock for hold in callee.held}
            after = {hold.lock for hold in done.held}
            outer = tuple(h for h in state.held if h.lock not in kept or h.lock in after)
            state.held = outer + tuple(h for h in done.held if h.lock not in mine and h.lock not in kept)
        if done.got or done.given:
            state.got |= done.got
            state.given |= done.given
        if done.ended or done.running:
            before = state.ended
            state.running = (state.running - done.ended) | done.running
            state.ended = (state.ended - done.running) | done.ended
            if doubted:  # another function may be called, which does not take a lock twice
                state.ended = frozenset(each for each in state.ended if each in before or not is_taken_again(each))

    def external(self, name: str, receiver: Obj | None, arguments: Arguments, node: f.Expr, result: Values) -> Values:
        if self.muted:
            return result
        action = ACTIONS.get(name)
        if action is None and name.rpartition(".")[2] in ("acquire", "release", "__enter__", "__exit__", "locked"):
            action = (
                ACTIONS.get("lock." + name.rpartition(".")[2])
                if receiver is not None and self.lockish(receiver)
                else None
            )
        self.note("call", node.at, name, LibraryCall(receiver, arguments, node, result, self.used), receiver)
        if action is not None:
            return action(self, name, receiver, arguments, node, result)
        if receiver is not None and (receiver.type in types.CONTAINERS or receiver.type in types.QUEUES):
            self._container_call(name, receiver, arguments, node)
        elif not name.startswith("builtins.") and not name.startswith("logging."):
            for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
                self.escape(values)
        if name.rpartition(".")[2] in CONSUMING and arguments.positional:
            through = node.args[0].value if isinstance(node, f.Call) and node.args else node
            end_all(self, wait_for_results(self, arguments.positional[0], through))
        if name in _ITERATING and arguments.positional:
            self.iterates(arguments.positional[0], node)
        elif name in types.SNAPSHOTS and arguments.positional:  # of a weak container these run Python code
            weak = tuple(v for v in arguments.positional[0] if isinstance(v, Obj) and self._is_weak(v))
            self.iterates(weak, node, "snapshot")
        return result

    def _is_weak(self, obj: Obj) -> bool:
        return obj.type in types.WEAK_CONTAINERS or (
            str(obj.type).startswith("dict ") and obj.address in self.explorer.weak
        )

    def lockish(self, obj: Obj) -> bool:
        return obj.type in locks.LOCKS or obj.type == UNKNOWN_LOCK_TYPE

    def _container_call(self, name: str, receiver: Obj, arguments: Arguments, node: f.Expr) -> None:
        method = name.rpartition(".")[2]
        for values in arguments.positional:
            self.escape(values)
        if receiver.type in types.QUEUES:
            return
        if receiver.type in types.WEAK_CONTAINERS:
            self.explorer.weak.add(receiver.address)
        place: Address | None = None
        if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
            owner = node.func.value
            part = element_of(owner) if isinstance(owner, f.Call) else None  # `d.setdefault(k, []).append(x)`
            if part is not None and set(self._kinds_of(part[0])) == {"dict"}:
                owner = part[0]
            place = self.location(owner)
        place = place or receiver.address
        if method in types.CHANGES:
            self.access(place, "change", node.at, method=method, type=receiver.type_name, value=node)

    def unknown_call(self, node: f.Call, arguments: Arguments) -> None:
        if self.muted:
            return
        for values in (*arguments.positional, *(values for _, values in arguments.keywords)):
            self.escape(values)
        if isinstance(node.func, f.Attr) and node.func.attr in ("acquire", "release", "__enter__"):
            guessed = self.unknown_lock(node.func.value)
            if guessed is not None:
                ACTIONS["lock." + node.func.attr](self, node.func.attr, guessed, arguments, node, UNKNOWN)
                return
        if is_of_a_future(self, node.func):
            call_if_done(self, None, arguments, node)
        self.note("unknown", node.at, node.func, LibraryCall(None, arguments, node, UNKNOWN, self.used))

    def unknown_lock(self, expr: f.Expr) -> Obj | None:
        """A lock of unknown kind, when a path of unknown value is used under a name that says lock."""
        name = expr.attr if isinstance(expr, f.Attr) else expr.id if isinstance(expr, f.Name) else ""
        if not any(word in name.lower() for word in locks.LOCKISH_WORDS):
            return None
        place = self.location(expr)
        if place is None and isinstance(expr, f.Attr):
            self.muted += 1
            owners = self.evaluator.evaluate_in(expr.value, self)
            self.muted -= 1
            if all(isinstance(owner, Ext) and self.explorer.is_own(owner) for owner in owners):
                known = self.explorer.lock_of_that_name(expr.attr)
                if known is not None:
                    return known
            bases = [owner.address for owner in owners if isinstance(owner, Obj)]
            place = field(bases[0], expr.attr) if bases else None
        if place is None:
            place = Address("some", None, (self.function.qualname, name))
        return Obj(UNKNOWN_LOCK_TYPE, place)
