"""Programs that are about one thing: rings of locks, attempts, conditions, barriers, semaphores, joins, pools, leaks.

The usual programs have a little of everything. Here the shapes that one question turns on are common, together with the
small change that makes each of them harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from .author import CHANNEL_NAMES, PROCEDURE_NAMES, WORKER_NAMES, Author
from .generator import generate_program, reached
from .language import (
    Attempt,
    Await,
    Branch,
    Call,
    Channel,
    Fail,
    Form,
    Glance,
    How,
    Join,
    Kind,
    Lock,
    Pause,
    Pool,
    Procedure,
    Program,
    Return,
    Section,
    Signal,
    Start,
    Statement,
    Worker,
)  # fmt: skip
from .pools import pools
from .sharer import sharing

Body = tuple[Statement, ...]


def _program(
    author: Author, procedures: list[Procedure], workers: list[Worker], main: Body, *channels: Channel
) -> Program:
    procedures = [*author.helpers, *procedures, Procedure("main", main)]
    return Program(author.locks, author.variables, tuple(procedures), tuple(workers), channels)


def _helped(author: Author, name: str, lock: str) -> Statement:
    """A section of the lock, or a call of a helper that has it."""
    if any(helper.name == name for helper in author.helpers):
        return Call(name)
    section = Section(lock, author.touch((lock,)), author.form())
    if author.random.random() < 0.3 and not any(author.takes[h.name] == {lock} for h in author.helpers):
        author.helpers.append(Procedure(name, (section,)))
        author.takes[name] = frozenset({lock})
        return Call(name)
    return section


# -- rings of locks -------------------------------------------------------------------------------------------------


def rings(random: Random) -> Program:
    """Three or four locks that as many threads take two at a time, round in a ring or almost."""
    author = Author(random, (3, 3, 3, 4))
    author.habits.guarded, author.habits.rare = 0.0, 0.0
    names = list(author.rank)
    gate = names.pop() if len(names) == 4 and random.random() < 0.6 else ""
    orders = [(names[i], names[(i + 1) % len(names)]) for i in range(len(names))]
    if random.random() < 0.3:
        at = random.randrange(len(orders))
        orders[at] = orders[at][::-1]
    if random.random() < 0.2:
        orders[random.randrange(len(orders))] = orders[random.randrange(len(orders))]
    gated = random.choice((0, 1, 2, len(orders))) if gate else 0
    helpers = random.sample(PROCEDURE_NAMES[:5], len(names))
    procedures: list[Procedure] = []
    for i, (outer, inner) in enumerate(orders):
        body = _nested(author, outer, inner, helpers[names.index(inner)])
        if i < gated:
            body = (Section(gate, body, author.form()),)
        if random.random() < 0.2:
            body = (*author.touch(()), *body)
        if random.random() < 0.15:
            body = (Branch(body),)
        procedures.append(Procedure(PROCEDURE_NAMES[5 + i], body))
    random.shuffle(procedures)
    mine: Body = ()
    if len(procedures) > 3 or random.random() < 0.25:
        mine = procedures.pop().body
    workers = [Worker(WORKER_NAMES[i], p.name) for i, p in enumerate(procedures)]
    return _program(author, procedures, workers, _started(random, workers, mine, serial=0.12))


def _nested(author: Author, outer: str, inner: str, helper: str) -> Body:
    random, touched = author.random, author.touch((outer, inner))
    inside: Statement = _helped(author, helper, inner)
    if random.random() < 0.08:
        inside = Attempt(inner, touched, (Pause(),), timed=random.random() < 0.5)
    body: Body = (inside, *touched) if random.random() < 0.2 else (inside,)
    if random.random() < 0.06:
        return (Attempt(outer, body, (), timed=random.random() < 0.5),)
    if random.random() < 0.1:
        return Section(outer, touched, author.form()), *body
    return (Section(outer, body, author.form()),)


def _started(random: Random, workers: list[Worker], mine: Body, serial: float = 0.0) -> Body:
    """Main: all are started, main does its own part beside them, before them or after them, and joins."""
    starts: Body = tuple(Start(w.name) for w in workers)
    joins: Body = tuple(Join(w.name) for w in workers if random.random() < 0.9)
    if not mine and random.random() < 0.15:
        return (Pool("pool", starts),)
    if random.random() < serial:
        first, *rest = workers
        starts = (Start(first.name), Join(first.name), *(Start(w.name) for w in rest))
        joins = tuple(j for j in joins if j != Join(first.name))
    dice = random.random()
    if dice < 0.1:
        return *mine, *starts, *joins
    return (*starts, *joins, *mine) if dice < 0.2 else (*starts, *mine, *joins)


# -- attempts -------------------------------------------------------------------------------------------------------


class _Impatient(Author):
    """Tries, where others wait."""

    def attempt(self, lock: str, body: Body, otherwise: Body) -> Statement:
        how = self.random.choice(tuple(How)[:4] if self.random.random() < 0.85 else (How.EITHER,))
        if how is How.EITHER:
            otherwise = body
        elif how is How.GUARD:
            otherwise = (*otherwise, Return())
        elif self.random.random() < 0.3:
            otherwise = ()
        return Attempt(lock, body, otherwise, timed=self.random.random() < 0.5, how=how)

    def nest(self) -> Body:
        random = self.random
        outer, inner = random.sample(list(self.rank), 2)
        if random.random() < self.habits.ordered:
            outer, inner = sorted((outer, inner), key=self.rank.__getitem__)
        body, dice = self.touch((outer, inner)), random.random()
        inside: Statement = Section(inner, body, self.form())
        if dice < 0.35:
            inside = self.attempt(inner, body, self.touch((outer,)))
        if 0.25 < dice < 0.6:
            return (self.attempt(outer, (inside,), self.touch(())),)
        return (Section(outer, (inside,), self.form()),)

    def rarity(self, depth: int, held: tuple[str, ...]) -> Body:
        lock = self.random.choice(list(self.rank))
        if self.random.random() < 0.6:
            return (self.attempt(lock, self.touch((*held, lock)), self.touch(held)),)
        return super().rarity(depth, held)

    def form(self) -> Form:
        return Form.SPELLED if self.random.random() < 0.2 else super().form()


def attempts(random: Random) -> Program:
    """Locks taken with a timeout or only if they are free, and what is done when they are not."""
    author = _Impatient(random, (2, 2, 3))
    author.habits.rare = 0.15
    author.habits.ordered, author.habits.careful = random.choice((0.9, 0.3, 0.0)), random.choice((1.0, 1.0, 1.0, 0.9))
    return reached(generate_program(random, author))


# -- leaks ----------------------------------------------------------------------------------------------------------


class _Careless(Author):
    """Releases where nothing goes wrong."""

    def form(self) -> Form:
        forms = (Form.BARE, Form.BARE, Form.LEAKY, Form.HANDLER, Form.FINALLY, Form.WITH, Form.MANAGER)
        return self.random.choice(forms)

    def some(self, depth: int, held: tuple[str, ...], parameters: tuple[str, ...]) -> Body:
        random = self.random
        dice = random.random()
        if held and dice < 0.12:
            return (Branch((Fail(),)),)
        if held and dice < 0.2:
            return (Branch((Return(),)),)
        if not held and dice < 0.07:
            lock = random.choice(list(self.rank))
            return (Attempt(lock, self.block(depth + 2, (lock,)), (), timed=dice < 0.03, how=How.BARE),)
        return super().some(depth, held, parameters)


def leaks(random: Random) -> Program:
    """Locks taken and released by hand, and exceptions and returns between the two."""
    author = _Careless(random, (1, 2, 2))
    author.habits.rare, author.habits.gate = 0.04, None
    author.variables = tuple(v for v in author.variables if v.kind is not Kind.TABLE)
    return reached(generate_program(random, author))


# -- conditions and other signals -----------------------------------------------------------------------------------


def conditions(random: Random) -> Program:
    """Threads that wait for a signal, often under a lock that whoever gives it may need."""
    author = Author(random, (2, 2, 3))
    author.habits.rare, author.habits.careful = 0.0, random.choice((1.0, 1.0, 1.0, 1.0, 0.8))
    own, *others = author.rank
    name, kind = random.choice(CHANNEL_NAMES), random.random()
    channel = Channel(name, kind < 0.15, own if kind > 0.35 else "", "state_changed" if kind > 0.7 else "")
    helper = iter(random.sample(PROCEDURE_NAMES, len(PROCEDURE_NAMES)))
    procedures: list[Procedure] = []
    workers: list[Worker] = []
    waiting = 1 if channel.queue else random.choice((1, 1, 2))
    for _ in range(waiting):
        body = _in_turn(author, channel, Await(name), others, outside=0.55)
        procedures.append(Procedure(next(helper), body))
        workers.append(Worker(WORKER_NAMES[len(workers)], procedures[-1].name))
    givers = random.choice((1, 1, 1, 2))
    given = [_in_turn(author, channel, Signal(name), others, outside=0.4) for _ in range(givers)]
    mine: Body = given.pop() if random.random() < 0.5 else ()
    for body in given:
        if givers == 1 and random.random() < 0.1:
            body = (Branch(body),)
        procedures.append(Procedure(next(helper), body))
        workers.append(Worker(WORKER_NAMES[len(workers)], procedures[-1].name))
    starts = tuple(Start(w.name) for w in workers)
    joins: Body = tuple(Join(w.name) for w in workers if random.random() < 0.85)
    if random.random() < 0.06:
        joins = (Section(random.choice(others), joins or (Pause(),)),)
    before = mine and random.random() < 0.15
    main = (*mine, *starts, *joins) if before else (*starts, *mine, *joins)
    return _program(author, procedures, workers, main, channel)


def _in_turn(author: Author, channel: Channel, statement: Statement, others: list[str], outside: float) -> Body:
    """The wait or signal, in the section of its condition, with another lock around it, before it, or neither."""
    random, own = author.random, channel.condition
    body: Body = (statement,)
    if own:
        touched = author.touch((own,))
        inside = (statement, *touched) if isinstance(statement, Await) else (*touched, statement)
        if random.random() >= 0.6:
            inside = (statement,)
        body = (Section(own, inside, random.choice((Form.WITH, Form.FINALLY))),)
    lock, dice = random.choice(others), random.random()
    if dice < outside:
        touched = author.touch((lock,)) if random.random() < 0.3 else ()
        return (Section(lock, (*touched, *body), author.form()),)
    if dice < outside + 0.15:
        return Section(lock, author.touch((lock,)), author.form()), *body
    if dice < outside + 0.25:
        return *body, Section(lock, author.touch((lock,)), author.form())
    if dice < outside + 0.3:
        return (Attempt(lock, body, body if isinstance(statement, Signal) else (), timed=random.random() < 0.5),)
    return body


# -- barriers and semaphores ----------------------------------------------------------------------------------------


def meetings(random: Random) -> Program:
    """Threads that meet at a barrier, often under a lock that one of the others needs before it comes there."""
    author = Author(random, (2, 2, 3))
    author.habits.rare, author.habits.careful = 0.0, random.choice((1.0, 1.0, 1.0, 0.8))
    parties = random.choice((2, 2, 3))
    barrier = Channel(random.choice(CHANNEL_NAMES), parties=parties)
    mine = random.random() < 0.4
    outside, others = random.choice((0.2, 0.5, 0.8)), list(author.rank)[: random.choice((1, 2, 3))]
    procedures: list[Procedure] = []
    for name in random.sample(PROCEDURE_NAMES, parties):
        body = _in_turn(author, barrier, Await(barrier.name), others, outside)
        if random.random() < 0.25:
            lock = random.choice(others)
            before = Section(lock, author.touch((lock,)), author.form())
            body = (before, *body) if random.random() < 0.5 else (*body, before)
        procedures.append(Procedure(name, body))
    own: Body = procedures.pop().body if mine else ()
    workers = [Worker(WORKER_NAMES[i], p.name) for i, p in enumerate(procedures)]
    starts: Body = tuple(Start(w.name) for w in workers)
    joins: Body = tuple(Join(w.name) for w in workers if random.random() < 0.85)
    return _program(author, procedures, workers, (*starts, *own, *joins), barrier)


def permits(random: Random) -> Program:
    """Semaphores in the place of locks: with one permit they are locks, with two they keep nobody out."""
    program = reached(random.choice((rings, joins, joins, generate_program))(random))
    named = {channel.condition for channel in program.channels}

    def semaphore(lock: Lock) -> Lock:
        if lock.reentrant or lock.name in named or random.random() < 0.2:
            return lock
        return Lock(lock.name, permits=1 if random.random() < 0.75 else 2)

    return replace(program, locks=tuple(map(semaphore, program.locks)))


# -- joins ----------------------------------------------------------------------------------------------------------


def joins(random: Random) -> Program:
    """Threads and pools that are waited for under a lock, which they may need to get to their end."""
    author = Author(random, (2, 2, 3))
    author.habits.rare = 0.0
    held, *others = author.rank
    other = random.choice(others)
    names = random.sample(PROCEDURE_NAMES, 4)
    procedures: list[Procedure] = []
    for name in names[: random.choice((1, 2, 2))]:
        procedures.append(Procedure(name, _worker_body(author, held, other, names[3])))
    workers = [Worker(WORKER_NAMES[i], p.name) for i, p in enumerate(procedures)]
    starts: Body = tuple(Start(w.name) for w in workers)
    waits: list[Statement] = [
        Glance(w.name) if random.random() < 0.15 else Join(w.name) for w in workers if random.random() < 0.95
    ]  # fmt: skip
    if random.random() < 0.2:
        main: Body = (Section(held, (Pool("pool", starts),), Form.WITH),)
        return _program(author, procedures, workers, main if random.random() < 0.8 else (*main, *author.touch(())))
    if len(workers) == 2 and random.random() < 0.2:
        first = procedures[0]
        mine = _under(author, held, (Join(workers[1].name),))
        procedures[0] = Procedure(first.name, (Start(workers[1].name), *mine))
        return _program(author, procedures, workers, (Start(workers[0].name), *author.block(1, ())))
    after = waits[random.randint(0, len(waits)) :] if random.random() < 0.4 else []
    under = waits[: len(waits) - len(after)]
    main = (*starts, *_under(author, held, tuple(under) or (Pause(),)), *after)
    if random.random() < 0.1:
        main = (*starts, *waits, *_under(author, held, (Pause(),)))
    return _program(author, procedures, workers, main)


def _under(author: Author, lock: str, body: Body) -> Body:
    random = author.random
    if random.random() < 0.1:
        how = random.choice((How.IF, How.KEPT))
        return (Attempt(lock, body, body, timed=random.random() < 0.5, how=how),)
    if random.random() < 0.15:
        return Section(lock, author.touch((lock,)), author.form()), *body
    return (Section(lock, body, random.choice((Form.WITH, Form.WITH, Form.FINALLY, Form.BARE, Form.MANAGER))),)


def _worker_body(author: Author, held: str, other: str, helper: str) -> Body:
    random = author.random
    match random.randrange(7):
        case 0:
            return (Attempt(held, author.touch((held,)), (), timed=random.random() < 0.5),)
        case 1:
            return (Section(other, author.touch((other,)), author.form()),)
        case 2:
            return (Section(other, (Section(held, author.touch((held, other)), author.form()),), author.form()),)
        case 3:
            return (Section(held, (Section(other, author.touch((held, other)), author.form()),), author.form()),)
        case 4:
            return (Branch((_helped(author, helper, held),)), *author.touch(()))
        case _:
            return *author.touch(()), _helped(author, helper, held)


THEMES: Final[dict[str, Callable[[Random], Program]]] = {
    "usual": generate_program,
    "rings": rings,
    "attempts": attempts,
    "conditions": conditions,
    "meetings": meetings,
    "permits": permits,
    "joins": joins,
    "pools": pools,
    "leaks": leaks,
    "sharing": sharing,
}
