"""Which functions run only while an object, or the module, is being made: what they do to it nobody else sees yet.

`__init__` and its kin, `__setstate__` and the copying methods, and private methods that nothing but such functions
mention.
"""
from __future__ import annotations

from ...program.program import Program
from ...program.symbols import Function
from ..mentions import Mentions, mentions

MAKING = frozenset({
    "__init__", "__new__", "__post_init__", "__attrs_post_init__", "__init_subclass__", "__set_name__", "__setstate__",
    "__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__prepare__", "setUp", "setUpClass",
    "setup_method", "asyncSetUp",
})  # fmt: skip


class Construction:
    """The answer: `is_making(function)`."""

    def __init__(self, program: Program) -> None:
        self._mentions: Mentions = program.ask(mentions)
        self._known: dict[Function, bool] = {}

    def is_making(self, function: Function) -> bool:
        """Whether a function runs only while its object is made (or is a module's top level)."""
        known = self._known.get(function)
        if known is None:
            self._known[function] = False
            known = self._known[function] = self._decide(function)
        return known

    def _decide(self, function: Function) -> bool:
        if function.is_top or function.name in MAKING:
            return True
        if function.parent is not None and not function.parent.is_top and function.cls is None:
            return False
        if function.cls is None or not function.name.startswith("_") or function.name.startswith("__"):
            return False
        mentions = [where for where, _ in self._mentions.attributes(function.name)]
        return bool(mentions) and all(where is not function and self.is_making(where) for where in mentions)


def construction(program: Program) -> Construction:
    """Which functions belong to construction."""
    return Construction(program)
