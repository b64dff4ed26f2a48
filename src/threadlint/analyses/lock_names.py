"""Which lock is it, and what do people call it.

Two equalities (see docs/how-it-decides.md). Within one thread two locks are the same only when their addresses are
equal. Across threads, where an address starts at *some* instance, class and field suffice: `identity` maps an address
to what all instances share, and two addresses may be the same lock when their identities are equal and they are not two
different single objects.
"""
from __future__ import annotations

from typing import NamedTuple

from ..program.program import Program
from ..program.symbols import Function
from ..program.values import Address
from .execution import execution


class Spelling(NamedTuple):
    """`short` for messages (`Bank._ledger`), `full` for subjects (`pkg.bank.Bank._ledger`)."""

    short: str
    full: str


class Names:
    """Spellings and identities of locks, and of any other shared location."""

    def __init__(self, program: Program) -> None:
        self._explorer = program.ask(execution).explorer
        self._modules = program.modules
        self._spellings: dict[Address, Spelling] = {}
        self._identities: dict[Address, tuple[str, ...]] = {}

    def identity(self, address: Address) -> tuple[str, ...]:
        """What two threads' addresses must share to be, possibly, one object."""
        known = self._identities.get(address)
        if known is None:
            known = self._identities[address] = self._identify(address)
        return known

    def _identify(self, address: Address) -> tuple[str, ...]:
        if address.kind == "field" and address.base is not None:
            owner = self._explorer.owners.get(address)
            if owner is not None:
                return ("field", owner.qualname, address.key)
            if address.base.kind == "some":
                return ("field", address.base.key[0], address.key)
            return ("field", *self.identity(address.base), address.key)
        if address.kind == "element" and address.base is not None:
            return ("element", *self.identity(address.base))
        return (address.kind, *(str(part) for part in address.key))

    def may_be_same(self, one: Address, other: Address) -> bool:
        """Whether two addresses seen on different threads may name one object."""
        if one is other:
            return True
        if one.single and other.single:
            return False
        return self.identity(one) == self.identity(other)

    def spelling(self, address: Address) -> Spelling:
        """What people call the object at an address."""
        known = self._spellings.get(address)
        if known is None:
            known = self._spellings[address] = self._spell(address)
        return known

    def _spell(self, address: Address) -> Spelling:
        kind, key = address.kind, address.key
        if kind == "global":
            return Spelling(key[1], f"{key[0]}.{key[1]}")
        if kind == "class":
            owner, _, last = key[0].rpartition(".")
            return Spelling(f"{last}.{key[1]}", f"{owner}.{last}.{key[1]}")
        if kind == "field" and address.base is not None:
            cls = self._explorer.owners.get(address)
            if cls is not None:
                return Spelling(f"{cls.facts.qualname}.{key}", f"{cls.qualname}.{key}")
            if address.base.kind == "some":
                owner = address.base.key[0]
                return Spelling(f"{owner.rpartition('.')[2]}.{key}", f"{owner}.{key}")
            base = self.spelling(address.base)
            return Spelling(f"{base.short}.{key}", f"{base.full}.{key}")
        if kind == "element" and address.base is not None:
            base = self.spelling(address.base)
            return Spelling(f"{base.short}[…]", f"{base.full}[]")
        if kind == "site":
            return self._spell_site(address)
        if kind == "some":
            return Spelling(key[1], f"{key[0]}.{key[1]}")
        return Spelling(str(key), str(key))

    def _spell_site(self, address: Address) -> Spelling:
        key = address.key
        module = self._modules.get(key[0])
        if module is None:
            return Spelling("a local", f"{key[0]}.local")
        if len(key) == 4 and isinstance(key[2], str) and isinstance(key[3], int) and not key[2].count("."):
            for function in module.functions:
                if function.facts.at[0] == key[1] and not function.is_top:
                    return Spelling(key[2], f"{function.qualname}.{key[2]}")
        function = innermost(module.functions, key[1])
        for name, bindings in function.bindings.items():
            for binding in bindings:
                if binding.expr is not None and binding.expr.at[0] <= key[1] < binding.expr.at[1]:
                    return Spelling(name, f"{function.qualname}.{name}")
        for _, name, binding in function.index.attributes:
            cls = function.method_of.cls if function.method_of is not None else None
            if cls is not None and binding.expr is not None and binding.expr.at[0] <= key[1] < binding.expr.at[1]:
                return Spelling(f"{cls.facts.qualname}.{name}", f"{cls.qualname}.{name}")
        for cls in module.classes:
            for name, bindings in cls.body.bindings.items():
                for binding in bindings:
                    if binding.expr is not None and binding.expr.at[0] <= key[1] < binding.expr.at[1]:
                        return Spelling(f"{cls.facts.qualname}.{name}", f"{cls.qualname}.{name}")
        return Spelling("an unnamed object", f"{function.qualname}.{key[1] - function.facts.at[0]}")


def innermost(functions: list[Function], offset: int) -> Function:
    """The innermost function of a module whose text holds an offset."""
    best = functions[0]
    for function in functions[1:]:
        if function.facts.at[0] <= offset < function.facts.at[1] and function.facts.at[0] >= best.facts.at[0]:
            best = function
    return best


def lock_names(program: Program) -> Names:
    """Names and identities of what the program shares."""
    return Names(program)
