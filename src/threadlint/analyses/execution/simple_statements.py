"""Simple statements: those without a block to run now. They bind, change, leave, or define."""
from __future__ import annotations

from typing import Any

from ...knowledge import types
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.symbols import Class, Function, last_name
from ...program.traverse import walk
from ...program.values import UNKNOWN, Address, Cls, Fn, Lit, Obj, Values, field, union
from .blocks import leave
from .conditions import refine
from .frame import ActiveFrame
from .reads import copied_from


def run_evaluate(frame: ActiveFrame, s: f.Evaluate) -> None:
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


def run_assign(frame: ActiveFrame, s: f.Assign) -> None:
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
                if frame.state.holds(hold.lock) is None:
                    frame.state.settle(hold.lock)
                    frame.state.perhaps = (*frame.state.perhaps, hold)


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


def run_augment(frame: ActiveFrame, s: f.AugAssign) -> None:
    visible = any(isinstance(node, (f.Call, f.Await, f.Yield)) for node in walk((f.Evaluate(s.at, s.value),)))
    evaluator = frame.evaluator
    place: Address | None = None
    others: list[Address] = []
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
            if isinstance(owner, Obj) and owner.type == "threading.local":
                frame.note("local read", s.target.at, owner.address, s.target.attr)
            if isinstance(owner, Obj) and isinstance(owner.type, Class):
                attr: str | None = s.target.attr
                setter = frame.explorer.setter(owner.type, s.target.attr)
                if setter is not None:
                    follows = frame.follows
                    frame.muted += not follows
                    evaluator.evaluate_in(s.target, frame)
                    frame.muted -= not follows
                    if follows:
                        frame.enter(Fn(setter, owner), Arguments((UNKNOWN,)), s.target, None)
                    visible = True
                    attr = _attribute_behind(setter)
                if attr is None:  # a property over something that is not an attribute of this object
                    continue
                if place is not None:
                    others.append(place)
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
    for each in dict.fromkeys((*others, place)):
        if kind in types.CONTAINERS:
            frame.access(each, "change", s.at, method=f"{s.op}=", type=kind, value=s.value)
        else:
            frame.access(each, "augment", s.at, visible=visible, value=s.value)


def _attribute_behind(setter: Function) -> str | None:
    """The attribute of its own object that a property's setter assigns."""
    for owner, attr, binding in setter.index.attributes:
        if owner == setter.receiver_name and binding.how == "value":
            return attr
    return None


def run_delete(frame: ActiveFrame, s: f.Delete) -> None:
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


def run_return(frame: ActiveFrame, s: f.Return) -> None:
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
    leave(frame, "return")


def _hand_out(frame: ActiveFrame, expr: f.Expr, values: Values) -> None:
    """A live view that leaves a function is iterated when the locks of now are not held any more."""
    live = tuple(v for v in values if isinstance(v, Obj) and str(v.type).startswith("dict "))
    if live:
        held, frame.state.held = frame.state.held, frame.activation.held
        frame.iterates(live, expr)
        frame.state.held = held


def run_raise(frame: ActiveFrame, s: f.Raise) -> None:
    if s.exc is not None:
        frame.evaluator.evaluate_in(s.exc, frame)
    if frame.state is not None:
        frame.note("raise", s.at, last_name(s.exc) if s.exc is not None else None)
        leave(frame, "raise")


def run_assert(frame: ActiveFrame, s: f.Assert) -> None:
    frame.evaluator.evaluate_in(s.test, frame)
    if frame.state is not None:
        frame.note("assert", s.at, "assert")
        frame.state = refine(frame, s.test)[0]


def run_jump(frame: ActiveFrame, s: f.Jump) -> None:
    if s.kind != "pass":
        leave(frame, s.kind)


def run_nothing(frame: ActiveFrame, s: Any) -> None:
    pass


def run_import(frame: ActiveFrame, s: f.Import) -> None:
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


def run_def(frame: ActiveFrame, s: f.Def) -> None:
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


def run_class(frame: ActiveFrame, s: f.ClassDef) -> None:
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
