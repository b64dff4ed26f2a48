"""How an author writes whose programs are about shared state: few locks, many kinds of variables and of accesses.

Each variable has its custom, drawn once: under one lock or two, written by one thread or by all, filled before it is
given away or after. Customs are kept as strictly as this author keeps any.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .author import (
    CACHE_NAMES,
    LAZY_NAMES,
    LOCK_NAMES,
    LOG_NAMES,
    NUMBER_NAMES,
    RECORD_NAMES,
    REGISTER_NAMES,
    STOCK_NAMES,
    TABLE_NAMES,
    Author,
)
from .generator import generate_program, reached
from .language import (
    Ask,
    Call,
    Consult,
    Fetch,
    Fill,
    Form,
    Grow,
    Kind,
    Lock,
    Look,
    Make,
    Pause,
    Procedure,
    Program,
    Publish,
    Section,
    Statement,
    Store,
    Take,
    Update,
    Variable,
    Walk,
    Write,
)  # fmt: skip

_NAMES = {
    Kind.TABLE: TABLE_NAMES,
    Kind.LOG: LOG_NAMES,
    Kind.CACHE: CACHE_NAMES,
    Kind.LAZY: LAZY_NAMES,
    Kind.STOCK: STOCK_NAMES,
    Kind.RECORD: RECORD_NAMES,
    Kind.REGISTER: REGISTER_NAMES,
}
_KINDS = (
    *(Kind.TABLE, Kind.CACHE, Kind.LAZY, Kind.STOCK) * 2, *(Kind.RECORD, Kind.REGISTER) * 3, Kind.LOG
)  # fmt: skip

_OPEN = (Kind.RECORD, Kind.REGISTER)
"""Kinds that are often used without their lock: few things can go wrong with them, each by two accesses only."""


@dataclass(frozen=True)
class _Custom:
    """What is usual for one variable. `single`: one thread writes it, the others look."""

    guards: tuple[str, ...]
    guarded: float
    single: bool
    early: bool
    double: bool


class Sharer(Author):
    """Writes the bodies of one program about shared state."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        draw = random.choice
        names = random.sample(LOCK_NAMES, draw((1, 1, 2, 2)))
        self.locks = tuple(Lock(name, random.random() < 0.2) for name in names)
        self.rank = {lock.name: i for i, lock in enumerate(self.locks)}
        self.plain = {lock.name for lock in self.locks if not lock.reentrant}
        self.guard = {v.name: draw(names) for v in self.variables}
        self.flags = {}
        self.habits.gate = None
        self.signals = draw((0.0, 0.0, 0.7))
        self.customs = {
            v.name: _Custom(
                tuple(names) if random.random() < 0.2 else (self.guard[v.name],),
                draw((1.0, 0.6, 0.2, 0.0) if v.kind in _OPEN else (1.0, 0.9, self.habits.guarded, 0.0)),
                random.random() < 0.25,
                random.random() < 0.6,
                random.random() < 0.4,
            )
            for v in self.variables
        }
        self.writing = "main"
        self.writers: dict[str, str] = {}
        self.needs: dict[str, str] = {}

    def _draw_variables(self) -> tuple[Variable, ...]:
        random = self.random
        variables = [Variable(name) for name in random.sample(NUMBER_NAMES, random.choice((0, 0, 1, 1)))]
        for kind in {random.choice(_KINDS): None for _ in range(random.choice((1, 2)) if variables else 2)}:
            variables.append(Variable(random.choice(_NAMES[kind]), kind))
        return tuple(variables)

    def touch(self, held: tuple[str, ...]) -> tuple[Statement, ...]:
        """One access to a variable, as the custom is."""
        random = self.random
        variable = random.choice(self.variables)
        custom = self.customs[variable.name]
        guard = random.choice(custom.guards)
        inside = self.access(variable, custom, guard)
        if guard in held or random.random() >= custom.guarded:
            return inside
        if not self.allowed(frozenset({guard}), held):
            return (Pause(),)
        name = variable.name
        if custom.double and variable.kind in (Kind.LAZY, Kind.CACHE) and inside == (Fill(name),):
            again = random.random() < 0.6
            return (Ask(name, (Section(guard, (Fill(name) if again else Make(name),), Form.WITH),)),)
        if inside == (Update(name),) and random.random() < 0.1:
            return Section(guard, (Fetch(name),)), Pause(), Section(guard, (Store(name),))
        return (Section(guard, inside, self.form()),)

    def access(self, variable: Variable, custom: _Custom, guard: str) -> tuple[Statement, ...]:
        """What is done with a variable, in its section or without one."""
        name, dice = variable.name, self.random.random()
        writes = not custom.single or self.writers.setdefault(name, self.writing) == self.writing
        match variable.kind:
            case Kind.LOG:
                return (Write(name),)
            case Kind.CACHE | Kind.LAZY:
                return (Fill(name),)
            case Kind.STOCK:
                if custom.single and not writes:
                    return (Write(name),)
                return (Take(name),) if dice < 0.5 else (Write(name),) if dice < 0.8 else (Take(name, False),)
            case Kind.RECORD:
                return (Publish(name, custom.early),) if writes and dice < 0.5 else (Consult(name),)
            case Kind.REGISTER:
                if dice < 0.45 or not writes:
                    return (Walk(name, custom.double),)
                return (Grow(name),)
        if not writes or dice < 0.15:
            return (Look(name),)
        if dice < 0.25 and variable.kind is Kind.NUMBER:
            return (Write(name),)
        return (Update(name),)

    def some(self, depth: int, held: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Statement, ...]:
        """A statement or a few: mostly accesses."""
        return self.touch(held) if self.random.random() < 0.55 else super().some(depth, held, parameters)

    def root(self, name: str) -> Procedure:
        """Write the procedure of a thread."""
        self.writing = name
        procedure = super().root(name)
        self.writing = "main"
        return procedure

    def helper(self, name: str) -> None:
        """Write a procedure that others call: some leave it to their callers to take the lock."""
        self.writing = name
        if self.random.random() < 0.4:
            lock = self.random.choice(list(self.rank))
            body = tuple(s for _ in range(2) for s in self.touch((lock,)))
            self.takes[name] = self.taken(body)
            self.helpers.append(Procedure(name, body))
            self.needs[name] = lock
        else:
            super().helper(name)
        self.writing = "main"

    def call(self, held: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Statement, ...]:
        """A call of a helper, under the lock that it leaves to its callers."""
        called = super().call(held, parameters)
        lock = self.needs.get(called[0].procedure) if isinstance(called[0], Call) else None
        if lock is None or lock in held or self.random.random() > max(0.7, self.habits.guarded):
            return called
        return (Section(lock, called, self.form()),) if self.allowed(frozenset({lock}), held) else (Pause(),)


def sharing(random: Random) -> Program:
    """A random program about shared state."""
    return reached(generate_program(random, Sharer(random)))
