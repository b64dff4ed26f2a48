"""Objects that are closed, and leave a pool or timer of theirs behind.

Domain. A pool or timer that one private attribute keeps, of a class whose instances can be closed: a method called
`close`, `shutdown`, `stop`, `__exit__` or the like. Neither these methods nor what they call in the program mention the
attribute, nor do they hand the object itself to anybody who might.
"""

from __future__ import annotations

from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function
from ..mentions import Mentions, mentions
from .lifetimes import Life, is_stop
from .stop_signals import stop_signals

_CLOSES = frozenset({
    "close", "shutdown", "stop", "__exit__", "__aexit__", "disconnect", "terminate", "dispose", "aclose", "quit",
})  # fmt: skip


class ForgetfulClose(NamedTuple):
    """`close` ends the object that keeps the pool or timer of `life`, and not that."""

    life: Life
    close: Function


class ForgetfulCloses:
    """The answer, for each life on demand."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._where: Mentions = program.ask(mentions)

    def of(self, life: Life) -> ForgetfulClose | None:
        """The method that closes the keeper of a life and forgets it."""
        if len(life.homes) != 1 or life.is_public or life.cls is not None:
            return None
        name, keeper = life.homes[0]
        if keeper is None:
            return None
        stops = self._stops(keeper)
        reached = {
            activation.function: None
            for stop in stops
            for activation in self._program.ask(stop_signals).reached_from(stop)
        }
        for function in (*stops, *reached):
            if name in function.text.words() or self._gives_itself(function):
                return None
        close = next((stop for stop in stops if stop.name in _CLOSES), None)
        return ForgetfulClose(life, close) if close is not None else None

    def _stops(self, keeper: Class) -> list[Function]:
        hierarchy = self._program.hierarchy
        found: dict[Function, None] = {}
        for cls in (*hierarchy.mro(keeper), *hierarchy.subclasses(keeper)):
            found.update((method, None) for name, method in cls.methods.items() if is_stop(name))
        return list(found)

    def _gives_itself(self, function: Function) -> bool:
        """Whether a method passes its object on."""
        receiver = function.receiver_name
        return receiver is not None and any(
            isinstance(self._where.parent(function, node), (f.Arg, f.Return))
            for node in function.text.names.get(receiver, ())
        )


def forgetful_closes(program: Program) -> ForgetfulCloses:
    """What objects of this program leave behind when they are closed."""
    return ForgetfulCloses(program)


