"""A suppressing comment names a rule that does not exist.

## Why it hurts

The comment holds nothing back, though its author thinks it does; most often a digit or a letter is wrong.

## Example

```python
import threading

total_lock = threading.Lock()  # threadlint: ignore[THR199] shared by design  # expect: THR903
```

## Instead

Name the rule by the code or the name that threadlint prints.

```python
import threading

total_lock = threading.Lock()
```

## Stays silent when

- the comment is a `noqa`, which names the rules of other tools too.
"""
from __future__ import annotations

from ...model.finding import Finding, Rule, Severity
from ...model.place import Place

RULE = Rule("THR903", "unknown-rule-in-suppression", severity=Severity.WARNING)


def unknown(at: Place, module: str, named: str, suggestion: str | None) -> Finding:
    """The finding for a comment that names a rule nobody knows; `suggestion` is the nearest that exists."""
    hint = f"did you mean `{suggestion}`?" if suggestion else "`threadlint rule --all` lists the rules"
    return RULE.finding(at, f"there is no rule `{named}`", subjects=(named,), scope=module, help=hint)
