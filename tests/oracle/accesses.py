"""Accesses to variables as Python text: how an update, a test, a publication, an iteration is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .language import (
    Ask,
    Consult,
    Fetch,
    Fill,
    Grow,
    Kind,
    Look,
    Make,
    Publish,
    Store,
    Take,
    Update,
    Walk,
    Write,
)  # fmt: skip
from .text import STEP, Scope, indented

if TYPE_CHECKING:
    from .wording import Writer

INITIAL = {
    Kind.NUMBER: "0",
    Kind.TABLE: '{"all": 0}',
    Kind.LOG: "[]",
    Kind.CACHE: "{}",
    Kind.LAZY: "None",
    Kind.STOCK: "list(range(20))",
    Kind.RECORD: "None",
    Kind.REGISTER: '{"first": 0.0}',
}
"""What a variable is in the beginning. A stock never runs out: there are no values, only a look and what follows."""
REBOUND = frozenset({Kind.NUMBER, Kind.LAZY, Kind.RECORD})
"""Kinds of which the name itself gets new values."""


def update(writer: Writer, access: Update | Fetch | Store | Write | Fill, scope: Scope) -> list[str]:
    """The lines that change a number, a table, a log, a cache or a stock."""
    kind = writer.program.variable(access.variable).kind
    path = writer.path(access.variable, scope)
    if kind is Kind.LOG:
        return [f'{path}.append("done")']
    if kind is Kind.STOCK:
        return [f"{path}.append(1)"]
    if kind in (Kind.CACHE, Kind.LAZY):
        return [_absent(writer, access.variable, scope), *indented(_make(writer, access.variable, scope))]
    if kind is Kind.TABLE:
        path = f'{path}["all"]'
    elif not isinstance(access, Fetch):
        writer.declare(access.variable, scope)
    match access:
        case Fetch(variable):
            scope.taken.add(_before(variable))
            return [f"{_before(variable)} = {path}"]
        case Store(variable):
            return [f"{path} = {_before(variable)} + 1"]
        case Write():
            return [f"{path} = {writer.random.choice((0, 1, 10))}"]
    dice = writer.random.random()
    if kind is Kind.TABLE and dice < 0.5:
        return [f'{path} = {path[:-7]}.get("all", 0) + 1']
    if dice < 0.6:
        return [f"{path} += {writer.random.choice((1, 1, 5))}"]
    if dice < 0.75:
        return [f"{path} = {path} + 1"]
    value = scope.fresh(writer.random.choice(("value", "current", "old")))
    between = [f"{writer.library(scope.module, 'time', 'sleep')}(0)"] if dice > 0.9 else []
    return [f"{value} = {path}", *between, f"{path} = {value} + 1"]


def share(
    writer: Writer, access: Look | Ask | Make | Take | Publish | Consult | Grow | Walk, scope: Scope
) -> list[str]:
    """The lines of the other accesses."""
    name = access.variable
    path = writer.path(name, scope)
    match access:
        case Look():
            return _look(writer, name, path, scope)
        case Ask(body=body):
            return [_absent(writer, name, scope), *indented(writer.body(body, scope))]
        case Make():
            return _make(writer, name, scope)
        case Take(asking=asking):
            taken = f"{path}.pop({writer.random.choice(('', '0'))})"
            if not asking:
                return ["try:", STEP + taken, "except IndexError:", STEP + 'print("sold out")']
            test = writer.random.choice((path, f"len({path}) > 0"))
            return [f"if {test}:", STEP + 'print("there is one")', STEP + taken]
        case Publish(early=early):
            return _publish(writer, name, path, early, scope)
        case Consult():
            rate = scope.fresh("rate")
            return [f"if {path} is not None:", STEP + f'{rate} = {path}["rate"]', STEP + f"print({rate})"]
        case Grow():
            return [f"{path}[{_now(writer, scope)}] = 1.0"]
        case Walk(snapshot=snapshot):
            each = scope.fresh("each")
            source = writer.random.choice((path, f"{path}.items()"))
            source = f"list({source})" if snapshot else source
            return [f"for {each} in {source}:", STEP + f"print({each})"]


def _before(variable: str) -> str:
    return variable.rpartition(".")[2] + "_before"


def _now(writer: Writer, scope: Scope) -> str:
    return f"{writer.library(scope.module, 'time', 'time')}()"


def _absent(writer: Writer, name: str, scope: Scope) -> str:
    path = writer.path(name, scope)
    if writer.program.variable(name).kind is Kind.LAZY:
        return f"if {path} is None:"
    test = writer.random.choice((f'"rate" not in {path}', f'{path}.get("rate") is None'))
    return f"if {test}:"


def _make(writer: Writer, name: str, scope: Scope) -> list[str]:
    path = writer.path(name, scope)
    if writer.program.variable(name).kind is Kind.LAZY:
        writer.declare(name, scope)
        return [f'{path} = {{"opened": {_now(writer, scope)}}}']
    return [f'{path}["rate"] = {_now(writer, scope)}']


def _look(writer: Writer, name: str, path: str, scope: Scope) -> list[str]:
    if writer.program.variable(name).kind is Kind.TABLE:
        path = f'{path}["all"]'
    if writer.random.random() < 0.5:
        return [f"if {path} > 10:", STEP + 'print("many")']
    seen = scope.fresh("seen")
    return [f"{seen} = {path}", f"print({seen})"]


def _publish(writer: Writer, name: str, path: str, early: bool, scope: Scope) -> list[str]:
    writer.declare(name, scope)
    if early:
        return [f"{path} = {{}}", f'{path}["rate"] = {_now(writer, scope)}']
    if writer.random.random() < 0.5:
        return [f'{path} = {{"rate": {_now(writer, scope)}}}']
    fresh = scope.fresh("fresh")
    return [f"{fresh} = {{}}", f'{fresh}["rate"] = {_now(writer, scope)}', f"{path} = {fresh}"]
