"""Running a program abstractly: which activations there are, and what each of them does.

Domain. An *activation* is a function together with its receiver, the values of its parameters that matter (objects,
functions, classes), what it closes over, and the locks that its caller holds. Each is run once; a call of one that is
known takes its effects over. A recursive call is answered by what is known without order. A function with more than
`MOST` activations is run for the rest with unknown arguments.

The heap (fields and elements of objects) knows no order of stores. It is kept from one round to the next, and there is
a next one while reads missed something that matters and was stored later, at most `ROUNDS` in all.
"""
from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...knowledge import types
from ...knowledge.threads import CONSTRUCTORS
from ...model import facts as f
from ...program.evaluate import IDENTITY, Arguments, Evaluator
from ...program.static import rebased
from ...program.symbols import Class, Function, Module, last_name
from ...program.traverse import walk
from ...program.values import UNKNOWN, Address, Cls, Ext, Fn, Lit, Mod, Obj, Pack, Partial, Value, Values, field, union
from .activation import Activation
from .control import run_body
from .events import Event, Hold, is_lock
from .frame import ActiveFrame
from .library import callables, spread, take
from .state import State, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...program.program import Program

MOST = 12
ROUNDS = 2
DEEPEST_CALLS = 120
_CONCURRENT = types.THREADS | types.POOLS | types.PROCESS_POOLS | types.QUEUES | {"threading.Event", "threading.local"}
TRANSPARENT_NAMES = frozenset({
    "property", "staticmethod", "classmethod", "contextmanager", "asynccontextmanager", "wraps", "abstractmethod",
    "setter", "getter", "deleter", "lru_cache", "cache", "cached_property", "overload", "override", "final",
    "dataclass", "fixture", "total_ordering", "singledispatch", "coroutine",
})  # fmt: skip


