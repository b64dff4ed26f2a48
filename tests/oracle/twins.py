"""Programs about several instances of one class, each with its own lock, taken in an order that the caller decides.

The lock and the number of an account are reported under one name for all accounts, as the tool reports them.
"""

from __future__ import annotations

from random import Random

from .language import (
    Call,
    Form,
    Join,
    Lock,
    Pause,
    Pool,
    Procedure,
    Program,
    Section,
    Sorted,
    Start,
    Statement,
    Update,
    Variable,
    Worker,
)
from .layout import Layout
from .text import Scope, indented
from .wording import Writer

ACCOUNTS = ("checking", "escrow", "savings")
GUARD, AMOUNT, DESK = "guard", "amount", "desk_lock"


def generate_twins(random: Random) -> Program:
    """A random program about two or three accounts."""
    accounts = ACCOUNTS[: random.choice((2, 2, 3))]
    gated = random.random() < 0.15
    transfer = _transfer(random, gated)
    deposit = Procedure("deposit", _section(random, "first", (Update(f"first.{AMOUNT}"),), 0.9), ("first",))
    procedures = [transfer, deposit]
    workers: list[Worker] = []
    usual = tuple(random.sample(accounts, 2))
    for name in ("poster", "sweeper", "refresher")[: random.choice((1, 2, 2, 3))]:
        if random.random() < 0.2:
            body = tuple(_call(random, accounts, usual) for _ in range(random.choice((1, 2))))
            procedures.append(Procedure(f"run_{name}", body))
            workers.append(Worker(name, f"run_{name}"))
        else:
            call = _call(random, accounts, usual)
            workers.append(Worker(name, call.procedure, call.arguments))
    reentrant = random.random() < 0.3
    locks = [Lock(f"{account}.{GUARD}", reentrant) for account in accounts] + ([Lock(DESK)] if gated else [])
    variables = tuple(Variable(f"{account}.{AMOUNT}") for account in accounts)
    reported = {lock.name: GUARD for lock in locks if lock.name != DESK} | {v.name: AMOUNT for v in variables}
    main = Procedure("main", _main(random, workers, accounts, usual))
    return Program(tuple(locks), variables, (*procedures, main), tuple(workers), reported=reported)


def _section(random: Random, account: str, body: tuple[Statement, ...], guarded: float) -> tuple[Statement, ...]:
    if random.random() > guarded:
        return body
    return (Section(f"{account}.{GUARD}", body, random.choice((Form.WITH, Form.WITH, Form.FINALLY))),)


def _transfer(random: Random, gated: bool) -> Procedure:
    one, other = Update(f"first.{AMOUNT}"), Update(f"second.{AMOUNT}")
    body: tuple[Statement, ...]
    match random.randrange(5):
        case 0:
            inside = (*_section(random, "low", (*_section(random, "high", (one, other), 1.0),), 1.0),)
            body = (Sorted("first", "second", inside),)
        case 1:
            body = (*_section(random, "first", (one,), 0.95), *_section(random, "second", (other,), 0.95))
        case _:
            body = _section(random, "first", _section(random, "second", (one, other), 1.0), 1.0)
    return Procedure("transfer", (Section(DESK, body),) if gated else body, ("first", "second"))


def _call(random: Random, accounts: tuple[str, ...], usual: tuple[str, ...]) -> Call:
    if random.random() < 0.25:
        return Call("deposit", (random.choice(accounts),))
    dice = random.random()
    if dice < 0.4:
        return Call("transfer", usual)
    if dice < 0.97:
        return Call("transfer", tuple(random.sample(accounts, 2)))
    return Call("transfer", (usual[0], usual[0]))


def _main(
    random: Random, workers: list[Worker], accounts: tuple[str, ...], usual: tuple[str, ...]
) -> tuple[Statement, ...]:
    own = (_call(random, accounts, usual),) if random.random() < 0.3 else ()
    starts = tuple(Start(worker.name) for worker in workers)
    if random.random() < 0.2:
        return (Pool("pool", starts), *own)
    joins = tuple(Join(worker.name) for worker in workers if random.random() < 0.8)
    if random.random() < 0.2:
        return (*(s for w in workers for s in (Start(w.name), Join(w.name))), *own)
    return (*starts, *own, *joins) if random.random() < 0.5 else (*starts, *joins, *own, Pause())


