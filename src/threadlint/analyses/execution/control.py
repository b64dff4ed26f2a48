"""Statements: control flow of one activation, with every way out of a block."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...knowledge import types
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk, walk_expression
from ...program.values import UNKNOWN, Address, Cls, Ext, Fn, Lit, Obj, Value, Values, element, field, union
from .events import UNKNOWN_LOCK_TYPE, Check, Hold, LibraryCall, kind_of
from .frame import ActiveFrame
from .library import close_pool, take
from .reads import checks_in, copied_from
from .state import State, joined

PASSES = 2
_MISSING = frozenset({"KeyError", "AttributeError", "LookupError", "IndexError"})


def run_block(frame: ActiveFrame, body: tuple[f.Stmt, ...]) -> None:
    """Run statements until the end or until no path is left; `frame.state` is None then."""
    for statement in body:
        if frame.state is None:
            return
        if frame.snapshots:
            _snapshot(frame)
        _STATEMENTS[type(statement)](frame, statement)


def _snapshot(frame: ActiveFrame) -> None:
    taken, state = frame.snapshots[-1], frame.state
    if not taken or taken[-1].held is not state.held or taken[-1].ended is not state.ended:
        taken.append(state.copy())


def _leave(frame: ActiveFrame, how: str) -> None:
    frame.exits.append((how, frame.state))
    frame.state = None  # type: ignore[assignment]


# --- simple statements --------------------------------------------------------------------------------------------


def _evaluate(frame: ActiveFrame, s: f.Evaluate) -> None:
    frame.used = False
    if type(s.value) is not f.Call:
        frame.used = True
    _value(frame, s.value)
    frame.used = True


def _value(frame: ActiveFrame, expr: f.Expr, hint: Address | None = None) -> Values:
    """Evaluate with `used` meant for the outermost call only."""
    if not frame.used and isinstance(expr, f.Call):
        return frame.explorer.evaluate_statement(expr, frame)
    return frame.evaluator.evaluate_in(expr, frame, hint)


def _assign(frame: ActiveFrame, s: f.Assign) -> None:
    if s.value is None:
        return
    hint = _hint(frame, s.targets)
    values = frame.evaluator.evaluate_in(s.value, frame, hint)
    if frame.state is None:
        return
    if not values and s.annotation is not None:
        site = Address("site", None, (frame.function.module.name, s.value.at[0]), frame.repeats())
        values = frame.explorer.program.static.annotated(s.annotation, frame.function, hint or site)
    copied = copied_from(frame, s.value)
    for target in s.targets:
        frame.bind(target, values, s.value)
        if isinstance(target, f.Name) and frame.state is not None:
            if copied is not None:
                frame.state.copies[target.id] = copied
            hold = frame.explorer.tried.get((s.value.at, frame.function))
            if hold is not None:
                frame.state.flags[target.id] = hold


def _hint(frame: ActiveFrame, targets: tuple[f.Expr, ...]) -> Address | None:
    """The name of the object that an assignment makes, if it makes one: the field or global it goes to."""
    for target in targets:
        if isinstance(target, f.Attr) and isinstance(target.value, f.Name):
            owners = frame.state.names.get(target.value.id, UNKNOWN)
            if len(owners) == 1 and isinstance(owners[0], Obj) and isinstance(owners[0].type, Class):
                return field(owners[0].address, target.attr)
            if len(owners) == 1 and isinstance(owners[0], Cls):
                return Address("class", None, (owners[0].cls.qualname, target.attr))
        elif isinstance(target, f.Name):
            function = frame.function
            if target.id in function.facts.globals or function.is_top:
                return Address("global", None, (function.module.name, target.id))
    return None


def _augment(frame: ActiveFrame, s: f.AugAssign) -> None:
    visible = any(isinstance(node, (f.Call, f.Await, f.Yield)) for node in walk((f.Evaluate(s.at, s.value),)))
    evaluator = frame.evaluator
    place: Address | None = None
    kind = ""
    if isinstance(s.target, f.Name):
        place = frame.location_of_name(s.target.id)
        values = frame.state.names.get(s.target.id, UNKNOWN)
        kind = next((v.type_name for v in values if isinstance(v, Obj)), "")
        frame.state.copies.pop(s.target.id, None)
        if place is None and any(isinstance(v, Obj) and v.type in types.CONTAINERS for v in values):
            place = frame.location(s.target)
    elif isinstance(s.target, f.Attr):
        owners = evaluator.evaluate_in(s.target.value, frame)
        for owner in owners:
            if isinstance(owner, Obj) and isinstance(owner.type, Class):
                attr: str | None = s.target.attr
                setter = frame.explorer.setter(owner.type, s.target.attr)
                if setter is not None:
                    frame.muted += 1
                    evaluator.evaluate_in(s.target, frame)
                    frame.muted -= 1
                    visible = True
                    attr = _attribute_behind(setter)
                if attr is None:  # a property over something that is not an attribute of this object
                    continue
                place = field(owner.address, attr)
                if setter is not None:
                    frame.explorer.note_owner(place, owner.type, attr)
                elif frame.explorer.is_class_variable(owner.type, s.target.attr):
                    frame.explorer.note_owner(place, owner.type, s.target.attr)
            else:
                place = place or frame.attribute_location(owner, s.target.attr)
        frame.muted += 1
        current = evaluator.evaluate_in(s.target, frame)  # its type tells containers from numbers
        frame.muted -= 1
        kind = next((v.type_name for v in current if isinstance(v, Obj)), "")
    elif isinstance(s.target, f.Item):
        containers = evaluator.evaluate_in(s.target.value, frame)
        evaluator.evaluate_in(s.target.index, frame)
        place = frame.location(s.target.value)
        if place is None:
            homes = [v.address for v in containers if isinstance(v, Obj) and v.type in types.CONTAINERS]
            place = homes[0] if homes else None
    evaluator.evaluate_in(s.value, frame)
    if place is None or frame.state is None:
        return
    if kind in types.CONTAINERS:
        frame.access(place, "change", s.at, method=f"{s.op}=", type=kind, value=s.value)
    else:
        frame.access(place, "augment", s.at, visible=visible, value=s.value)


def _attribute_behind(setter: Function) -> str | None:
    """The attribute of its own object that a property's setter assigns."""
    for owner, attr, binding in setter.index.attributes:
        if owner == setter.receiver_name and binding.how == "value":
            return attr
    return None


