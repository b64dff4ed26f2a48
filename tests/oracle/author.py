"""How one author writes: the bodies of procedures, by the habits drawn for this program."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .language import (
    Acquire,
    Attempt,
    Branch,
    Call,
    Fail,
    Fetch,
    Fill,
    Form,
    Kind,
    Lock,
    Pause,
    Procedure,
    Release,
    Repeat,
    Return,
    Section,
    Statement,
    Store,
    Update,
    Variable,
    Write,
    within,
)  # fmt: skip

LOCK_NAMES = ("ledger_lock", "journal_lock", "stock_guard", "index_mutex", "cache_lock", "session_lock", "rates_mutex")
NUMBER_NAMES = ("balance", "hits", "pending", "misses", "revision", "sold", "backlog")
TABLE_NAMES = ("totals", "counts", "quotas")
LOG_NAMES = ("history", "notes")
CACHE_NAMES = ("rates", "clients")
LAZY_NAMES = ("gateway", "catalogue")
STOCK_NAMES = ("tickets", "vouchers")
RECORD_NAMES = ("settings", "prices")
REGISTER_NAMES = ("members", "sightings")
PROCEDURE_NAMES = (
    "deposit",
    "sweep",
    "refresh",
    "settle",
    "restock",
    "report",
    "rotate",
    "flush",
    "reconcile",
    "archive",
)
WORKER_NAMES = ("poster", "sweeper", "refresher", "collector")
CHANNEL_NAMES = ("ready", "handover")

SECTION_FORMS = (Form.WITH,) * 10 + (Form.FINALLY,) * 4 + (Form.BARE,) * 2 + (Form.MANAGER, Form.ALIAS, Form.STACK)


@dataclass
class Habits:
    """How strictly this program follows the rules, and which of the rarer things it does."""

    guarded: float
    ordered: float
    careful: float
    joined: float
    gate: str | None
    rare: float


class Author:
    """Writes the bodies of one program."""

    def __init__(self, random: Random, sizes: tuple[int, ...] = (1, 2, 2, 2, 3, 3)) -> None:
        self.random = random
        draw = random.choice
        names = random.sample(LOCK_NAMES, draw(sizes))
        self.locks = tuple(Lock(name, random.random() < 0.25) for name in names)
        self.rank = {lock.name: i for i, lock in enumerate(self.locks)}
        self.plain = {lock.name for lock in self.locks if not lock.reentrant}
        self.variables = self._draw_variables()
        self.guard = {v.name: draw(names) for v in self.variables}
        self.flags = {
            v.name: random.random() < 0.5 for v in self.variables if v.kind is Kind.NUMBER and random.random() < 0.12
        }
        self.habits = Habits(
            guarded=draw((1.0, 0.9, 0.5, 0.0)),
            ordered=draw((1.0, 0.8, 0.4, 0.0)),
            careful=draw((1.0, 1.0, 0.95, 0.8)),
            joined=draw((1.0, 0.9, 0.5)),
            gate=names[0] if len(names) == 3 and random.random() < 0.45 else None,
            rare=draw((0.0, 0.0, 0.06, 0.15)),
        )
        self.signals = 2 * self.habits.rare
        """How often threads are ordered by an event, a queue or a condition."""
        self.helpers: list[Procedure] = []
        self.takes: dict[str, frozenset[str]] = {}

    def _draw_variables(self) -> tuple[Variable, ...]:
        random = self.random
        variables = [Variable(name) for name in random.sample(NUMBER_NAMES, random.choice((1, 1, 2, 2)))]
        if random.random() < 0.3:
            variables.append(Variable(random.choice(TABLE_NAMES), Kind.TABLE))
        if random.random() < 0.2:
            variables.append(Variable(random.choice(LOG_NAMES), Kind.LOG))
        if random.random() < 0.15:
            variables.append(Variable(random.choice(CACHE_NAMES), Kind.CACHE))
        return tuple(variables)

    # -- what a body may do -----------------------------------------------------------------------------------------

    def allowed(self, wanted: frozenset[str], held: tuple[str, ...]) -> bool:
        """May this (mostly well-behaved) author take these locks now?"""
        if wanted & set(held) & self.plain and self.random.random() < self.habits.careful:
            return False
        later = all(
            self.rank[w] > self.rank[h] for w in wanted for h in held if w in self.rank and h in self.rank and w != h
        )
        return later or self.random.random() >= self.habits.ordered

    def form(self) -> Form:
        """A spelling for a critical section."""
        return self.random.choice(SECTION_FORMS)

    def touch(self, held: tuple[str, ...]) -> tuple[Statement, ...]:
        """One access to a variable, in its critical section if this author thinks of it."""
        random = self.random
        variable = random.choice(self.variables)
        access: Statement = Update(variable.name)
        guard, name = self.guard[variable.name], variable.name
        guarded = random.random() < self.habits.guarded
        if variable.kind is Kind.LOG:
            access = Write(name)
        elif variable.kind is Kind.CACHE:
            access = Fill(name)
        elif name in self.flags:
            access, guarded = Write(name), self.flags[name]
        elif random.random() < 0.08:
            access = Write(name)
        if guard in held or not guarded:
            return (access,)
        if not self.allowed(frozenset({guard}), held):
            return (Pause(),)
        if isinstance(access, Update) and random.random() < self.habits.rare:
            return Section(guard, (Fetch(name),)), Pause(), Section(guard, (Store(name),))
        return (Section(guard, (access,), self.form()),)

    def block(self, depth: int, held: tuple[str, ...], parameters: tuple[str, ...] = ()) -> tuple[Statement, ...]:
        """A few statements, while `held` is held."""
        statements: list[Statement] = []
        for _ in range(self.random.choice((1, 1, 2, 2, 3) if depth == 0 else (1, 1, 1, 2))):
            statements += self.some(depth, held, parameters)
        return tuple(statements)

    def some(self, depth: int, held: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Statement, ...]:
        random = self.random
        dice = random.random()
        deep = depth >= 3
        if dice < 0.33 or (deep and dice < 0.8):
            return self.touch(held)
        if dice < 0.66 and not deep:
            lock = random.choice((*self.rank, *parameters))
            if lock in held and lock not in self.plain and random.random() < 0.5:
                return (Pause(),)
            if not self.allowed(frozenset({lock}), held):
                return self.touch(held)
            return (Section(lock, self.block(depth + 1, (*held, lock), parameters), self.form()),)
        if dice < 0.82 and self.helpers:
            return self.call(held, parameters)
        if dice < 0.88 and not deep:
            no = self.block(depth + 2, held, parameters) if random.random() < 0.4 else ()
            return (Branch(self.block(depth + 2, held, parameters), no),)
        if random.random() < self.habits.rare * 2:
            return self.rarity(depth, held)
        return (Pause(),)

    def call(self, held: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Statement, ...]:
        random = self.random
        helper = random.choice(self.helpers)
        arguments = tuple(random.sample((*self.rank, *parameters), len(helper.parameters)))
        wanted = frozenset((set(self.takes[helper.name]) - set(helper.parameters)) | set(arguments))
        if not self.allowed(wanted, held):
            return self.touch(held)
        fails = any(isinstance(s, Fail) for s in within(helper.body))
        return (Call(helper.name, arguments, catches=fails and random.random() < 0.7),)

    def rarity(self, depth: int, held: tuple[str, ...]) -> tuple[Statement, ...]:
        """Something off the beaten track."""
        random = self.random
        lock = random.choice([x.name for x in self.locks])
        match random.randrange(6):
            case 0 | 1 if lock not in held:
                return (Attempt(lock, self.block(depth + 2, (*held, lock)), (Pause(),), timed=random.random() < 0.5),)
            case 2 if len(self.rank) > 1 and not held:
                one, two = random.sample(list(self.rank), 2)
                if self.allowed(frozenset({two}), (one,)):
                    return Acquire(one), Acquire(two), Release(one), *self.touch((two,)), Release(two)
            case 3:
                return (Branch((Fail(),)),)
            case 4:
                return (Repeat(2, self.touch(held)),)
            case 5:
                return (Branch((Return(),)),)
        return (Pause(),)

    # -- procedures and threads -------------------------------------------------------------------------------------

    def helper(self, name: str) -> None:
        """Write one helper procedure, which may call those that exist already."""
        random = self.random
        parameters: tuple[str, ...] = ()
        if random.random() < 0.3:
            parameters = ("first", "second")[: random.choice((1, 2, 2)) if len(self.rank) > 1 else 1]
        body = self.block(1, ())
        if parameters:
            body = (*self.through(parameters), *body[:1])
        procedure = Procedure(name, body, parameters)
        self.takes[name] = self.taken(body)
        self.helpers.append(procedure)

    def through(self, parameters: tuple[str, ...]) -> tuple[Statement, ...]:
        body = self.touch(parameters)
        for parameter in reversed(parameters):
            body = (Section(parameter, body, self.random.choice((Form.WITH, Form.WITH, Form.FINALLY))),)
        return body

    def taken(self, body: tuple[Statement, ...]) -> frozenset[str]:
        """The locks that a body may take, also through calls; parameters of callees are replaced."""
        found: set[str] = set()
        for s in within(body):
            if isinstance(s, Section | Acquire | Attempt):
                found.add(s.lock)
            elif isinstance(s, Call):
                callee = next(h for h in self.helpers if h.name == s.procedure)
                found |= (self.takes[s.procedure] - set(callee.parameters)) | set(s.arguments)
        return frozenset(found)

    def nest(self) -> tuple[Statement, ...]:
        """Two locks, one inside the other, in the usual order or (as often as this author's habits allow) in any."""
        random = self.random
        inner_locks = [n for n in self.rank if n != self.habits.gate]
        pair = random.sample(inner_locks if len(inner_locks) > 1 else list(self.rank), 2)
        if random.random() < self.habits.ordered:
            pair.sort(key=self.rank.__getitem__)
        outer, inner = pair
        body = self.block(2, (outer, inner))
        helpers = [h for h in self.helpers if not h.parameters and self.takes[h.name] == {inner}]
        if helpers and random.random() < 0.6:
            return (Section(outer, (Call(random.choice(helpers).name),), self.form()),)
        return (
            Section(
                outer, (*self.touch((outer,))[: random.randrange(2)], Section(inner, body, self.form())), self.form()
            ),
        )

    def root(self, name: str) -> Procedure:
        """Write the procedure of a thread."""
        body = self.block(0, ())
        if len(self.rank) > 1 and self.random.random() < 0.6:
            at = self.random.randrange(len(body) + 1)
            body = (*body[:at], *self.nest(), *body[at:])
        gate = self.habits.gate
        if gate and gate not in self.taken(body) and self.random.random() < 0.85:
            body = (Section(gate, body, self.form()),)
        return Procedure(name, body)
