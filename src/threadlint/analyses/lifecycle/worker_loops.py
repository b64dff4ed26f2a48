"""The loops that threads run, and what can end them.

A *worker loop* is a `while` loop of a function that a thread was started with, or of a method that such a function
calls on its own object (`DEEPEST` calls deep). It is *endless* when its test is constant and nothing in its body
leaves it: no `break` of its own, `return`, `raise`, or call that ends the thread. A body that asks a socket, a file
or another thing that can be closed under it may be left by the exception that closing raises, unless it catches
everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Function, last_name
from ...program.traverse import walk
from ..execution import Activation, Root, execution
from ..failures.exceptions import catches

DEEPEST = 3
_LEAVING_CALLS = frozenset({"exit", "_exit", "interrupt_main", "abort", "execv", "execl", "quit", "sys_exit", "fail"})
TELLS_BY_RAISING = frozenset({
    "accept", "recv", "recv_into", "recvfrom", "recv_bytes", "recv_multipart", "recv_string", "recv_json", "read",
    "readline", "readlines",
    "read1", "readinto", "readexactly", "select", "poll", "next", "__next__", "get_nowait", "receive", "next_event",
    "getevents", "send",
    "sendall", "consume", "listen", "handle_request", "os_read", "input", "getch", "fetch", "epoll_wait",
    "wait_for_event",
    "get_message", "write", "flush", "result", "popleft", "pop",
})  # fmt: skip
"""Methods that raise once their object is closed, or when there is nothing more."""


class WorkerLoop(NamedTuple):
    """A loop that a thread runs: `root` the thread, `function` where the loop stands."""

    root: Root
    function: Function
    loop: f.While

    @property
    def is_endless(self) -> bool:
        """Whether its test never fails."""
        return is_always_true(self.loop.test)


def is_always_true(test: f.Expr) -> bool:
    """`True`, `1`."""
    return isinstance(test, f.Const) and test.kind in ("bool", "int") and bool(test.value)


def worker_loops(program: Program) -> tuple[WorkerLoop, ...]:
    """The worker loops of this program, in order of place."""
    found: dict[tuple[Function, f.Span], WorkerLoop] = {}
    for root in program.ask(execution).roots:
        if root.kind != "thread" or root.domain != "thread":
            continue
        for function in _own_functions(root):
            for node in outermost_loops(function.facts.body):
                found.setdefault((function, node.at), WorkerLoop(root, function, node))
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].module.name, key[1])))


def _own_functions(root: Root) -> Iterator[Function]:
    """What a thread was started with, and the methods of the same object that it calls."""
    seen = {root.activation}
    pending: list[tuple[Activation, int]] = [(root.activation, 0)]
    for activation, depth in pending:
        yield activation.function
        if depth < DEEPEST:
            for edge in activation.edges.values():
                same = edge.callee.function.module is root.function.module
                if same and edge.callee not in seen and not edge.repeats:
                    seen.add(edge.callee)
                    pending.append((edge.callee, depth + 1))


def outermost_loops(body: tuple[Any, ...]) -> Iterator[f.While]:
    """`while` loops that are in no other loop."""
    for statement in body:
        if isinstance(statement, f.While):
            yield statement
        elif isinstance(statement, (f.If, f.With, f.Try, f.Match)):
            for name in ("body", "orelse", "final"):
                yield from outermost_loops(getattr(statement, name, ()) or ())
            for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                yield from outermost_loops(inner.body)


def may_be_left(loop: Any) -> bool:
    """Whether a jump, `return` or `raise` in the body of a loop may end it before its time: as one that tries again
    does."""
    return any(
        isinstance(node, (f.Return, f.Raise)) or (isinstance(node, f.Jump) and node.kind == "break")
        for node in walk(loop.body)
    )


def leads_out(loop: f.While) -> bool:
    """Whether anything in the body can end the loop: a jump of its own, `raise`, or a call that says so; or a call
    that raises when what it asks is closed, and is not caught."""
    return _block_leads_out(loop.body, 0, False)


def _block_leads_out(body: tuple[Any, ...], depth: int, caught: bool) -> bool:
    for statement in body:
        kind = type(statement)
        if kind is f.Return:
            return True
        if kind is f.Raise:
            if not caught:
                return True
        elif kind is f.Jump:
            if statement.kind == "break" and depth == 0:
                return True
        elif kind is f.While or kind is f.ForLoop:
            if _block_leads_out(statement.body, depth + 1, caught) or _block_leads_out(statement.orelse, depth, caught):
                return True
            if not caught and _calls_lead_out(
                (f.Evaluate(statement.at, statement.iter if kind is f.ForLoop else statement.test),)
            ):
                return True
        elif kind is f.If:
            if not caught and _calls_lead_out((f.Evaluate(statement.at, statement.test),)):
                return True
            if _block_leads_out(statement.body, depth, caught) or _block_leads_out(statement.orelse, depth, caught):
                return True
        elif kind is f.With:
            inside = caught or catches(statement)
            if _block_leads_out(statement.body, depth, inside):
                return True
        elif kind is f.Try:
            inside = caught or catches(statement)
            if _block_leads_out(statement.body, depth, inside):
                return True
            for handler in statement.handlers:
                if _block_leads_out(handler.body, depth, caught):
                    return True
            if _block_leads_out(statement.orelse, depth, caught) or _block_leads_out(statement.final, depth, caught):
                return True
        elif kind is f.Match:
            if any(_block_leads_out(case.body, depth, caught) for case in statement.cases):
                return True
        elif kind not in (f.Def, f.ClassDef) and (_ends(statement) or (not caught and _calls_lead_out((statement,)))):
            return True
    return False


def _ends(statement: Any) -> bool:
    return any(isinstance(node, f.Call) and last_name(node.func) in _LEAVING_CALLS for node in walk((statement,)))


def _calls_lead_out(body: tuple[Any, ...]) -> bool:
    for node in walk(body):
        if isinstance(node, (f.Yield, f.Await)):
            return True
        if isinstance(node, f.Call) and last_name(node.func) in TELLS_BY_RAISING:
            return True
    return False
