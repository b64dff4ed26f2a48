"""Random small programs in the tiny language, from a seed: the same seed gives the same program for ever.

Each program follows, more or less strictly, the rules that real programs follow: a guard for each variable, a fixed
order of locks, a gate in front of the others, joins at the end. How strictly is drawn once per program, so that correct
programs, programs with one slip, and careless ones are all common.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from .author import CHANNEL_NAMES, PROCEDURE_NAMES, WORKER_NAMES, Author
from .language import (
    Await,
    Branch,
    Call,
    Channel,
    Form,
    Join,
    Pool,
    Procedure,
    Program,
    Section,
    Signal,
    Start,
    Statement,
    Worker,
    within,
)  # fmt: skip


def generate_program(random: Random, author: Author | None = None) -> Program:
    """A random program, by an author who writes about locks or by the one given. It may be too large to explore."""
    author = author or Author(random)
    names = random.sample(PROCEDURE_NAMES, len(PROCEDURE_NAMES))
    for name in names[: random.choice((0, 1, 1, 2, 3))]:
        author.helper(name)
    workers: list[Worker] = []
    roots: list[Procedure] = []
    room = 3
    for i in range(random.choice((1, 2, 2, 2, 3))):
        copies = 2 if random.random() < 0.18 and room >= 2 else 1
        if room < copies:
            break
        room -= copies
        given = [h for h in author.helpers if h.parameters]
        arguments: tuple[str, ...] = ()
        if given and random.random() < 0.25:
            procedure = random.choice(given)
            arguments = tuple(random.sample(list(author.rank), len(procedure.parameters)))
        elif roots and random.random() < 0.15:
            procedure = random.choice(roots)
        else:
            procedure = author.root(names[-1 - i])
            roots.append(procedure)
        workers.append(Worker(WORKER_NAMES[i], procedure.name, arguments, copies))
    channels: tuple[Channel, ...] = ()
    if roots and roots[0].name == workers[0].procedure and random.random() < author.signals:
        name, dice = random.choice(CHANNEL_NAMES), random.random()
        channels = (Channel(name, dice < 0.3, random.choice(author.locks).name if dice > 0.6 else ""),)
        wait = _with_condition(channels[0], Await(name), *author.touch((channels[0].condition,)))
        others = [lock.name for lock in author.locks if lock.name != channels[0].condition]
        if others and random.random() < 0.25:
            wait = Section(random.choice(others), (wait,))
        roots[0] = Procedure(roots[0].name, _insert(random, roots[0].body, wait))
    starters: list[Procedure] = []
    if len(workers) > 1 and not channels and random.random() < 0.15:
        main, roots = _nested(author, workers, roots)
    else:
        main = _main(author, tuple(workers), channels)
        if random.random() < 0.25:
            main, starters = _lifecycle(main)
    procedures = (*author.helpers, *roots, *starters, Procedure("main", main))
    return Program(author.locks, author.variables, procedures, tuple(workers), channels)


def reached(program: Program) -> Program:
    """The program without the procedures that nothing calls: who knows whether anybody would, and on which thread?"""
    called = ["main", *(worker.procedure for worker in program.workers)]
    for name in called:
        called += [s.procedure for s in within(program.procedure(name).body) if isinstance(s, Call)]
    return replace(program, procedures=tuple(p for p in program.procedures if p.name in called))


def _with_condition(channel: Channel, *body: Statement) -> Statement:
    """The statement on a channel; for a flag, in a section of its condition together with what follows."""
    return Section(channel.condition, body) if channel.condition else body[0]


def _insert(random: Random, body: tuple[Statement, ...], statement: Statement) -> tuple[Statement, ...]:
    at = random.randrange(len(body) + 1) if random.random() < 0.4 else 0
    return (*body[:at], statement, *body[at:])


def _main(author: Author, workers: tuple[Worker, ...], channels: tuple[Channel, ...]) -> tuple[Statement, ...]:
    """The main thread: starts, joins in all positions, and work of its own."""
    random = author.random
    body: list[Statement] = []
    own = random.choice((0.0, 0.25, 0.5))
    if random.random() < 0.3:
        body += author.block(2, ())
    left = list(workers)
    if random.random() < 0.2:
        serial = random.random() < 0.2
        tasks = [Start(w.name) for w in left]
        inside = author.block(2, ()) if random.random() < own else ()
        body.append(Pool("pool", (*tasks, *inside), serial))
        left = []
    unjoined: list[str] = []
    for worker in left:
        body.append(Start(worker.name))
        unjoined.append(worker.name)
        if random.random() < own / 2:
            body += author.block(2, ())
        if random.random() < 0.22:
            body += _join(author, unjoined.pop(random.randrange(len(unjoined))))
    if random.random() < own:
        body += author.block(1, ())
    for channel in channels:
        times = sum(w.copies for w in workers if w.procedure == workers[0].procedure) if channel.queue else 1
        waiting = (i for i, s in enumerate(body) if isinstance(s, Join | Pool | Branch | Section))
        at = random.randint(0, next(waiting, len(body)))
        before = author.touch(()) if random.random() < 0.6 else ()
        body[at:at] = [*before, *[_with_condition(channel, Signal(channel.name))] * times]
    for name in unjoined:
        if random.random() < author.habits.joined:
            body += _join(author, name)
    if random.random() < 0.45:
        body += author.block(2, ())
    return tuple(body)


def _nested(
    author: Author, workers: list[Worker], roots: list[Procedure]
) -> tuple[tuple[Statement, ...], list[Procedure]]:
    """Main and the roots, where the first worker starts the last one (if it has one copy and a root of its own)."""
    random = author.random
    first, last = workers[0], workers[-1]
    if (
        first.copies > 1
        or first.procedure not in {r.name for r in roots}
        or any(w.procedure == first.procedure for w in workers[1:])
    ):
        return _main(author, tuple(workers), ()), roots
    body = list(next(r for r in roots if r.name == first.procedure).body)
    at = random.randint(0, len(body))
    joins = [Join(last.name)] if random.random() < 0.6 else []
    body[at:] = [Start(last.name), *body[at:], *joins]
    roots = [Procedure(r.name, tuple(body)) if r.name == first.procedure else r for r in roots]
    return _main(author, tuple(workers[:-1]), ()), roots


def _lifecycle(main: tuple[Statement, ...]) -> tuple[tuple[Statement, ...], list[Procedure]]:
    """Main with its starts moved to a procedure `launch` and its joins to `shutdown`, if they stand in one run each."""
    starts = [i for i, s in enumerate(main) if isinstance(s, Start)]
    joins = [i for i, s in enumerate(main) if isinstance(s, Join)]
    if not starts or not joins or any(isinstance(s, Join | Pool) for s in within(main) if s not in main):
        return main, []
    if any(isinstance(s, Pool) for s in main):
        return main, []
    if starts != list(range(starts[0], starts[-1] + 1)) or joins != list(range(joins[0], joins[-1] + 1)):
        return main, []
    procedures = [
        Procedure("launch", main[starts[0] : starts[-1] + 1]),
        Procedure("shutdown", main[joins[0] : joins[-1] + 1]),
    ]
    between = main[starts[-1] + 1 : joins[0]]
    return (*main[: starts[0]], Call("launch"), *between, Call("shutdown"), *main[joins[-1] + 1 :]), procedures


def _join(author: Author, worker: str) -> tuple[Statement, ...]:
    random = author.random
    if random.random() < 2 * author.habits.rare:
        if random.random() < 0.3:
            return (Branch((Join(worker),)),)
        return (Section(random.choice(author.locks).name, (Join(worker),), Form.WITH),)
    return (Join(worker),)