def _delete(frame: ActiveFrame, s: f.Delete) -> None:
    for target in s.targets:
        if isinstance(target, f.Item):
            containers = frame.evaluator.evaluate_in(target.value, frame)
            for container in containers:
                method = frame.evaluator.special(container, "__delitem__") if isinstance(container, Obj) else None
                if method is not None:
                    frame.enter(method, Arguments((UNKNOWN,)), target, None)
            place = frame.location(target.value)
            if place is not None:
                kind = next((v.type_name for v in containers if isinstance(v, Obj)), "")
                frame.access(place, "item", s.at, method="del", type=kind)
        elif isinstance(target, (f.Attr, f.Name)):
            place = frame.location(target)
            if place is not None:
                frame.access(place, "delete", s.at)
            if isinstance(target, f.Name):
                frame.state.names.pop(target.id, None)


def _return(frame: ActiveFrame, s: f.Return) -> None:
    values: Values = (Lit(None),)
    if s.value is not None:
        values = frame.evaluator.evaluate_in(s.value, frame)
    if frame.state is None:
        return
    if not frame.muted:
        activation = frame.activation
        activation.returns = union(activation.returns, values)
    if s.value is not None and frame.state.held:
        _hand_out(frame, s.value, values)
    frame.note("return", s.at, "return")
    _leave(frame, "return")


def _hand_out(frame: ActiveFrame, expr: f.Expr, values: Values) -> None:
    """A live view that leaves a function is iterated when the locks of now are not held any more."""
    live = tuple(v for v in values if isinstance(v, Obj) and str(v.type).startswith("dict "))
    if live:
        held, frame.state.held = frame.state.held, frame.activation.held
        frame.iterates(live, expr)
        frame.state.held = held


