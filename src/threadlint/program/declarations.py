"""What the authors of a program declare about threads: in comments, annotations, names and docstrings.

- `# threadlint: thread-safe` on a class (or above it), or above the first statement of a module: any thread may call
  it;
- `# guarded-by: self._lock` on an assignment, or `Annotated[T, GuardedBy("_lock")]`: only touched with the lock held;
- `# requires: self._lock` on a `def` (or above it), or a name that ends in `_locked`: only called with the lock held.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..model import facts as f
from ..model.place import LineMap
from .symbols import Binding, Class, Function, Module, last_name

_GUARDED = re.compile(r"guarded[-_ ]by:\s*([A-Za-z_][\w.]*)", re.IGNORECASE)
_REQUIRES = re.compile(r"requires:\s*([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*)", re.IGNORECASE)
_SAFE = re.compile(r"threadlint:\s*thread-safe", re.IGNORECASE)


class Guarded(NamedTuple):
    """`name` of a class (or, with None, of a module) is declared to be guarded by the lock that the path `lock` names,
    without its `self.`."""

    owner: Class | None
    name: str
    lock: str
    at: f.Span


class Declarations:
    """The declarations of one module."""

    def __init__(self, module: Module) -> None:
        self._lines = LineMap(module.source.text)
        self._module = module
        self.guarded: list[Guarded] = []
        self.safe_classes: set[Class] = set()
        self.safe_module = False
        self._requires: dict[Function, tuple[str, ...]] = {}
        self._read_annotations()
        if module.facts.comments:
            self._read_comments()

    def requires(self, function: Function) -> tuple[str, ...]:
        """The locks that a comment demands of the callers, as paths without their `self.`."""
        return self._requires.get(function, ())

    def _read_comments(self) -> None:
        line_of = self._lines.line_of
        assigned = self._assignments()
        headers = {line_of(function.facts.at[0]): function for function in reversed(self._module.functions[1:])}
        for function in self._module.functions[1:]:
            headers.setdefault(line_of(function.facts.name_at[1]), function)
        classes = {line_of(cls.facts.name_at[0]): cls for cls in self._module.classes}
        decorated = {
            line_of(d.at[0]) - 1: function for function in self._module.functions for d in function.facts.decorators[:1]
        }
        first = min((line_of(s.at[0]) for s in self._module.top.facts.body), default=0) if self._module.functions else 0
        for comment in self._module.facts.comments:
            line = line_of(comment.at[0])
            target = line + 1 if comment.own_line else line
            if (found := _GUARDED.search(comment.text)) is not None:
                for owner, binding in assigned.get(target, ()):
                    self.guarded.append(Guarded(owner, binding.name, _own(found[1]), binding.at))
            elif (found := _REQUIRES.search(comment.text)) is not None:
                required = headers.get(target) or decorated.get(line)
                if required is not None:
                    self._requires[required] = tuple(_own(each.strip()) for each in found[1].split(","))
            elif _SAFE.search(comment.text) is not None:
                if target in classes:
                    self.safe_classes.add(classes[target])
                elif line <= first:
                    self.safe_module = True

    def _assignments(self) -> dict[int, list[tuple[Class | None, Binding]]]:
        """Assignments of attributes and globals by the line they start in."""
        found: dict[int, list[tuple[Class | None, Binding]]] = {}
        for cls in self._module.classes:
            for bindings in (*cls.attribute_bindings.values(), *cls.body.bindings.values()):
                for binding in bindings:
                    if binding.how in ("value", "annotation", "item"):
                        found.setdefault(self._lines.line_of(binding.at[0]), []).append((cls, binding))
        for bindings in self._module.top.bindings.values() if self._module.functions else ():
            for binding in bindings:
                if binding.how in ("value", "annotation", "item"):
                    found.setdefault(self._lines.line_of(binding.at[0]), []).append((None, binding))
        return found

    def _read_annotations(self) -> None:
        for cls in self._module.classes:
            for bindings in (*cls.attribute_bindings.values(), *cls.body.bindings.values()):
                self._annotated(cls, bindings)
        for bindings in self._module.top.bindings.values() if self._module.functions else ():
            self._annotated(None, bindings)

    def _annotated(self, owner: Class | None, bindings: list[Binding]) -> None:
        for binding in bindings:
            if (
                binding.how == "annotation"
                and isinstance(binding.expr, f.Item)
                and last_name(binding.expr.value) == "Annotated"
            ):
                index = binding.expr.index
                for part in index.items if isinstance(index, f.Display) else ():
                    if isinstance(part, f.Call) and last_name(part.func) == "GuardedBy" and part.args:
                        lock = part.args[0].value
                        if isinstance(lock, f.Const) and isinstance(lock.value, str):
                            self.guarded.append(Guarded(owner, binding.name, _own(lock.value), binding.at))


def _own(path: str) -> str:
    return path.removeprefix("self.").removeprefix("cls.")
