"""State of an object that all calls of something share, though it looks as if each call had its own.

Four shapes, by their text:

- *entered*: a class whose `__enter__` stores an attribute that its `__exit__` reads (a start time, a token), and one
  instance of which is
  entered by every call of a function that it decorates: `with self:` in the wrapper that its `__call__` returns, or a
  `contextlib.ContextDecorator` without a `_recreate_cm` of its own;
- *descriptor*: a `__get__` that looks for a value in its owner's `__dict__`, and makes and stores it where it is
  missing, without a
  lock: two threads that ask first make two;
- *vars*: a loop over `self.__dict__` of a class whose attributes are made on first use: the dict grows under the loop.

- *deleted*: a method that is no end of the object deletes an attribute which other methods read: they raise
  `AttributeError`.

Evidence is needed for the last three: that the object may be used by several threads is what a configuration
(`assume-threaded`) or a
comment says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.locks import LOCKISH_WORDS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, last_name
from ...program.traverse import walk
from .guards import exempt
from .shared_state import INIT_LIKE

_CONTEXT_DECORATORS = frozenset({"contextlib.ContextDecorator", "contextlib.AsyncContextDecorator"})
_ON_FIRST_USE = frozenset({
    "cached_property", "memoized_property", "memoized_attribute", "memoized_instancemethod", "reify", "lazy_property",
    "lazyproperty",
})  # fmt: skip


class SharedByCalls(NamedTuple):
    """A place where calls share an object's state. `what` is entered, descriptor, vars or deleted; `name` the
    attribute."""

    what: str
    function: Function
    at: f.Span
    name: str
    other: f.Span


def shared_by_calls(program: Program) -> list[SharedByCalls]:
    """Every such place, in order of module and place."""
    found: list[SharedByCalls] = []
    lazy = _lazy_classes(program)
    for cls in program.classes:
        found.extend(_entered(program, cls))
        found.extend(_descriptor(program, cls))
        found.extend(_vars(program, cls, lazy))
        found.extend(_deleted(program, cls))
    return sorted(found, key=lambda each: (each.function.module.name, each.at))


# --- entered by every call ----------------------------------------------------------------------------------------


def _entered(program: Program, cls: Class) -> Iterator[SharedByCalls]:
    enter, leave = cls.methods.get("__enter__"), cls.methods.get("__exit__")
    if enter is None or leave is None or enter.receiver_name is None:
        return
    stored = {
        name: binding.at
        for owner, name, binding in enter.index.attributes
        if owner == enter.receiver_name and binding.how == "value" and not isinstance(binding.expr, f.Const)
    }
    read = {node.attr for node in walk(leave.facts.body) if isinstance(node, f.Attr) and _is_own(leave, node)}
    names = sorted(stored.keys() & read)
    if not names:
        return
    call = cls.methods.get("__call__")
    if call is not None:
        for nested in call.nested:
            for node in walk(nested.facts.body):
                if isinstance(node, f.With) and any(dotted(item.context) == call.receiver_name for item in node.items):
                    yield SharedByCalls("entered", nested, node.items[0].context.at, names[0], stored[names[0]])
    elif program.hierarchy.is_a(cls, _CONTEXT_DECORATORS) and "_recreate_cm" not in cls.methods:
        yield SharedByCalls("entered", enter, stored[names[0]], names[0], enter.facts.name_at)


def _is_own(method: Function, node: f.Attr) -> bool:
    return isinstance(node.value, f.Name) and node.value.id == method.receiver_name


# --- made on first use --------------------------------------------------------------------------------------------


def _assumed(program: Program, function: Function) -> bool:
    return program.config.assumes_threaded(function.qualname)


def _descriptor(program: Program, cls: Class) -> Iterator[SharedByCalls]:
    get = cls.methods.get("__get__")
    if get is None or "__dict__" not in get.words or not _assumed(program, get) or _locks(get):
        return
    stores = [
        target
        for node in walk(get.facts.body)
        if isinstance(node, f.Assign) and isinstance(node.value, f.Call)
        for target in node.targets
        if isinstance(target, f.Item) and last_name(target.value) == "__dict__"
    ]
    looks = [
        node
        for node in walk(get.facts.body)
        if isinstance(node, f.Item)
        and last_name(node.value) == "__dict__"
        and all(node.at != store.at for store in stores)
    ]
    if stores and looks:
        yield SharedByCalls("descriptor", get, stores[0].at, cls.name, looks[0].at)


def _locks(function: Function) -> bool:
    return any(
        isinstance(node, f.With)
        and any(word in (last_name(item.context) or "").lower() for item in node.items for word in LOCKISH_WORDS)
        for node in walk(function.facts.body)
    )


def _deleted(program: Program, cls: Class) -> Iterator[SharedByCalls]:
    if cls.owns_a_docstring_against_threads:
        return
    for function in cls.own_functions:
        if (
            exempt(function)
            or function.name in INIT_LIKE
            or function.name.startswith("__")
            or not _assumed(program, function)
            or _locks(function)
        ):
            continue
        for node in walk(function.facts.body):
            if isinstance(node, f.Delete):
                for target in node.targets:
                    if isinstance(target, f.Attr) and _is_own(function, target) and not _is_property(cls, target.attr):
                        read = _read_elsewhere(program, cls, function, target.attr)
                        if read is not None:
                            yield SharedByCalls("deleted", function, target.at, target.attr, read)


def _is_property(cls: Class, name: str) -> bool:
    """Whether deleting an attribute calls a method, which says what that means."""
    return name in cls.methods


def _read_elsewhere(program: Program, cls: Class, function: Function, name: str) -> f.Span | None:
    """Where another method of the class reads an attribute without asking for it first."""
    for other in cls.module.functions:
        if (
            other is function
            or other.cls is None
            or name not in other.words
            or {"hasattr", "getattr", "AttributeError"} & other.words
            or other.name == "__init__"
        ):
            continue
        for node in walk(other.facts.body):
            if isinstance(node, f.Attr) and node.attr == name and other.name != "__init__":
                return node.at
    return None


def _lazy_classes(program: Program) -> set[Class]:
    """Classes some attribute of which is stored in the instance's dict on first use."""
    return {
        cls
        for cls in program.classes
        if any(_ON_FIRST_USE & function.decorator_names for function in cls.own_functions)
    }


def _vars(program: Program, cls: Class, lazy: set[Class]) -> Iterator[SharedByCalls]:
    family = (*program.hierarchy.mro(cls), *program.hierarchy.subclasses(cls))
    for function in cls.own_functions:
        if "__dict__" not in function.words or not _assumed(program, function) or lazy.isdisjoint(family):
            continue
        for node in walk(function.facts.body):
            loops = node.fors if isinstance(node, f.Comprehension) else (node,) if isinstance(node, f.ForLoop) else ()
            for loop in loops:
                source = loop.iter
                if (
                    isinstance(source, f.Call)
                    and isinstance(source.func, f.Attr)
                    and source.func.attr in ("items", "values", "keys")
                ):
                    source = source.func.value
                if isinstance(source, f.Attr) and source.attr == "__dict__" and _is_own(function, source):
                    yield SharedByCalls("vars", function, source.at, cls.name, function.facts.name_at)
