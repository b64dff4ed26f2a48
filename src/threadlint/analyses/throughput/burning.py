"""Which functions burn processor time under the GIL, and why that is believed.

Domain. For a function: *evidence* (a list of reasons in words, each with its place) and *relief*: anything in it,
or in what it calls, that waits, does I/O, gives the GIL up, or is not known. A function burns when it has evidence
and no relief. Loops give evidence when they compute: arithmetic, indexing or comparisons of numbers, in a nested
loop, in a loop over a large range, in a `while` that counts or converges, or calls of `knowledge.burning.HEAVY` in
a loop; so does recursion that adds up its own results. What is called is judged in the same way, `DEEPEST` calls
deep; a call in a loop whose callee computes is evidence.

A call of something unknown is relief: what is not known may do I/O. That keeps the question honest, and the answer
often "no".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...knowledge import burning as table
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk
from ...program.values import Cls, Ext, ExtMethod, Fn, Obj
from ..failures.exceptions import is_logging

DEEPEST = 4
LARGE = 10_000
"""A loop over at least so many numbers is worth a word."""
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "^", "&", "|", "@"})


class Evidence(NamedTuple):
    """A reason to believe that a function computes."""

    function: Function
    at: f.Span
    reason: str
    strong: bool


class Verdict(NamedTuple):
    """What is known of one function. `relieved`: it waits, does I/O, or does something unknown."""

    evidence: tuple[Evidence, ...]
    relieved: bool

    @property
    def burns(self) -> bool:
        return bool(self.evidence) and not self.relieved


class Burning:
    """The answer: `of(function)`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Function, Verdict] = {}

    def of(self, function: Function, depth: int = 0) -> Verdict:
        """What is known of a function."""
        known = self._known.get(function)
        if known is None:
            self._known[function] = Verdict((), False)
            known = self._known[function] = self._judge(function, depth)
        return known

    def _judge(self, function: Function, depth: int) -> Verdict:
        if function.facts.is_async or (function.facts.is_generator and depth == 0):
            return Verdict((), True)
        evidence: list[Evidence] = []
        relieved = self._block(function, function.facts.body, [], evidence, depth)
        if not relieved:
            own = _recursion(function)
            if own is not None:
                evidence.append(own)
        return Verdict(tuple(evidence), relieved)

    def _block(
        self, function: Function, body: tuple[Any, ...], loops: list[Any], evidence: list[Evidence], depth: int
    ) -> bool:
        """Walk a block; true when something in it relieves."""
        for statement in body:
            kind = type(statement)
            if kind in (f.Def, f.ClassDef, f.Import, f.Scope, f.Jump):
                continue
            if kind is f.With:
                for item in statement.items:
                    if not _is_lockish(item.context):
                        return True
                if self._block(function, statement.body, loops, evidence, depth):
                    return True
            elif kind in (f.While, f.ForLoop):
                head = statement.test if kind is f.While else statement.iter
                if self._expression(function, head, loops, evidence, depth):
                    return True
                inner = [*loops, statement]
                if self._block(function, statement.body, inner, evidence, depth):
                    return True
                reason = _computes(self._program, function, statement, inner)
                if reason is not None:
                    evidence.append(Evidence(function, statement.at, *reason))
            elif kind in (f.If, f.Try, f.Match):
                head = getattr(statement, "test", getattr(statement, "subject", None))
                if head is not None and self._expression(function, head, loops, evidence, depth):
                    return True
                for name in ("body", "orelse", "final"):
                    if self._block(function, getattr(statement, name, ()) or (), loops, evidence, depth):
                        return True
                for each in getattr(statement, "cases", ()):
                    if self._block(function, each.body, loops, evidence, depth):
                        return True
            elif self._expression(function, statement, loops, evidence, depth):
                return True
        return False

    def _expression(
        self, function: Function, node: Any, loops: list[Any], evidence: list[Evidence], depth: int
    ) -> bool:
        for each in walk((node,)):
            if isinstance(each, (f.Await, f.Yield)) and not (isinstance(each, f.Yield) and depth):
                return True
            if isinstance(each, f.Call) and self._call(function, each, loops, evidence, depth):
                return True
            if isinstance(each, f.Comprehension):
                size = _size(self._program, function, each.fors[0].iter)
                nested = len(each.fors) > 1 or bool(loops)
                if any(
                    isinstance(n, f.BinOp) and n.op in _ARITHMETIC
                    for e in each.elements
                    for n in walk((f.Evaluate(each.at, e),))
                ) and ((size is not None and size >= LARGE) or nested):
                    evidence.append(
                        Evidence(function, each.at, "arithmetic for each item of a large range", size is not None)
                    )
        return False

    def _call(self, function: Function, call: f.Call, loops: list[Any], evidence: list[Evidence], depth: int) -> bool:
        if is_logging(call.func):
            return False
        name = last_name(call.func) or ""
        receiver = None
        method = function.method_of
        if method is not None and method.cls is not None and not method.is_classmethod:
            receiver = self._program.static.parameter_receiver(method.cls)
        values = self._program.static.evaluate(call.func, function, receiver)
        if not values:
            plain = isinstance(call.func, f.Attr) and name in table.PLAIN_METHODS
            return not plain or (name == "get" and not call.args)
        for value in values:
            if isinstance(value, Fn):
                if value.function is function:
                    continue
                if depth >= DEEPEST:
                    return True
                verdict = self.of(value.function, depth + 1)
                if verdict.relieved:
                    return True
                if verdict.evidence:
                    evidence.extend(each for each in verdict.evidence if each not in evidence)
            elif isinstance(value, Ext):
                if value.name in table.HEAVY and loops:
                    evidence.append(
                        Evidence(function, call.at, f"`{value.name.removeprefix('builtins.')}` in a loop", False)
                    )
                if value.name in ("builtins.sum", "builtins.sorted") and call.args:
                    size = _size(self._program, function, call.args[0].value)
                    if size is not None and size >= LARGE:
                        evidence.append(Evidence(function, call.at, f"`{name}` over {size:,} numbers", True))
                if value.name not in table.HOLDS and not value.name.startswith(
                    ("math.", "operator.", "itertools.", "builtins.")
                ):
                    return True
                if value.name in (
                    "builtins.open",
                    "builtins.input",
                    "builtins.exec",
                    "builtins.eval",
                    "builtins.__import__",
                ):
                    return True
            elif isinstance(value, ExtMethod):
                if (
                    value.owner not in table.HARMLESS_OWNERS
                    or (value.name in ("get", "join")
                    and "queue" in value.owner.lower())
                ):
                    return True
            elif isinstance(value, Cls):
                init = self._program.hierarchy.find(value.cls, "__init__")
                if init is not None and (depth >= DEEPEST or self.of(init, depth + 1).relieved):
                    return True
            elif isinstance(value, Obj) and isinstance(value.type, Class):
                return True
            else:
                return True
        return False


