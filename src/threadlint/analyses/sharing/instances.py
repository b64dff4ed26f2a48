"""Whose object is it: whether two threads that run the same code also work on the same object.

Evidence, strongest first: the location is a global or a class attribute; one object made at one place; a method that a
thread runs and another method of the same class, both on their `self`; and, where only public functions are known, a
class that shows that its instances are meant to be shared: it keeps a lock or a thread, one of it lives in a global, a
framework hands one instance to many threads, or its author says so.
"""

from __future__ import annotations

from collections import defaultdict

from ...knowledge.frameworks import SHARED_HANDLERS
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.values import Address, Obj
from ..execution import Activation, Root
from ..execution.events import holds_back_threads
from ..lock_names import innermost
from ..parallel import Parallel, parallel

_THREADS = frozenset({"threading.Thread", "threading.Timer"})

BEGINNINGS = (
    "start", "run", "open", "connect", "init", "setup", "set_up", "begin", "launch", "listen", "serve", "boot",
    "enable", "create", "spawn", "resume", "main", "make", "new", "build", "activate", "ensure", "install", "subscribe",
    "monitor", "watch", "__enter__", "enter",
)  # fmt: skip
"""Beginnings of names of functions that are called once for each object, by long custom."""


class Instances:
    """The answers; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._parallel: Parallel = program.ask(parallel)
        self._meant: dict[Class, bool] = {}
        self._single: dict[Class, bool] = {}
        self._several: dict[Root, bool] = {}
        self._begun: dict[Root, dict[Activation, Function]] = {}
        self._leading: dict[Activation, list[Activation]] = {}
        self._made_by: dict[Address, frozenset[Function]] = {}
        self._reached: dict[Root, set[Function]] = {}
        self._cells = {activation.number: activation for activation in self._parallel.execution.activations}
        self._classes = {cls.qualname: cls for cls in program.classes}
        self._makings: dict[str, list[tuple[Obj, Activation]]] = defaultdict(list)
        for (name, _), (obj, _, _, activation) in self._parallel.execution.explorer.makings.items():
            self._makings[name].append((obj, activation))
        self._global = self._kept_globally()

    def _kept_globally(self) -> set[Class]:
        """Classes at least half of whose makings go to a global or class attribute, or to an object that is kept
        there."""
        explorer = self._parallel.execution.explorer
        homes: dict[Class, int] = {}
        for address, (obj, *_) in explorer.constructions.items():
            if address.root.kind in ("global", "class") and isinstance(obj.type, Class):
                homes[obj.type] = homes.get(obj.type, 0) + 1
        kept = {cls for cls, number in homes.items() if 2 * number >= len(self._makings.get(cls.qualname, ()))}
        return {above for cls in kept for above in self._program.hierarchy.mro(cls)}

    def own_instance(self, root: Root, location: Address) -> bool:
        """Whether every thread of a root that runs many times has its own object there."""
        start = location.root
        if start.many or any(here.kind == "element" for here in location.path()):
            return True
        if start.kind == "site" and self.makes(root, start):
            return True
        receiver = root.activation.receiver
        if isinstance(receiver, Obj) and receiver.address.root is start and _one_for_each(root, receiver.address):
            return True
        if root.kind == "thread" and root.spawns and not self._several_at_once(root):
            if start.kind in ("site", "some") or (
                isinstance(receiver, Obj) and receiver.address.root is start and start is not location
            ):
                return True
        if root.kind == "thread" and isinstance(receiver, Obj) and location.within(receiver.address):
            if receiver.address.many or receiver.address.kind == "element":
                return True
            if isinstance(receiver.type, Class):
                bases = set(self._program.hierarchy.library_bases(receiver.type))
                return bool(bases & _THREADS) or (root.spelling == "handler" and not bases & SHARED_HANDLERS)
        return False

    def _several_at_once(self, root: Root) -> bool:
        """Whether one object starts several of these threads that run at once, not only each object one of its own:
        started in a loop, by a pool, as different thread objects, or by a method that drops the thread and is not
        called like a beginning. (One thread object runs once only, wherever it is started.)"""
        known = self._several.get(root)
        if known is None:
            surely = [event for event in root.spawns if event not in root.choices]
            known = self._several[root] = len({event.subject for event in surely}) > 1 or any(
                (event.repeats and (event.subject.many or event.subject.kind == "element"))
                or event.subject.many
                or event.detail.many
                or event.detail.what != "thread"
                or (
                    not event.function.name.lstrip("_").startswith("ensure")
                    and self._called_in_a_loop(event.activation, 3, self._made_with(root))
                )
                or (event.subject.kind == "site" and not self._begins(event.activation, 2))
                for event in surely
            )
        return known

    def _begins(self, activation: Activation, levels: int) -> bool:
        """Whether a function is called like a beginning, or does its work for callers that are."""
        if activation.function.name.lstrip("_").startswith(BEGINNINGS):
            return True
        callers = [caller for caller, _ in self._called_by(activation) if caller is not activation]
        return levels > 0 and bool(callers) and all(self._begins(caller, levels - 1) for caller in callers)

    def _keeps_a_lock_of_its_own(self, cls: Class) -> bool:
        """Whether each instance keeps a lock. One of the class guards the data of the class, not of its instances."""
        static = self._program.static
        receiver = static.parameter_receiver(cls)
        return any(
            isinstance(value, Obj) and holds_back_threads(value)
            for each in self._program.hierarchy.mro(cls)
            for name in each.attribute_bindings
            for value in static.class_field(cls, name, receiver)
        )

    def only_the_threads_own(self, activation: Activation, entry: Root, thread: Root) -> bool:
        """Whether all public functions that lead to an activation are methods that a thread calls on its own object:
        then nothing shows that others call them too. A method that the object's class replaces is not called on it from
        outside at all."""
        receiver = thread.activation.receiver
        if receiver is None and thread.activation.closure is not None:
            receiver = thread.activation.closure.receiver
        if entry.kind != "entry" or entry.many or thread.kind != "thread" or not isinstance(receiver, Obj):
            return False
        if not isinstance(receiver.type, Class):
            return False
        family = {*self._program.hierarchy.mro(receiver.type), *self._program.hierarchy.subclasses(receiver.type)}
        called = self._functions(thread)
        members = self._members(entry)
        for before in self._leading_to(activation):
            function = members.get(before)
            if function is None or function.name == thread.function.name:
                continue
            if not (function.cls in family and (function in called or self._is_replaced(function, receiver.type))):
                return False
        return True

    def _is_replaced(self, method: Function, cls: Class) -> bool:
        """Whether a class has something else in the place of a base's method."""
        found = self._program.hierarchy.find(cls, method.name)
        return found is not None and found is not method and method.cls in self._program.hierarchy.mro(cls)

    def _members(self, entry: Root) -> dict[Activation, Function]:
        known = self._begun.get(entry)
        if known is None:
            known = self._begun[entry] = {each.activation: each.function for each in entry.members}
        return known

    def _leading_to(self, activation: Activation) -> list[Activation]:
        """The activation and everything that leads to it."""
        known = self._leading.get(activation)
        if known is None:
            known = self._leading[activation] = [activation]
            seen = {activation}
            for here in known:
                for caller, _ in self._called_by(here):
                    if caller not in seen:
                        seen.add(caller)
                        known.append(caller)
        return known

    def _called_by(self, activation: Activation) -> list[tuple[Activation, bool]]:
        return [(caller, edge.repeats) for caller, edge in self._parallel.execution.callers.get(activation, ())]

    def _called_in_a_loop(self, activation: Activation, levels: int, makers: frozenset[Function]) -> bool:
        """Whether a loop leads to an activation, not beyond the `makers` of the object: they make a new one."""
        return any(
            repeats
            or (levels > 0 and caller.function not in makers and self._called_in_a_loop(caller, levels - 1, makers))
            for caller, repeats in self._called_by(activation)
            if caller is not activation
        )

    def _made_with(self, root: Root) -> frozenset[Function]:
        """The functions that make the object whose method a thread runs."""
        receiver = root.activation.receiver
        start = receiver.address if isinstance(receiver, Obj) else None
        return self._makers(start) if start is not None and start.kind == "site" else frozenset()

    def _lives_in_a_global(self, cls: Class) -> bool:
        return cls in self._global

    def shared_by(self, location: Address, elsewhere: Address, one: Root, other: Root, locks: bool) -> bool:
        """Whether there is evidence that one object at the two locations is shared by the two roots, not only the
        code."""
        start, end = location.root, elsewhere.root
        if start is not end:
            if self._unrelated(start, end):
                return False
            return self._meet(start, end, one, other) or self._of_the_only_one(location)
        if start.kind in ("global", "class"):
            return True
        if start.kind == "site":
            return not start.many and not self._makers_own(start, one, other)
        return start.kind == "some" and start.key[1] == "self" and self._instance_shared(start, one, other, locks)

    def _makers_own(self, start: Address, one: Root, other: Root) -> bool:
        """Whether a root works on the object that it has just made itself: all that two callers of public functions
        show, unless the class is meant to be shared."""
        makers = [root for root in (one, other) if self.makes(root, start)]
        if one is other or not makers:
            return False
        if len(makers) == 2:
            return True
        made = self._parallel.execution.explorer.constructions.get(start)
        return (
            one.kind == other.kind == "entry"
            and made is not None
            and isinstance(made[0].type, Class)
            and not self.meant_to_be_shared(made[0].type)
        )

    def _meet(self, start: Address, end: Address, one: Root, other: Root) -> bool:
        """Whether two addresses that start at different places may well lead to one object: a thread runs a method of
        the one object, and the other is "some instance"; or one instance for all lives in a global."""
        if start.kind in ("global", "class") and end.kind in ("global", "class"):
            return True
        some = start if start.kind == "some" else end
        single = end if some is start else start
        if some.kind != "some" or some.key[1] != "self":
            return False
        cls = self.class_of(some)
        if cls is None or cls.owns_a_docstring_against_threads:
            return False
        if single.kind in ("global", "class"):
            return self._lives_in_a_global(cls)
        runs = any(
            root.kind == "thread"
            and isinstance(root.activation.receiver, Obj)
            and root.activation.receiver.address is single
            for root in (one, other)
        )
        return runs or (single.kind == "site" and self._lives_in_a_global(cls))

    def _unrelated(self, start: Address, end: Address) -> bool:
        """Whether two addresses start at instances of classes none of which is above the other."""
        one, other = self.class_of(start), self.class_of(end)
        if one is None or other is None:
            return False
        hierarchy = self._program.hierarchy
        return one not in hierarchy.mro(other) and other not in hierarchy.mro(one)

    def _of_the_only_one(self, location: Address) -> bool:
        """Whether a location is an attribute of a class of which there is one instance only."""
        cls = self._parallel.execution.explorer.owners.get(location)
        return cls is not None and self.made_once(cls)

    def _instance_shared(self, start: Address, one: Root, other: Root, locks: bool) -> bool:
        cls = self.class_of(start)
        if cls is None or cls.owns_a_docstring_against_threads:
            return False
        if locks and self._parallel.owns_lock(cls):
            return True
        if one.kind == "thread" or other.kind == "thread":
            return self._threads_meet(cls, one, other)
        return self.meant_to_be_shared(cls)

    def _threads_meet(self, cls: Class, one: Root, other: Root) -> bool:
        """Whether a thread that works on some instance of a class meets others there: it runs a method of that class,
        or of a class that its instances belong to, or the class is meant to be shared."""
        for root in (one, other):
            receiver = root.activation.receiver
            if root.kind == "thread" and isinstance(receiver, Obj) and isinstance(receiver.type, Class):
                if cls in self._program.hierarchy.mro(receiver.type) or receiver.type in self._program.hierarchy.mro(
                    cls
                ):
                    return True
            closure = root.activation.closure
            if root.kind == "thread" and closure is not None and isinstance(closure.receiver, Obj):
                if closure.receiver.type is cls:
                    return True
        return self.meant_to_be_shared(cls)

    def meant_to_be_shared(self, cls: Class) -> bool:
        """Whether a class shows that its instances are used by several threads."""
        known = self._meant.get(cls)
        if known is None:
            hierarchy = self._program.hierarchy
            known = self._meant[cls] = not cls.owns_a_docstring_against_threads and (
                self._keeps_a_lock_of_its_own(cls)
                or bool(set(hierarchy.library_bases(cls)) & SHARED_HANDLERS)
                or "builtins.type" in hierarchy.library_bases(cls)  # its instances are classes
                or cls in self._global
                or any(each in self._program.declarations(each.module).safe_classes for each in hierarchy.mro(cls))
                or _says_thread_safe(cls)
                or cls.qualname in self._program.config.assume_threaded
            )
        return known

    def makes(self, root: Root, start: Address) -> bool:
        """Whether a root itself makes the object (or the cell) each time it runs."""
        cell = self._owner_of_cell(start)
        if cell is not None:
            return cell in self._parallel.reached(root)
        return not self._makers(start).isdisjoint(self._functions(root))

    def _owner_of_cell(self, start: Address) -> Activation | None:
        """The activation whose local a cell is; None for objects."""
        key = start.key
        made = self._cells.get(key[3]) if len(key) == 4 and isinstance(key[3], int) else None
        if made is None or made.function.facts.at[0] != key[1] or key[2] not in made.function.binds:
            return None
        return made

    def _makers(self, start: Address) -> frozenset[Function]:
        """The functions that make an object: the one that holds its site, and those that call it for that."""
        known = self._made_by.get(start)
        if known is None:
            key = start.key
            found = set()
            for name, offset in zip(key[::2], key[1::2], strict=False):
                module = self._program.modules.get(name)
                if module is not None and isinstance(offset, int):
                    found.add(innermost(module.functions, offset))
            known = self._made_by[start] = frozenset(found)
        return known

    def _functions(self, root: Root) -> set[Function]:
        known = self._reached.get(root)
        if known is None:
            known = self._reached[root] = {activation.function for activation in self._parallel.reached(root)}
        return known

    def is_one(self, location: Address, other: Address) -> bool:
        """Whether two locations are surely one: the same single address, and not that of what a method makes for its
        object."""
        if location is not other or not location.single:
            return False
        start = location.root
        return start.kind != "site" or all(maker.method_of is None for maker in self._makers(start))

    def only_one(self, start: Address) -> bool:
        """Whether there is one instance at most of the class that an address starts at: made at one place, by a
        script."""
        cls = self.class_of(start)
        return cls is None or self.made_once(cls)

    def made_once(self, cls: Class) -> bool:
        """Whether a script makes one instance of a class, once."""
        known = self._single.get(cls)
        if known is None:
            family = {each.qualname: None for each in (cls, *self._program.hierarchy.subclasses(cls))}
            makings = [made for name in family for made in self._makings.get(name, ())]
            known = self._single[cls] = (
                len(makings) == 1 and not makings[0][0].address.many and self._runs_once(makings[0][1])
            )
        return known

    def _runs_once(self, activation: Activation) -> bool:
        """Whether only a script's top level leads to an activation, and not in a loop."""
        entered = {each.activation for root in self._parallel.roots if root.kind != "main" for each in root.members}
        here, seen = activation, {activation}
        while here not in entered:
            if here.function.is_top:
                return True
            callers = self._called_by(here)
            if len(callers) != 1 or callers[0][1] or callers[0][0] in seen:
                return False
            here = callers[0][0]
            seen.add(here)
        return False

    def class_of(self, start: Address) -> Class | None:
        """The class whose instance an address starts at."""
        return self._classes.get(start.key[0]) if start.kind == "some" else None


def _says_thread_safe(cls: Class) -> bool:
    doc = (cls.facts.doc or "").lower().replace("-", " ")
    return "thread safe" in doc and not cls.owns_a_docstring_against_threads


def _one_for_each(root: Root, receiver: Address) -> bool:
    """Whether each object starts one thread of its own in its constructor, and the thread runs a method of it: many
    such threads are those of many objects, however often they are made."""
    return bool(root.spawns) and all(
        event.function.name == "__init__" and not event.repeats and event.subject.within(receiver)
        for event in root.spawns
    )


def instances(program: Program) -> Instances:
    """Whose objects the program's threads work on."""
    return Instances(program)
