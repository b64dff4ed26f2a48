"""Worker loops that foreign code can end with an exception.

Domain. A worker loop that *serves*: it takes items from a queue, marks them as done, waits or sleeps. A *foreign
call* in it runs code, or takes data, that the loop's author does not know: something taken from the queue is called,
one of its methods is, or it is parsed; a function that was passed in, or an abstract method, is called; or an object
that was passed in is given data. A foreign call ends the worker when no `try` with a broad handler is around it, in the
loop or outside: the thread is gone, and what is still in the queue waits for ever.

Calls that raise when a connection or file is closed are not counted: ending then is what they are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...knowledge.raising import CLEANUP_METHODS, HARMLESS_METHODS
from ...model import facts as f
from ...program.program import Program
from ...program.symbols import Class, Function, caught_types, dotted, last_name
from ...program.traverse import stands_in, walk, walk_expression
from ...program.values import Fn
from ..lifecycle.thread_code import is_test
from ..lifecycle.worker_loops import TELLS_BY_RAISING, WorkerLoop, worker_loops
from ..mentions import STATEMENTS, Mentions, mentions
from .exceptions import is_broad, is_logging, sites

_SERVING = frozenset({"get", "get_nowait", "task_done", "wait", "sleep", "popleft"})
_NOT_FOREIGN = TELLS_BY_RAISING | frozenset(
    {"get", "get_nowait", "task_done", "sleep", "time", "encode", "call_soon_threadsafe", "submit"}
)


class DyingWorker(NamedTuple):
    """A loop, the foreign call in it, and what it runs: `item` or `stored`."""

    loop: WorkerLoop
    call: f.Call
    what: str
    marks_done: bool


def dying_workers(program: Program) -> tuple[DyingWorker, ...]:
    """The first foreign call of each such loop, in order of place."""
    where = program.ask(mentions)
    if any(_sets_hook(function, node) for function, node in where.attributes("excepthook")):
        return ()
    found = []
    for loop in program.ask(worker_loops):
        if loop.root.spelling == "pool task":
            continue  # what it raises is in its future
        names = {last_name(node.func) for node in _calls(loop.loop)}
        if not names & _SERVING or _is_guarded_by_caller(loop):
            continue
        dying = _first(program, where, loop, "task_done" in names)
        if dying is not None:
            found.append(dying)
    return tuple(found)


def _sets_hook(function: Function, node: f.Attr) -> bool:
    """Whether this is `threading.excepthook`, set for good: not by a test or while a generator is open."""
    if function.facts.is_generator or is_test(function):
        return False
    return isinstance(node.value, f.Name) and node.value.id == "threading"


def _calls(loop: f.While) -> Iterator[f.Call]:
    for node in walk((loop,)):
        if isinstance(node, f.Call):
            yield node


def _is_guarded_by_caller(loop: WorkerLoop) -> bool:
    """Whether what the thread was started with calls the loop's function inside a broad `try`."""
    start = loop.root.function
    if loop.function is start:
        return False
    for site in sites(start.facts.body):
        called = isinstance(site.node, f.Call) and last_name(site.node.func) == loop.function.name
        if called and any(_catches_broadly(each) for each in site.around):
            return True
    return False


def _catches_broadly(statement: Any) -> bool:
    if isinstance(statement, f.Try):
        return any(is_broad(handler) for handler in statement.handlers)
    if isinstance(statement, f.With):
        return any(
            isinstance(item.context, f.Call) and last_name(item.context.func) not in _LOCKS for item in statement.items
        )
    return False


def _is_asked(around: list[Any]) -> bool:
    """Whether a call stands in a test: it asks whether to go on."""
    return isinstance(next((each for each in around if isinstance(each, STATEMENTS)), None), (f.While, f.If, f.Assert))


def _is_expected(around: tuple[Any, ...]) -> bool:
    """Whether a `try` within the loop names what the call may raise: a choice, not an oversight."""
    for each in around:
        if isinstance(each, f.Try):
            for handler in each.handlers:
                if handler.type is None or any(last_name(kind) not in _ENDING for kind in caught_types(handler)):
                    return True
    return False


