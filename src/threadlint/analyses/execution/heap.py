"""The heap of the abstract run: what fields and containers hold, and which of it matters to threads and locks.

The heap knows no order of stores. It is kept from one round to the next, and remembers which activations read where
nothing that matters was stored yet: `rounds` runs these again.
"""
from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...knowledge import types
from ...knowledge.callbacks import CALLBACK_WORDS
from ...knowledge.threads import STARTING_WORDS
from ...model import facts as f
from ...program.classes import MOST_OVERRIDES
from ...program.evaluate import Evaluator
from ...program.symbols import Class
from ...program.values import UNKNOWN, Address, Ext, Fn, Obj, Pack, Partial, Value, Values, field, union
from .activation import Activation
from .events import is_lock

if TYPE_CHECKING:
    from ...program.program import Program

MOST_KEPT_TYPES = 3
"""Classes that an attribute can be seen to hold before nothing is concluded from it."""
_CONCURRENT = types.THREADS | types.POOLS | types.PROCESS_POOLS | types.QUEUES | {"threading.Event", "threading.local"}


class Heap(Evaluator):
    """What was stored, and which reads came too early to see it; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.static = program.static
        self.running: list[Activation] = []
        """The activations that are being run, each within the one before."""
        self._misses: dict[Address, set[Activation]] = {}
        self._alike: dict[Class, set[Activation]] = {}
        """Who took objects of a class for alike, because they keep nothing of concern."""
        self._learned: set[Class] = set()
        """Classes that turned out to keep something of concern after all."""
        self.starved: set[Address] = set()
        """Queues from which something was taken before anything was known to be put there."""
        self._concurrent: dict[Class, bool] = {}
        self._kept_alone: dict[str, Values] = {}
        self._global_locks: dict[str, Obj | None] = {}

    def _missed(self, place: Address) -> None:
        self._misses.setdefault(place, set()).update(self.running[-1:])

    def taken_for_alike(self, value: Obj) -> None:
        """The activation that runs does not tell an object from others of its class."""
        if isinstance(value.type, Class):
            self._alike.setdefault(value.type, set()).update(self.running[-1:])

    def contents(self, container: Address) -> Values:
        known = self.elements.get(container) or self.static.elements.get(container)
        if known is None:
            self._missed(container)
            return UNKNOWN
        return known

    def field_values(self, value: Obj, cls: Class, name: str) -> Values:
        place = field(value.address, name)
        stored = self.fields.get(place, UNKNOWN)
        if value.address.single and stored:
            return stored
        declared = self.static.class_field(cls, name, value)
        if not declared and not stored and value.address.kind == "some":
            return self._of_kept_types(cls, name, place)
        if not declared:
            if not stored:
                self._missed(place)
            return stored
        if value.address.kind == "some":
            return declared
        if stored:  # what was seen stored says more than an annotation
            types_seen = {each.type for each in stored if isinstance(each, Obj)}
            declared = tuple(
                v for v in declared if not (isinstance(v, Obj) and v.address.kind == "some" and v.type in types_seen)
            )
        return union(stored, declared)

    def _of_kept_types(self, cls: Class, name: str, place: Address) -> Values:
        """What an attribute of some instance holds that was only given to constructors: an object of the class that
        other instances were seen to keep there."""
        found = UNKNOWN
        hierarchy = self.program.hierarchy
        family = (*hierarchy.mro(cls), *hierarchy.subclasses(cls)[:MOST_OVERRIDES])
        for each in family:
            found = union(found, self.fields.get(_of_any(each, name), UNKNOWN))
        if not found:
            for each in family:
                self._missed(_of_any(each, name))
        kept = {value.type: None for value in found if isinstance(value, Obj)}
        return tuple(Obj(each, place) for each in kept) if len(kept) <= MOST_KEPT_TYPES else UNKNOWN

    def of_whoever_has(self, attr: str) -> Values:
        """Where callbacks are kept under a name that one class alone gives to a container, it is that container."""
        known = self._kept_alone.get(attr)
        if known is None:
            known = UNKNOWN
            keepers = self._keepers_of_callbacks.get(attr, ())
            if len(keepers) == 1:
                kept = self.static.class_field(keepers[0], attr, self.static.parameter_receiver(keepers[0]))
                known = tuple(v for v in kept if isinstance(v, Obj) and v.type in types.CONTAINERS)
            self._kept_alone[attr] = known
        return known

    @cached_property
    def _keepers_of_callbacks(self) -> dict[str, list[Class]]:
        """By attribute whose name says callbacks: the classes that have it."""
        found: dict[str, list[Class]] = {}
        for cls in self.program.classes:
            for attr in cls.attribute_bindings:
                if any(word in attr.lower() for word in CALLBACK_WORDS):
                    found.setdefault(attr, []).append(cls)
        return found

    def is_own(self, value: Ext) -> bool:
        """Whether what is known by name only lies in a package of the program, in modules that were not read."""
        return value.name.partition(".")[0] in self._packages

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in (*self.program.modules, *self.program.cold))

    def lock_of_that_name(self, name: str) -> Obj | None:
        """The global lock that `something.name` is, where nothing is known of `something` (a module under a name that
        is bound late): the only global of that name in the program, and no attribute of a class."""
        if name not in self._global_locks:
            found: list[Obj] = []
            for module in self.program.modules.values():
                if name in module.exports and any(b.how == "value" for b in module.exports[name]):
                    values = self.static.export(module, name)
                    found.extend(v for v in values[:1] if isinstance(v, Obj) and is_lock(v))
            alone = len(found) == 1 and not any(
                name in bindings
                for cls in self.program.classes
                for bindings in (cls.attribute_bindings, cls.body.bindings)
            )
            self._global_locks[name] = found[0] if alone else None
        return self._global_locks[name]

    def too_early(self, queues_only: bool = False) -> set[Activation] | None:
        """The activations that found nothing where something that matters was stored later, or that took objects for
        alike which are not; None when nothing came too early (what decorators read has no activation). What is told
        is told once. Of queues it matters too who takes which objects of the program."""
        early: set[Activation] = set()
        missed = False
        for place in self.starved & self._misses.keys() if queues_only else list(self._misses):
            queue = place in self.starved
            stored = (*self.elements.get(place, UNKNOWN), *self.fields.get(place, UNKNOWN))
            if any(self.matters(value) or (queue and _is_own(value)) for value in stored):
                early |= self._misses.pop(place)
                missed = True
        for cls in self._learned:
            early |= self._alike.pop(cls, set())
        self._learned.clear()
        return early if early or missed else None

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
        """Whether instances of a class hold a lock, thread, pool or queue, are threads themselves, or start some (which
        may well run methods of theirs)."""
        known = self._concurrent.get(cls)
        if known is None:
            self._concurrent[cls] = False
            known = self._concurrent[cls] = self._find_concurrency(cls)
        return known

    def keeps(self, cls: Class, attr: str, values: Values) -> None:
        """Values were stored in an attribute of an instance."""
        kept = tuple(v for v in values if isinstance(v, Obj) and isinstance(v.type, Class) and self.matters(v))
        if kept:
            place = _of_any(cls, attr)
            self.fields[place] = union(self.fields.get(place, UNKNOWN), kept)
        if self._concurrent.get(cls) is False and any(self.matters(value) for value in values):
            self._concurrent[cls] = True
            self._learned.add(cls)

    def _find_concurrency(self, cls: Class) -> bool:
        if self.program.hierarchy.is_a(cls, _CONCURRENT):
            return True
        receiver = self.static.parameter_receiver(cls)
        for ancestor in self.program.hierarchy.mro(cls):
            if any(not STARTING_WORDS.isdisjoint(function.words) for function in ancestor.own_functions):
                return True
            for name, bindings in (*ancestor.attribute_bindings.items(), *ancestor.body.bindings.items()):
                if any(
                    isinstance(b.expr, f.Call) or b.how == "annotation" or isinstance(b.expr, f.Name) for b in bindings
                ):
                    if any(self.matters(value) for value in self.static.class_field(cls, name, receiver)):
                        return True
        return False


def _is_own(value: Value) -> bool:
    """Whether a value is an object of a class of the program."""
    return isinstance(value, Obj) and isinstance(value.type, Class)


def _of_any(cls: Class, attr: str) -> Address:
    """The place that stands for the attribute of every instance of just that class."""
    return field(Address("some", None, (cls.qualname, "any instance")), attr)
