"""What the abstract run saw, as words that tests can compare."""
from __future__ import annotations

from threadlint.analyses.execution import Execution, execution
from threadlint.analyses.lock_names import lock_names
from threadlint.analyses.parallel import Occurrence, parallel
from threadlint.program import Program
from threadlint.workshop.programs import linked


def program_of(text: str, **options: object) -> Program:
    """The program of one module, `m`."""
    return linked({"m": text}, **options)


def held_at_marks(text: str) -> dict[str, set[str]]:
    """For each call of `mark("name")`: the locks surely held there, for each context."""
    program = program_of(text)
    names = program.ask(lock_names)
    found: dict[str, set[str]] = {}
    for event in program.ask(execution).events("unknown"):
        node = event.detail.node
        if getattr(node.func, "id", "") == "mark":
            held = " ".join(names.spelling(hold.lock).short for hold in event.held)
            found.setdefault(str(node.args[0].value.value), set()).add(held)
    return found


def roots_of(text: str, **options: object) -> set[str]:
    """The roots of a program: kind, name, and `many` where several run at once."""
    found: Execution = program_of(text, **options).ask(execution)
    return {f"{root.kind} {root.name}{' many' if root.many else ''}" for root in found.roots}


def together(text: str, **options: object) -> set[str]:
    """Which calls of `mark("name")` may happen at the same time on two threads: `first|second`, in order of name."""
    program = program_of(text, **options)
    beside = program.ask(parallel)
    met: list[tuple[str, Occurrence]] = []
    for event in beside.execution.events("unknown"):
        node = event.detail.node
        if getattr(node.func, "id", "") == "mark":
            name = str(node.args[0].value.value)
            met += [(name, occurrence) for occurrence in beside.meetings([event])]
    return {
        "|".join(sorted((one, other)))
        for one, here in met
        for other, there in met
        if beside.may_run_together(here, there)
    }
