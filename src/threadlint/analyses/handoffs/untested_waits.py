"""Waits on a condition after which the code goes on without having asked for what it waits for.

Domain. A wait is *untested* when its outcome is not looked at and one of two things is true. *Never asked*: from taking
the condition to the wait nothing is tested, called or written, so that a notification that came before is lost; and
what follows goes on as if it had come. *Asked once*: the wait stands in the arm of an `if`, and what that `if` asked
about is taken (`pop`, `-= 1`, `busy = True`), or filled where a size was asked for, before it is asked again: another
waiter may have been first, or the time was up. A wait with a timeout may be a pause on purpose, after which counting
goes on; only taking out what may not be there breaks. So is a flag set back that wakes a loop.

Silent, because somebody asks: loops that ask, tests that follow, functions called by code that asks in a loop, and
functions that do no more than wait. Where something is begun under the condition before the wait, its notification
cannot be lost.

What it does not know: predicates kept in local variables, and tests in functions that are called before the wait.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.blocking import ENDERS, WAITS
from ...knowledge.logs import LEVELS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, dotted, handles, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import Address
from ..deadlocks.waiting import length_of
from ..execution import Activation, Edge, Event, execution, lock_of
from ..lifecycle.worker_loops import is_always_true
from ..mentions import Mentions, mentions
from ..parallel import parallel

WAIT = "threading.Condition.wait"
_ASKING = (f.If, f.While, f.ForLoop, f.Assert, f.Match, f.IfExp, f.Compare, f.BoolOp, f.Not, f.Comprehension)
_BESIDE = frozenset({*LEVELS, "print", "release", "notify", "notify_all", "notifyAll"})
_TAKING = frozenset({"pop", "popleft", "popitem", "remove"})
_FILLING = frozenset({"append", "appendleft", "add", "insert", "extend"})
_FORGIVING = frozenset({"IndexError", "KeyError", "LookupError", "ValueError", "Exception", "BaseException"})


class UntestedWait(NamedTuple):
    """One wait. `asked`: the test that is not repeated, with the path that it is about; None when nothing is asked.
    `relied`: where the code goes on as if what it waits for were so. `timed`: the wait may end by its time.
    `notified`: where others notify."""

    event: Event
    asked: f.Span | None
    path: str
    relied: f.Span
    timed: bool
    notified: tuple[Event, ...]


def untested_waits(program: Program) -> tuple[UntestedWait, ...]:
    """All of them, once for each place, in order of place."""
    where, running = program.ask(mentions), program.ask(parallel)
    notifiers: dict[Address, list[Event]] = defaultdict(list)
    waits: dict[tuple[Function, f.Span], list[Event]] = defaultdict(list)
    for event in program.ask(execution).events("call"):
        if event.subject == WAIT and running.is_met(event):
            waits[event.function, event.at].append(event)
        elif event.subject in ENDERS["condition"] and event.detail.receiver is not None:
            notifiers[event.detail.receiver.address].append(event)
    callers = _callers(program) if waits else {}
    found = []
    for key in sorted(waits, key=lambda key: (key[0].module.name, key[1])):
        events = waits[key]
        judged = [_judge(where, event, callers) for event in events]
        if all(judged):  # in every context
            first = judged[0]
            assert first is not None
            heard = notifiers.get(first.event.detail.receiver.address, ())
            found.append(first._replace(notified=tuple(heard)))
    return tuple(found)


def _callers(program: Program) -> dict[Function, list[tuple[Activation, Edge]]]:
    found: dict[Function, list[tuple[Activation, Edge]]] = defaultdict(list)
    for callee, calls in program.ask(execution).callers.items():
        found[callee.function].extend(calls)
    return found


def _judge(
    where: Mentions, event: Event, callers: dict[Function, list[tuple[Activation, Edge]]]
) -> UntestedWait | None:
    function, node = event.function, event.detail.node
    statement = where.parent(function, node)
    receiver = event.detail.receiver
    if receiver is None or not isinstance(statement, f.Evaluate):
        return None
    lock = lock_of(receiver).address
    hold = next((each for each in event.held if each.lock is lock), None)
    if hold is None:
        return None
    length, _ = length_of(WAITS[WAIT], event.detail.arguments)
    timed = length != "forever"
    once = _asked_once(where, function, statement, timed)
    if once is not None:
        return UntestedWait(event, once[0], once[1], once[2], timed, ())
    if hold.activation is not event.activation or length == "short" or _asks_before(where, event, hold.at, statement):
        return None
    relied = _relied(where, event, statement, timed)
    if relied is None or any(_asks_in_a_loop(where, *step) for step in callers.get(function, ())):
        return None
    return UntestedWait(event, None, "", relied, timed, ())


# --- never asked ----------------------------------------------------------------------------------------------------


def _asks_before(where: Mentions, event: Event, taken: f.Span, statement: f.Evaluate) -> bool:
    """Whether between taking the condition and the wait, or around the wait, something is tested or begun."""
    function = event.function
    for around in where.around(function, statement):
        if isinstance(around, f.While) and not is_always_true(around.test):
            return True
        if isinstance(around, (f.If, f.Match)) and not (isinstance(around, f.If) and _is_about_time(function, around)):
            return True
        if isinstance(around, f.Handler):
            return True
    first, last = taken[1], statement.at[0]
    for kind in (*_ASKING, f.Assign, f.AugAssign, f.Call, f.Yield):
        for node in function.text.nodes.get(kind, ()):
            if first <= node.at[0] < last and not _is_beside(node) and not _asks_for_time(where, function, node):
                return True
    return False


def _is_about_time(function: Function, branch: f.If) -> bool:
    """Whether an `if` asks only whether an argument was given: `if timeout is None`."""
    test = branch.test
    if not isinstance(test, f.Compare) or not isinstance(test.left, f.Name) or not isinstance(test.right, f.Const):
        return False
    return test.right.kind == "none" and test.left.id in function.param_names


def _asks_for_time(where: Mentions, function: Function, node: Any) -> bool:
    """Whether a node is such an `if`, or stands in its test."""
    for each in (node, *where.around(function, node)):
        if isinstance(each, f.If):
            return _is_about_time(function, each)
        if isinstance(each, (f.Evaluate, f.Assign, f.With, f.Try)):
            return False
    return False


def _is_beside(node: Any) -> bool:
    """Whether a call has nothing to do with what is waited for."""
    return isinstance(node, f.Call) and last_name(node) in _BESIDE


def _relied(where: Mentions, event: Event, statement: Any, timed: bool) -> f.Span | None:
    """Where the code behind the wait goes on without a question; None when it asks, or does nothing."""
    for each in _following(where, event.function, statement):
        if isinstance(each, f.Jump) and each.kind == "pass":
            continue
        if isinstance(each, (f.Jump, f.Raise)) or any(isinstance(node, _ASKING) for node in walk((each,))):
            return None
        if isinstance(each, f.Return):
            if each.value is None or (isinstance(each.value, f.Const) and each.value.kind == "none"):
                return None
            claims = isinstance(each.value, f.Const) and each.value.value is True
            return each.at if claims or not timed else None
        calls = [node for node in walk((each,)) if isinstance(node, f.Call)]
        if any(_asks(event.activation, call) for call in calls):
            return None
        if (isinstance(each, f.Evaluate) and isinstance(each.value, f.Call) and last_name(each.value) not in (
            _BESIDE - {"print"}
        )) or (calls and isinstance(each, (f.Assign, f.AugAssign))):  # fmt: skip
            return None if timed else each.at
    return None


def _asks(activation: Activation, call: f.Call) -> bool:
    """Whether what is called asks something before it goes on."""
    return any(
        edge.at == call.at and any(edge.callee.function.text.nodes.get(kind) for kind in _ASKING)
        for edge in activation.edges.values()
    )


def _asks_in_a_loop(where: Mentions, caller: Activation, edge: Edge) -> bool:
    """Whether a call stands in a loop that asks."""
    for node in caller.function.text.nodes.get(f.Call, ()):
        if node.at == edge.at:
            loop = where.loop(caller.function, node)
            if isinstance(loop, f.While) and not is_always_true(loop.test):
                return True
            if loop is None or isinstance(loop, f.Comprehension):
                return False
            return any(isinstance(each, (f.If, f.While, f.Match)) for each in walk(loop.body))
    return False


def _following(where: Mentions, function: Function, statement: Any) -> Iterator[Any]:
    """The statements behind one, in order, up to the first that leads away, and to the end of the innermost loop or of
    the function. Of `with` and `try` come the bodies, not the handlers."""
    for each in _behind(where, function, statement):
        yield each
        if isinstance(each, (f.Return, f.Raise)) or (isinstance(each, f.Jump) and each.kind != "pass"):
            return


def _behind(where: Mentions, function: Function, statement: Any) -> Iterator[Any]:
    here = statement
    while True:
        block, position = where.siblings(function, here)
        for each in block[position + 1 :]:
            yield from _opened(each)
        above = where.parent(function, here)
        if isinstance(above, f.Handler):
            above = where.parent(function, above)
        elif isinstance(above, f.Try):
            rest = above.body, above.orelse, above.final
            for later in rest[next((i for i, each in enumerate(rest) if each is block), 2) + 1 :]:
                for each in later:
                    yield from _opened(each)
        if above is None or isinstance(above, (f.While, f.ForLoop)):
            return
        here = where.statement(function, above)
        if here is None:
            return


def _opened(statement: Any) -> Iterator[Any]:
    if isinstance(statement, f.With):
        for each in statement.body:
            yield from _opened(each)
    elif isinstance(statement, f.Try):
        for each in (*statement.body, *statement.orelse, *statement.final):
            yield from _opened(each)
    else:
        yield statement


# --- asked once -----------------------------------------------------------------------------------------------------


def _asked_once(
    where: Mentions, function: Function, statement: Any, timed: bool
) -> tuple[f.Span, str, f.Span] | None:
    """The test before the wait, what it asked about, and where that is taken before it is asked again."""
    inner: Any = statement
    tests: dict[str, f.If] = {}
    for around in where.around(function, statement):
        if isinstance(around, f.If) and any(inner is each for each in around.body):
            for path in _paths(around.test):
                tests.setdefault(path, around)
        if isinstance(around, f.While):
            for path in _paths(around.test):
                tests.pop(path, None)
        if isinstance(around, f.Handler) or (isinstance(around, f.ForLoop) and not tests):
            return None
        inner = around
    for each in _following(where, function, statement):
        for node in walk((each,)):
            asked = node.test if isinstance(node, (f.If, f.While, f.IfExp, f.Assert)) else None
            if asked is not None:
                for path in _paths(asked):
                    tests.pop(path, None)
            taken = _taken(node, tests) if timed else _taken(node, tests) or _counted(function, node, tests)
            if taken is not None and not _forgiven(where, function, node):
                return tests[taken].at, taken, node.at
    return None


def _paths(test: f.Expr) -> set[str]:
    """Every path that a test mentions."""
    paths = {dotted(node) for node in walk_expression(test) if isinstance(node, (f.Name, f.Attr))}
    return {path for path in paths if path is not None and path not in ("self", "cls")}


def _taken(node: Any, tests: dict[str, f.If]) -> str | None:
    """Which of the containers that were asked for a node takes something from."""
    path: str | None = None
    if isinstance(node, f.Call) and last_name(node) == "heappop":
        path = dotted(node.args[0].value) if node.args else None
    elif isinstance(node, f.Call) and isinstance(node.func, f.Attr):
        path = dotted(node.func.value) if node.func.attr in _TAKING and len(node.args) < 2 else None
    elif isinstance(node, f.Delete) and len(node.targets) == 1 and isinstance(node.targets[0], f.Item):
        path = dotted(node.targets[0].value)
    return path if path in tests else None


def _counted(function: Function, node: Any, tests: dict[str, f.If]) -> str | None:
    """Which of the paths a node counts up or down, fills where a size was asked for, or marks as taken."""
    path: str | None = None
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in _FILLING:
        path = dotted(node.func.value)
    elif isinstance(node, f.AugAssign) and node.op in ("+", "-"):
        path = dotted(node.target)
    elif isinstance(node, f.Assign) and isinstance(node.value, f.Const) and node.value.value is True:
        path = dotted(node.targets[0])
    if path is None or path not in tests or _is_local(function, path, node):
        return None
    test = tests[path].test
    if isinstance(node, f.Assign):
        return path if any(dotted(each) == path for each in (*getattr(test, "values", ()), test)) else None
    sized = any(isinstance(each, f.Compare) and each.op[0] in "<>=" for each in walk_expression(test))
    takes = isinstance(node, f.AugAssign) and node.op == "-"
    return path if sized or takes else None


def _is_local(function: Function, path: str, node: Any) -> bool:
    """Whether a statement binds a variable of the function itself."""
    if "." in path or not isinstance(node, (f.Assign, f.AugAssign)):
        return False
    return not any(path in scope.names for scope in function.text.nodes.get(f.Scope, ()))


def _forgiven(where: Mentions, function: Function, node: Any) -> bool:
    """Whether an error tells that there was nothing to take, and is handled."""
    inner = node
    for around in where.around(function, node):
        if isinstance(around, f.Try) and any(inner is each for each in around.body):
            for handler in around.handlers:
                if handles(handler, _FORGIVING):
                    return True
        inner = around
    return False
