"""Functions that nothing can call: never run, never mentioned, and out of reach of code that is not seen.

Outside code cannot reach nested functions, nor anything of a *script*: a module outside any package whose top level
starts threads, with the modules outside packages that it imports. What has a decorator, or overrides something of a
library's class, may be called all the same.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.symbols import Function, Module
from ...program.traverse import walk

if TYPE_CHECKING:
    from ...program.program import Program


def unused(
    program: Program, candidates: Iterable[Function], scripts: Iterable[Module], gone: set[Function]
) -> set[Function]:
    """Those of the candidates that nothing can call, functions that are `gone` left aside."""
    world = _imported(program, scripts)
    names: set[str] | None = None
    found: set[Function] = set()
    for function in candidates:
        if function.facts.decorators or function.name == "<lambda>":
            continue
        if function.parent is not None and not function.parent.is_top and function.cls is None:
            inside = [each for each in (function.parent, *function.parent.nested) if each not in gone]
            if not any(function.name in each.mentioned for each in inside):
                found.add(function)
        elif function.module in world:
            cls = function.cls
            if cls is not None and (program.hierarchy.library_bases(cls) or function.name.startswith("__")):
                continue
            if names is None:
                names = _mentioned(world, gone)
            if function.name not in names:
                found.add(function)
    return found


def _imported(program: Program, scripts: Iterable[Module]) -> set[Module]:
    """The scripts, and the modules outside packages that they import."""
    world = {module for module in scripts if not module.package and not module.is_package}
    pending = list(world)
    for module in pending:
        for function in module.functions:
            for statement in function.index.imports:
                names = [alias.name for alias in statement.names] if statement.module is None else [statement.module]
                for name in names:
                    other = program.modules.get(name)
                    if other is not None and not statement.level and not other.package and other not in world:
                        world.add(other)
                        pending.append(other)
    return world


def _mentioned(modules: Iterable[Module], gone: set[Function]) -> set[str]:
    """Every name and attribute that stands in the modules, outside functions that are gone."""
    found: set[str] = set()
    for module in modules:
        for function in module.functions:
            if function not in gone:
                found |= function.words
        for cls in module.classes:
            for node in walk(cls.facts.body):
                if isinstance(node, f.Name):
                    found.add(node.id)
                elif isinstance(node, f.Attr):
                    found.add(node.attr)
                elif isinstance(node, f.Const) and isinstance(node.value, str):
                    found.add(node.value)
    return found
