"""A lock is the default of a dataclass field: all instances share it.

## Why it hurts

The default is made once, when the class is made. Objects that have nothing to do with each other wait for one
another, and two of them locked one inside the other wait for ever.

## Example

```python
import threading
from dataclasses import dataclass


@dataclass
class Account:
    balance: int
    lock: threading.Lock = threading.Lock()  # expect: THR129
```

## Instead

```python
import threading
from dataclasses import dataclass, field


@dataclass
class Account:
    balance: int
    lock: threading.Lock = field(default_factory=threading.Lock)
```

## Stays silent when

- the field is a `ClassVar`, or has no annotation: then it is meant to be one for all;
- the class is an ordinary one: a lock in its body guards what belongs to the class.

"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.lock_spots import excludes_threads, made_kind
from ...knowledge.locks import LOCKS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program
from ...program.symbols import Class, last_name
from ...program.values import Ext

RULE = Rule("THR129", "lock-shared-by-default", severity=Severity.WARNING)

_RECORDS = frozenset({
    "dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attr.dataclass", "attr.mutable", "attr.frozen",
    "attrs.define", "attrs.frozen", "attrs.mutable",
})  # fmt: skip
_FIELDS = frozenset({"field", "ib", "attrib", "Factory"})


def check(program: Program) -> Iterator[Finding]:
    """One finding for each field."""
    for cls in program.classes:
        if not cls.facts.decorators or not _is_record(program, cls):
            continue
        function = cls.parent or cls.module.top
        for statement in cls.facts.body:
            if not isinstance(statement, f.Assign) or not isinstance(statement.targets[0], f.Name):
                continue
            default = _default(statement)
            kind = made_kind(program, function, default)
            if default is None or kind is None or not excludes_threads(kind):
                continue
            name = statement.targets[0].id
            yield RULE.finding(
                program.place(cls, default.at),
                f"all instances of `{cls.facts.qualname}` share one `{LOCKS[kind].spelling}`, the default of `{name}`",
                subjects=(f"{cls.qualname}.{name}",),
                scope=cls.qualname,
                help="use `field(default_factory=…)`, so that each instance gets its own",
                confidence=Confidence.HIGH,
                label="made once, with the class",
            )


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