def _raise(frame: ActiveFrame, s: f.Raise) -> None:
    if s.exc is not None:
        frame.evaluator.evaluate_in(s.exc, frame)
    if frame.state is not None:
        frame.note("raise", s.at, last_name(s.exc) if s.exc is not None else None)
        _leave(frame, "raise")


def _assert(frame: ActiveFrame, s: f.Assert) -> None:
    frame.evaluator.evaluate_in(s.test, frame)
    if frame.state is not None:
        frame.note("assert", s.at, "assert")
        frame.state = refine(frame, s.test)[0]


def _jump(frame: ActiveFrame, s: f.Jump) -> None:
    if s.kind != "pass":
        _leave(frame, s.kind)


def _nothing(frame: ActiveFrame, s: Any) -> None:
    pass


def _import(frame: ActiveFrame, s: f.Import) -> None:
    function = frame.function
    frame.note("import", s.at, "import", s)
    for alias in s.names:
        if alias.name == "*":
            continue
        name = alias.asname or (alias.name.partition(".")[0] if s.module is None else alias.name)
        original = alias.name if alias.asname or s.module is not None else name
        frame.state.names[name] = frame.explorer.decorated_all(
            frame.explorer.program.imported(function.module, s, original)
        )


def _def(frame: ActiveFrame, s: f.Def) -> None:
    function = frame.function.module.functions[s.function]
    for param in function.facts.params:
        if param.default is not None and not isinstance(param.default, f.Const):
            hint = Address("class", None, (function.qualname, param.name))
            frame.evaluator.evaluate_in(param.default, frame, hint)
    values: Values = (Fn(function, None, None if frame.function.is_top else frame.activation),)
    for decorator in reversed(function.facts.decorators):
        values = frame.explorer.decorate(values, decorator, frame)
    name = f.Name(function.facts.name_at, function.name)
    if name.id in frame.function.shared_cells:
        frame.activation.cells[name.id] = union(frame.activation.cells.get(name.id, UNKNOWN), values)
    frame.state.names[name.id] = values


def _class(frame: ActiveFrame, s: f.ClassDef) -> None:
    cls = frame.function.module.classes[s.cls]
    saved = dict(frame.state.names)
    for statement in cls.facts.body:
        if isinstance(statement, f.Assign) and statement.value is not None:
            target = statement.targets[0]
            hint = Address("class", None, (cls.qualname, target.id)) if isinstance(target, f.Name) else None
            values = frame.evaluator.evaluate_in(statement.value, frame, hint)
            if isinstance(target, f.Name):
                frame.state.names[target.id] = values
        elif isinstance(statement, f.Evaluate):
            frame.evaluator.evaluate_in(statement.value, frame)
    frame.state.names = saved
    frame.state.names[cls.name] = (Cls(cls),)
    if cls.name in frame.function.shared_cells:
        frame.activation.cells[cls.name] = (Cls(cls),)


# --- conditions ---------------------------------------------------------------------------------------------------


def constant_truth(test: f.Expr) -> bool | None:
    """True or False for conditions that are decided by the text (`while True`, `if TYPE_CHECKING`)."""
    if isinstance(test, f.Const) and test.kind in ("bool", "int", "none"):
        return bool(test.value)
    if last_name(test) == "TYPE_CHECKING" and isinstance(test, (f.Name, f.Attr)):
        return False
    if isinstance(test, f.Compare) and test.op == "==" and isinstance(test.left, f.Name) and test.left.id == "__name__":
        return True
    return None


def assume_kind(frame: ActiveFrame, test: f.Expr, outcome: bool) -> None:
    """Narrow what names mean in one arm of `a if isinstance(name, T) else b`."""
    if isinstance(test, f.Not):
        assume_kind(frame, test.value, not outcome)
    elif isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "isinstance":
        _narrow(frame, test, frame.state, outcome)


