"""Modules that, while they are imported, wait for a thread that imports them.

Definitions. The top level of a module waits for a thread (`join`, `result`, leaving a pool) outside `if __name__ ==
"__main__":`. While it does, the import of this module is not finished, nor that of any module whose top level imports
it first. A thread that imports one of these waits for the import: neither ends.
"""
from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Module
from ..execution import Event, Root, reach
from ..parallel import Parallel, parallel
from ..traces import Traces, traces
from .waiting import Waiting, waiting


class ImportWait(NamedTuple):
    """`module` waits at `waiting`, at its top level, for `thread`, which imports it (or a module that is busy importing
    it) at `imports`."""

    module: Module
    waiting: Waiting
    thread: Root
    imports: Event
    busy: str


def import_waits(program: Program) -> list[ImportWait]:
    """Every such wait, in order of place."""
    together: Parallel = program.ask(parallel)
    paths: Traces = program.ask(traces)
    importers = _importers(program)
    pools = together.execution.explorer.pool_of
    found: list[ImportWait] = []
    for each in program.ask(waiting):
        if each.length != "forever" or each.wait.on not in ("thread", "future", "pool"):
            continue
        for root in together.roots_of(each.event.activation):
            if root.kind != "main" or _under_main_guard(root, paths, each.event):
                continue
            module = root.function.module
            for thread in together.starts(root):
                waits = any(
                    address in each.targets or pools.get(address) in each.targets for address in thread.addresses
                )
                if waits:
                    hit = _import_of(program, thread, {module.name} | importers[module.name])
                    if hit is not None:
                        found.append(ImportWait(module, each, thread, *hit))
    return found


def _importers(program: Program) -> dict[str, set[str]]:
    """By module: the modules whose top level imports it, directly or through others."""
    direct: dict[str, set[str]] = defaultdict(set)
    for module in program.modules.values():
        if module.functions:
            for statement in module.top.index.imports:
                for name in _imported(program, module, statement):
                    if name != module.name:
                        direct[name].add(module.name)
    found: dict[str, set[str]] = defaultdict(set)
    for name in list(direct):
        pending = list(direct[name])
        for each in pending:
            if each not in found[name]:
                found[name].add(each)
                pending.extend(direct.get(each, ()))
    return found


def _imported(program: Program, module: Module, statement: f.Import) -> list[str]:
    """The modules of the program that an import statement brings in."""
    if statement.module is None:
        names = [alias.name for alias in statement.names]
    else:
        base = program.base_of_import(module, statement)
        names = [] if base is None else [base, *(f"{base}.{alias.name}" for alias in statement.names)]
    return [name for name in names if name in program.modules]


def _under_main_guard(root: Root, paths: Traces, event: Event) -> bool:
    """Whether the statement of the top level that leads to the event only runs in a script."""
    trace = paths.trace(root, event)
    at = trace.edges[0][1].at if trace.edges else event.at
    for statement in root.function.facts.body:
        if isinstance(statement, f.If) and statement.body and "__name__" in _names(statement.test):
            last = statement.body[-1]
            if statement.at[0] <= at[0] and at[0] <= max(last.at[1], getattr(last, "end", 0)):
                return True
            if statement is root.function.facts.body[-1] and at[0] >= statement.at[0]:
                return True
    return False


def _names(test: f.Expr) -> set[str]:
    return {side.id for side in (getattr(test, "left", None), getattr(test, "right", None)) if isinstance(side, f.Name)}


def _import_of(program: Program, thread: Root, busy: set[str]) -> tuple[Event, str] | None:
    """The first import of a busy module that a thread gets to."""
    for activation in reach(thread.activation):
        for event in activation.events.values():
            if event.kind == "import" and not activation.function.is_top:
                for name in _imported(program, activation.function.module, event.detail):
                    if name in busy:
                        return event, name
    return None
