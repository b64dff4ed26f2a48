"""Containers that a thread is given, and that it fills: where its results are when nothing shared holds them.

Domain. A plain name that the place which makes a thread passes to it, in a written-out tuple or list of `args`, a
dictionary of `kwargs`, or as the owner of a bound method that is the target (`target=rows.extend`). The target *fills*
the container when its text calls a changing method of that parameter or assigns to an item of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...knowledge.types import CONTAINERS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function
from ...program.values import ExtMethod
from ..lifecycle.lifetimes import Life
from ..mentions import Mentions, mentions

_FILLING = frozenset({
    "append", "appendleft", "add", "extend", "extendleft", "insert", "update", "setdefault", "__setitem__",
})  # fmt: skip


class FilledContainers:
    """The answer, for each life on demand."""

    def __init__(self, program: Program) -> None:
        self._where: Mentions = program.ask(mentions)

    def names(self, life: Life) -> frozenset[str]:
        """The names, in the function that makes the thread, of what it fills."""
        found = set(self._of_bound_target(life))
        for fn, _ in life.targets:
            params = [param.name for param in fn.function.params]
            if fn.receiver is not None and fn.function.receiver_name is not None:
                params = params[1:]
            for name, param in _given(life, params):
                if self._fills(fn.function, param):
                    found.add(name)
        return frozenset(found)

    def readers(self, life: Life, after: int) -> Iterator[f.Name]:
        """Where the function that makes the thread mentions such a name behind an offset, but to pass it to another
        thread or to change it itself."""
        names = self.names(life)
        for name in sorted(names):
            for node in life.function.text.names.get(name, ()):
                if node.at[0] > after and self._reads(life.function, node):
                    yield node

    def _of_bound_target(self, life: Life) -> Iterator[str]:
        target = life.arguments.expr(1, "target")
        if not isinstance(target, f.Attr) or not isinstance(target.value, f.Name) or target.attr not in _FILLING:
            return
        values = life.arguments.get(1, "target") or ()
        if values and all(isinstance(value, ExtMethod) and value.owner in CONTAINERS for value in values):
            yield target.value.id

    def _fills(self, function: Function, param: str) -> bool:
        for node in function.text.names.get(param, ()):
            above = self._where.parent(function, node)
            if isinstance(above, f.Attr) and above.attr in _FILLING:
                call = self._where.parent(function, above)
                if isinstance(call, f.Call) and call.func is above:
                    return True
            if isinstance(above, f.Item) and above.value is node:
                statement = self._where.parent(function, above)
                if isinstance(statement, f.Assign) and statement.value is not above:
                    return True
        return False

    def _reads(self, function: Function, node: f.Name) -> bool:
        above = self._where.parent(function, node)
        if isinstance(above, f.Assign) and above.value is not node:
            return False
        if isinstance(above, f.Attr) and above.attr in _FILLING:
            return False
        return not any(
            isinstance(each, f.Arg) and each.keyword in ("args", "kwargs", "target")
            for each in self._where.around(function, node)
        )


def _given(life: Life, params: list[str]) -> Iterator[tuple[str, str]]:
    """The names that are passed, with the parameters that they become."""
    args, named = life.arguments.expr(3, "args"), life.arguments.expr(4, "kwargs")
    if isinstance(args, f.Display) and not any(isinstance(item, f.Starred) for item in args.items):
        for item, param in zip(args.items, params, strict=False):
            if isinstance(item, f.Name):
                yield item.id, param
    if isinstance(named, f.Display) and named.kind == "dict":
        for key, item in zip(named.items[::2], named.items[1::2], strict=False):
            if isinstance(key, f.Const) and isinstance(item, f.Name) and key.value in params:
                yield item.id, str(key.value)


def filled_containers(program: Program) -> FilledContainers:
    """What the threads of this program are given to fill."""
    return FilledContainers(program)
