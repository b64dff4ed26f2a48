"""Programs about variables of closures: a function makes functions that share its locals, once for each account.

The amount of an account is reported under one name for all accounts, as the tool reports it.
"""

from __future__ import annotations

from random import Random

from .language import (
    Call,
    Fetch,
    Form,
    Join,
    Lock,
    Look,
    Pause,
    Procedure,
    Program,
    Section,
    Start,
    Statement,
    Store,
    Update,
    Variable,
    Worker,
)
from .layout import Layout
from .text import STEP, Scope, indented
from .twins import ACCOUNTS, AMOUNT, DESK, GUARD, file_text
from .wording import Writer

OWN, FIRST = f"first.{GUARD}", f"first.{AMOUNT}"


def generate_cells(random: Random) -> Program:
    """A random program about one to three accounts, each with its own amount."""
    accounts = ACCOUNTS[: random.choice((1, 2, 2, 3))]
    guard = random.choice(("", OWN, OWN, DESK))
    deposit = Procedure("deposit", _guarded(random, guard, 1.0, (Update(FIRST),)), ("first",))
    if guard and random.random() < 0.12:
        split = (*_guarded(random, guard, 1.0, (Fetch(FIRST),)), *_guarded(random, guard, 1.0, (Store(FIRST),)))
        deposit = Procedure("deposit", split, ("first",))
    second = random.choice((Look(FIRST), Update(FIRST), None))
    procedures = [deposit]
    if second is not None:
        procedures.append(Procedure("check", _guarded(random, guard, 0.6, (second,)), ("first",)))
    names = [p.name for p in procedures]
    workers: list[Worker] = []
    room = 3
    for name in ("poster", "sweeper", "refresher")[: random.choice((1, 2, 2, 3))]:
        copies = 2 if random.random() < 0.2 and room > 1 else 1
        if room < copies:
            break
        room -= copies
        workers.append(Worker(name, random.choice(names), (random.choice(accounts),), copies))
    starts, joins = [Start(w.name) for w in workers], [Join(w.name) for w in workers if random.random() < 0.85]
    own = [Call(random.choice(names), (random.choice(accounts),)) for _ in range(random.choice((0, 1, 1)))]
    body: list[Statement] = [*own, *starts, *joins]
    match random.randrange(4):
        case 0:
            body = [*starts, *own, *joins]
        case 1:
            body = [*starts, *joins, *own]
        case 2:
            body = [s for w in workers for s in (Start(w.name), Join(w.name))] + [*own, Pause()]
    locks = [Lock(f"{a}.{GUARD}") for a in accounts] if guard == OWN else [Lock(DESK)] if guard else []
    variables = tuple(Variable(f"{a}.{AMOUNT}") for a in accounts)
    reported = {x.name: GUARD for x in locks if x.name != DESK} | {v.name: AMOUNT for v in variables}
    procedures.append(Procedure("main", tuple(body)))
    return Program(tuple(locks), variables, tuple(procedures), tuple(workers), reported=reported)


def _guarded(random: Random, guard: str, often: float, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    if not guard or random.random() >= often:
        return body
    return (Section(guard, body, random.choice((Form.WITH, Form.WITH, Form.FINALLY))),)


def cell_layout(program: Program, random: Random) -> Layout:
    """A function that makes accounts, or a decorator, where each account is one function."""
    homes = {DESK: "main", OWN: "account", FIRST: "account", "main": "main"}
    homes |= {p.name: "account" for p in program.procedures if p.name != "main"}
    layout = Layout("cells", ("main",), homes)
    for worker in program.workers:
        layout.spellings[worker.name] = random.choice(("thread", "thread", "thread", "lambda", "partial", "timer"))
    return layout


def render_cells(program: Program, layout: Layout, random: Random) -> dict[str, str]:
    """The file of the program."""
    imports: set[str] = set()
    inner = [p for p in program.procedures if p.name != "main"]
    decorator = len(inner) == 1 and random.random() < 0.4

    def path(name: str, scope: Scope) -> str:
        return name.removeprefix("first.")

    def library(module: str, source: str, name: str) -> str:
        imports.add(f"from {source} import {name}")
        return name

    def unused(*_: object) -> str:
        raise AssertionError("cells have neither managers nor thread classes")

    class Speller(Writer):
        """Calls the function of an account, where others call a function with it."""

        def call(self, procedure: str, arguments: object, scope: Scope) -> tuple[str, list[str]]:
            """The name of the account's function; it takes no arguments."""
            assert isinstance(arguments, tuple)
            return arguments[0] if procedure == "deposit" else f"{procedure}_{arguments[0]}", []

    writer = Speller(program, layout, random, path, library, unused, unused)
    accounts = [v.name.partition(".")[0] for v in program.variables]
    state = [f"{AMOUNT} = 0"]
    if any(x.name != DESK for x in program.locks):
        state.append(f"{GUARD} = {library('main', 'threading', 'Lock')}()")
    blocks = []
    if any(x.name == DESK for x in program.locks):
        blocks.append([f"{DESK} = {library('main', 'threading', 'Lock')}()"])
    functions = []
    for p in inner:
        body = writer.body(p.body, Scope("main"))
        if any(f"{AMOUNT} = " in line or f"{AMOUNT} += " in line for line in body):
            body = [f"nonlocal {AMOUNT}", *body]
        more = ["function()"] if decorator else []
        functions.append(["", f"def {p.name}():", *indented([*body, 'print(name, "is done")', *more])])
    given = ", ".join(p.name for p in inner)
    inside = [*state, *(line for f in functions for line in f), "", f"return {given}"]
    if decorator:
        blocks.append(["def account(function):", *indented(["name = function.__name__", *inside])])
        blocks += [["@account", f"def {a}():", STEP + f'print("this was {a}")'] for a in accounts]
        made = []
    else:
        blocks.append(["def open_account(name):", *indented(inside)])
        made = [
            ", ".join(a if p.name == "deposit" else f"{p.name}_{a}" for p in inner) + f' = open_account("{a}")'
            for a in accounts
        ]
    local = random.random() < 0.5
    lines = writer.body(program.procedure("main").body, Scope("main", main=True))
    main = ["def main():", *indented([*(made if local else []), *lines])]
    blocks += [*([] if local else [made]), main, ['if __name__ == "__main__":', STEP + "main()"]]
    return {"main.py": file_text("Keeps accounts.", imports, blocks)}
