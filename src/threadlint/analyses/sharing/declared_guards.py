"""Where code breaks what its authors declared: state that is guarded by a named lock, functions that require one.

Domain: declarations of the program (see `program.declarations`), accesses and calls as the program's roots meet them.
A
declared lock is met when a lock of the same identity is held: the attribute of the same object, of its class, or a
global of the module; a Condition made around a lock is that lock.

What it does not know: locks that are passed under another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...program.declarations import Guarded
from ...program.program import Program
from ...program.symbols import Class, Function, Module
from ...program.values import Address, Obj, field
from ..execution import Activation, Edge, Hold, execution, lock_of
from ..lock_names import Names, lock_names
from .shared_state import INIT_LIKE


class Violation(NamedTuple):
    """An access of declared state, or a call of a function that requires a lock, without the lock. `lock` is as
    declared; `certain` false for a function that only its name says requires a lock."""

    function: Function
    at: tuple[int, int]
    subject: str
    full: str
    lock: str
    how: str
    home: Function | Class | Module
    declared: tuple[int, int]
    certain: bool = True


class DeclaredGuards:
    """The answers: `accesses` and `calls`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names: Names = program.ask(lock_names)
        self._execution = program.ask(execution)

    # --- guarded-by ---------------------------------------------------------------------------------------------

    def accesses(self) -> list[Violation]:
        """Accesses of guarded state without its lock, one for each place, in order of place."""
        declared = {
            self._identity(module, each): (module, each)
            for module in self._program.modules.values()
            for each in self._program.declarations(module).guarded
        }
        found: dict[object, Violation] = {}
        for event in self._execution.events("access") if declared else ():
            known = declared.get(self._names.identity(event.subject))
            if known is None or event.detail.owned or event.function.name in INIT_LIKE or event.function.is_top:
                continue
            module, guarded = known
            if self._holds(event.held, self._locks(module, guarded.owner, guarded.lock, event.subject.base)):
                continue
            if self._required(event.function) & {guarded.lock}:
                continue
            how = "read" if event.detail.how in ("read", "iterate") else "changed"
            name = self._names.spelling(event.subject)
            key = (event.function, guarded.name, event.at[0])
            if key not in found or how == "changed":
                home = guarded.owner or module
                found[key] = Violation(
                    event.function, event.at, name.short, name.full, guarded.lock, how, home, guarded.at
                )
        return _one_each(found.values())

    def _identity(self, module: Module, guarded: Guarded) -> tuple[str, ...]:
        if guarded.owner is None:
            return self._names.identity(Address("global", None, (module.name, guarded.name)))
        explorer = self._execution.explorer
        if explorer.is_class_variable(guarded.owner, guarded.name):
            return self._names.identity(Address("class", None, (guarded.owner.qualname, guarded.name)))
        home = explorer.owner_of(guarded.owner, guarded.name) or guarded.owner
        return ("field", home.qualname, guarded.name)

    # --- requires -----------------------------------------------------------------------------------------------

    def calls(self) -> list[Violation]:
        """Calls of functions without the lock that they require, one for each place, in order of place."""
        found: dict[object, Violation] = {}
        for caller in self._execution.activations:
            for edge in caller.edges.values():
                for violation in self._call(caller, edge):
                    found.setdefault((violation.function, violation.at, violation.lock), violation)
        return sorted(found.values(), key=lambda each: (each.function.module.name, each.at))

    def _call(self, caller: Activation, edge: Edge) -> Iterator[Violation]:
        callee = edge.callee.function
        declared = self._program.declarations(callee.module).requires(callee)
        if caller.function.name in INIT_LIKE or self._is_owned(caller, edge):
            return
        for lock in declared:
            base = edge.callee.receiver.address if isinstance(edge.callee.receiver, Obj) else None
            if not self._holds(
                edge.held, self._locks(callee.module, callee.cls, lock, base)
            ) and lock not in self._required(caller.function):
                yield self._violation(caller, edge, lock, True)
        if not declared and callee.name.endswith("_locked") and callee.name != "locked" and self._takes_none(callee):
            if (
                not edge.held
                and not any(event.kind == "acquire" for event in caller.events.values())
                and not caller.function.name.endswith(("_locked", "_unlocked"))
                and not self._required(caller.function)
            ):
                only = self._only_lock(callee)
                if only is not None:
                    yield self._violation(caller, edge, only, False)

    def _violation(self, caller: Activation, edge: Edge, lock: str, certain: bool) -> Violation:
        callee = edge.callee.function
        return Violation(
            caller.function,
            edge.at,
            callee.facts.qualname,
            callee.qualname,
            lock,
            "called",
            callee,
            callee.facts.name_at,
            certain,
        )

    def _is_owned(self, caller: Activation, edge: Edge) -> bool:
        receiver = edge.callee.receiver
        return isinstance(receiver, Obj) and receiver.address in edge.callee.entry_owned

    def _takes_none(self, function: Function) -> bool:
        """Whether a function named `…_locked` takes no lock itself, and is no question (`is_locked`) or test of the
        lock (`assert_locked`)."""
        if function.name.lstrip("_").startswith(_ASKING) or function.is_property:
            return False
        return not any(
            event.kind == "acquire"
            for activation in self._execution.activations
            if activation.function is function
            for event in activation.events.values()
        )

    def _only_lock(self, function: Function) -> str | None:
        """The one lock that the class (or module) of a function keeps."""
        owner = function.cls
        if owner is None:
            return None
        static = self._program.static
        receiver = static.parameter_receiver(owner)
        found = [
            name
            for ancestor in self._program.hierarchy.mro(owner)
            for name in ancestor.attribute_bindings
            if any(isinstance(v, Obj) and v.type in _KINDS for v in static.class_field(owner, name, receiver))
        ]
        return found[0] if len(set(found)) == 1 else None

    # --- locks --------------------------------------------------------------------------------------------------

    def _required(self, function: Function) -> set[str]:
        return set(self._program.declarations(function.module).requires(function))

    def _locks(self, module: Module, owner: Class | None, path: str, base: Address | None) -> set[tuple[str, ...]]:
        """Identities of the locks that a declared path may mean."""
        found = {self._names.identity(Address("global", None, (module.name, path)))}
        if owner is not None:
            receiver = self._program.static.parameter_receiver(owner)
            for value in self._program.static.class_field(owner, path, receiver):
                if isinstance(value, Obj):
                    found.add(self._names.identity(lock_of(value).address))
            home = self._execution.explorer.owner_of(owner, path) or owner
            found |= {("field", home.qualname, path), ("class", str((home.qualname, path)))}
            found.add(self._names.identity(Address("class", None, (home.qualname, path))))
            if base is not None:
                found.add(self._names.identity(field(base, path)))
        return found

    def _holds(self, held: tuple[Hold, ...], wanted: set[tuple[str, ...]]) -> bool:
        return any(
            self._names.identity(hold.lock) in wanted or self._names.identity(hold.obj.address) in wanted
            for hold in held
        )


_ASKING = ("is_", "has_", "was_", "assert_", "check_", "verify_", "require_")
_KINDS = frozenset({"threading.Lock", "threading.RLock", "threading.Condition"})


def _one_each(violations: Iterable[Violation]) -> list[Violation]:
    """One violation for each function and subject and line of text: changes before reads, the first of each."""
    ordered = sorted(violations, key=lambda each: (each.function.module.name, each.at))
    best: dict[tuple[Function, str], Violation] = {}
    for each in ordered:
        key = (each.function, each.subject)
        if key not in best or (best[key].how == "read" and each.how == "changed"):
            best[key] = each
    return sorted(best.values(), key=lambda each: (each.function.module.name, each.at))


def declared_guards(program: Program) -> DeclaredGuards:
    """What the program declares about its locks, and where it is broken."""
    return DeclaredGuards(program)
