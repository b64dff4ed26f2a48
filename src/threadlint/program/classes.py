"""Inheritance: method resolution order, library bases, subclasses, and which functions a method name can mean."""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .symbols import Class, Function
from .values import Cls, Ext

if TYPE_CHECKING:
    from .program import Program

MOST_OVERRIDES = 16


class Hierarchy:
    """The classes of a program and how they inherit from each other and from libraries."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._mro: dict[Class, tuple[Class, ...]] = {}
        self._library: dict[Class, tuple[str, ...]] = {}
        self._bases: dict[Class, tuple[Class | str, ...]] = {}
        self._subclasses: dict[Class, list[Class]] | None = None
        self._heirs: dict[tuple[Class, Class], Class | None] = {}
        self._targets: dict[tuple[Class, str, bool], tuple[Function, ...]] = {}
        self._rebound: dict[Function, bool] = {}

    def bases(self, cls: Class) -> tuple[Class | str, ...]:
        """The direct bases: classes of the program, or dotted names of library classes."""
        known = self._bases.get(cls)
        if known is None:
            self._bases[cls] = ()
            found: list[Class | str] = []
            for expr in cls.facts.bases:
                for value in self._program.static.evaluate(expr, cls.parent or cls.module.top)[:1]:
                    if isinstance(value, Cls) and value.cls is not cls:
                        found.append(value.cls)
                    elif isinstance(value, Ext):
                        found.append(value.name)
            known = self._bases[cls] = tuple(found)
        return known

    def mro(self, cls: Class) -> tuple[Class, ...]:
        """The program's classes in method resolution order, `cls` first. Where C3 has no answer: depth first."""
        known = self._mro.get(cls)
        if known is None:
            self._mro[cls] = (cls,)
            parents = [base for base in self.bases(cls) if isinstance(base, Class)]
            sequences = [list(self.mro(parent)) for parent in parents] + [list(parents)]
            known = self._mro[cls] = (cls, *_merge(sequences))
        return known

    def library_bases(self, cls: Class) -> tuple[str, ...]:
        """Library classes among the ancestors, nearest first."""
        known = self._library.get(cls)
        if known is None:
            names = [base for ancestor in self.mro(cls) for base in self.bases(ancestor) if isinstance(base, str)]
            known = self._library[cls] = tuple(dict.fromkeys(names))
        return known

    def is_a(self, cls: Class, names: Iterable[str]) -> bool:
        """Whether some library ancestor of the class is one of `names`."""
        return not set(names).isdisjoint(self.library_bases(cls))

    def subclasses(self, cls: Class) -> list[Class]:
        """Every class of the program below this one."""
        if self._subclasses is None:
            self._subclasses = {}
            for module in self._program.modules.values():
                for each in module.classes:
                    for ancestor in self.mro(each)[1:]:
                        self._subclasses.setdefault(ancestor, []).append(each)
        return self._subclasses.get(cls, [])

    def heir(self, cls: Class, owner: Class) -> Class | None:
        """The first class below `cls` that also inherits from `owner`."""
        key = (cls, owner)
        if key not in self._heirs:
            self._heirs[key] = next((below for below in self.subclasses(cls) if owner in self.mro(below)), None)
        return self._heirs[key]

    def find(self, cls: Class, name: str, after: Class | None = None) -> Function | None:
        """The function that the attribute `name` of the class means, looked up behind `after` for `super()`."""
        order = self.mro(cls)
        if after is not None and after in order:
            order = order[order.index(after) + 1 :]
        for ancestor in order:
            method = ancestor.methods.get(name)
            if method is not None:
                return method
            if name in ancestor.body.bindings:
                return None
        return None

    def is_rebound(self, method: Function) -> bool:
        """Whether some instance stores something else under the name of the method, so that a call through the instance
        may be a call of that."""
        known = self._rebound.get(method)
        if known is None:
            cls = method.cls
            known = self._rebound[method] = (
                cls is not None
                and not method.is_property
                and any(
                    method.name in each.attribute_bindings
                    for each in (*self.mro(cls), *self.subclasses(cls))
                )
            )
        return known

    def targets(self, cls: Class, name: str, exact: bool, after: Class | None = None) -> tuple[Function, ...]:
        """The functions that `receiver.name` may mean: for an instance of exactly this class one at most; otherwise
        also what its subclasses make of it (overrides, and mixins that come first in their order)."""
        key = (cls, name, exact)
        known = self._targets.get(key) if after is None else None
        if known is not None:
            return known
        found: list[Function] = []
        own = self.find(cls, name, after)
        if own is not None:
            found.append(own)
        if not exact:
            for below in self.subclasses(cls):
                other = self.find(below, name, after)
                if other is not None and other not in found:
                    found.append(other)
                    if len(found) >= MOST_OVERRIDES:
                        break
        answer = tuple(found)
        if after is None:
            self._targets[key] = answer
        return answer


def _merge(sequences: list[list[Class]]) -> list[Class]:
    """C3 merge; when no class qualifies, the first one left is taken."""
    merged: list[Class] = []
    sequences = [sequence for sequence in sequences if sequence]
    while sequences:
        tails = {cls for sequence in sequences for cls in sequence[1:]}
        head = next((sequence[0] for sequence in sequences if sequence[0] not in tails), sequences[0][0])
        merged.append(head)
        sequences = [rest for sequence in sequences if (rest := [cls for cls in sequence if cls is not head])]
    return merged
