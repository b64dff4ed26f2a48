"""Tests and copies of shared state that later changes rely on."""
from __future__ import annotations

from typing import TYPE_CHECKING

from ...model import facts as f
from ...program.traverse import walk, walk_expression
from ...program.values import Address
from .events import Check

if TYPE_CHECKING:
    from .places import PlacedFrame

_COPIED = ("value", "item")
_EMPTYING = frozenset({"get", "pop"})
_LISTING = frozenset({"list", "tuple", "set", "frozenset", "sorted"})


def checks_in(frame: PlacedFrame, test: f.Expr) -> list[Check]:
    """The tests of shared locations that a condition makes."""
    found: list[Check] = []
    pending = [test]
    while pending:
        expr = pending.pop()
        if isinstance(expr, f.Not):
            pending.append(expr.value)
        elif isinstance(expr, f.BoolOp):
            pending.extend(reversed(expr.values))
        elif isinstance(expr, f.Walrus):
            pending.append(expr.value)
        elif isinstance(expr, (f.Name, f.Attr)):
            _add(frame, found, expr, "truth", test)
        elif isinstance(expr, f.Item):
            _add(frame, found, expr.value, "membership", test)
        elif isinstance(expr, f.Compare):
            if expr.op in ("in", "not in"):
                _add(frame, found, container_in(expr.right), "membership", test)
            elif expr.op in ("is", "is not") and isinstance(expr.right, f.Const) and expr.right.kind == "none":
                pending.extend([expr.left] if isinstance(expr.left, f.Call) else [])
                _add(frame, found, expr.left, "none", test)
            else:
                for side in (expr.left, expr.right):
                    length = isinstance(side, f.Call) and isinstance(side.func, f.Name) and side.func.id == "len"
                    if length and side.args:  # type: ignore[union-attr]
                        _add(frame, found, side.args[0].value, "length", test)  # type: ignore[union-attr]
                    else:
                        _add(frame, found, side, "equality", test)
        elif isinstance(expr, f.Call):
            name = expr.func.id if isinstance(expr.func, f.Name) else ""
            if name == "hasattr" and len(expr.args) == 2:
                attr = expr.args[1].value
                if isinstance(attr, f.Const) and isinstance(attr.value, str):
                    _add(frame, found, f.Attr(expr.at, expr.args[0].value, attr.value), "hasattr", test)
            elif name == "len" and expr.args:
                _add(frame, found, expr.args[0].value, "length", test)
            elif isinstance(expr.func, f.Attr) and expr.func.attr in _EMPTYING:
                _add(frame, found, expr.func.value, "membership", test)
    return found


def container_in(expr: f.Expr) -> f.Expr:
    """`d` for `d.keys()`."""
    if isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.attr in ("keys", "values", "items"):
        return expr.func.value
    return expr


def element_of(expr: f.Expr) -> tuple[f.Expr, f.Expr] | None:
    """Of `d[k]`, `d.get(k)` and `d.setdefault(k, v)`: what it is an element of, and which."""
    if isinstance(expr, f.Item):
        return expr.value, expr.index
    if isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.attr in ("get", "setdefault"):
        return (expr.func.value, expr.args[0].value) if expr.args else None
    return None


def listed_by(frame: PlacedFrame, loop: f.ForLoop) -> Check | None:
    """What `for key in list(d): … del d[key]` relies on: that what was listed is still there."""
    listing = loop.iter
    if not isinstance(listing, f.Call):
        return None
    if isinstance(listing.func, f.Name) and listing.func.id in _LISTING and listing.args:
        source = container_in(listing.args[0].value)
    elif isinstance(listing.func, f.Attr) and listing.func.attr == "copy":
        source = listing.func.value
    else:
        return None
    if not isinstance(source, (f.Name, f.Attr)):
        return None
    keys = {node.id for node in walk_expression(loop.target) if isinstance(node, f.Name)}
    taken = [each for node in walk(loop.body) for each in _taken(node, keys)]
    place = frame.location(source) if taken else None
    if place is None or not any(frame.location(each) is place for each in taken):
        return None
    return Check(place, listing.at, "listed", frame.state.held)


def _taken(node: object, keys: set[str]) -> list[f.Expr]:
    """The containers that a statement or call takes one of the keys out of, and fails where it is gone."""
    if isinstance(node, f.Delete):
        items = [each for each in node.targets if isinstance(each, f.Item)]
        return [each.value for each in items if isinstance(each.index, f.Name) and each.index.id in keys]
    if isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.attr in ("pop", "remove"):
        if len(node.args) == 1 and isinstance(node.args[0].value, f.Name) and node.args[0].value.id in keys:
            return [node.func.value]
    return []


