"""A lock is the default of a dataclass field, or of a parameter that a constructor keeps: all instances share it.

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
- the class is an ordinary one: a lock in its body guards what belongs to the class. Where all that is done under it
  changes attributes of the instance, that is told with low confidence.

"""
from __future__ import annotations

from collections.abc import Iterator

from ...analyses.locks.shared_defaults import shared_defaults
from ...knowledge.locks import LOCKS
from ...model.finding import Confidence, Finding, Rule, Severity
from ...program.program import Program

RULE = Rule("THR129", "lock-shared-by-default", severity=Severity.WARNING)

_SAID = {
    "field": ("the default of `{}`", "use `field(default_factory=…)`, so that each instance gets its own"),
    "parameter": ("the default of what `{}` is given", "let the default be `None`, and make a lock when it is"),
    "body": ("`{}`, for what belongs to each of them", "make the lock in `__init__`, one for each instance"),
}
_SURENESS = {"field": Confidence.HIGH, "parameter": Confidence.MEDIUM, "body": Confidence.LOW}


def check(program: Program) -> Iterator[Finding]:
    """One finding for each lock that instances come to share."""
    for each in program.ask(shared_defaults):
        what, help_ = _SAID[each.how]
        yield RULE.finding(
            program.place(each.cls, each.made.at),
            f"all instances of `{each.cls.facts.qualname}` share one `{LOCKS[each.kind].spelling}`, "
            + what.format(each.name),
            subjects=(f"{each.cls.qualname}.{each.name}",),
            scope=each.cls.qualname,
            help=help_,
            confidence=_SURENESS[each.how],
            label="made once, with the class",
        )
