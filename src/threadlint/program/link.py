"""Facts of many modules become one program."""
from __future__ import annotations

from collections.abc import Iterable

from ..config import Config
from ..model.facts import ModuleFacts
from ..model.sources import Source
from .program import Program
from .symbols import Module


def link(
    modules: Iterable[tuple[Source, ModuleFacts]],
    config: Config,
    cold: Iterable[str] = (),
    grown_from: Program | None = None,
) -> Program:
    """One program of the given modules, whatever their order. `cold` are the names of modules that exist but have not
    been read. `grown_from` is a program of some of these modules: their views, which depend on one text each, are used
    again."""
    known = {} if grown_from is None else {id(module.facts): module for module in grown_from.modules.values()}
    linked = [known.get(id(facts)) or Module(source, facts) for source, facts in modules if facts.failure is None]
    linked.sort(key=lambda module: (module.name, module.source.path))
    return Program(linked, config, frozenset(cold))
