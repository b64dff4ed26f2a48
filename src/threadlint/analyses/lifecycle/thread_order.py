"""Calls on one thread in an order that cannot work, read off single blocks of statements.

Domain. Within one block, in order, the statements that are directly `t.start()`, `t.join(…)`, `t.daemon = …` or the
making of `t`, for paths `t` that surely hold a thread whose class does not replace those methods. A statement that
mentions the path in any other way makes it unknown again, and so does a compound statement: what is reported
happens whenever the block runs to that statement.

Two threads run *one after the other* when each is started and joined before the next starts, although both were
there to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.types import THREADS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, dotted
from ...program.traverse import walk
from ...program.values import Obj
from ..mentions import blocks_of
from .worker_loops import may_be_left

HARMLESS_BETWEEN = frozenset({"print", "append", "debug", "info", "warning", "add", "log", "format", "len", "str"})


class Step(NamedTuple):
    """A statement about one thread. `kind` is made, start, join, daemon or name."""

    kind: str
    path: str
    statement: Any
    call: f.Call | None


class Disorder(NamedTuple):
    """What goes wrong. `kind` is started-twice, joined-before-start, daemon-after-start, started-each-iteration,
    joined-in-start-loop or one-after-the-other; `first` is the earlier statement that it contradicts."""

    kind: str
    function: Function
    path: str
    at: f.Span
    first: f.Span


class _Order:
    def __init__(self, program: Program) -> None:
        self._program = program

    def run(self) -> Iterator[Disorder]:
        for function in self._program.functions:
            attributes = function.text.attributes
            if "start" in attributes or "join" in attributes:
                yield from self._block(function, function.facts.body, None)

    def _block(self, function: Function, body: tuple[Any, ...], loop: Any) -> Iterator[Disorder]:
        steps = [self._step(function, statement) for statement in body]
        if any(step is not None and step.kind in ("start", "join") for step in steps):
            yield from self._straight(function, body, steps)
            if loop is not None:
                yield from self._in_loop(function, body, steps, loop)
            yield from self._one_by_one(function, steps)
        for statement in body:
            if isinstance(statement, (f.Def, f.ClassDef)):
                continue
            for inner in (*blocks_of(statement, function),):
                is_loop = isinstance(statement, (f.While, f.ForLoop)) and inner is statement.body
                yield from self._block(function, inner, statement if is_loop else None)

    # --- statements ---------------------------------------------------------------------------------------------

    def _step(self, function: Function, statement: Any) -> Step | None:
        if isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call):
            call = statement.value
            if isinstance(call.func, f.Attr) and call.func.attr in ("start", "join", "setDaemon"):
                path = dotted(call.func.value)
                if path is not None and self._is_thread(function, call.func.value, call.func.attr):
                    return Step("daemon" if call.func.attr == "setDaemon" else call.func.attr, path, statement, call)
        elif isinstance(statement, f.Assign) and len(statement.targets) == 1 and statement.value is not None:
            target = statement.targets[0]
            if isinstance(target, f.Attr) and target.attr in ("daemon", "name"):
                path = dotted(target.value)
                if path is not None and self._is_thread(function, target.value, target.attr):
                    return Step(target.attr, path, statement, None)
            path = dotted(target)
            if path is not None and isinstance(statement.value, f.Call):
                return Step("made", path, statement, statement.value)
        return None

    def _is_thread(self, function: Function, expr: f.Expr, attr: str) -> bool:
        receiver = None
        method = function.method_of
        if method is not None and method.cls is not None and not method.is_classmethod:
            receiver = self._program.static.parameter_receiver(method.cls)
        values = self._program.static.evaluate(expr, function, receiver)
        return bool(values) and all(self._is_plain(value, attr) for value in values)

    def _starts_itself(self, function: Function, made: f.Call) -> str:
        """Whether making a thread also starts it: `surely`, when a statement of its constructor does; `never`, when no
        method of its class mentions that; else `perhaps`."""
        answers = set()
        for value in self._program.static.evaluate(made, function):
            answer = "never"
            if isinstance(value, Obj) and isinstance(value.type, Class):
                mro = self._program.hierarchy.mro(value.type)
                if any("start" in method.text.attributes for cls in mro for method in cls.own_functions):
                    answer = "perhaps"
                init = self._program.hierarchy.find(value.type, "__init__")
                if init is not None and any(_starts(statement, init.receiver_name) for statement in init.facts.body):
                    answer = "surely"
            answers.add(answer)
        return answers.pop() if len(answers) == 1 else "perhaps"

    def _is_plain(self, value: object, attr: str) -> bool:
        if not isinstance(value, Obj):
            return False
        if isinstance(value.type, Class):
            hierarchy = self._program.hierarchy
            return hierarchy.is_a(value.type, THREADS) and hierarchy.find(value.type, attr) is None
        return value.type in THREADS

    # --- one block ----------------------------------------------------------------------------------------------

    def _straight(self, function: Function, body: tuple[Any, ...], steps: list[Step | None]) -> Iterator[Disorder]:
        made: set[str] = set()
        started: dict[str, Any] = {}
        for statement, step in zip(body, steps, strict=True):
            if step is None:
                for path in [*made, *started]:
                    if mentions_path(statement, path, function):
                        made.discard(path)
                        started.pop(path, None)
                continue
            path = step.path
            if step.kind == "made":
                for known in [*made, *started]:
                    if known == path or known.startswith(f"{path}.") or mentions_path(step.call, known, function):
                        made.discard(known)
                        started.pop(known, None)
                if step.call is not None and self._is_thread(function, step.call, "start"):
                    how = self._starts_itself(function, step.call)
                    if how == "surely":
                        started[path] = statement
                    elif how == "never":
                        made.add(path)
            elif step.kind == "start":
                if path in started:
                    yield Disorder("started-twice", function, path, statement.at, started[path].at)
                started[path] = statement
                made.discard(path)
            elif step.kind == "join" and path in made:
                yield Disorder("joined-before-start", function, path, statement.at, statement.at)
                made.discard(path)
            elif step.kind == "daemon" and path in started:
                yield Disorder("daemon-after-start", function, path, statement.at, started[path].at)
                started.pop(path)

    def _in_loop(
        self, function: Function, body: tuple[Any, ...], steps: list[Step | None], loop: Any
    ) -> Iterator[Disorder]:
        for index, step in enumerate(steps):
            if step is None or step.kind != "start":
                continue
            root = step.path.partition(".")[0]
            bound = bound_in(loop)
            if "." not in step.path and root not in bound and root in function.binds:
                if not may_be_left(loop):
                    yield Disorder("started-each-iteration", function, step.path, step.statement.at, loop.at)
                continue
            for later in range(index + 1, len(body)):
                after = steps[later]
                if after is not None and after.kind == "join" and after.path == step.path:
                    if after.call is not None and not after.call.args and root in bound:
                        yield Disorder(
                            "joined-in-start-loop", function, step.path, after.statement.at, step.statement.at
                        )
                    break
                if not is_idle(body[later]):
                    break

    def _one_by_one(self, function: Function, steps: list[Step | None]) -> Iterator[Disorder]:
        """`a.start(); a.join(); b.start(); b.join()` with both made before."""
        made: list[str] = []
        pairs: list[tuple[Step, Step]] = []
        for index, step in enumerate(steps[:-1]):
            if step is None:
                continue
            if (
                step.kind == "made"
                and not pairs
                and step.call is not None
                and self._is_thread(function, step.call, "start")
            ):
                made.append(step.path)
            after = steps[index + 1]
            if (
                step.kind == "start"
                and step.path in made
                and after is not None
                and after.kind == "join"
                and after.path == step.path
            ) and after.call is not None and not after.call.args:
                pairs.append((step, after))
        if len(pairs) > 1 and len(pairs) == len(made):
            start, join = pairs[0]
            yield Disorder("one-after-the-other", function, start.path, join.statement.at, pairs[1][0].statement.at)


def _starts(statement: Any, name: str | None) -> bool:
    """Whether a statement is `self.start()`."""
    return (
        isinstance(statement, f.Evaluate)
        and isinstance(statement.value, f.Call)
        and name is not None
        and dotted(statement.value.func) == f"{name}.start"
    )


def mentions_path(node: Any, path: str, function: Function) -> bool:
    """Whether a statement or expression uses a path; for attributes, also whether it calls something that could
    change it."""
    root, _, attr = path.partition(".")
    for each in walk((node,)):
        if isinstance(each, f.Name) and each.id == root and not attr:
            return True
        if (
            attr
            and isinstance(each, (f.Attr, f.Call))
            and (isinstance(each, f.Call) or each.attr == attr.rpartition(".")[2])
        ):
            return True
        if isinstance(each, (f.Def, f.ClassDef, f.Lambda)):
            return True
    return False


def bound_in(loop: Any) -> frozenset[str]:
    """The names that a loop binds."""
    found: set[str] = set()
    nodes = list(walk(loop.body))
    if isinstance(loop, f.ForLoop):
        nodes.extend(walk((f.Evaluate(loop.at, loop.target),)))
        found.update(node.id for node in walk((f.Evaluate(loop.at, loop.target),)) if isinstance(node, f.Name))
    for node in nodes:
        if isinstance(node, f.Assign):
            found.update(
                t.id for target in node.targets for t in walk((f.Evaluate(node.at, target),)) if isinstance(t, f.Name)
            )
        elif isinstance(node, (f.Walrus,)):
            found.add(node.target.id)
        elif isinstance(node, f.ForLoop):
            found.update(t.id for t in walk((f.Evaluate(node.at, node.target),)) if isinstance(t, f.Name))
        elif isinstance(node, f.With):
            found.update(item.target.id for item in node.items if isinstance(item.target, f.Name))
    return frozenset(found)


def is_idle(statement: Any) -> bool:
    """Whether a statement does nothing that could be meant to run beside a thread."""
    if isinstance(statement, (f.If, f.While, f.ForLoop, f.With, f.Try, f.Match, f.Raise, f.Return)):
        return False
    for node in walk((statement,)):
        if isinstance(node, f.Call):
            name = (
                node.func.attr
                if isinstance(node.func, f.Attr)
                else node.func.id
                if isinstance(node.func, f.Name)
                else ""
            )
            if name not in HARMLESS_BETWEEN:
                return False
        if isinstance(node, (f.Await, f.Yield)):
            return False
    return True


def thread_order(program: Program) -> tuple[Disorder, ...]:
    """All disorders of this program, in order of place."""
    found = list(_Order(program).run())
    return tuple(sorted(found, key=lambda each: (each.function.module.name, each.at, each.kind)))
