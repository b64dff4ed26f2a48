"""A rule failed and could not say anything; the fault is threadlint's.

## Why it hurts

What that rule would have found is missing from this run. All other rules did their work.

## Example

Any message of the form

```text
rule `THR101` failed: KeyError: 'ledger'
```

## Instead

Run again with `--verbose`, which prints where the rule failed, and report it. Until it is mended, `--ignore` the
failing rule to keep the run quiet.

## Stays silent when

- no rule fails.
"""
from __future__ import annotations

from ...model.finding import Finding, Rule, Severity
from ...model.place import Place

RULE = Rule("THR902", "internal-error", severity=Severity.ERROR)


def failed(at: Place, rule: Rule, error: BaseException) -> Finding:
    """The finding for a rule that raised instead of judging."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return RULE.finding(
        at,
        f"rule `{rule.code}` failed: {reason[:120]}",
        subjects=(rule.code,),
        help=f"report this; `--ignore {rule.code}` keeps the run quiet until it is mended",
    )
