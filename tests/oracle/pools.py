"""Programs whose tasks submit further tasks, to their own executor or to another, and wait for them."""

from __future__ import annotations

from random import Random

from .author import PROCEDURE_NAMES, WORKER_NAMES, Author
from .automaton import fails
from .language import (
    Attempt,
    Branch,
    Call,
    Executor,
    Fail,
    Form,
    Gather,
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
_GATHERED = (Gather.EACH,) * 6 + (Gather.WAIT, Gather.WAIT, Gather.COMPLETED)
_FAULTLESS = (Form.WITH, Form.WITH, Form.FINALLY, Form.MANAGER, Form.STACK)
"""Sections that give the lock back whatever is raised in them."""


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
        parts = 2 if copies < 3 and random.random() < 0.25 else 1
        inner = Worker(
            f"{names[4 + i]}_part", names[4 + i], copies=parts, executor=random.choice(homes), parents=outer.instances
        )
        leaf = Procedure(inner.procedure, _leaf(author))
        procedures += [leaf, Procedure(outer.procedure, _outer(author, inner, leaf))]
        outers.append(outer)
        if any(s == Submit(inner.name) for s in _all(procedures[-1].body)):
            inners.append(inner)
    whole = Program(author.locks, author.variables, (*author.helpers, *procedures), (*outers, *inners))
    main = _main(author, outers, {outer.name for outer in outers if fails(whole, outer.procedure)})
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
    fault: Body = (Branch((Fail(),)),) if random.random() < 0.15 else ()
    if random.random() < 0.5:
        body = author.touch((lock,))
        inside = random.random() < 0.5
        form = random.choice(_FAULTLESS) if fault else author.form()
        section = Section(lock, (*fault, *body) if inside else body, form)
        return (section,) if inside else (*fault, section)
    return *author.touch(()), *fault


def _result(random: Random, worker: Worker, fails: bool) -> Result:
    """Waiting for tasks; what they raise is caught by those only whose tasks raise something."""
    how = random.choice(_GATHERED)
    if worker.copies == 1 and how is Gather.COMPLETED:
        how = Gather.EACH
    return Result(worker.name, how, random.random() < 0.3 and fails)


def _outer(author: Author, inner: Worker, leaf: Procedure) -> Body:
    random = author.random
    between = author.touch(()) if random.random() < 0.4 else ()
    wait: Statement = _result(random, inner, any(isinstance(s, Fail) for s in _all(leaf.body)))
    if random.random() < 0.05:
        between = (*between, Branch((Fail(),)))
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


def _main(author: Author, outers: list[Worker], failing: set[str]) -> Body:
    random = author.random
    body: list[Statement] = []
    waits: list[Statement] = []
    for outer in outers:
        body.append(Submit(outer.name) if outer.executor else Start(outer.name))
        end = _result(random, outer, outer.name in failing) if outer.executor else Join(outer.name)
        if random.random() < 0.25:
            body.append(end)
        elif random.random() < 0.85:
            waits.append(end)
    if random.random() < 0.3:
        body += author.touch(())
    if waits and random.random() < 0.2:
        lock = random.choice(list(author.rank))
        return *body, Section(lock, tuple(waits), author.form())
    return *body, *waits
