"""Loops: each body is run twice, so that what one iteration leaves meets the next."""
from __future__ import annotations

from ...model import facts as f
from ...program.symbols import last_name
from ...program.values import Obj
from .blocks import run_block, take_exits
from .conditions import constant_truth, refine
from .frame import ActiveFrame
from .reads import checks_in, listed_by
from .results import end_all, wait_for_results
from .state import State, joined

PASSES = 2


def run_while(frame: ActiveFrame, s: f.While) -> None:
    truth = constant_truth(s.test)
    after: State | None = None
    entry: State | None = frame.state
    frame.loops += 1
    outer_fresh, frame.fresh = frame.fresh, set()
    for _ in range(PASSES):
        if entry is None:
            break
        mark = len(frame.exits)
        frame.state = entry.copy()
        frame.fresh = set()
        checks = checks_in(frame, s.test)
        frame.evaluator.test(s.test, frame)
        if frame.state is None:
            break
        yes, no = refine(frame, s.test)
        if truth is not True:
            after = joined(no, after)
        for check in checks:
            yes.checks[check.location] = check
        frame.state = yes
        run_block(frame, s.body)
        end = joined(frame.state, take_exits(frame, mark, "continue"))
        broke = take_exits(frame, mark, "break")
        if broke is not None:
            after = joined(after, broke) if not s.orelse else after
            if s.orelse:
                frame.exits.append(("broke", broke))
        entry = joined(entry, end) if end is not None else None
    frame.loops -= 1
    frame.fresh = outer_fresh
    wait = _flag_wait(s)
    if wait is not None and after is not None:
        frame.explorer.awaits(frame, wait[0], wait[1], after)
    _after_loop(frame, s.orelse, after)


def _flag_wait(s: f.While) -> tuple[f.Name | f.Attr, f.Call] | None:
    """The flag and the call of `while not flag: condition.wait()`."""
    if not isinstance(s.test, f.Not) or not isinstance(s.test.value, (f.Name, f.Attr)) or len(s.body) != 1:
        return None
    inner = s.body[0]
    call = inner.value if isinstance(inner, f.Evaluate) else None
    if not isinstance(call, f.Call) or last_name(call.func) not in ("wait", "sleep"):
        return None
    return s.test.value, call


def run_for(frame: ActiveFrame, s: f.ForLoop) -> None:
    source = frame.evaluator.evaluate_in(s.iter, frame)
    if frame.state is None:
        return
    if s.is_async:
        frame.note("await", s.at, "async for")
    given = frame.evaluator.iterated(source, frame, s.iter)
    frame.iterates(source, s.iter)
    results = wait_for_results(frame, source, s.iter)
    addresses = frozenset(v.address for v in given if isinstance(v, Obj))
    listed = listed_by(frame, s)
    entry = frame.state
    after: State | None = None
    frame.loops += 1
    frame.iterated.append(addresses)
    outer_fresh, frame.fresh = frame.fresh, set()
    last: State | None = None
    for _ in range(PASSES):
        mark = len(frame.exits)
        frame.state = entry.copy()
        frame.fresh = set()
        if listed is not None:
            frame.state.checks[listed.location] = listed
        frame.bind(s.target, given)
        run_block(frame, s.body)
        last = joined(frame.state, take_exits(frame, mark, "continue"))
        broke = take_exits(frame, mark, "break")
        if broke is not None:
            if s.orelse:
                frame.exits.append(("broke", broke))
            else:
                after = joined(after, broke)
        if last is None:
            break
        ended = last.ended & addresses
        entry = entry.join(last)
        if ended:  # the loop goes over all of them, so at its end all have been waited for
            entry.ended |= ended
            entry.running -= ended
    frame.loops -= 1
    frame.iterated.pop()
    frame.fresh = outer_fresh
    frame.state = entry
    end_all(frame, results)
    _after_loop(frame, s.orelse, joined(entry, after))


def _after_loop(frame: ActiveFrame, orelse: tuple[f.Stmt, ...], after: State | None) -> None:
    frame.go_on_from(after)
    if orelse:
        if after is not None:
            run_block(frame, orelse)
        frame.go_on_from(joined(frame.state, take_exits(frame, 0, "broke")))
