"""A subclass of `Thread` takes a name that `Thread` itself uses.

## Why it hurts

`Thread` keeps its own state in attributes of the object. A subclass that assigns one of them, or defines a method
of that name, breaks the thread in strange ways: `start()` never returns, `join()` raises TypeError, the body never
runs. Which names those are differs from version to version, so that such code breaks when Python is updated.

## Example

```python
import threading


class Ticker(threading.Thread):
    def __init__(self):
        super().__init__()
        self._stop = threading.Event()  # expect: THR308

    def run(self):
        while not self._stop.wait(1.0):
            print("tick")


ticker = Ticker()
ticker.start()
ticker._stop.set()
ticker.join()
```

## Instead

```python
import threading


class Ticker(threading.Thread):
    def __init__(self):
        super().__init__()
        self._stop_event = threading.Event()

    def run(self):
        while not self._stop_event.wait(1.0):
            print("tick")


ticker = Ticker()
ticker.start()
ticker._stop_event.set()
ticker.join()
```

## Stays silent when

- no version from `target-version` on uses the name;
- an override of `start` or `join` calls the one that it overrides.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...knowledge.thread_names import API, RESERVED, Reserved, Version
from ...knowledge.types import THREADS
from ...model import facts as f
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program
from ...program.symbols import Class, Function
from ...program.traverse import walk

RULE = Rule("THR308", "reserved-thread-attribute", severity=Severity.ERROR)


def check(program: Program) -> Iterator[Finding]:
    """Findings for attributes and methods of classes that are threads, one for each name and class."""
    for cls in program.classes:
        if not program.hierarchy.is_a(cls, THREADS):
            continue
        for name, bindings in cls.attribute_bindings.items():
            reserved = RESERVED.get(name)
            binding = next((b for b in bindings if b.how in ("value", "item", "element", "enter")), None)
            if binding is None:
                continue
            if name in API and name not in cls.methods:
                yield _replaced(program, cls, name, binding.function, binding.at)
            elif reserved is not None and _applies(reserved, program.config.target_version):
                yield _finding(program, cls, name, reserved, binding.function, binding.at, "assigned")
        for name, method in cls.methods.items():
            reserved = RESERVED.get(name)
            if reserved is not None and _applies(reserved, program.config.target_version):
                at = (method.facts.at[0], method.facts.name_at[1])
                yield _finding(program, cls, name, reserved, method, at, "a method")
            elif name in API and not _calls_original(method, name):
                yield _overridden(program, cls, name, method)


def _applies(reserved: Reserved, target: Version | None) -> bool:
    """Whether some version that the program may run on uses the name."""
    return target is None or reserved.until is None or target < reserved.until


def _calls_original(method: Function, name: str) -> bool:
    """Whether an override calls what it overrides, or is only declared (`...`)."""
    if all(isinstance(s, f.Evaluate) and isinstance(s.value, f.Const) for s in method.facts.body):
        return True
    return any(
        isinstance(node, f.Attr) and node.attr in (name, f"_{name}", "_started") for node in walk(method.facts.body)
    )


def _versions(reserved: Reserved) -> str:
    if reserved.since is not None and reserved.until is not None:
        return f"on Python {_spelled(reserved.since)}"
    if reserved.since is not None:
        return f"on Python {_spelled(reserved.since)} and later"
    if reserved.until is not None:
        return f"on Python {_spelled((reserved.until[0], reserved.until[1] - 1))} and earlier"
    return "on every version of Python"


def _spelled(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def _finding(
    program: Program, cls: Class, name: str, reserved: Reserved, function: Function, at: f.Span, what: str
) -> Finding:
    return RULE.finding(
        program.place(function, at),
        f"`{cls.name}.{name}` is {what}, but `Thread` uses that name {_versions(reserved)}: {reserved.effect}",
        subjects=(f"{cls.qualname}.{name}",),
        scope=function.qualname,
        help=f"choose another name than `{name}`",
        confidence=Confidence.HIGH if reserved.loud else Confidence.LOW,
    )


def _replaced(program: Program, cls: Class, name: str, function: Function, at: f.Span) -> Finding:
    return RULE.finding(
        program.place(function, at),
        f"`{cls.name}.{name}` is assigned, but `{name}` belongs to `Thread`",
        subjects=(f"{cls.qualname}.{name}",),
        scope=function.qualname,
        help=f"choose another name than `{name}`",
        confidence=Confidence.HIGH if name in ("ident", "native_id") else Confidence.MEDIUM,
    )


def _overridden(program: Program, cls: Class, name: str, method: Function) -> Finding:
    return RULE.finding(
        program.place(method, (method.facts.at[0], method.facts.name_at[1])),
        f"`{cls.name}.{name}` replaces `Thread.{name}` without calling it; only `__init__` and `run` are for that",
        subjects=(f"{cls.qualname}.{name}",),
        scope=method.qualname,
        help=f"call `super().{name}(…)`, or choose another name",
        confidence=Confidence.MEDIUM if name in ("start", "join") else Confidence.LOW,
    )
