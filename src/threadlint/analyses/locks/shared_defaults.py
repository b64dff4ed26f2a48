"""Locks that are made once and that all instances of a class come to share.

Domain. The default of a field of a dataclass or attrs class, and the default of a constructor's parameter that is kept
in an attribute: the author meant one for each object. A lock in the body of an ordinary class is meant for the class,
unless all that is ever done under it changes attributes of the instance at hand (`guards_instances`).
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.values import Address, Ext
from ..execution import execution
from .lock_spots import excludes_threads, made_kind

_RECORDS = frozenset({
    "dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attr.dataclass", "attr.mutable", "attr.frozen",
    "attrs.define", "attrs.frozen", "attrs.mutable",
})  # fmt: skip
_FIELDS = frozenset({"field", "ib", "attrib", "Factory"})


class SharedDefault(NamedTuple):
    """`made` is the call that makes the one lock, of a `kind`; `how` is field, parameter or body; `name` that of the
    field, attribute or variable."""

    cls: Class
    made: f.Expr
    kind: str
    how: str
    name: str


def shared_defaults(program: Program) -> list[SharedDefault]:
    """Every such lock, in order of class and place."""
    found: list[SharedDefault] = []
    guarding = _Guarding(program)
    for cls in program.classes:
        home = cls.parent or cls.module.top
        if _is_record(program, cls):
            made = _of_fields(cls)
        else:
            made = [*_of_parameters(cls), *((each, "body", name) for name, each in _of_body(cls))]
        for expr, how, name in made:
            kind = made_kind(program, home, expr)
            if kind is not None and excludes_threads(kind):
                if how != "body" or guarding.instances_only(cls, name):
                    found.append(SharedDefault(cls, expr, kind, how, name))
    return found


def _of_fields(cls: Class) -> list[tuple[f.Expr, str, str]]:
    found = []
    for statement in cls.facts.body:
        if isinstance(statement, f.Assign) and isinstance(statement.targets[0], f.Name):
            default = _default(statement)
            if default is not None:
                found.append((default, "field", statement.targets[0].id))
    return found


def _of_parameters(cls: Class) -> Iterator[tuple[f.Expr, str, str]]:
    """Defaults of the constructor's parameters that it keeps."""
    init = cls.methods.get("__init__")
    if init is None:
        return
    defaults = {param.name: param.default for param in init.params if isinstance(param.default, f.Call)}
    for owner, attr, binding in init.index.attributes if defaults else ():
        if owner == init.receiver_name and isinstance(binding.expr, f.Name):
            default = defaults.get(binding.expr.id)
            if default is not None:
                yield default, "parameter", attr


def _of_body(cls: Class) -> Iterator[tuple[str, f.Expr]]:
    for name, bindings in cls.body.bindings.items():
        expr = bindings[-1].expr
        if len(bindings) == 1 and bindings[0].how == "value" and isinstance(expr, f.Call):
            yield name, expr


class _Guarding:
    """What is done under locks of class bodies."""

    def __init__(self, program: Program) -> None:
        run = program.ask(execution)
        self._owners = run.explorer.owners
        self._changing: dict[tuple[str, str], set[Function]] = defaultdict(set)
        self._other: set[tuple[str, str]] = set()
        for activation in run.activations:
            for event in activation.events.values():
                for hold in event.held:
                    if hold.lock.kind == "class":
                        self._note(hold.lock.key, event.kind, event.subject, event.detail, event.function)

    def _note(self, lock: tuple[str, str], kind: str, subject: object, detail: object, function: Function) -> None:
        if kind == "access" and isinstance(subject, Address):
            owner = self._owners.get(subject)
            if subject.kind == "field" and owner is not None and owner.qualname == lock[0]:
                if getattr(detail, "how", "") not in ("read", "iterate"):
                    self._changing[lock].add(function)
                return
            self._other.add(lock)
        elif kind in ("call", "unknown", "spawn", "yield", "await") and not str(subject).startswith("builtins."):
            self._other.add(lock)

    def instances_only(self, cls: Class, name: str) -> bool:
        """Whether under the lock nothing happens but changes of the instance's own attributes, in two functions."""
        lock = (cls.qualname, name)
        return len(self._changing.get(lock, ())) > 1 and lock not in self._other


def _is_record(program: Program, cls: Class) -> bool:
    function = cls.parent or cls.module.top
    for decorator in cls.facts.decorators:
        expr = decorator.func if isinstance(decorator, f.Call) else decorator
        if any(isinstance(v, Ext) and v.name in _RECORDS for v in program.static.evaluate(expr, function)):
            return True
    return False


def _default(statement: f.Assign) -> f.Expr | None:
    """The default of a field: the value of an annotated assignment, or what `field(default=…)` says."""
    value, annotation = statement.value, statement.annotation
    if isinstance(value, f.Call) and last_name(value.func) in _FIELDS:
        return next((arg.value for arg in value.args if arg.keyword == "default"), None)
    outer = annotation.value if isinstance(annotation, f.Item) else annotation
    if annotation is None or (isinstance(outer, (f.Name, f.Attr)) and last_name(outer) == "ClassVar"):
        return None
    return value