def _is_lockish(expr: f.Expr) -> bool:
    name = (last_name(expr) or "").lower()
    return any(word in name for word in ("lock", "mutex", "guard", "cond"))


def _recursion(function: Function) -> Evidence | None:
    """A function that adds up, or multiplies, what two calls of itself give: the recursive Fibonacci."""
    own = [
        node for node in walk(function.facts.body)
        if isinstance(node, f.Call) and last_name(node.func) == function.name and not isinstance(node.func, f.Call)
    ]  # fmt: skip
    if len(own) < 2:
        return None
    for node in walk(function.facts.body):
        if isinstance(node, f.BinOp) and node.op in _ARITHMETIC:
            inside = [each for each in walk((f.Evaluate(node.at, node),)) if each in own]
            if len(inside) >= 2:
                return Evidence(function, node.at, "numeric recursion", True)
    return None


def _size(program: Program, function: Function, source: f.Expr) -> int | None:
    """How many numbers a `range` of constants (or a generator over one) gives."""
    if isinstance(source, f.Comprehension):
        return _size(program, function, source.fors[0].iter)
    if not (
        isinstance(source, f.Call)
        and isinstance(source.func, f.Name)
        and source.func.id in ("range", "xrange")
        and source.args
    ):
        return None
    bounds = [constant(program, function, arg.value) for arg in source.args]
    if any(bound is None for bound in bounds):
        return None
    numbers = [int(bound) for bound in bounds if bound is not None]
    if len(numbers) == 3 and not numbers[2]:
        return None
    return max(len(range(*numbers)), 0)


