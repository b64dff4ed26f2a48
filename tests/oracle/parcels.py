"""Programs about objects that are handed from thread to thread, by a queue or as an argument: who has one owns it.

Careless authors touch a parcel after they gave it away, or give it away twice. The weight of a parcel is reported under
one name for all parcels, as the tool reports it.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from .language import (
    Call,
    Channel,
    Form,
    Join,
    Lock,
    Look,
    Pause,
    Procedure,
    Program,
    Receive,
    Repeat,
    Section,
    Send,
    Start,
    Statement,
    Update,
    Variable,
    Worker,
)  # fmt: skip
from .layout import Layout
from .text import STEP, Scope, indented
from .twins import file_text
from .wording import Writer

PARCELS = ("crate", "letter")
WEIGHT, INBOX, OUTBOX, DESK = "weight", "inbox", "outbox", "desk_lock"
GIVEN = "parcel"
"""The name of what a function has received."""


def generate_parcels(random: Random) -> Program:
    """A random program about one or two parcels."""
    parcels = PARCELS[: random.choice((1, 2, 2))]
    careless = random.choice((0.0, 0.0, 0.25, 0.5))
    locked = random.random() < 0.3
    queued = random.random() < 0.75
    back = queued and random.random() < 0.4
    packing = _packing(random, parcels, queued, careless, locked)
    workers: list[Worker] = []
    if queued:
        number = random.choice((1, 1, 2))
        if random.random() < 0.3:
            workers = [Worker("carriers", "carry", copies=2)]
        else:
            workers = [Worker(name, "carry") for name in ("carrier", "porter")[:number]]
    else:
        given = (*parcels, random.choice(parcels)) if random.random() < careless else parcels
        names = ("carrier", "porter", "clerk")
        workers = [Worker(name, "carry", (parcel,)) for name, parcel in zip(names, given, strict=False)]
    sent = sum(isinstance(s, Send) for s in packing)
    rounds = -(-sent // sum(w.copies for w in workers))
    procedures = [_carry(random, rounds, back, careless, locked)]
    starts, joins = [Start(w.name) for w in workers], [Join(w.name) for w in workers]
    body: list[Statement]
    if not queued:
        body = [*packing, *starts]
        if random.random() < careless:
            body += _touch(random, random.choice(parcels), locked)
    elif random.random() < 0.35:
        procedures.append(Procedure("pack", tuple(packing)))
        workers.append(Worker("packer", "pack"))
        joins.append(Join("packer"))
        body = [*starts, Start("packer")] if random.random() < 0.5 else [Start("packer"), *starts]
    elif random.random() < 0.4:
        procedures.append(Procedure("pack", tuple(packing)))
        body = [*starts, Call("pack")]
    else:
        body = [*packing, *starts] if random.random() < 0.3 else [*starts, *packing]
    if back:
        arrived: tuple[Statement, ...] = (Receive(OUTBOX, GIVEN), *_touch(random, GIVEN, locked))
        body += [Repeat(sent, arrived)] if sent > 1 else arrived
    body += [*joins, *([Pause()] if random.random() < 0.3 else [])]
    if not queued and random.random() < 0.5:
        body += _touch(random, random.choice(parcels), locked)
    channels = tuple(Channel(name, queue=True) for name in (INBOX, OUTBOX)[: 2 if back else 1] if queued)
    variables = tuple(Variable(f"{parcel}.{WEIGHT}") for parcel in parcels)
    return Program(
        (Lock(DESK),) if locked else (),
        variables,
        (*procedures, Procedure("main", tuple(body))),
        tuple(workers),
        channels,
        reported={v.name: WEIGHT for v in variables},
    )


def _touch(random: Random, parcel: str, locked: bool) -> tuple[Statement, ...]:
    name = f"{parcel}.{WEIGHT}"
    touched: Statement = Look(name) if random.random() < 0.2 else Update(name)
    if locked and random.random() < 0.8:
        return (Section(DESK, (touched,), random.choice((Form.WITH, Form.FINALLY))),)
    return (touched,)


def _packing(
    random: Random, parcels: tuple[str, ...], queued: bool, careless: float, locked: bool
) -> list[Statement]:
    habit = [random.random() < 0.7, random.random() < careless, random.random() < careless / 3]
    packing: list[Statement] = []
    for parcel in parcels:
        before, after, twice = habit if random.random() < 0.8 else [random.random() < 0.3 for _ in range(3)]
        packing += _touch(random, parcel, locked) if before else ()
        packing += [Send(INBOX, parcel)] if queued else []
        packing += _touch(random, parcel, locked) if queued and after and careless else ()
        packing += [Send(INBOX, parcel)] if queued and twice and careless else []
    return packing


def _carry(random: Random, rounds: int, back: bool, careless: float, locked: bool) -> Procedure:
    """Take parcels, as many as this thread's share of all that are sent; no rounds: one that is an argument."""
    body: list[Statement] = [Receive(INBOX, GIVEN)] if rounds else []
    body += _touch(random, GIVEN, locked)
    if back:
        body.append(Send(OUTBOX, GIVEN))
        if random.random() < careless:
            body += _touch(random, GIVEN, locked)
    if rounds > 1:
        body = [Repeat(rounds, tuple(body))]
    return Procedure("carry", tuple(body), () if rounds else (GIVEN,))


