"""What every question is asked about: a module of a linked program, and words for its places."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....analyses.execution import Activation, Edge, Event, Hold, execution
from ....analyses.lock_names import lock_names
from ....model.facts import Span
from ....model.place import Place
from ....model.report import Texts
from ....program.program import Program
from ....program.symbols import Function, Module

Row = dict[str, Any]


class Seen:
    """One module of a program. Rows hold plain values only, in order of place."""

    def __init__(self, program: Program, texts: Texts, module: Module) -> None:
        self.program = program
        self.texts = texts
        self.module = module
        self.path = module.source.path

    def line(self, offset: int) -> int:
        """The line of an offset into the module's text."""
        return self.texts.lines(self.path).line_of(offset)

    def source_line(self, line: int) -> str:
        """The text of a line."""
        return self.texts.lines(self.path).line_text(line)

    def where(self, function: Function, at: Span) -> str:
        """A place in any module, as it is printed."""
        return str(self.texts.where(Place(function.module.source.path, *at)))

    def events(self) -> Iterator[Event]:
        """Everything that was observed in functions of the module, in every context."""
        for activation in self.program.ask(execution).activations:
            if activation.function.module is self.module:
                yield from activation.events.values()

    def edges(self) -> Iterator[tuple[Activation, Edge]]:
        """Every call of a function of the program in functions of the module, with the context that makes it."""
        for activation in self.program.ask(execution).activations:
            if activation.function.module is self.module:
                for edge in activation.edges.values():
                    yield activation, edge

    def held(self, holds: tuple[Hold, ...]) -> tuple[str, ...]:
        """The names of locks, outermost first."""
        names = self.program.ask(lock_names)
        return tuple(names.spelling(hold.lock).short for hold in holds)
