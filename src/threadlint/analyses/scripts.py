"""Which modules are scripts: what is run, not imported.

Domain. A module is *imported* when another module of the program imports it, or something from it, or when it is a
package. A module is *closed* when nobody can need it for anything but running it: it is not imported, and each of its
functions and classes is mentioned in it outside its own body, and it is no module of a package.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Function, Module
from .mentions import Mentions, mentions


class Scripts:
    """The answer; see the module's docstring."""

    def __init__(self, program: Program) -> None:
        self._where: Mentions = program.ask(mentions)
        self._imported: set[str] = set()
        for module in program.modules.values():
            for function in module.functions:
                for statement in function.index.imports:
                    self._imported.update(_imported_by(program, module, function, statement))

    def is_imported(self, module: Module) -> bool:
        """Whether another module imports it, or may."""
        return module.is_package or module.name in self._imported

    def is_guarded(self, function: Function, node: object) -> bool:
        """Whether a node of a top level stands under `if __name__ == "__main__":`."""
        return any(is_main_guard(each) for each in self._where.around(function, node))

    def is_closed(self, module: Module) -> bool:
        """Whether the module is for running only."""
        if self.is_imported(module) or "." in module.name or "__all__" in module.top.binds:
            return False
        return all(
            self._is_needed(module, name, at)
            for name, at in (
                *((each.name, each.at) for each in module.facts.functions if each.parent == 0 and each.cls < 0),
                *((each.name, each.at) for each in module.facts.classes if each.parent == 0 and each.outer < 0),
            )
        )

    def _is_needed(self, module: Module, name: str, at: f.Span) -> bool:
        return any(not at[0] <= node.at[0] < at[1] for _, node in self._where.names(module, name))


def is_main_guard(node: object) -> bool:
    """`if __name__ == "__main__":`."""
    if not isinstance(node, f.If) or not isinstance(node.test, f.Compare):
        return False
    sides = (node.test.left, node.test.right)
    return any(isinstance(side, f.Name) and side.id == "__name__" for side in sides)


def _imported_by(program: Program, module: Module, function: Function, statement: f.Import) -> Iterator[str]:
    """The names that an import statement of a module may import."""
    if statement.module is None:
        yield from (alias.name for alias in statement.names)
        return
    base = program.base_of_import(module, statement)
    if base is not None and base != module.name:
        yield base
        yield from (f"{base}.{alias.name}" for alias in statement.names)


def scripts(program: Program) -> Scripts:
    """Which modules of this program are scripts."""
    return Scripts(program)
