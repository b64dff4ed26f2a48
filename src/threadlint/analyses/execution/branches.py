"""Branches: `if` and `match`, whose arms are run apart and whose ends are joined."""
from __future__ import annotations

from ...model import facts as f
from ...program.values import UNKNOWN
from .blocks import run_block
from .conditions import asks_for_a_type, decided, refine
from .frame import ActiveFrame
from .reads import checks_in
from .state import State, joined


def run_if(frame: ActiveFrame, s: f.If) -> None:
    checks = checks_in(frame, s.test)
    frame.evaluator.test(s.test, frame)
    if frame.state is None:
        return
    truth = decided(frame, s.test)
    typed = asks_for_a_type(frame, s.test)
    frame.tested += typed
    before = frame.state.checks.copy()
    yes, no = refine(frame, s.test)
    for check in checks:
        yes.checks[check.location] = check
        no.checks[check.location] = check
    frame.state = yes
    if truth is not False:
        run_block(frame, s.body)
    else:
        frame.go_on_from(None)
    after_body = frame.state
    frame.state = no
    if truth is not True:
        run_block(frame, s.orelse)
    else:
        frame.go_on_from(None)
    after_else = frame.state
    frame.tested -= typed
    both = after_body is not None and after_else is not None
    merged = joined(after_body, after_else)
    if merged is not None and both:
        for check in checks:
            if merged.checks.get(check.location) is check:
                if check.location in before:
                    merged.checks[check.location] = before[check.location]
                else:
                    del merged.checks[check.location]
    frame.go_on_from(merged)


def run_match(frame: ActiveFrame, s: f.Match) -> None:
    frame.evaluator.evaluate_in(s.subject, frame)
    if frame.state is None:
        return
    after: State | None = None
    for case in s.cases:
        entry = frame.state.copy()
        for read in case.reads:
            frame.evaluator.evaluate_in(read, frame)
        for name in case.binds:
            frame.bind(name, UNKNOWN)
        if case.guard is not None:
            frame.evaluator.evaluate_in(case.guard, frame)
        run_block(frame, case.body)
        after = joined(after, frame.state)
        frame.state = entry
        if case.always:
            frame.go_on_from(None)
            break
    frame.go_on_from(joined(after, frame.state))