def _narrow(frame: ActiveFrame, test: f.Call, state: State, outcome: bool) -> None:
    """`isinstance(name, T)`: where it holds the name is no function, and no object of an unrelated class; else it is
    none of exactly that class."""
    if len(test.args) != 2 or not isinstance(test.args[0].value, f.Name):
        return
    known = state.names.get(test.args[0].value.id)
    if not known:
        return
    frame.muted += 1
    kinds = frame.evaluator.evaluate_in(test.args[1].value, frame)
    frame.muted -= 1
    if len(kinds) != 1 or not isinstance(kinds[0], (Cls, Ext)):
        return
    kept = tuple(value for value in known if _may_be(frame, value, kinds[0], outcome))
    if kept:
        state.names[test.args[0].value.id] = kept


def _may_be(frame: ActiveFrame, value: Value, kind: Cls | Ext, outcome: bool) -> bool:
    """Whether a value can be (or, with outcome False, not be) an instance of a class."""
    if isinstance(value, Fn):
        return not outcome or (isinstance(kind, Ext) and "Callable" in kind.name)
    if not isinstance(value, Obj):
        return True
    exact = value.type is kind.cls if isinstance(kind, Cls) else value.type == kind.name
    if not outcome:
        return not exact
    if isinstance(kind, Cls) and isinstance(value.type, Class):
        hierarchy = frame.explorer.program.hierarchy
        return kind.cls in hierarchy.mro(value.type) or value.type in hierarchy.mro(kind.cls)
    return True


def asks_for_a_type(frame: ActiveFrame, test: f.Expr) -> bool:
    """Whether a test asks for the type of something."""
    if isinstance(test, (f.Name, f.Attr, f.Const)):
        return False
    known = frame.explorer.type_tests.get(id(test))
    if known is None:
        known = frame.explorer.type_tests[id(test)] = any(
            isinstance(node, f.Call) and last_name(node) in ("isinstance", "issubclass")
            for node in walk_expression(test)
        )
    return known


def refine(frame: ActiveFrame, test: f.Expr) -> tuple[State, State]:
    """The states in which a condition, already evaluated, was true and false."""
    yes, no = frame.state.copy(), frame.state
    _assume(frame, test, yes, True)
    _assume(frame, test, no, False)
    return yes, no


def _assume(frame: ActiveFrame, test: f.Expr, state: State, outcome: bool) -> None:
    if isinstance(test, f.Not):
        _assume(frame, test.value, state, not outcome)
    elif isinstance(test, f.BoolOp) and (test.op == "and") == outcome:
        for value in test.values:
            _assume(frame, value, state, outcome)
    elif isinstance(test, f.Walrus):
        _assume(frame, test.value, state, outcome)
    elif isinstance(test, f.Compare) and test.op in ("is", "==") and isinstance(test.right, f.Const):
        if test.right.kind == "bool":
            _assume(frame, test.left, state, outcome == test.right.value)
    elif isinstance(test, f.Call) and isinstance(test.func, f.Name) and test.func.id == "isinstance":
        _narrow(frame, test, state, outcome)
    else:
        hold = frame.explorer.tried.get((test.at, frame.function)) if isinstance(test, f.Call) else None
        if hold is None and isinstance(test, f.Name):
            hold = state.flags.get(test.id)
        if hold is not None:
            if outcome and state.holds(hold.lock) is None:
                state.held = (*state.held, hold)
            elif not outcome and state.holds(hold.lock) is hold:
                state.release(hold.lock)


def _if(frame: ActiveFrame, s: f.If) -> None:
    checks = checks_in(frame, s.test)
    frame.evaluator.evaluate_in(s.test, frame)
    if frame.state is None:
        return
    truth = constant_truth(s.test)
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
        frame.state = None  # type: ignore[assignment]
    after_body = frame.state
    frame.state = no
    if truth is not True:
        run_block(frame, s.orelse)
    else:
        frame.state = None  # type: ignore[assignment]
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
    frame.state = merged  # type: ignore[assignment]


def _match(frame: ActiveFrame, s: f.Match) -> None:
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
            frame.state = None  # type: ignore[assignment]
            break
    frame.state = joined(after, frame.state)  # type: ignore[assignment]


