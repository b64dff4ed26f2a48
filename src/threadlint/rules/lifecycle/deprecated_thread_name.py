"""An old name of `threading` is used.

## Why it hurts

The names in camel case, relics of Python 2, give a DeprecationWarning since Python 3.10, and `Thread.isAlive` is
gone since 3.9. The new names have been there since Python 2.6.

## Example

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.setDaemon(True)  # expect: THR322
thread.start()
thread.join()
```

## Instead

```python
import threading


def work():
    print("working")


thread = threading.Thread(target=work)
thread.daemon = True
thread.start()
thread.join()
```

## Stays silent when

- the object is not of `threading`;
- the function asks with `hasattr` or `getattr` which of the names there is.

## Fix

Safe: the new name is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...analyses.edits import name_span, replaced, text_of
from ...analyses.execution import Event, Execution, execution
from ...analyses.mentions import Mentions, mentions
from ...knowledge.thread_names import RENAMED, Renamed
from ...model import facts as f
from ...model.finding import Confidence, Edit, Finding, Fix, Rule, Severity
from ...program.program import Program
from ...program.symbols import Function, last_name

RULE = Rule("THR322", "deprecated-thread-name", severity=Severity.NOTE)

_OWNERS = {
    "thread": ("threading.Thread", "threading.Timer"),
    "condition": ("threading.Condition",),
    "event": ("threading.Event",),
}
_TELLING = frozenset({"setDaemon", "notifyAll", "isDaemon"})
"""Names that nothing but `threading` has ever had."""


def check(program: Program) -> Iterator[Finding]:
    """A finding for each call of an old name."""
    where = program.ask(mentions)
    seen: set[tuple[Function, f.Span]] = set()
    for event, old, renamed, confidence in _calls(program.ask(execution)):
        call = event.detail.node
        key = (event.function, event.at)
        if key in seen or not isinstance(call, f.Call) or last_name(call.func) != old:
            continue
        seen.add(key)
        deliberate = _asks_for_names(event.function, old, renamed.new)
        if not deliberate and not _expects_warning(where, event.function, call):
            yield _finding(program, where, event.function, call, old, renamed, confidence)
    for event in program.ask(execution).calls("threading.RLock"):
        if isinstance(event.detail.node, f.Call) and any(not arg.star for arg in event.detail.node.args):
            yield RULE.finding(
                program.place(event.function, event.at),
                "`RLock` takes no arguments: passing some is deprecated since Python 3.13, and an error from 3.15 on",
                subjects=("threading.RLock",),
                scope=event.function.qualname,
                help="write `RLock()`",
            )


def _calls(found: Execution) -> Iterator[tuple[Event, str, Renamed, Confidence]]:
    for kind, owners in _OWNERS.items():
        for old, renamed in RENAMED[kind].items():
            for event in found.calls(*(f"{owner}.{old}" for owner in owners)):
                yield event, old, renamed, Confidence.HIGH
            if old in _TELLING:
                for event in found.events("unknown"):
                    if isinstance(event.subject, f.Attr) and event.subject.attr == old:
                        yield event, old, renamed, Confidence.MEDIUM
    for old, renamed in RENAMED["module"].items():
        for event in found.calls(f"threading.{renamed.new}", f"threading.{old}"):
            yield event, old, renamed, Confidence.HIGH


def _finding(
    program: Program,
    where: Mentions,
    function: Function,
    call: f.Call,
    old: str,
    renamed: Renamed,
    confidence: Confidence,
) -> Finding:
    gone = f", and is gone since Python {renamed.gone[0]}.{renamed.gone[1]}" if renamed.gone else " since Python 3.10"
    new = {"set": f"{renamed.new} = …", "get": renamed.new, "rename": f"{renamed.new}()"}[renamed.how]
    return RULE.finding(
        program.place(function, call.at),
        f"`{old}` is a deprecated name{gone}",
        subjects=(f"threading.{old}",),
        scope=function.qualname,
        help=f"write `{new}`",
        confidence=confidence,
        fix=_fix(where, function, call, renamed),
    )


def _expects_warning(where: Mentions, function: Function, call: f.Call) -> bool:
    """Whether a `with` around the call is there for the warning that it gives."""
    return any(
        isinstance(item.context, f.Call) and last_name(item.context.func) in _FOR_WARNINGS
        for each in where.around(function, call)
        if isinstance(each, f.With)
        for item in each.items
    )


_FOR_WARNINGS = frozenset({"assertWarns", "assertWarnsRegex", "warns", "deprecated_call", "catch_warnings"})


def _asks_for_names(function: Function, old: str, new: str) -> bool:
    """Whether the function tests which name there is, or catches that it is missing."""
    for name in ("hasattr", "getattr"):
        if function.text.names.get(name):
            return True
    return bool(function.text.names.get("AttributeError")) or function.name in (old, new)


def _fix(where: Mentions, function: Function, call: f.Call, renamed: Renamed) -> Fix | None:
    func = call.func
    if not isinstance(func, f.Attr):
        return None  # imported by that name: the import would have to change as well
    edits: tuple[Edit, ...] = ()
    after = text_of(function, (func.at[1], call.at[1]))
    if renamed.how == "rename":
        edits = (replaced(function, name_span(func), renamed.new),)
    elif renamed.how == "get" and not call.args and after.replace(" ", "") == "()":
        edits = (replaced(function, (name_span(func)[0], call.at[1]), renamed.new),)
    elif (
        renamed.how == "set"
        and len(call.args) == 1
        and not call.args[0].star
        and "\n" not in after
        and "#" not in after
    ) and isinstance(where.parent(function, call), f.Evaluate):
        value = text_of(function, call.args[0].value.at)
        edits = (replaced(function, (name_span(func)[0], call.at[1]), f"{renamed.new} = {value}"),)
    return Fix(f"write `{renamed.new}`", edits) if edits else None
