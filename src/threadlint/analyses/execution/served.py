"""Functions that threads of a framework run: which they are, what messages call them, how many run at once.

They are found by the text alone: what the configuration names (`entry_points`), methods of subclasses of a library's
handler classes, methods of services, functions under a framework's decorator or given to its registrar. Nothing in the
program starts these threads: they may run whenever something else does, but not beside the top level of a module.

Handlers of a plain server run one after the other; of a server mixed with threads, or one that is not seen, at once.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ...knowledge import frameworks as known
from ...model import facts as f
from ...program.symbols import Class, Function, last_name
from ...program.values import Ext, Fn
from .entry_points import decorator_names, entry_points

if TYPE_CHECKING:
    from ...program.program import Program

_REGISTERING = frozenset(name.rpartition(".")[2] for name in known.REGISTRARS)
_JOBS = frozenset(
    f"{kind}.{name}"
    for kind, service in known.BACKGROUND.items()
    for name, (position, _) in service.registers.items()
    if position < 0
)
_DECORATING = frozenset(name.rpartition(".")[2] for name in (*known.DECORATORS, *known.CELERY, *_JOBS))


class Serving(NamedTuple):
    """How a framework runs a function: what messages call the thread, whether several run it at once, and, where they
    do not, what else runs on that one thread."""

    spelling: str
    many: bool = True
    line: tuple[str, ...] | None = None


def served(program: Program) -> dict[Function, Serving]:
    """The functions that threads of a framework run."""
    found = {function: Serving("entry point") for function in entry_points(program)}
    if _runs_on_greenlets(program):
        return found
    for function, serving in (*_handlers(program), *_decorated(program), *_registered(program)):
        found.setdefault(function, serving)
    return found


def _runs_on_greenlets(program: Program) -> bool:
    """Whether the program has its requests served, and its threads replaced, by greenlets: these give way to each other
    only where they wait."""
    return any(
        not known.GREENLETS.isdisjoint(module.top.words) and not known.GREENLET_SERVERS.isdisjoint(module.top.words)
        for module in program.modules.values()
        if module.functions
    )


# --- classes ------------------------------------------------------------------------------------------------------


def _handlers(program: Program) -> Iterator[tuple[Function, Serving]]:
    one_by_one: bool | None = None
    for cls in program.classes:
        service = _is_servicer(program, cls)
        bases = program.hierarchy.library_bases(cls)
        for function in cls.own_functions:
            if service and function.is_public and not function.name.startswith("__") and not function.facts.is_async:
                yield function, Serving("service call")
            for base in bases:
                if function.name not in known.HANDLER_METHODS.get(base, ()):
                    continue
                if base in known.ONE_AT_A_TIME:
                    yield function, Serving("handler", False, (cls.qualname,))
                elif base.startswith(known.SERVED_BY_A_SERVER):
                    if one_by_one is None:
                        one_by_one = _serves_one_by_one(program)
                    yield function, Serving("handler", not one_by_one, ("requests",) if one_by_one else None)
                else:
                    yield function, Serving("handler")


def _is_servicer(program: Program, cls: Class) -> bool:
    names = (*program.hierarchy.library_bases(cls), *(each.qualname for each in program.hierarchy.mro(cls)[1:]))
    return any(
        name.endswith(known.SERVICER) and name.rpartition(".")[0].endswith(known.SERVICER_MODULE) for name in names
    )


def _serves_one_by_one(program: Program) -> bool:
    """Whether the program mentions plain servers only."""
    plain = False
    for function in program.functions:
        if not known.THREADED_SERVERS.isdisjoint(function.words):
            return False
        plain = plain or not known.SERVERS.isdisjoint(function.words)
    for cls in program.classes:
        if any(last_name(base) in known.THREADED_SERVERS for base in cls.facts.bases):
            return False
    return plain


# --- decorators and registrars ------------------------------------------------------------------------------------


def _decorated(program: Program) -> Iterator[tuple[Function, Serving]]:
    in_threads: bool | None = None
    for function in program.functions:
        if function.facts.is_async:
            continue
        for decorator in function.facts.decorators:
            if last_name(decorator.func if isinstance(decorator, f.Call) else decorator) not in _DECORATING:
                continue
            for name in decorator_names(program, function, decorator):
                if name in known.DECORATORS:
                    yield function, Serving(known.DECORATORS[name])
                elif name in _JOBS:
                    yield function, Serving("job", False, (function.qualname,))
                elif name in known.CELERY:
                    if in_threads is None:
                        in_threads = any({"worker_pool", "threads"} <= each.words for each in program.functions)
                    if in_threads:
                        yield function, Serving("task")


def _registered(program: Program) -> Iterator[tuple[Function, Serving]]:
    for function in program.functions:
        if _REGISTERING.isdisjoint(function.words):
            continue
        for call in function.text.nodes.get(f.Call, ()):
            if last_name(call.func) not in _REGISTERING:
                continue
            for called in program.static.evaluate(call.func, function):
                name = called.name if isinstance(called, Ext) else getattr(called, "full_name", "")
                given = _argument(call, *known.REGISTRARS[name]) if name in known.REGISTRARS else None
                for value in program.static.evaluate(given, function) if given is not None else ():
                    if isinstance(value, Fn) and not value.function.facts.is_async:
                        yield value.function, Serving("handler")


def _argument(call: f.Call, position: int, keyword: str) -> f.Expr | None:
    named = [arg.value for arg in call.args if arg.keyword == keyword]
    plain = [arg.value for arg in call.args if not arg.keyword]
    return named[0] if named else plain[position] if len(plain) > position else None