def _add(frame: PlacedFrame, found: list[Check], expr: f.Expr, form: str, test: f.Expr) -> None:
    if isinstance(expr, f.Name) and expr.id in frame.state.copies:
        copied = frame.state.copies[expr.id]
        if copied.form not in _COPIED:  # the outcome of a test
            found.append(copied)
            return
        found.append(Check(copied.location, copied.at, "copy" if form != "none" else "none", copied.held))
        return
    place = frame.location(expr)
    if place is not None:
        found.append(Check(place, test.at, form, frame.state.held))


def copied_from(frame: PlacedFrame, expr: f.Expr) -> Check | None:
    """The shared location that an expression reads as a whole (`self.n`, `cache.get(k)`, `cache[k]`), or tests."""
    if isinstance(expr, f.Attr):
        places = frame.attribute_locations(expr)
        return Check(places[0], expr.at, "value", frame.state.held, tuple(places[1:])) if places else None
    if isinstance(expr, f.Name):
        place = frame.location_of_name(expr.id)
        form = "value"
    elif isinstance(expr, f.Item):
        place, form = frame.location(expr.value), "item"
    elif isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.attr == "get" and expr.args:
        place, form = frame.location(expr.func.value), "item"
    elif isinstance(expr, (f.Compare, f.Not)):  # `free = seats[seat] is None`
        tests = checks_in(frame, expr)
        return tests[0] if len(tests) == 1 and tests[0].form != "equality" else None
    else:
        return None
    return Check(place, expr.at, form, frame.state.held) if place is not None else None


def read_before(
    frame: PlacedFrame, place: Address, expr: f.Expr, index: f.Expr | None = None
) -> tuple[Check | None, bool]:
    """Whether the new value of a location is computed from the old one, and whether a switch point lies between.

    Arithmetic on the old value counts (`n = n + 1`, `d[k] = d.get(k, 0) + 1`, also through a local copy), and so does a
    call that a number is passed to (`n = max(n, m)`); building a new container out of the old one does not (copy and
    replace), nor does wrapping an object.
    """
    if isinstance(expr, f.Call) and index is None:
        old = _number_passed(frame, place, expr)
        if old is not None:
            return old, True
    if isinstance(expr, f.Call) and isinstance(expr.func, f.Attr) and expr.func.attr == "pop":  # `d[k] = d.pop(k, v)`
        same = isinstance(index, f.Name) and bool(expr.args) and isinstance(expr.args[0].value, f.Name)
        if same and index.id == expr.args[0].value.id and frame.location(expr.func.value) is place:  # type: ignore[union-attr]
            return Check(place, expr.at, "copy", frame.state.held), True
    if not isinstance(expr, f.BinOp):
        return None, False
    if any(isinstance(side, (f.Display, f.Comprehension)) for side in (expr.left, expr.right)):
        return None, False
    visible = False
    check: Check | None = None
    for node in walk_expression(expr):
        if isinstance(node, (f.Call, f.Await, f.Yield)):
            visible = True
        if isinstance(node, f.Name) and node.id in frame.state.copies:
            copied = frame.state.copies[node.id]
            if (copied.location is place or place in copied.others) and copied.form in _COPIED:
                return copied._replace(location=place, form="copy"), True
        if check is None and isinstance(node, (f.Attr, f.Name)):
            read = frame.attribute_locations(node) if isinstance(node, f.Attr) else [frame.location(node)]
            if any(each is place for each in read):
                check = Check(place, node.at, "copy", frame.state.held)
    return check, visible


def _number_passed(frame: PlacedFrame, place: Address, call: f.Call) -> Check | None:
    """The read of a location, known to begin as a number, whose value a call gets."""
    for arg in call.args:
        value = arg.value
        if isinstance(value, f.Name) and value.id in frame.state.copies:
            copied = frame.state.copies[value.id]
            if copied.location is place and frame.explorer.begins_as_number(place):
                return copied._replace(form="copy")
        elif isinstance(value, (f.Name, f.Attr)) and frame.location(value) is place:
            if frame.explorer.begins_as_number(place):
                return Check(place, value.at, "copy", frame.state.held)
    return None
