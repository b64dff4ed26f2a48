"""Library results: what calling functions, classes and methods of the standard library (and of others) gives."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...knowledge import confined, locks, types
from ...model import facts as f
from ..symbols import Class
from ..values import UNKNOWN, Address, Cls, Ext, ExtMethod, Fn, Lit, Obj, Partial, Super, Values, element, union
from .arguments import Arguments

if TYPE_CHECKING:
    from .calls import Calls
    from .frames import Frame

IDENTITY = Ext("a decorator that returns what it is given")
NOTHING = (Lit(None),)
_SEMAPHORES = frozenset({"threading.Semaphore", "threading.BoundedSemaphore"})


def library_result(
    calls: Calls,
    name: str,
    method: ExtMethod | None,
    arguments: Arguments,
    frame: Frame,
    node: f.Expr,
    hint: Address | None,
) -> Values:
    """What calling a function, class or method of a library gives."""
    special = _LIBRARY.get(name)
    if special is not None:
        return special(calls, arguments, frame, node, hint)
    if method is not None:
        return _method_result(calls, method, arguments, frame, node, hint)
    kind = locks.LOCKS.get(name)
    if kind is not None:
        under = None
        if kind.wraps is not None:
            wrapped = [v for v in arguments.get(kind.wraps, "lock") or () if isinstance(v, Obj)]
            under = wrapped[0] if wrapped else None
        made = calls.allocate(name, frame, node, hint, under)
        if under is not None and _is_made_within(under, frame, node):  # each condition has its own
            made = Obj(name, made.address, made.site, under.at(made.address))
        if name in _SEMAPHORES and arguments.get(0, "value") in (None, (Lit(1),)) and not arguments.open:
            made = Obj(name, made.address, made.site, Obj(locks.ONE_PERMIT, made.address, made.site))
        frame.made(made, arguments, node)
        return (made,)
    if name in types.TRANSPARENT:
        given = arguments.positional[0] if arguments.positional else UNKNOWN
        return given if any(isinstance(v, (Fn, Cls, Partial)) for v in given) else (IDENTITY,)
    type_name = types.RETURNS.get(name) or types.BUILTIN_CONTAINERS.get(name) or confined.MAKERS.get(name)
    if type_name is None and (
        name in types.CONTAINERS or name in types.SYNCHRONISED or name.rpartition(".")[2][:1].isupper()
    ):
        type_name = name
    if type_name is None:
        return UNKNOWN
    made = calls.allocate(type_name, frame, node, hint)
    if name in types.BUILTIN_CONTAINERS and arguments.positional:
        calls.put(made.address, calls.elements_of(arguments.positional[0]))
    elif name == "collections.defaultdict" and arguments.positional:
        for factory in arguments.positional[0]:
            calls.put(made.address, calls.call(factory, Arguments(), frame, node, element(made.address)))
    frame.made(made, arguments, node)
    return (made,)


def _is_made_within(value: Obj, frame: Frame, node: f.Expr) -> bool:
    """Whether an object is made in the very expression that uses it, as in `Condition(Lock())`."""
    if value.site is None or value.address.kind != "site":
        return False
    module, offset = value.site
    return module == frame.function.module.name and node.at[0] < offset < node.at[1]


def _method_result(
    calls: Calls, method: ExtMethod, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None
) -> Values:
    receiver, name = method.receiver, method.name
    type_name = types.RETURNS.get(method.full_name) or confined.MAKERS.get(method.full_name)
    if method.owner in types.CONTAINERS or method.owner in types.QUEUES:
        if name in ("append", "add", "appendleft", "put", "put_nowait", "insert", "setdefault"):
            values = arguments.positional[-1] if arguments.positional else UNKNOWN
            calls.put(receiver.address, values)
            return union(calls.contents(receiver.address), values) if name == "setdefault" else NOTHING
        if name in ("extend", "update"):
            calls.put(
                receiver.address, calls.elements_of(arguments.positional[0]) if arguments.positional else UNKNOWN
            )
            return NOTHING
        if name in ("get", "pop", "popleft", "get_nowait", "__getitem__"):
            return calls.contents(receiver.address)
        if name in ("items", "iteritems"):
            return (Obj("dict items", receiver.address, receiver.site),)
        if name in ("values", "itervalues"):
            return (Obj("dict values", receiver.address, receiver.site),)
        if name in ("keys", "iterkeys"):
            return (Obj("dict keys", receiver.address, receiver.site),)
        if name == "copy":
            made = calls.allocate(method.owner, frame, node, hint)
            calls.put(made.address, calls.contents(receiver.address))
            return (made,)
    if type_name is None:
        return UNKNOWN
    made = calls.allocate(type_name, frame, node, hint)
    frame.made(made, arguments, node)
    return (made,)


def _super(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    method = frame.function.method_of
    if method is None or method.cls is None:
        return UNKNOWN
    receivers = arguments.get(1) or (frame.name(f.Name(node.at, method.receiver_name)) if method.receiver_name else ())
    given = arguments.get(0) or ()
    cls = given[0].cls if given and isinstance(given[0], Cls) else method.cls
    return (Super(cls, receivers[0]),) if receivers else UNKNOWN


def _partial(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if not arguments.positional:
        return UNKNOWN
    rest = arguments.positional[1:]
    return tuple(Partial(value, rest, arguments.keywords) for value in arguments.positional[0])


def _wraps(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return (IDENTITY,)


def _cached(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    given = arguments.positional[0] if arguments.positional else UNKNOWN
    return given if any(isinstance(value, Fn) for value in given) else (IDENTITY,)


def _getattr(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if len(arguments.positional) < 2:
        return UNKNOWN
    names = [v.value for v in arguments.positional[1] if isinstance(v, Lit) and isinstance(v.value, str)]
    found = UNKNOWN
    for name in names[:1]:
        for value in arguments.positional[0]:
            found = union(found, calls.attribute(value, name, frame, node))
    return found


def _type(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    if len(arguments.positional) != 1:
        return UNKNOWN
    return tuple(Cls(v.type) for v in arguments.positional[0] if isinstance(v, Obj) and isinstance(v.type, Class))


def _len(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    for value in arguments.positional[0] if arguments.positional else ():
        method = calls.special(value, "__len__") if isinstance(value, Obj) else None
        if method is not None:
            frame.enter(method, Arguments(), node, None)
    return UNKNOWN


def _same(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return arguments.positional[0] if arguments.positional else UNKNOWN


def _copy(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    """A copy of a container is a new one with the same contents, one of an object of the program a new object; of
    anything else it stands for the original."""
    found = UNKNOWN
    for value in arguments.positional[0] if arguments.positional else ():
        if isinstance(value, Obj) and value.type in types.CONTAINERS:
            made = calls.allocate(value.type, frame, node, hint)
            calls.put(made.address, calls.contents(value.address))
            frame.made(made, Arguments(), node)
            value = made
        elif isinstance(value, Obj) and isinstance(value.type, Class):
            value = calls.allocate(value.type, frame, node, hint)
            frame.made(value, Arguments(), node)
        found = union(found, (value,))
    return found


def _enumerate(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    given = arguments.positional[0] if arguments.positional else UNKNOWN
    return tuple(Obj("enumerated", v.address, v.site) for v in given if isinstance(v, Obj))


def _as_completed(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    made = calls.allocate(types.COMPLETED, frame, node, hint)
    if arguments.positional:
        calls.put(made.address, calls.elements_of(arguments.positional[0]))
    frame.made(made, arguments, node)
    return (made,)


def _next(calls: Calls, arguments: Arguments, frame: Frame, node: f.Expr, hint: Address | None) -> Values:
    return calls.elements_of(arguments.positional[0]) if arguments.positional else UNKNOWN


_LIBRARY: dict[str, Callable[[Calls, Arguments, Frame, f.Expr, Address | None], Values]] = {
    "builtins.super": _super,
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "functools.lru_cache": _cached,
    "builtins.getattr": _getattr,
    "builtins.type": _type,
    "builtins.len": _len,
    "builtins.iter": _same,
    "builtins.reversed": _same,
    "copy.copy": _copy,
    "typing.cast": lambda calls, a, frame, node, hint: a.positional[1] if len(a.positional) > 1 else UNKNOWN,
    "concurrent.futures.as_completed": _as_completed,
    "builtins.enumerate": _enumerate,
    "builtins.next": _next,
    "builtins.max": _next,
    "builtins.min": _next,
}  # fmt: skip