def constant(program: Program, function: Function, expr: f.Expr) -> float | None:
    """The value of a numeric constant, a product or power of such, or a name that holds one."""
    if isinstance(expr, f.Const) and isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool):
        return expr.value
    if isinstance(expr, f.BinOp) and expr.op in ("*", "**", "+", "//"):
        left, right = constant(program, function, expr.left), constant(program, function, expr.right)
        if left is None or right is None or (expr.op == "**" and (right > 64 or left > 10_000)):
            return None
        if expr.op == "//":
            return left // right if right else None
        return left * right if expr.op == "*" else left + right if expr.op == "+" else left**right
    if isinstance(expr, f.Name):
        values = program.static.evaluate(expr, function)
        if len(values) == 1:
            value = getattr(values[0], "value", None)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return value
    return None


def _computes(program: Program, function: Function, loop: Any, loops: list[Any]) -> tuple[str, bool] | None:
    """Why a loop counts as computation, and whether that is strong; None when it does not."""
    if not _numeric(loop.body):
        return None
    if isinstance(loop, f.ForLoop):
        if not _numeric(loop.body, counting=False):
            return None  # a loop that only counts shows something else: a race, a lock
        size = _size(program, function, loop.iter)
        if size is not None:
            if size >= LARGE:
                return f"arithmetic in a loop over {size:,} numbers", True
            if len(loops) < 2:
                return None
        ranged = isinstance(loop.iter, f.Call) and last_name(loop.iter.func) in ("range", "xrange")
        if len(loops) > 1 and ranged:
            return "arithmetic in nested loops", True
        if ranged:
            return "arithmetic in a loop over a range", False
        return None
    if isinstance(loop, f.While):
        names = {n.id for n in walk((f.Evaluate(loop.at, loop.test),)) if isinstance(n, f.Name)}
        changed = {
            s.target.id for s in walk(loop.body) if isinstance(s, f.AugAssign) and isinstance(s.target, f.Name)
        } | {
            t.id for s in walk(loop.body) if isinstance(s, f.Assign) and _numeric((s,))
            for t in s.targets if isinstance(t, f.Name)
        }  # fmt: skip
        if names & changed and isinstance(loop.test, (f.Compare, f.BoolOp, f.Name)):
            return "a loop that counts in Python", len(loops) > 1 or _bound(program, function, loop.test) >= LARGE
    return None


def _bound(program: Program, function: Function, test: f.Expr) -> float:
    if not isinstance(test, f.Compare):
        return 0
    return max(abs(constant(program, function, side) or 0) for side in (test.left, test.right))


def _numeric(body: tuple[Any, ...], *, counting: bool = True) -> bool:
    """Whether statements do arithmetic on something that is not text; `x += 1` is arithmetic only if counting is."""
    for node in walk(body):
        if isinstance(node, f.AugAssign) and node.op in _ARITHMETIC and not _is_text(node.value):
            if counting or not isinstance(node.value, f.Const):
                return True
            continue
        if isinstance(node, f.BinOp) and node.op in _ARITHMETIC and not (_is_text(node.left) or _is_text(node.right)):
            return True
    return False


def _is_text(expr: f.Expr) -> bool:
    return (isinstance(expr, f.Const) and expr.kind in ("str", "bytes")) or (
        isinstance(expr, f.Other) and expr.kind in ("fstring", "joined")
    )


def burning(program: Program) -> Burning:
    """Which functions of this program burn processor time."""
    return Burning(program)
