"""Programs whose tasks submit further tasks, to their own executor or to another, and wait for them."""

from __future__ import annotations

from random import Random

from .author import PROCEDURE_NAMES, WORKER_NAMES, Author
from .language import (
    Attempt,
    Branch,
    Call,
    Executor,
    Glance,
    Join,
    Pause,
    Procedure,
    Program,
    Result,
    Section,
    Start,
    Statement,
    Submit,
    Worker,
)  # fmt: skip

Body = tuple[Statement, ...]
EXECUTOR_NAMES = ("requests_pool", "background_pool")


def pools(random: Random) -> Program:
    """One or two executors; outer tasks that submit inner ones; main waits for the outer ones, perhaps under a lock."""
    author = Author(random, (1, 2, 2))
    author.habits.rare = 0.0
    names = random.sample(PROCEDURE_NAMES, len(PROCEDURE_NAMES))
    executors = tuple(Executor(n, random.choice((1, 1, 2, 2, 3))) for n in EXECUTOR_NAMES[: random.choice((1, 1, 2))])
    homes = [executor.name for executor in executors]
    outers: list[Worker] = []
    inners: list[Worker] = []
    procedures: list[Procedure] = []
    room = 3
    for i in range(random.choice((1, 1, 2))):
        copies = min(random.choice((1, 1, 2, 3)), room)
        room -= copies
        if copies == 0:
            break
        threaded = random.random() < 0.12
        outer = Worker(WORKER_NAMES[i], names[i], copies=copies, executor="" if threaded else random.choice(homes))
        inner = Worker(f"{names[4 + i]}_part", names[4 + i], executor=random.choice(homes), parents=outer.instances)
        leaf = Procedure(inner.procedure, _leaf(author))
        procedures += [leaf, Procedure(outer.procedure, _outer(author, inner, leaf))]
        outers.append(outer)
        if any(s == Submit(inner.name) for s in _all(procedures[-1].body)):
            inners.append(inner)
    main = _main(author, outers)
    return Program(
        author.locks, author.variables, (*author.helpers, *procedures, Procedure("main", main)), (*outers, *inners),
        executors=executors,
    )  # fmt: skip


def _all(body: Body) -> list[Statement]:
    from .language import within

    return list(within(body))


def _leaf(author: Author) -> Body:
    random = author.random
    lock = random.choice(list(author.rank))
    if random.random() < 0.5:
        return (Section(lock, author.touch((lock,)), author.form()),)
    return author.touch(())


def _outer(author: Author, inner: Worker, leaf: Procedure) -> Body:
    random = author.random
    between = author.touch(()) if random.random() < 0.4 else ()
    wait: Statement = Result(inner.name)
    match random.randrange(12):
        case 0:
            return *between, Call(leaf.name)
        case 1:
            return Submit(inner.name), *between
        case 2:
            return Submit(inner.name), *between, Glance(inner.name)
        case 3 | 4:
            lock = random.choice(list(author.rank))
            return Submit(inner.name), Section(lock, (*between, wait), author.form())
        case 5:
            return Submit(inner.name), Branch((wait,))
        case 6:
            lock = random.choice(list(author.rank))
            return Submit(inner.name), Attempt(lock, (wait,), (Pause(),), timed=random.random() < 0.5)
    return *between, Submit(inner.name), *between, wait


def _main(author: Author, outers: list[Worker]) -> Body:
    random = author.random
    body: list[Statement] = []
    waits: list[Statement] = []
    for outer in outers:
        begin, end = (Submit, Result) if outer.executor else (Start, Join)
        body.append(begin(outer.name))
        if random.random() < 0.25:
            body.append(end(outer.name))
        elif random.random() < 0.85:
            waits.append(end(outer.name))
    if random.random() < 0.3:
        body += author.touch(())
    if waits and random.random() < 0.2:
        lock = random.choice(list(author.rank))
        return *body, Section(lock, tuple(waits), author.form())
    return *body, *waits
