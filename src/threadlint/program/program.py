"""The linked program, and the one door to conclusions about it."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ..config import Config
from ..knowledge.names import canonical, is_library
from ..model import facts as f
from ..model.place import Place
from .classes import Hierarchy
from .declarations import Declarations
from .symbols import Class, Function, Module
from .values import Ext, Mod, Values

if TYPE_CHECKING:
    from .static import Static

Answer = TypeVar("Answer")
Analysis = Callable[["Program"], Answer]
"""An analysis is a pure function of the program; `Program.ask` runs it once."""


class Program:
    """Modules whose names are resolved to each other. Frozen once linked: analyses add nothing to it but remembered
    answers."""

    def __init__(self, modules: list[Module], config: Config, cold: frozenset[str]) -> None:
        self.modules: dict[str, Module] = {}
        for module in modules:
            self.modules.setdefault(module.name, module)
        self.config = config
        self.cold = cold
        self.hierarchy = Hierarchy(self)
        self._answers: dict[Any, Any] = {}
        self._asking: list[Any] = []
        self._declarations: dict[Module, Declarations] = {}

    @cached_property
    def static(self) -> Static:
        """The evaluator that looks at no order of execution."""
        from .static import Static

        return Static(self)

    def declarations(self, module: Module) -> Declarations:
        """What the module's comments and annotations declare."""
        known = self._declarations.get(module)
        if known is None:
            known = self._declarations[module] = Declarations(module)
        return known

    @property
    def functions(self) -> Iterator[Function]:
        """Every function of every module, module by module in order of name."""
        for module in self.modules.values():
            yield from module.functions

    @property
    def classes(self) -> Iterator[Class]:
        for module in self.modules.values():
            yield from module.classes

    def ask(self, analysis: Analysis[Answer]) -> Answer:
        """The analysis' answer, computed at the first call. A question that asks itself raises RuntimeError."""
        if analysis in self._answers:
            return self._answers[analysis]  # type: ignore[no-any-return]
        if analysis in self._asking:
            names = " → ".join(getattr(each, "__name__", str(each)) for each in [*self._asking, analysis])
            raise RuntimeError(f"analyses wait for each other: {names}")
        self._asking.append(analysis)
        try:
            answer = self._answers[analysis] = analysis(self)
        finally:
            self._asking.pop()
        return answer

    def place(self, module: Module | Function | Class, at: f.Span) -> Place:
        """A stretch of a module as a place that can be printed."""
        home = module if isinstance(module, Module) else module.module
        return Place(home.source.path, at[0], at[1])

    # --- names of modules ---------------------------------------------------------------------------------------

    def module_named(self, name: str) -> Values:
        """What importing a dotted module name gives: a module of the program, or a library's."""
        if not is_library(name):
            module = self.modules.get(name)
            if module is not None:
                return (Mod(module),)
        return (Ext(canonical(name)),)

    def base_of_import(self, module: Module, statement: f.Import) -> str | None:
        """The absolute name of the module that a `from … import` names; None when it climbs too high."""
        if not statement.level:
            return statement.module or ""
        package = module.package.split(".") if module.package else []
        climbed = statement.level - 1
        if climbed > len(package):
            return None
        package = package[: len(package) - climbed]
        return ".".join([*package, *([statement.module] if statement.module else [])])

    def member(self, module: str, name: str) -> Values:
        """What `from module import name` gives: an exported name, a submodule, or a library's thing."""
        known = None if is_library(module) else self.modules.get(module)
        if known is not None:
            values = self.static.export(known, name)
            if values:
                return values
            if f"{module}.{name}" in self.modules:
                return (Mod(self.modules[f"{module}.{name}"]),)
            if name in known.exports:
                return ()
        elif f"{module}.{name}" in self.modules and not is_library(module):
            return (Mod(self.modules[f"{module}.{name}"]),)
        return (Ext(canonical(f"{module}.{name}" if module else name)),)

    def imported(self, module: Module, statement: f.Import, name: str) -> Values:
        """The value that an import statement binds for the alias whose original name is `name`."""
        if statement.module is None:
            return self.module_named(name)
        base = self.base_of_import(module, statement)
        return () if base is None else self.member(base, name)

    def cold_module_of(self, name: str) -> str | None:
        """The cold module that a dotted name of something unresolved lies in."""
        while name:
            if name in self.cold:
                return name
            name = name.rpartition(".")[0]
        return None
