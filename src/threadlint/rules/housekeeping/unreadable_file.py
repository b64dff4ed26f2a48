"""A file cannot be read or parsed, so nothing in it was checked.

## Why it hurts

What stands in the file is unknown: threads that it starts and locks that it takes are missing from the program, and
findings that need them are not made. Everything else is still checked.

## Example

```python
import threading

ledger_lock = threading.Lock()


def broken(:  # expect: THR900
    pass
```

## Instead

Mend the syntax, or save the file in the encoding that its first lines declare. Leave out files that are not meant to be
Python with `extend-exclude`.

```python
import threading

ledger_lock = threading.Lock()


def mended():
    pass
```

## Stays silent when

- the file is excluded;
- nothing in it concerns threads, so that it is not parsed at all.
"""
from __future__ import annotations

from ...model.finding import Finding, Rule, Severity
from ...model.place import Place

RULE = Rule("THR900", "unreadable-file", severity=Severity.ERROR)


def unreadable(at: Place, module: str, reason: str) -> Finding:
    """The finding for a file that could not be read or parsed, at the place where reading stopped."""
    return RULE.finding(
        at,
        f"cannot be read: {reason}",
        subjects=(module,),
        scope=module,
        help="mend the file, or leave it out with `extend-exclude`",
    )
