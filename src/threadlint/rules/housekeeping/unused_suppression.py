"""A comment holds back findings that are not there.

## Why it hurts

The comment outlived its cause. It tells readers of a danger that is gone, and would hide the next one on its line.

## Example

```python
import threading

total_lock = threading.Lock()  # threadlint: ignore[THR101] one order only  # expect: THR901
```

## Instead

Remove the comment.

```python
import threading

total_lock = threading.Lock()
```

## Stays silent when

- only a part of the program was seen, for the finding may need the rest;
- the rule it names is not selected;
- the comment is a `noqa`, which other tools read too.
"""
from __future__ import annotations

from ...model.finding import Finding, Rule, Severity
from ...model.place import Place

RULE = Rule("THR901", "unused-suppression", severity=Severity.NOTE)


def unused(at: Place, module: str, named: tuple[str, ...], whole_file: bool) -> Finding:
    """The finding for a comment of which the given rules (none for a blanket one) hold nothing back."""
    what = ", ".join(f"`{each}`" for each in named) if named else "any rule"
    where = "in this file" if whole_file else "here"
    return RULE.finding(
        at,
        f"there is no finding of {what} to hold back {where}",
        subjects=named,
        scope=module,
        help="remove the comment" if not named else f"remove {what} from the comment",
    )