_PARSERS = frozenset({
    "int", "float", "Decimal", "Fraction", "UUID", "loads", "literal_eval", "fromisoformat", "strptime",
})  # fmt: skip
"""Functions that raise when what they are given is not written as they expect it."""
_ENDING = frozenset({"KeyboardInterrupt", "SystemExit", "GeneratorExit", "Empty", "Full"})
_ASKING = ("__", "log", "debug", "is_", "has_", "should_", "can_")
"""How names of methods and functions begin that only tell or ask something."""
_LOCKS = frozenset({"Lock", "RLock", "acquire", "lock"})


def _first(program: Program, where: Mentions, loop: WorkerLoop, marks_done: bool) -> DyingWorker | None:
    items = _items(loop.loop)
    for site in sites(loop.function.facts.body):
        if not isinstance(site.node, f.Call) or not any(each is loop.loop for each in site.around):
            continue
        around = list(where.around(loop.function, site.node))
        if any(isinstance(each, f.Handler) for each in around) or _is_asked(around):
            continue
        if any(_catches_broadly(each) for each in site.around) or _is_expected(site.inside(loop.loop)):
            continue
        what = _foreign(program, loop.function, site.node, items)
        if what is not None and not _ends_anyway(loop.loop.body, site.node):
            return DyingWorker(loop, site.node, what, marks_done)
    return None


def _ends_anyway(body: tuple[Any, ...], call: f.Call) -> bool:
    """Whether the loop is left behind a call in any case: `self.callback(); raise error`."""
    for number, statement in enumerate(body):
        if stands_in((statement,), call.at):
            later = body[number + 1 :]
            if any(isinstance(each, (f.Raise, f.Return)) for each in later):
                return True
            if any(isinstance(each, f.Jump) and each.kind == "break" for each in later):
                return not isinstance(statement, (f.While, f.ForLoop))
            inner = (getattr(statement, name, ()) or () for name in ("body", "orelse", "final"))
            return any(_ends_anyway(each, call) for each in inner)
    return False


def _items(loop: f.While) -> frozenset[str]:
    """The names that what is taken from a queue gets in the loop."""
    found: set[str] = set()
    for node in walk((loop,)):
        target: f.Expr | None = None
        if (
            isinstance(node, f.Assign)
            and isinstance(node.value, f.Call)
            and last_name(node.value.func) in ("get", "get_nowait", "popleft")
        ):
            if isinstance(node.value.func, f.Attr) and len(node.value.args) < 3 and not _is_mapping_get(node.value):
                target = node.targets[0]
        elif (
            isinstance(node, f.Walrus)
            and isinstance(node.value, f.Call)
            and last_name(node.value.func) in ("get", "get_nowait")
        ):
            target = node.target
        if target is not None:
            found.update(each.id for each in walk((f.Evaluate(node.at, target),)) if isinstance(each, f.Name))
    return frozenset(found)


def _is_mapping_get(call: f.Call) -> bool:
    """`d.get(key)`: the first argument of a queue's `get` is a flag."""
    first = call.args[0] if call.args else None
    return (
        first is not None
        and first.keyword is None
        and not (isinstance(first.value, f.Const) and first.value.kind == "bool")
    )


def _foreign(program: Program, function: Function, call: f.Call, items: frozenset[str]) -> str | None:
    if is_logging(call.func):
        return None
    func = call.func
    if last_name(func) in _PARSERS and any(
        isinstance(node, f.Name) and node.id in items for arg in call.args for node in walk_expression(arg.value)
    ):
        return "item"
    if isinstance(func, f.Name):
        if func.id in items:
            return "item"
        return "stored" if not func.id.startswith(_ASKING) and _is_passed(program, function, func) else None
    if not isinstance(func, f.Attr):
        return None
    name = func.attr
    if name in HARMLESS_METHODS or name in CLEANUP_METHODS or name.startswith(_ASKING):
        return None
    root = func.value
    if isinstance(root, f.Name) and root.id in items:
        return None if _is_told_apart(function, root.id) else "item"
    if name in _NOT_FOREIGN:
        return None
    method = function.method_of
    if method is None or method.cls is None:
        return None
    path = dotted(func)
    if path is None or method.receiver_name is None or not path.startswith(f"{method.receiver_name}."):
        return None
    attrs = path.split(".")[1:]
    if len(attrs) > 2 or (len(attrs) == 2 and all(isinstance(arg.value, f.Const) for arg in call.args)):
        return None  # an object that was passed is only told something: what it works on is what may fail
    if len(attrs) == 1 and _is_hook(program.hierarchy.find(method.cls, name)):
        return "stored"
    if not _is_given(program, method.cls, attrs[0]):
        return None
    return None if _is_known(program, method, func) else "stored"