def parcel_layout(program: Program, random: Random) -> Layout:
    """Queues and functions as globals, or as those of one depot."""
    items = [*(x.name for x in program.locks), *(c.name for c in program.channels)]
    items += [p.name for p in program.procedures if p.name != "main"]
    homes = dict.fromkeys(items, random.choice(("main", "Depot"))) | {"main": "main"}
    layout = Layout("parcels", ("main",), homes)
    for worker in program.workers:
        layout.spellings[worker.name] = random.choice(("thread", "thread", "thread", "lambda", "partial"))
    return layout


def render_parcels(program: Program, layout: Layout, random: Random) -> dict[str, str]:
    """The file of the program."""
    imports: set[str] = set()
    depot = "Depot" in layout.homes.values()

    def path(name: str, scope: Scope) -> str:
        if layout.homes.get(name) != "Depot":
            return name
        return f"{'self' if scope.cls else 'depot'}.{name}"

    def library(module: str, source: str, name: str) -> str:
        imports.add(f"from {source} import {name}")
        return name

    def unused(*_: object) -> str:
        raise AssertionError("parcels have neither managers nor thread classes")

    layout.homes |= {f"{parcel}.{WEIGHT}": "Parcel" for parcel in (*PARCELS, GIVEN)}
    writer = Writer(program, layout, random, path, library, unused, unused)

    def lines(procedure: Procedure, scope: Scope) -> list[str]:
        body = procedure.body
        sent = [s.item for s in body if isinstance(s, Send) and s.item in PARCELS]
        made = [p for p in PARCELS if any(about(s, p) for s in body) or (scope.main and given(p))]
        loop = _loop(body, made) if sent and random.random() < 0.6 else None
        if loop is None:
            return [*(f'{p} = Parcel("{p}")' for p in made), *writer.body(body, scope)]
        before, each, after = loop
        names = ", ".join(f'"{p}"' for p in made) + ("," if len(made) == 1 else "")
        inside = [f"{GIVEN} = Parcel(name)", *writer.body(each, scope)]
        text = [*writer.body(before, scope)] if before else []
        return [*text, f"for name in ({names}):", *indented(inside), *(writer.body(after, scope) if after else [])]

    def given(parcel: str) -> bool:
        return any(parcel in worker.arguments for worker in program.workers)

    class_lines = ["class Parcel:", STEP + "def __init__(self, name):"]
    class_lines += [2 * STEP + "self.name = name", 2 * STEP + f"self.{WEIGHT} = 0"]
    state = [f"{c.name} = {library('main', 'queue', 'Queue')}()" for c in program.channels]
    state += [f"{x.name} = {library('main', 'threading', 'Lock')}()" for x in program.locks]
    blocks = [class_lines]
    functions = []
    for p in program.procedures:
        if p.name != "main":
            parameters = [*(["self"] if depot else []), *p.parameters]
            scope = Scope("main", cls="Depot" if depot else None)
            functions.append([f"def {p.name}({', '.join(parameters)}):", *indented(lines(p, scope))])
    main = ["def main():", *indented(lines(program.procedure("main"), Scope("main", main=True)))]
    if depot:
        init = ["def __init__(self):", *indented([f"self.{s}" for s in state] or ["pass"])]
        methods = [line for f in functions for line in ["", *indented(f)]]
        blocks += [["class Depot:", *indented(init), *methods], ["depot = Depot()"]]
    else:
        blocks += [state, *functions]
    blocks += [main, ['if __name__ == "__main__":', STEP + "main()"]]
    return {"main.py": file_text("Carries parcels.", imports, blocks)}


def about(statement: Statement, parcel: str) -> bool:
    """Whether a statement names a parcel."""
    if isinstance(statement, Section):
        return any(about(s, parcel) for s in statement.body)
    if isinstance(statement, Send):
        return statement.item == parcel
    return isinstance(statement, Update | Look) and statement.variable == f"{parcel}.{WEIGHT}"


def _loop(
    body: tuple[Statement, ...], parcels: list[str]
) -> tuple[tuple[Statement, ...], tuple[Statement, ...], tuple[Statement, ...]] | None:
    """What stands before, in, and behind a loop that does the same with each of the parcels; None if there is none."""
    named = [i for i, s in enumerate(body) if any(about(s, p) for p in parcels)]
    if not named or len(named) % len(parcels) or named != list(range(named[0], named[-1] + 1)):
        return None
    size = len(named) // len(parcels)
    rounds = [
        tuple(_renamed(s, p) for s in body[named[0] + i * size : named[0] + (i + 1) * size])
        for i, p in enumerate(parcels)
    ]
    if any(each != rounds[0] for each in rounds) or any(about(s, p) for s in rounds[0] for p in parcels):
        return None
    return body[: named[0]], rounds[0], body[named[-1] + 1 :]


def _renamed(statement: Statement, parcel: str) -> Statement:
    """The statement about what is called `parcel` in a loop."""
    if isinstance(statement, Section):
        return replace(statement, body=tuple(_renamed(s, parcel) for s in statement.body))
    if isinstance(statement, Send) and statement.item == parcel:
        return replace(statement, item=GIVEN)
    if isinstance(statement, Update | Look) and about(statement, parcel):
        return replace(statement, variable=f"{GIVEN}.{WEIGHT}")
    return statement