class Explorer(Evaluator):
    """Runs functions and remembers what they did; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.static = program.static
        self.misses: set[Address] = set()
        self._concurrent: dict[Class, bool] = {}
        self._changed: dict[Function, frozenset[str]] = {}
        self._variables: dict[Module, frozenset[str]] = {}
        self._written_cells: dict[Function, frozenset[str]] = {}
        self._owners: dict[tuple[Class, str], Class | None] = {}
        self._class_variables: dict[tuple[Class, str], bool] = {}
        self._declarations: dict[tuple[Function, bool], tuple[tuple[str, Values], ...]] = {}
        self.type_tests: dict[int, bool] = {}
        """By identity: whether an expression asks for a type."""
        self._setters: dict[tuple[Class, str], Function | None] = {}
        self.weak: set[Address] = set()
        """Weak containers of which views are made."""
        self.flags: set[Address] = set()
        """Locations that some loop waits for under a condition: `while not ready: condition.wait()`."""
        self.owners: dict[Address, Class] = {}
        """The class whose attribute a field location is."""
        self.reset()

    def reset(self) -> None:
        """Forget activations, keep the heap."""
        self.learned = False
        """Whether a class turned out to keep something of concern after objects of it were taken for alike."""
        self.activations: dict[Any, Activation] = {}
        self._contexts: dict[tuple[Function, Activation | None], int] = {}
        self._run_once: set[Function] = set()
        self._decorating: list[int] = []
        """How deep calls were nested where decorators are being applied: each use of one is a context of its own."""
        self._running: list[Activation] = []
        self.tried: dict[tuple[f.Span, Function], Hold] = {}
        self.pool_of: dict[Address, Address] = {}
        self.specs: dict[Address, tuple[tuple[Fn, Arguments], ...]] = {}
        self.specs_by_site: dict[tuple[str, int], Address] = {}
        self.constructions: dict[Address, tuple[Obj, Arguments, f.Expr, Activation]] = {}
        self.makings: dict[tuple[str, tuple[str, int]], tuple[Obj, Arguments, f.Expr, Activation]] = {}
        """By type and site: every place that makes an object, with the first making seen there."""
        self.spawns: list[Event] = []
        self._holds: dict[Any, Hold] = {}
        self._decorated: dict[Function, Values] = {}
        self._generators: dict[Address, Activation] = {}
        self.yields: dict[Activation, Values] = {}

    # --- the heap, with its misses ------------------------------------------------------------------------------

    def contents(self, container: Address) -> Values:
        known = self.elements.get(container) or self.static.elements.get(container)
        if known is None:
            self.misses.add(container)
            return UNKNOWN
        return known

    def field_values(self, value: Obj, cls: Class, name: str) -> Values:
        place = field(value.address, name)
        stored = self.fields.get(place, UNKNOWN)
        if value.address.single and stored:
            return stored
        declared = self.static.class_field(cls, name, value)
        if not declared:
            if not stored:
                self.misses.add(place)
            return stored
        if value.address.kind == "some":
            return declared
        if stored:  # what was seen stored says more than an annotation
            types_seen = {each.type for each in stored if isinstance(each, Obj)}
            declared = tuple(
                v for v in declared if not (isinstance(v, Obj) and v.address.kind == "some" and v.type in types_seen)
            )
        return union(stored, declared)

    def missed_something(self) -> bool:
        """Whether a read found nothing where something that matters was stored later."""
        if self.learned:
            return True
        for place in self.misses:
            for values in (self.elements.get(place, UNKNOWN), self.fields.get(place, UNKNOWN)):
                for value in values:
                    if self.matters(value):
                        return True
        return False

    def matters(self, value: Value) -> bool:
        """Whether a value can change what a callee does to threads and locks: a function, a lock, a thread, or an
        object that keeps one."""
        if isinstance(value, (Fn, Partial)):
            return True
        if isinstance(value, Obj):
            if isinstance(value.type, Class):
                return self.keeps_concurrency(value.type)
            return is_lock(value) or value.type in _CONCURRENT
        if isinstance(value, Pack):
            return any(self.matters(v) for item in value.items for v in item) or any(
                self.matters(v) for _, item in value.keywords for v in item
            )
        return False

    def keeps_concurrency(self, cls: Class) -> bool:
        """Whether instances of a class hold a lock, thread, pool or queue, or are threads themselves."""
        known = self._concurrent.get(cls)
        if known is None:
            self._concurrent[cls] = False
            known = self._concurrent[cls] = self._find_concurrency(cls)
        return known

    def keeps(self, cls: Class, values: Values) -> None:
        """Values were stored in an attribute of an instance."""
        if self._concurrent.get(cls) is False and any(self.matters(value) for value in values):
            self._concurrent[cls] = self.learned = True

    def _find_concurrency(self, cls: Class) -> bool:
        if self.program.hierarchy.is_a(cls, _CONCURRENT):
            return True
        receiver = self.static.parameter_receiver(cls)
        for ancestor in self.program.hierarchy.mro(cls):
            for name, bindings in (*ancestor.attribute_bindings.items(), *ancestor.body.bindings.items()):
                if any(
                    isinstance(b.expr, f.Call) or b.how == "annotation" or isinstance(b.expr, f.Name) for b in bindings
                ):
                    if any(self.matters(value) for value in self.static.class_field(cls, name, receiver)):
                        return True
        return False

    # --- what names mean ----------------------------------------------------------------------------------------

    def static_name(self, function: Function, name: str, receiver: Value | None) -> Values:
        return self.decorated_all(self.static.name(function, name, receiver))

    def global_values(self, module: Module, name: str) -> Values:
        return self.decorated_all(self.static.name(module.top, name))

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
        self._decorating.append(len(self._running))
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

    def variables(self, module: Module) -> frozenset[str]:
        """Globals that can change: rebound in functions or by other modules, or holding an object."""
        known = self._variables.get(module)
        if known is None:
            names = {name for function in module.functions for name in function.facts.globals}
            for name, bindings in module.top.bindings.items() if module.functions else ():
                if any(b.how == "value" and isinstance(b.expr, (f.Display, f.Call, f.Comprehension)) for b in bindings):
                    names.add(name)
                if any(b.how == "augment" for b in bindings):
                    names.add(name)
            known = self._variables[module] = frozenset(names | self._set_from_outside.get(module, set()))
        return known

    @cached_property
    def _set_from_outside(self) -> dict[Module, set[str]]:
        """Globals that other modules assign (`settings.debug = True`), by module."""
        found: dict[Module, set[str]] = {}
        for function in self.program.functions:
            for owner, name, _ in function.index.attributes:
                if owner not in function.param_names and owner != function.receiver_name:
                    for value in self.static.name(function, owner):
                        if isinstance(value, Mod) and name in value.module.exports:
                            found.setdefault(value.module, set()).add(name)
        return found

    def written_cells(self, function: Function) -> frozenset[str]:
        """Locals that nested functions rebind."""
        known = self._written_cells.get(function)
        if known is None:
            names = {name for nested in function.nested for name in nested.facts.nonlocals}
            known = self._written_cells[function] = frozenset(names & function.shared_cells)
        return known

    def owner_of(self, cls: Class, attr: str) -> Class | None:
        """The topmost class that stores the attribute as data; None for methods and what is never stored."""
        key = (cls, attr)
        if key not in self._owners:
            found = None
            for ancestor in self.program.hierarchy.mro(cls):
                bindings = ancestor.body.bindings.get(attr)
                if attr in ancestor.attribute_bindings or (bindings and bindings[-1].how in ("value", "annotation")):
                    found = ancestor
            self._owners[key] = found
        return self._owners[key]

    def note_owner(self, place: Address, cls: Class, attr: str) -> None:
        owner = self.owner_of(cls, attr)
        if owner is not None:
            self.owners[place] = owner

    def is_class_variable(self, cls: Class, attr: str) -> bool:
        """Whether the attribute is a variable of the class body that no instance shadows."""
        key = (cls, attr)
        known = self._class_variables.get(key)
        if known is None:
            order = self.program.hierarchy.mro(cls)
            stored = any(
                not b.function.is_classmethod
                for c in order
                for b in c.attribute_bindings.get(attr, ())
                if b.how != "augment"
            )
            in_body = any(b.how == "value" for c in order for b in c.body.bindings.get(attr, ()))
            known = self._class_variables[key] = in_body and not stored and not self._is_dataclass(cls)
        return known

    def _is_dataclass(self, cls: Class) -> bool:
        return any(last_name(d) in ("dataclass", "attrs", "define", "s", "frozen") for d in cls.facts.decorators)

    def changed_parameters(self, function: Function) -> frozenset[str]:
        """Parameters that the body changes in place, or passes on: there the identity of a container matters."""
        known = self._changed.get(function)
        if known is None:
            found: set[str] = set()
            for node in walk(function.facts.body):
                if isinstance(node, f.Call):
                    if (
                        isinstance(node.func, f.Attr)
                        and node.func.attr in types.CHANGES
                        and isinstance(node.func.value, f.Name)
                    ):
                        found.add(node.func.value.id)
                    found.update(arg.value.id for arg in node.args if isinstance(arg.value, f.Name))
                elif isinstance(node, (f.Assign, f.AugAssign, f.Delete)):
                    targets = node.targets if not isinstance(node, f.AugAssign) else (node.target,)
                    for target in targets:
                        if isinstance(target, f.Item) and isinstance(target.value, f.Name):
                            found.add(target.value.id)
                    if isinstance(node, f.Assign) and isinstance(node.value, f.Name):
                        found.add(node.value.id)
                elif isinstance(node, f.ForLoop) and isinstance(node.iter, f.Name):
                    found.add(node.iter.id)
            known = self._changed[function] = frozenset(found & function.param_names)
        return known

    def setter(self, cls: Class, attr: str) -> Function | None:
        """The property setter that an assignment to the attribute calls."""
        key = (cls, attr)
        if key not in self._setters:
            found = None
            for ancestor in self.program.hierarchy.mro(cls):
                for function in ancestor.own_functions:
                    if function.name == attr and "setter" in function.decorator_names:
                        found = found or function
            self._setters[key] = found
        return self._setters[key]

    # --- threads and pools --------------------------------------------------------------------------------------

    def constructed(
        self, obj: Obj, arguments: Arguments, node: f.Expr, frame: ActiveFrame, base: str | None = None
    ) -> None:
        """An object was made; of threads, remember what they will run."""
        kind = base or obj.type
        if base is None:
            self.constructions.setdefault(obj.address, (obj, arguments, node, frame.activation))
            if obj.site is not None:
                self.makings.setdefault((obj.type_name, obj.site), (obj, arguments, node, frame.activation))
                self.specs_by_site.setdefault(obj.site, obj.address)
        spawner = CONSTRUCTORS.get(kind) if isinstance(kind, str) else None
        if spawner is None:
            return
        target = arguments.get(spawner.target, spawner.keyword)
        if target:
            args = arguments.get(spawner.args if isinstance(spawner.args, int) else None, "args")
            keywords = arguments.get(None, "kwargs")
            passed = spread(frame, args, keywords)
            found = callables(target, passed)
            known = self.specs.get(obj.address, ())
            self.specs[obj.address] = known + tuple(each for each in found if each not in known)
            frame._escape(target)
            for values in passed.positional:
                frame._escape(values)

    def targets_of(self, thread: Obj) -> tuple[tuple[Fn, Arguments], ...]:
        """What runs when a thread is started: `run` of its class, or its target."""
        if isinstance(thread.type, Class):
            exact = thread.address.kind != "some"
            runs = self.program.hierarchy.targets(thread.type, "run", exact)
            if runs:
                return tuple((Fn(run, thread), Arguments()) for run in runs)
        found = self.specs.get(thread.address)
        if found is None and thread.site is not None:
            found = self.specs.get(self.specs_by_site.get(thread.site, thread.address))
        return found or ()

    def started(self, frame: ActiveFrame, thread: Obj) -> None:
        for target, passed in self.targets_of(thread):
            frame._escape((target,))
            for values in passed.positional:
                frame._escape(values)
        frame._escape((thread,))

    def hold(self, activation: Activation, obj: Obj, at: f.Span, how: str, through: Address | None) -> Hold:
        key = (activation, obj, at, how)
        known = self._holds.get(key)
        if known is None:
            known = self._holds[key] = Hold(obj, at, how, activation, through)
        return known

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
            held = () if detached else frame.state.held
            callee = self.activate(frame, fn, arguments, held)
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
            owned = callee.exit.owned if callee.exit is not None else frozenset()
            for before, now in zip(callee.returns, given, strict=False):
                if isinstance(before, Obj) and isinstance(now, Obj) and before.address in owned:
                    frame.state.owned |= {now.address}
            if repeats:
                frame.fresh.update(v.address for v in given if isinstance(v, Obj) and v.address.kind == "site")
            return given
        finally:
            frame.used = used

    def activate(
        self, frame: ActiveFrame | None, fn: Fn, arguments: Arguments, held: tuple[Hold, ...]
    ) -> Activation | None:
        """The activation of a function for these arguments and locks; None when calls are nested too deeply."""
        function = fn.function
        bound = arguments.bound(function, fn.receiver)
        kept: dict[str, Values] = {}
        entry_owned: set[Address] = set()
        making = function.name == "__init__"
        receiver = self._seen_from_inside(fn.receiver, frame, entry_owned, making and self._any_matter(bound))
        keep = making and fn.receiver is not None and self.matters(fn.receiver)
        for name, values in bound.items():
            matter: list[Value] = []
            for value in values:
                if isinstance(value, Obj):
                    if value.type in types.CONTAINERS and name not in self.changed_parameters(function):
                        continue
                    seen = self._seen_from_inside(value, frame, entry_owned, keep)
                    if seen is not None and seen not in matter:
                        matter.append(seen)
                elif not isinstance(value, (Lit, Mod, Ext)):
                    matter.append(value)
            if matter:
                kept[name] = tuple(matter)
        if receiver is not None and function.receiver_name is not None:
            kept[function.receiver_name] = (receiver,)
        for name, values in self._declared(function, receiver):
            if name not in kept:
                kept[name] = values
        if frame is None and function.name == "__init__" and isinstance(receiver, Obj):
            entry_owned.add(receiver.address)
        owned = frozenset(entry_owned)
        closure = fn.closure if isinstance(fn.closure, Activation) else None
        locks = tuple(sorted({hold.lock for hold in held}, key=Address.order)) if held else ()
        key = (function, receiver, closure, tuple(sorted(kept.items(), key=lambda item: item[0])), locks, owned)
        known = self.activations.get(key)
        if known is not None:
            return known
        if len(self._running) >= DEEPEST_CALLS:
            return None
        count = self._contexts.get((function, closure), 0)
        wide = count >= MOST and not (self._decorating and len(self._running) <= self._decorating[-1] + 1)
        if wide:
            key = (function, None, None, (), locks, frozenset())
            known = self.activations.get(key)
            if known is not None:
                return known
            if count >= 2 * MOST:
                return None
            kept, owned, closure, receiver = self._general(function), frozenset(), None, None
        self._contexts[function, closure] = self._contexts.get((function, closure), 0) + 1
        self._run_once.add(function)
        made = Activation(function, receiver, kept, closure, held, owned, len(self.activations))
        made.widened = wide or (frame is not None and frame.activation.widened)
        self.activations[key] = made
        self.run(made)
        return made

    def _seen_from_inside(
        self, value: Value | None, frame: ActiveFrame | None, owned: set[Address], keep: bool
    ) -> Value | None:
        """An argument as the callee sees it. Objects that only the caller can reach, and that keep nothing of concern,
        are all alike: one owned instance of their class."""
        if not isinstance(value, Obj) or frame is None:
            return value
        if not frame.state.owned or not frame.owns(value.address):
            if (
                value.address.kind == "some"
                or value.address.single
                or self.matters(value)
                or value.type in types.CONTAINERS
            ):
                return value
            return Obj(value.type, Address("some", None, (value.type_name, "an argument")))
        if keep or self.matters(value) or value.address.root.kind in ("global", "class"):
            owned.add(value.address)
            return value
        alike = Obj(value.type, Address("site", None, ("an owned instance", value.type_name), True))
        owned.add(alike.address)
        return alike

    def _any_matter(self, bound: dict[str, Values]) -> bool:
        return any(self.matters(v) or isinstance(v, Obj) for values in bound.values() for v in values)

    def _declared(self, function: Function, receiver: Value | None) -> tuple[tuple[str, Values], ...]:
        """What annotations and defaults tell of parameters (and of the receiver, when it is not known)."""
        known = self._declarations.get((function, receiver is None))
        if known is None:
            skip = function.receiver_name if receiver is not None else None
            found = [(p.name, self.static.parameter(function, p.name)) for p in function.facts.params if p.name != skip]
            known = self._declarations[function, receiver is None] = tuple(
                (name, values)
                for name, values in found
                if values and not (len(values) == 1 and isinstance(values[0], Lit))
            )
        return known

    def _general(self, function: Function) -> dict[str, Values]:
        found = {}
        for param in function.facts.params:
            values = self.static.parameter(function, param.name)
            if values:
                found[param.name] = values
        return found

    def has_run(self, function: Function) -> bool:
        """Whether there is an activation of the function."""
        return function in self._run_once

    def blank(self, function: Function) -> Activation:
        """An activation that is only a place to evaluate in; what happens there is not part of the program's run."""
        return Activation(function, None, {}, None, (), frozenset(), -1)

    def run(self, activation: Activation) -> None:
        """Run an activation's body."""
        self._running.append(activation)
        try:
            frame = ActiveFrame(self, activation)
            for name in activation.function.shared_cells:
                if name in activation.bound:
                    activation.cells[name] = activation.bound[name]
            run_body(frame)
            self._finish(frame)
        finally:
            self._running.pop()
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
            activation.at_yield = held
        else:
            locks = {hold.lock for hold in held}
            activation.at_yield = tuple(hold for hold in known if hold.lock in locks)

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


def deeper() -> None:
    """Activations nest Python calls; make room for `DEEPEST_CALLS` of them."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 60_000))


__all__ = ["Explorer", "Pack", "deeper", "take"]