def _is_hook(method: Function | None) -> bool:
    """Whether a method is there for subclasses to fill in: what they do, the loop's author does not know."""
    if method is None:
        return False
    body = [
        each for each in method.facts.body
        if not (isinstance(each, f.Evaluate) and isinstance(each.value, f.Const))
    ]  # fmt: skip
    raises = len(body) == 1 and isinstance(body[0], f.Raise)
    return "abstractmethod" in method.decorator_names or (raises and "NotImplementedError" in method.text.words())


def _is_passed(program: Program, function: Function, name: f.Name) -> bool:
    """Whether a name is a parameter, of the function or of one around it, that nothing is known of."""
    here: Function | None = function
    while here is not None and not here.is_top:
        if "ref" in name.id.lower():
            return False  # a weak reference, asked for its object
        if name.id in here.param_names:
            params = [param for param in here.params if param.name == name.id]
            bound = name.id in here.bindings
            typed = any(_names_a_type(param.annotation) for param in params)
            return not bound and not typed and not program.static.evaluate(name, function)
        if name.id in here.binds:
            return False
        here = here.parent
    return False


def _is_known(program: Program, method: Function, func: f.Attr) -> bool:
    """Whether the call surely goes to the program's own code: the attribute's type is annotated. Where only a
    default shows what is called, other things may be passed."""
    assert method.cls is not None
    values = program.static.evaluate(func, method, program.static.parameter_receiver(method.cls))
    if not values or not all(isinstance(value, Fn) for value in values):
        return False
    root = func.value if isinstance(func.value, f.Attr) else func
    bindings = [b for each in program.hierarchy.mro(method.cls) for b in each.attribute_bindings.get(root.attr, ())]
    return not any(isinstance(binding.expr, (f.BoolOp, f.IfExp)) for binding in bindings)


def _names_a_type(annotation: f.Expr | None) -> bool:
    """Whether a parameter is annotated with a class: then it is known what is passed, if not to this program."""
    if annotation is None:
        return False
    names = set()
    for node in walk((f.Evaluate(annotation.at, annotation),)):
        if isinstance(node, (f.Attr, f.Name)):
            names.add(last_name(node))
    return "Callable" not in names and not names <= {"Any", "object", "Optional", "Union", "None", "typing"}


def _is_told_apart(function: Function, name: str) -> bool:
    """Whether the function asks of what class the item is: then it knows what it calls."""
    return any(
        isinstance(node, f.Call)
        and last_name(node.func) == "isinstance"
        and node.args
        and dotted(node.args[0].value) == name
        for node in walk(function.facts.body)
    )


def _is_given(program: Program, cls: Class, attr: str) -> bool:
    """Whether an attribute only ever holds what was passed to the constructor."""
    bindings = [
        b for each in program.hierarchy.mro(cls) for b in each.attribute_bindings.get(attr, ()) if b.how != "delete"
    ]
    if not bindings or program.hierarchy.find(cls, attr) is not None:
        return False
    given = False
    for binding in bindings:
        expr = binding.expr
        if isinstance(expr, (f.BoolOp, f.IfExp)):
            parts: tuple[f.Expr, ...] = expr.values if isinstance(expr, f.BoolOp) else (expr.body, expr.orelse)
            expr = next((part for part in parts if isinstance(part, f.Name)), None)
        if isinstance(expr, f.Const) and expr.kind == "none":
            continue
        if (
            not isinstance(expr, f.Name)
            or binding.function.name != "__init__"
            or expr.id not in binding.function.param_names
        ):
            return False
        if any(param.name == expr.id and _names_a_type(param.annotation) for param in binding.function.params):
            continue
        given = True
    return given
