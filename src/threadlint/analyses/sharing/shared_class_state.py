"""Containers of a class that instances change as if they were their own.

Domain: variables of class bodies that hold a list, dict or set and that no instance shadows; changes of them through
the receiver
(`self.rows.append(row)`) in methods that run on several threads without a common lock. Every instance changes the
same object.

Silent: attributes that somebody assigns, sets (who is in, and who is not), names that say that all instances share it
on purpose (`_registry`, `_cache`, `INSTANCES`, `ClassVar`), tables in which each instance has its own entry
(`self.locks[self.id]`), classes of one instance, classes that a function makes anew in each call, fields that a call
declares (`Field(default_factory=dict)`), caches of values that are worked out, a lock.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk, walk_expression
from .instances import Instances, instances
from .making import Making, making
from .shared_state import SharedState, Site, shared_state

_ON_PURPOSE = re.compile(
    r"regist|cache|instances|shared|global|pool|known|all_|singleton|memo|lookup|table|map$|types|classes",
    re.IGNORECASE,
)


class ThroughSelf(NamedTuple):
    """A change through the receiver, and a change on another thread."""

    site: Site
    other: Site


def shared_class_state(program: Program) -> list[ThroughSelf]:
    """Changes of class-level containers through `self`, once for each function, in order of place."""
    state: SharedState = program.ask(shared_state)
    makes: Making = program.ask(making)
    assigned = {
        name
        for function in program.functions
        for _, name, binding in function.index.attributes
        if binding.how == "value"
    }
    classes = {cls.qualname: cls for cls in program.classes}
    alone: Instances = program.ask(instances)
    made_by_calls = {cls.qualname for cls in program.classes if cls.parent is not None and not cls.parent.is_top}
    found: dict[object, ThroughSelf] = {}
    for shared in state.locations.values():
        start = shared.location
        if start.kind != "class" or start.key[1].isupper() or _ON_PURPOSE.search(start.key[1]):
            continue
        if start.key[0] in made_by_calls or start.key[1] in assigned:
            continue
        cls = classes.get(start.key[0])
        if cls is not None and (alone.made_once(cls) or _is_declared(cls, start.key[1]) or _by_own(cls, start.key[1])):
            continue
        kinds = {site.access.type for site in shared.sites if site.access.type}
        if kinds and all("set" in kind.lower() for kind in kinds):
            continue
        changes = [site for site in shared.changes if site.access.how in ("change", "item")]
        if all(_is_worked_out(makes, site) for site in changes):
            continue
        for site in changes:
            if _through_receiver(site):
                for other in changes:
                    if state.conflict(site, other):
                        found.setdefault((shared.key, site.function), ThroughSelf(site, other))
                        break
    return sorted(found.values(), key=lambda each: (each.site.function.module.name, each.site.event.at))


def _is_declared(cls: Class, attr: str) -> bool:
    """Whether a class says that an attribute belongs to all, or a call declares what each instance gets."""
    bindings = cls.body.bindings.get(attr, ())
    said = any(
        last_name(node) == "ClassVar"
        for binding in bindings
        if binding.how == "annotation" and binding.expr is not None
        for node in walk_expression(binding.expr)
        if isinstance(node, (f.Name, f.Attr))
    )
    called = [binding.expr.func for binding in bindings if isinstance(binding.expr, f.Call)]
    return said or any((last_name(func) or "").lower().endswith(("field", "attrib", "ib")) for func in called)


def _by_own(cls: Class, attr: str) -> bool:
    """Whether instances find their entry by what is theirs: `self.locks[self.id]`, `self.locks.get(self.id)`."""
    for method in cls.own_functions:
        for node in walk(method.facts.body):
            key: f.Expr | None = None
            if isinstance(node, f.Item):
                table, key = node.value, node.index
            elif isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.args:
                table, key = node.func.value, node.args[0].value
            if key is not None and _is_own(method, table, attr) and _is_own(method, key):
                return True
    return False


def _is_own(method: Function, expr: f.Expr, attr: str = "") -> bool:
    return (
        isinstance(expr, f.Attr)
        and isinstance(expr.value, f.Name)
        and expr.value.id == method.receiver_name
        and attr in ("", expr.attr)
    )


def _is_worked_out(makes: Making, site: Site) -> bool:
    """Whether a change puts in a value that anybody would work out alike: a cache."""
    value = site.access.value
    return site.access.how == "item" and value is not None and makes.idempotent(site.function, value) is True


def _through_receiver(site: Site) -> bool:
    """Whether the text of a change goes through `self`, in a method that is bound to an instance."""
    function = site.function
    method = function.method_of
    if method is None or method.is_classmethod or method.receiver_name is None:
        return False
    path = _path(function, site)
    return isinstance(path, f.Attr) and isinstance(path.value, f.Name) and path.value.id == method.receiver_name


def _path(function: Function, site: Site) -> f.Expr | None:
    value = site.access.value
    if site.access.how == "change" and isinstance(value, f.Call) and isinstance(value.func, f.Attr):
        return value.func.value
    for node in walk(function.facts.body):
        if isinstance(node, f.Item) and node.at == site.event.at:
            return node.value
    return None