# --- loops --------------------------------------------------------------------------------------------------------


def _take_exits(frame: ActiveFrame, since: int, how: str) -> State | None:
    """Collect and remove the paths that left in one way since a mark."""
    found: State | None = None
    kept = frame.exits[:since]
    for kind, state in frame.exits[since:]:
        if kind == how:
            found = joined(found, state)
        else:
            kept.append((kind, state))
    frame.exits = kept
    return found


def _while(frame: ActiveFrame, s: f.While) -> None:
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
        frame.evaluator.evaluate_in(s.test, frame)
        if frame.state is None:
            break
        yes, no = refine(frame, s.test)
        if truth is not True:
            after = joined(no, after)
        for check in checks:
            yes.checks[check.location] = check
        frame.state = yes
        run_block(frame, s.body)
        end = joined(frame.state, _take_exits(frame, mark, "continue"))
        broke = _take_exits(frame, mark, "break")
        if broke is not None:
            after = joined(after, broke) if not s.orelse else after
            if s.orelse:
                frame.exits.append(("broke", broke))
        entry = joined(entry, end) if end is not None else None
    frame.loops -= 1
    frame.fresh = outer_fresh
    flag = _awaited_flag(frame, s) if after is not None else None
    if flag is not None and after is not None:
        frame.explorer.flags.add(flag)
        after.ended |= {flag}
    _after_loop(frame, s.orelse, after)


def _awaited_flag(frame: ActiveFrame, s: f.While) -> Address | None:
    """The flag that `while not flag: condition.wait()` waits for."""
    if not isinstance(s.test, f.Not) or not isinstance(s.test.value, (f.Name, f.Attr)) or len(s.body) != 1:
        return None
    inner = s.body[0]
    call = inner.value if isinstance(inner, f.Evaluate) else None
    if not isinstance(call, f.Call) or last_name(call.func) not in ("wait", "sleep"):
        return None
    return frame.location(s.test.value)


def _for(frame: ActiveFrame, s: f.ForLoop) -> None:
    source = frame.evaluator.evaluate_in(s.iter, frame)
    if frame.state is None:
        return
    if s.is_async:
        frame.note("await", s.at, "async for")
    given = frame.evaluator.iterated(source, frame)
    frame.iterates(source, s.iter)
    addresses = frozenset(v.address for v in given if isinstance(v, Obj))
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
        frame.bind(s.target, given)
        run_block(frame, s.body)
        last = joined(frame.state, _take_exits(frame, mark, "continue"))
        broke = _take_exits(frame, mark, "break")
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
    _after_loop(frame, s.orelse, joined(entry, after))


def _after_loop(frame: ActiveFrame, orelse: tuple[f.Stmt, ...], after: State | None) -> None:
    frame.state = after  # type: ignore[assignment]
    if orelse:
        if after is not None:
            run_block(frame, orelse)
        frame.state = joined(frame.state, _take_exits(frame, 0, "broke"))  # type: ignore[assignment]


# --- with and try -------------------------------------------------------------------------------------------------


def _with(frame: ActiveFrame, s: f.With) -> None:
    undo: list[Callable[[State], None]] = []
    calls: list[tuple[Fn, f.Expr]] = []
    pools: list[tuple[Obj, f.Expr]] = []
    for item in s.items:
        before = frame.state.held
        values = _enter(frame, item, calls, pools, undo, s.is_async)
        if frame.state is None:
            return
        if s.is_async:
            frame.note("await", item.context.at, "async with")
        taken = [hold for hold in frame.state.held if hold not in before and hold.how != "never"]
        if taken:
            undo.append(_releasing(taken))
        if item.target is not None:
            frame.bind(item.target, values)
    mark = len(frame.exits)
    snaps = len(frame.snapshots[-1]) if frame.snapshots else 0
    run_block(frame, s.body)
    if frame.state is not None:
        for fn, node in reversed(calls):
            frame.enter(fn, Arguments((UNKNOWN, UNKNOWN, UNKNOWN)), node, None)
        for pool, node in pools:
            if isinstance(pool.type, str):
                left = LibraryCall(pool, Arguments(), node, UNKNOWN, False)
                frame.note("call", node.at, f"{pool.type}.__exit__", left, pool)
            close_pool(frame, pool.address)
    leaving = [state for _, state in frame.exits[mark:]]
    if frame.snapshots:
        leaving += frame.snapshots[-1][snaps:]
    current = frame.state
    for state in (*leaving, *([current] if current is not None else [])):
        for release in undo:
            release(state)
    for _, state in frame.exits[mark:]:
        for pool, _ in pools:
            frame.state = state
            close_pool(frame, pool.address)
    frame.state = current


