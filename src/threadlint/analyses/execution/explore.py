"""Running a program abstractly: what each activation does.

Domain. A call of an activation that is known takes its effects over; a recursive call is answered by what is known
without order. Which activations there are is told by `contexts`, what fields and containers hold by `heap`. Functions
are met after their decorators, and a generator that is a context manager is entered by `with`.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...knowledge.types import THREADS
from ...model import facts as f
from ...program.evaluate import IDENTITY, Arguments
from ...program.static import rebased
from ...program.symbols import Function, Module, last_name
from ...program.values import UNKNOWN, Address, Cls, Ext, Fn, Mod, Obj, Value, Values, field, union
from .activation import Activation
from .contexts import Contexts
from .control import run_body
from .events import Hold
from .frame import ActiveFrame
from .handing_over import Passing
from .state import State, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...program.program import Program

TRANSPARENT_NAMES = frozenset({
    "property", "staticmethod", "classmethod", "contextmanager", "asynccontextmanager", "wraps", "abstractmethod",
    "setter", "getter", "deleter", "lru_cache", "cache", "cached_property", "overload", "override", "final",
    "dataclass", "fixture", "total_ordering", "singledispatch", "coroutine",
})  # fmt: skip
_STARTED = THREADS | {"concurrent.futures.Future"}


class Explorer(Contexts):
    """Runs functions and remembers what they did; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.weak: set[Address] = set()
        """Weak containers of which views are made."""
        self.flags: set[Address] = set()
        """Locations that some loop waits for under a condition: `while not ready: condition.wait()`."""
        self.flag_waits: dict[tuple[Function, f.Span], set[Address]] = {}
        """By the place of a call that waits for a flag: the flags."""
        self.passing = Passing()
        self.renamed: dict[tuple[Activation, Address], set[tuple[Activation, Address]]] = {}
        """Threads that functions return, by the names that the calls of these give them."""
        self.tried: dict[tuple[f.Span, Function], Hold] = {}
        self._decorated: dict[Function, Values] = {}
        self._generators: dict[Address, Activation] = {}
        self.yields: dict[Activation, Values] = {}
        self._tops: dict[Module, ActiveFrame] = {}

    def begin_round(self) -> None:
        super().begin_round()
        self._decorated.clear()

    def awaits(self, frame: ActiveFrame, flag: f.Name | f.Attr, call: f.Call, after: State) -> None:
        """A call waits for a flag: in the state behind it, the flag has been set."""
        location = frame.location(flag)
        if location is not None:
            self.flags.add(location)
            self.flag_waits.setdefault((frame.function, call.at), set()).add(location)
            after.ended |= {location}

    # --- functions after their decorators -----------------------------------------------------------------------

    def static_name(self, function: Function, name: str, receiver: Value | None) -> Values:
        return self.decorated_all(self.static.name(function, name, receiver))

    def global_values(self, module: Module, name: str) -> Values:
        values = self.decorated_all(self.static.name(module.top, name))
        if any(isinstance(v, Fn) and v.closure is None and _is_nested(v.function) for v in values):
            top = self._tops.get(module)
            state = None if top is None else top.activation.exit or top.state
            if state is not None:  # made by a call, of which the run knows the locals
                return state.names.get(name) or values
        return values

    def module_member(self, value: Mod, name: str) -> Values:
        return self.decorated_all(super().module_member(value, name))

    def decorated_all(self, values: Values) -> Values:
        """Functions among the values, after their decorators."""
        for value in values:
            if isinstance(value, Fn) and value.closure is None and self._has_own_decorators(value.function):
                found = UNKNOWN
                for each in values:
                    again = self.bound(each.function, each.receiver, None) if isinstance(each, Fn) else (each,)
                    found = union(found, again)
                return found
        return values

    def _has_own_decorators(self, function: Function) -> bool:
        return bool(function.facts.decorators) and not function.decorator_names <= TRANSPARENT_NAMES

    def bound(self, function: Function, receiver: Value | None, frame: Any) -> Values:
        if not self._has_own_decorators(function):
            return (Fn(function, receiver),)
        known = self._decorated.get(function)
        if known is None:
            self._decorated[function] = (Fn(function),)
            top = ActiveFrame(self, self.blank(function.parent or function.module.top))
            known = (Fn(function),)
            for decorator in reversed(function.facts.decorators):
                known = self.decorate(known, decorator, top)
            self._decorated[function] = known
        return tuple(Fn(v.function, receiver, v.closure) if isinstance(v, Fn) else v for v in known)

    def decorate(self, values: Values, decorator: f.Expr, frame: ActiveFrame) -> Values:
        """What a decorator makes of a function: what the program's own decorators return, else the function itself."""
        if last_name(decorator) in TRANSPARENT_NAMES:
            return values
        self._decorating.append(len(self.running))
        try:
            found = self._decorate(values, decorator, frame)
        finally:
            self._decorating.pop()
        return found if any(isinstance(v, Fn) for v in found) else values

    def _decorate(self, values: Values, decorator: f.Expr, frame: ActiveFrame) -> Values:
        found = UNKNOWN
        for callee in self.evaluate_in(decorator, frame):
            if isinstance(callee, (Fn, Obj)) or callee is IDENTITY:
                made = (
                    self.call(callee, Arguments((values,)), frame, decorator, None)
                    if callee is not IDENTITY
                    else values
                )
                found = union(found, tuple(v for v in made if isinstance(v, (Fn, Obj))))
            elif isinstance(callee, Cls):
                found = union(found, (self.instantiate(callee.cls, Arguments((values,)), frame, decorator, None),))
            elif isinstance(callee, Ext):
                frame.external(callee.name, None, Arguments((values,)), decorator, values)
        return found if any(isinstance(v, Fn) for v in found) else values

    # --- calls --------------------------------------------------------------------------------------------------

    def evaluate_statement(self, expr: f.Call, frame: ActiveFrame) -> Values:
        """A call whose result is dropped: only the outermost call is unused."""
        frame.used = True
        callees = self.evaluate_in(expr.func, frame)
        arguments = self.arguments(expr, frame)
        frame.used = False
        if not callees:
            frame.unknown_call(expr, arguments)
            return UNKNOWN
        found = UNKNOWN
        for callee in callees:
            found = union(found, self.call(callee, arguments, frame, expr, None))
        return found

    def call_function(
        self, frame: ActiveFrame, fn: Fn, arguments: Arguments, node: f.Expr, hint: Address | None, detached: bool
    ) -> Values:
        """Enter a function of the program from a frame."""
        function = fn.function
        used, frame.used = frame.used, True
        try:
            if function.facts.is_generator and "contextmanager" in function.decorator_names:
                site = (frame.function.module.name, node.at[0])
                made = Obj("a context manager made by a generator", Address("site", None, site, frame.repeats()), site)
                self._generators_held(frame, fn, arguments, made)
                return (made,)
            held = () if detached else _as_seen_by(fn.receiver, frame)
            callee = self.activate(frame, fn, arguments, held, node)
            if callee is None:
                return self.static.returned(function, fn.receiver, hint, node, frame.function)
            frame.call_activation(callee, node, detached, apply=not function.facts.is_generator)
            if function.facts.is_generator:
                given = self.yields.get(callee, UNKNOWN)
                made = Obj(
                    "builtins.list", Address("site", None, (function.module.name, function.facts.at[0], node.at[0]))
                )
                self.put(made.address, given)
                return (made,)
            if not callee.done:
                return self.static.returned(function, fn.receiver, hint, node, frame.function)
            repeats = frame.repeats()
            given = rebased(callee.returns, function, hint, node, frame.function, repeats)
            self.rename(callee.returns, given)
            owned = callee.exit.owned if callee.exit is not None else frozenset()
            for before, now in zip(callee.returns, given, strict=False):
                self.handed_out(callee, before, now)
                if isinstance(before, Obj) and isinstance(now, Obj) and before.address in owned:
                    frame.state.owned |= {now.address}
                if callee.exit is not None and callee.exit.running:
                    self._rename_thread(frame, callee, callee.exit, before, now)
            if repeats:
                frame.fresh.update(v.address for v in given if isinstance(v, Obj) and v.address.kind == "site")
            return given
        finally:
            frame.used = used

    def _rename_thread(
        self, frame: ActiveFrame, callee: Activation, done: State, before: Value, now: Value
    ) -> None:
        """A thread that a function started and returned is known to its caller under the name that the call gives."""
        if isinstance(before, Obj) and isinstance(now, Obj) and before.address is not now.address:
            if before.address in done.running and before.type in _STARTED:
                names = self.renamed.setdefault((callee, before.address), set())
                names.add((frame.activation, now.address))
                frame.state.running = (frame.state.running - {before.address}) | {now.address}

    def run(self, activation: Activation) -> None:
        """Run an activation's body."""
        self.running.append(activation)
        try:
            frame = ActiveFrame(self, activation)
            for name in activation.function.shared_cells:
                if name in activation.bound:
                    activation.cells[name] = activation.bound[name]
            if activation.function.is_top:
                self._tops[activation.function.module] = frame
            run_body(frame)
            self._finish(frame)
        finally:
            self.running.pop()
            activation.done = True

    def _finish(self, frame: ActiveFrame) -> None:
        activation = frame.activation
        ends: State | None = frame.state
        if ends is not None:
            frame.note("end", (activation.function.facts.at[1], activation.function.facts.at[1]), "end")
        for kind, state in frame.exits:
            if kind == "return":
                ends = joined(ends, state)
        activation.exit = ends

    # --- generators as context managers -------------------------------------------------------------------------

    def yielded(self, frame: ActiveFrame, values: Values) -> None:
        """A generator gives values; what it holds then is what a `with` around it holds."""
        activation = frame.activation
        self.yields[activation] = union(self.yields.get(activation, UNKNOWN), values)
        held = frame.state.held
        known = activation.at_yield
        if known is None:
            activation.at_yield, activation.before_yield = held, frame.state.ended
        else:
            locks = {hold.lock for hold in held}
            activation.at_yield = tuple(hold for hold in known if hold.lock in locks)
            activation.before_yield &= frame.state.ended

    def _generators_held(self, frame: ActiveFrame, fn: Fn, arguments: Arguments, made: Obj) -> None:
        """Run the generator under the locks that are held where it is made, which is where a `with` enters it."""
        callee = self.activate(frame, fn, arguments, frame.state.held)
        if callee is not None:
            self._generators[made.address] = callee

    def enter_generator(
        self, frame: ActiveFrame, manager: Obj, node: f.Expr, undo: list[Callable[[State], None]]
    ) -> Values:
        """Enter a `@contextmanager` function: its locks at the yield are held for the body."""
        callee = self._generators.get(manager.address)
        if callee is None:
            return UNKNOWN
        frame.call_activation(callee, node, False, apply=False)
        before = {hold.lock for hold in frame.state.held}
        taken = tuple(hold for hold in callee.at_yield or () if hold.lock not in before)
        frame.state.held = frame.state.held + taken
        frame.state.running -= callee.before_yield
        frame.state.ended |= callee.before_yield

        def release(state: State) -> None:
            for hold in taken:
                state.release(hold.lock)

        undo.append(release)
        return self.yields.get(callee, UNKNOWN)

    def exit_effect(self, fn: Fn, frame: ActiveFrame, node: f.Expr) -> Callable[[State], None]:
        """What leaving a `with` over an object of the program does to the locks held on abrupt ways out."""
        callee = self.activate(frame, fn, Arguments((UNKNOWN, UNKNOWN, UNKNOWN)), frame.state.held)

        def release(state: State) -> None:
            if callee is not None and callee.exit is not None:
                after = {hold.lock for hold in callee.exit.held}
                gone = {hold.lock for hold in callee.held} - after
                state.held = tuple(hold for hold in state.held if hold.lock not in gone)

        return release


def _is_nested(function: Function) -> bool:
    return function.parent is not None and not function.parent.is_top


def _as_seen_by(receiver: Value | None, frame: ActiveFrame) -> tuple[Hold, ...]:
    """The locks that a frame holds, as a method of the same object sees them: where a subclass overrides what is
    called, the object is one of that subclass from there on, and so are its locks."""
    held, mine = frame.state.held, frame.receiver
    if not held or receiver is mine or not isinstance(receiver, Obj) or not isinstance(mine, Obj):
        return held
    here, there = mine.address, receiver.address
    if here.kind != "some" or there.kind != "some" or here.key[1] != "self" or there.key[1] != "self":
        return held
    return tuple(
        Hold(hold.obj.at(field(there, hold.lock.key)), hold.at, hold.how, hold.activation, hold.through)
        if hold.lock.kind == "field" and hold.lock.base is here and hold.obj.address is hold.lock
        else hold
        for hold in held
    )