def twin_layout(program: Program, random: Random) -> Layout:
    """Everything in `main`, or the class and its functions in a module of their own."""
    modules = ("main",) if random.random() < 0.6 else ("accounts", "main")
    homes = dict.fromkeys((*(x.name for x in program.locks), *(v.name for v in program.variables)), "Account")
    homes |= {
        f"{p}.{a}": "Account" for p in ("self", "other", "first", "second", "low", "high") for a in (GUARD, AMOUNT)
    }
    homes |= {p.name: modules[0] if p.name in ("transfer", "deposit") else "main" for p in program.procedures}
    layout = Layout("twins", modules, homes)
    pooled = any(isinstance(s, Pool) for s in program.procedure("main").body)
    for worker in program.workers:
        options = ("thread", "thread", "thread", "lambda", "partial")
        layout.spellings[worker.name] = "task" if pooled else random.choice(options)
    return layout


def render_twins(program: Program, layout: Layout, random: Random) -> dict[str, str]:
    """The files of the program."""
    apart = len(layout.modules) > 1
    methods = frozenset({"transfer", "deposit"}) if random.random() < 0.5 else frozenset()
    imports: dict[str, set[str]] = {name: set() for name in layout.modules}
    renamed = {"first": "self", "second": "other"} if methods else {}

    def path(name: str, scope: Scope) -> str:
        head, dot, tail = name.partition(".")
        if apart and scope.module == "main" and name in ("transfer", "deposit", DESK):
            imports["main"].add(f"from accounts import {name}")
        return renamed.get(head, head) + dot + tail

    def library(module: str, source: str, name: str) -> str:
        imports[module].add(f"from {source} import {name}")
        return name

    def unused(*_: object) -> str:
        raise AssertionError("twins have neither managers nor thread classes")

    writer = Writer(program, layout, random, path, library, unused, unused, methods)

    def function(procedure: Procedure, module: str) -> list[str]:
        parameters = [renamed.get(p, p) for p in procedure.parameters]
        scope = Scope(module)
        return [f"def {procedure.name}({', '.join(parameters)}):", *indented(writer.body(procedure.body, scope))]

    home = layout.modules[0]
    kind = library(home, "threading", "RLock" if program.locks[0].reentrant else "Lock")
    init = ["self.name = name", f"self.{GUARD} = {kind}()", f"self.{AMOUNT} = 0"]
    account = ["class Account:", *indented(["def __init__(self, name):", *indented(init)])]
    pair = [function(p, home) for p in program.procedures if p.name in ("transfer", "deposit")]
    desk = [f"{DESK} = {library(home, 'threading', 'Lock')}()"] if any(x.name == DESK for x in program.locks) else []
    if methods:
        account += [line for method in pair for line in ["", *indented(method)]]
    blocks = [desk, account] if methods else [desk, account, *pair]
    if apart:
        imports["main"].add("from accounts import Account")
    made = [
        f'{v.name.partition(".")[0]} = Account("{v.name.partition(".")[0]}")' for v in program.variables
    ]  # fmt: skip
    roots = [p for p in program.procedures if p.name not in ("transfer", "deposit", "main")]
    local = not roots and random.random() < 0.5
    functions = [function(p, "main") for p in roots]
    main = writer.body(program.procedure("main").body, Scope("main", main=True))
    tail = [f"print({program.variables[0].name})"] if random.random() < 0.5 else []
    start = ["def main():", *indented([*(made if local else []), *main, *tail])]
    rest = [*([] if local else [made]), *functions, start, ['if __name__ == "__main__":', "    main()"]]
    if not apart:
        return {"main.py": file_text("Moves money.", imports["main"], [*blocks, *rest])}
    return {
        "accounts.py": file_text("Accounts.", imports["accounts"], blocks),
        "main.py": file_text("Moves money.", imports["main"], rest),
    }


def file_text(doc: str, imports: set[str], blocks: list[list[str]]) -> str:
    """A whole file: its docstring, its imports, and the blocks that are not empty."""
    head = [f'"""{doc}"""', "from __future__ import annotations", *(["", *sorted(imports)] if imports else [])]
    return "\n\n\n".join("\n".join(block) for block in [head, *blocks] if block) + "\n"