def _of_tasks(lock: Obj) -> Obj:
    """A lock that `async with` takes holds back tasks, whatever else is known of it."""
    return lock if kind_of(lock).domain == "task" else Obj("asyncio.Lock", lock.address, lock.site)


def _releasing(taken: list[Hold]) -> Callable[[State], None]:
    def release(state: State) -> None:
        for hold in taken:
            state.release(hold.lock)

    return release


def _enter(
    frame: ActiveFrame,
    item: f.WithItem,
    calls: list[tuple[Fn, f.Expr]],
    pools: list[tuple[Obj, f.Expr]],
    undo: list[Callable[[State], None]],
    is_async: bool,
) -> Values:
    """Enter one context manager; what has to happen on leaving is added to the lists."""
    expr = item.context
    values = frame.evaluator.evaluate_in(expr, frame)
    if frame.state is None:
        return UNKNOWN
    frame.note("with", expr.at, "with", values)
    found: Values = UNKNOWN
    locks = [value for value in values if isinstance(value, Obj) and frame.lockish(value)]
    if len(locks) == 1 and isinstance(expr, (f.Name, f.Attr, f.Item, f.Call)):
        if not (isinstance(expr, f.Call) and last_name(expr.func) == "acquire"):
            take(frame, _of_tasks(locks[0]) if is_async else locks[0], expr.at, "with")
        return (locks[0],)
    if len(locks) > 1 and not isinstance(expr, f.Call):  # one of several: held, and not known which
        place = frame.location(expr)
        if place is not None and isinstance(expr, f.Item):
            place = element(place)
        one_of = Obj(UNKNOWN_LOCK_TYPE, place or locks[0].address)
        one_of = _of_tasks(one_of) if is_async else one_of
        take(frame, one_of, expr.at, "with")
        return (one_of,)
    known = [v for v in values if not isinstance(v, Lit) and not (isinstance(v, Obj) and isinstance(v.type, str))]
    if not known and not isinstance(expr, f.Call):
        guessed = frame.unknown_lock(expr)
        if guessed is not None:
            guessed = _of_tasks(guessed) if is_async else guessed
            take(frame, guessed, expr.at, "with")
            return (guessed,)
    for value in values:
        if not isinstance(value, Obj):
            continue
        if isinstance(value.type, Class):
            hierarchy = frame.explorer.program.hierarchy
            enter, leave = hierarchy.find(value.type, "__enter__"), hierarchy.find(value.type, "__exit__")
            if enter is not None:
                found = union(found, frame.enter(Fn(enter, value), Arguments(), expr, None))
            else:
                found = union(found, (value,))
            if leave is not None:
                calls.append((Fn(leave, value), expr))
                if len(values) == 1:
                    undo.append(frame.explorer.exit_effect(Fn(leave, value), frame, expr))
            library = hierarchy.library_bases(value.type)
            if set(library) & (types.POOLS | types.PROCESS_POOLS):
                pools.append((value, expr))
        elif value.type == "contextlib.ExitStack" or value.type == "contextlib.AsyncExitStack":
            undo.append(_closing_stack(value.address))
            found = (value,)
        elif value.type in types.POOLS:
            pools.append((value, expr))
            found = union(found, (value,))
        elif value.type == "a context manager made by a generator":
            found = union(found, frame.explorer.enter_generator(frame, value, expr, undo))
        else:
            found = union(found, (value,))
    return found


