"""Attributes of objects whose users are not seen, made, looped over or taken away where others may be looking.

Three offences of classes, each told only where the user says that threads call (`assume-threaded`, a comment):

- *descriptor*: the `__get__` of a cache for any attribute looks for a value in its owner's `__dict__`, has the function
  that it was given make it where it is missing, and stores it, without a lock: two threads that ask first make two;
- *vars*: a loop over `self.__dict__` of a class some attribute of which is made on first use by such a descriptor: the
  dict grows under the loop;
- *deleted*: a method that is no end of the object deletes an attribute which methods of the class read, or others of
  an object that is known to be one of it: they raise `AttributeError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...knowledge.locks import LOCKISH_WORDS
from ...knowledge.making import LAZY_PROPERTIES
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk
from ...program.values import Cls, Ext, Obj
from .guards import exempt
from .shared_state import INIT_LIKE


class SharedByCalls(NamedTuple):
    """A place where calls share an object's state. `what` is descriptor, vars or deleted; `name` the attribute."""

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
        found.extend(_descriptor(program, cls))
        found.extend(_vars(program, cls, lazy))
        found.extend(_deleted(program, cls))
    return sorted(found, key=lambda each: (each.function.module.name, each.at))


def _is_own(method: Function, node: f.Attr) -> bool:
    return isinstance(node.value, f.Name) and node.value.id == method.receiver_name


# --- made on first use --------------------------------------------------------------------------------------------


def _assumed(program: Program, function: Function) -> bool:
    return program.config.assumes_threaded(function.qualname)


def _descriptor(program: Program, cls: Class) -> Iterator[SharedByCalls]:
    get = cls.methods.get("__get__")
    if get is None or {"__dict__", "vars"}.isdisjoint(get.words) or not _assumed(program, get) or _locks(get):
        return
    dicts = _names_of_dict(get)
    stores = [
        target
        for node in walk(get.facts.body)
        if isinstance(node, f.Assign) and node.value is not None and _is_given(get, node.value)
        for target in node.targets
        if isinstance(target, f.Item) and _is_dict(target.value, dicts)
    ]
    looks = [node.at for node in walk(get.facts.body) if _looks(node, dicts) and all(node.at != s.at for s in stores)]
    if stores and looks:
        yield SharedByCalls("descriptor", get, stores[0].at, cls.name, looks[0])


def _is_given(get: Function, value: f.Expr) -> bool:
    """Whether a value is made by what the descriptor keeps: `self.func(obj)`, or a local that was."""
    if isinstance(value, f.Name):
        return any(b.expr is not None and _is_given(get, b.expr) for b in get.bindings.get(value.id, ()) if b.expr)
    return isinstance(value, f.Call) and isinstance(value.func, f.Attr) and _is_own(get, value.func)


def _names_of_dict(function: Function) -> frozenset[str]:
    """Locals that stand for some object's `__dict__`."""
    return frozenset(
        name
        for name, bindings in function.bindings.items()
        if any(binding.how == "value" and binding.expr is not None and _is_dict(binding.expr) for binding in bindings)
    )


def _is_dict(expr: f.Expr, names: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is some object's `__dict__`: `obj.__dict__`, `vars(obj)`, or a local that is."""
    if isinstance(expr, f.Name):
        return expr.id in names
    if isinstance(expr, f.Call):
        return isinstance(expr.func, f.Name) and expr.func.id == "vars" and len(expr.args) == 1
    return isinstance(expr, f.Attr) and expr.attr == "__dict__"


def _looks(node: object, dicts: frozenset[str]) -> bool:
    """Whether a node looks for something in such a dict: `d[k]`, `k in d`, `d.get(k)`."""
    if isinstance(node, f.Item):
        return _is_dict(node.value, dicts)
    if isinstance(node, f.Compare):
        return node.op in ("in", "not in") and _is_dict(node.right, dicts)
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        return node.func.attr == "get" and _is_dict(node.func.value, dicts)
    return False


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
    """Where other code reads the attribute of an object of the class without asking for it first: methods on their own
    object, and functions of the module on one that is known to be of the class."""
    family = {*program.hierarchy.mro(cls), *program.hierarchy.subclasses(cls)}
    for other in cls.module.functions:
        if (
            other is function
            or name not in other.words
            or {"hasattr", "getattr", "AttributeError"} & other.words
            or other.name in INIT_LIKE
        ):
            continue
        for node in walk(other.facts.body):
            if isinstance(node, f.Attr) and node.attr == name and _may_be_of(program, other, node.value, family):
                return node.at
    return None


def _may_be_of(program: Program, function: Function, owner: f.Expr, family: set[Class]) -> bool:
    if isinstance(owner, f.Name) and owner.id == function.receiver_name:
        return function.cls in family
    return any(isinstance(v, Obj) and v.type in family for v in program.static.evaluate(owner, function))


def _lazy_classes(program: Program) -> set[Class]:
    """Classes some attribute of which is stored in the instance's dict on first use."""
    return {
        cls
        for cls in program.classes
        if any(_made_on_first_use(program, function) for function in cls.own_functions)
    }


def _made_on_first_use(program: Program, function: Function) -> bool:
    """Whether a decorator of a method is a descriptor that stores in its owner's `__dict__`: the program's own, or a
    library's."""
    for decorator in function.facts.decorators:
        for value in program.static.evaluate(decorator, function.parent or function.module.top):
            if isinstance(value, Ext) and value.name.rpartition(".")[2] in LAZY_PROPERTIES:
                return True
            get = program.hierarchy.find(value.cls, "__get__") if isinstance(value, Cls) else None
            if get is not None and any(_stores_in_dict(get, node) for node in walk(get.facts.body)):
                return True
    return False


def _stores_in_dict(get: Function, node: object) -> bool:
    targets = node.targets if isinstance(node, f.Assign) else ()
    dicts = _names_of_dict(get)
    return any(isinstance(target, f.Item) and _is_dict(target.value, dicts) for target in targets)


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