def _closing_stack(stack: Address) -> Callable[[State], None]:
    def release(state: State) -> None:
        state.held = tuple(hold for hold in state.held if hold.through is not stack)

    return release


def _try(frame: ActiveFrame, s: f.Try) -> None:
    mark = len(frame.exits)
    entry = frame.state.copy()
    frame.snapshots.append([entry.copy()])
    run_block(frame, s.body)
    snaps = frame.snapshots.pop()
    end: State | None = frame.state
    raised = _take_exits(frame, mark, "raise")
    caught: State | None = None
    for snap in snaps:
        caught = joined(caught, snap)
    caught = joined(caught, raised)
    assert caught is not None
    if end is not None:
        for name, values in end.names.items():
            caught.names[name] = union(caught.names.get(name, UNKNOWN), values)
        caught.running |= end.running
        caught.owned &= end.owned
    if end is not None and s.orelse:
        frame.state = end
        run_block(frame, s.orelse)
        end = frame.state
    catches_all = False
    for handler in s.handlers:
        frame.state = caught.copy()
        if handler.type is not None:
            frame.evaluator.evaluate_in(handler.type, frame)
        names = _handled(handler.type)
        catches_all |= handler.type is None or bool(names & {"Exception", "BaseException"})
        if names & _MISSING:
            for check in _items_tried(frame, s.body):
                frame.state.checks[check.location] = check
        if handler.name is not None:
            frame.bind(f.Name(handler.at, handler.name), UNKNOWN)
        run_block(frame, handler.body)
        end = joined(end, frame.state)
    escaping = None if catches_all and s.handlers else caught
    if escaping is not None and not s.handlers:
        frame.exits.append(("raise", escaping.copy()))
    if frame.snapshots and escaping is not None:
        frame.snapshots[-1].append(escaping.copy())
    if s.final:
        _finally(frame, s, mark, end)
    else:
        frame.state = end  # type: ignore[assignment]


def _finally(frame: ActiveFrame, s: f.Try, mark: int, end: State | None) -> None:
    pending = frame.exits[mark:]
    frame.exits = frame.exits[:mark]
    by_kind: dict[str, State | None] = {}
    for kind, state in pending:
        by_kind[kind] = joined(by_kind.get(kind), state)
    after: list[tuple[str, State]] = []
    for kind, state_or_none in by_kind.items():
        frame.state = state_or_none  # type: ignore[assignment]
        run_block(frame, s.final)
        if frame.state is not None:
            after.append((kind, frame.state))
    frame.state = end  # type: ignore[assignment]
    if end is not None:
        run_block(frame, s.final)
    frame.exits.extend(after)


def _handled(expr: f.Expr | None) -> set[str]:
    if expr is None:
        return set()
    items = expr.items if isinstance(expr, f.Display) else (expr,)
    return {name for name in map(last_name, items) if name}


def _items_tried(frame: ActiveFrame, body: tuple[f.Stmt, ...]) -> list[Check]:
    found: list[Check] = []
    targets = {t.at for node in walk(body) if isinstance(node, f.Assign) for t in node.targets}
    for node in walk(body):
        if isinstance(node, (f.Item, f.Attr)) and node.at not in targets:
            place = frame.location(node.value if isinstance(node, f.Item) else node)
            if place is not None:
                found.append(
                    Check(place, node.at, "membership" if isinstance(node, f.Item) else "hasattr", frame.state.held)
                )
    return found


_STATEMENTS: dict[type, Callable[[ActiveFrame, Any], None]] = {
    f.Evaluate: _evaluate, f.Assign: _assign, f.AugAssign: _augment, f.Delete: _delete, f.Return: _return,
    f.Raise: _raise, f.Assert: _assert, f.Jump: _jump, f.Scope: _nothing, f.Import: _import, f.If: _if,
    f.While: _while, f.ForLoop: _for, f.With: _with, f.Try: _try, f.Match: _match, f.Def: _def, f.ClassDef: _class,
}  # fmt: skip

__all__ = ["UNKNOWN_LOCK_TYPE", "run_block"]
