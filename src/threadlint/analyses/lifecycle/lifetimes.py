"""What becomes of every thread, timer, pool and future that the program makes.

A *life* belongs to the place that makes the object. What the text shows of its uses (`uses`) and what the abstract
run saw done to an object made there (`execution`) are put together; whatever either of them saw counts. A life
*escapes* when its object is returned, yielded, passed on or stored where this program cannot be followed; then
nothing can be said about what is not done to it. For a class of the program the uses of `self` in its own methods
belong to the life too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property

from ...knowledge.types import POOLS, PROCESS_POOLS, THREADS
from ...model import facts as f
from ...program.evaluate import Arguments
from ...program.program import Program
from ...program.symbols import Class, Function, dotted, last_name
from ...program.traverse import walk
from ...program.values import Ext, Fn, Lit, Obj
from ..execution import Activation, Event, Execution, execution
from .passages import Passages, passages
from .uses import Fate, Use, Uses, uses

FUTURES = frozenset({"concurrent.futures.Future", "multiprocessing.pool.AsyncResult"})
STARTS = frozenset({"start", "run", "start_unraisable"})
STOPS = frozenset({
    "stop", "close", "shutdown", "terminate", "cancel", "quit", "exit", "kill", "abort", "finish", "halt",
    "disconnect", "dispose",
    "end", "teardown", "tearDown", "tear_down", "tearDownClass", "teardown_method", "cleanup", "clean_up", "release",
    "destroy",
    "__exit__", "__aexit__", "__del__", "stopService", "server_close", "aclose", "uninstall", "unregister", "disable",
})  # fmt: skip
"""Methods by which an object, and what it started, is told to end."""
_STOP_WORDS = (
    "stop",
    "close",
    "shut",
    "terminat",
    "cancel",
    "quit",
    "exit",
    "kill",
    "abort",
    "disconnect",
    "teardown",
    "cleanup",
    "finali",
)


@cache
def is_stop(name: str) -> bool:
    """Whether a method's name says that it ends something."""
    lower = name.lower()
    return name in STOPS or any(word in lower for word in _STOP_WORDS)


class Life:
    """One place that makes a thread, timer, pool or future. `kind` is thread, timer, pool, process pool or future;
    `cls` the class of the program, if it is one."""

    def __init__(
        self, found: Lives, kind: str, obj: Obj, arguments: Arguments, node: f.Call, activation: Activation
    ) -> None:
        self._all = found
        self.kind = kind
        self.obj = obj
        self.arguments = arguments
        self.node = node
        self.activation = activation
        self.cls = obj.type if isinstance(obj.type, Class) else None

    @property
    def function(self) -> Function:
        """Where it is made."""
        return self.activation.function

    @cached_property
    def fate(self) -> Fate:
        """What the text shows of its uses."""
        return self._all.uses.of(self.function, self.node, self._all.passages)

    @cached_property
    def own(self) -> Fate | None:
        """What the methods of its class do with `self`."""
        return self._all.uses.of_receiver(self.cls) if self.cls is not None else None

    @cached_property
    def done(self) -> frozenset[str]:
        """The names of all methods that are called on it, mentioned as bound methods, or seen called in the
        abstract run."""
        names = {use.name for use in self.fate.of("call", "read")}
        if self.own is not None:
            names |= {use.name for use in self.own.of("call", "read") if use.name in _THREAD_API}
        return frozenset(names | self._all.seen(self.obj))

    def is_done(self, *names: str) -> bool:
        """Whether one of these methods is called on it somewhere."""
        return not self.done.isdisjoint(names)

    @property
    def escapes(self) -> bool:
        """Whether it leaves the picture; an object that puts itself into some container does."""
        return self.fate.escapes or (self.own is not None and self._registers_itself())

    def _registers_itself(self) -> bool:
        assert self.own is not None
        return any(
            use.how in ("return", "yield", "store") or (use.how == "argument" and is_registry(use.name))
            for use in self.own.uses
        ) or bool(self.own.homes)

    @property
    def begins(self) -> list[Use]:
        """The places from which on it may run: where it is started, and in functions that do not start it themselves,
        where others are told to, or give it back."""
        starts = self.fate.called("start")
        own = {use.function for use in starts}
        return [*starts, *(use for use in self.fate.of("received", "passed") if starts and use.function not in own)]

    @property
    def is_started(self) -> bool:
        return self.is_done(*STARTS)

    @cached_property
    def daemon(self) -> bool | None:
        """True or False when that is certain, else None. Without a word about it a thread is as its maker: taken
        for False."""
        said: list[bool | None] = []
        value = self.arguments.get(None, "daemon")
        if value is not None:
            said.append(_truth(value))
        elif self.arguments.open or any(arg.star == 2 for arg in self.node.args):
            said.append(None)
        for use in self.fate.uses:
            said.extend(self._daemon_said(use))
        if self.cls is not None:
            said.extend(self._all.daemon_by_class(self.cls))
        if not said:
            return False
        if any(each is True for each in said):
            return True
        return None if any(each is None for each in said) else False

    def _daemon_said(self, use: Use) -> Iterator[bool | None]:
        if use.how == "set" and use.name in ("daemon", "_daemonic", "daemonic"):
            yield _constant(use.node)
        elif use.how == "call" and use.name == "setDaemon":
            yield _constant(use.node.args[0].value) if use.node.args else None

    @cached_property
    def targets(self) -> tuple[tuple[Fn, Arguments], ...]:
        """What runs on it (for futures: the task), as far as that is a function of the program."""
        return self._all.targets(self)

    @property
    def name(self) -> str:
        """How messages call it: the name it is kept under, or what it runs."""
        for kind, name, cls in self.fate.homes:
            if kind == "attribute" and cls is not None:
                return f"{cls.name}.{name}"
            return name
        if self.cls is not None:
            return self.cls.name
        target = self.arguments.expr(
            1 if self.kind in ("thread", "timer") else 0, "function" if self.kind == "timer" else "target"
        )
        return (dotted(target) if target is not None else None) or self.kind

    @property
    def homes(self) -> list[tuple[str, Class | None]]:
        """The attributes that keep it."""
        return [(name, cls) for kind, name, cls in self.fate.homes if kind == "attribute"]

    @property
    def can_be_stopped(self) -> bool:
        """Whether an object that keeps it in an attribute, or its own class, has a method that stops something."""
        owners = [cls for _, cls in self.homes if cls is not None]
        if self.cls is not None:
            owners.append(self.cls)
        hierarchy = self._all.program.hierarchy
        return any(
            is_stop(name) and _does_anything(method)
            for owner in owners
            for cls in hierarchy.mro(owner)
            for name, method in cls.methods.items()
        )

    @property
    def is_public(self) -> bool:
        """Whether an attribute that outside code may use keeps it."""
        return any(not name.startswith("_") for name, _ in self.homes)

    @property
    def keepers(self) -> list[Class]:
        """The classes that keep it in an attribute, or whose method makes it."""
        found = [cls for _, cls in self.homes if cls is not None]
        method = self.function.method_of
        if method is not None and method.cls is not None and method.cls not in found:
            found.append(method.cls)
        return found


_OTHERS = frozenset({"current_thread", "currentThread", "main_thread", "Future"})
"""What gives a thread or future that this code does not make run."""
_THREAD_API = frozenset(
    {"start", "join", "run", "is_alive", "isAlive", "cancel", "shutdown", "close", "terminate", "submit", "setDaemon"}
)


def _does_anything(method: Function) -> bool:
    """Whether a method does more than say something: it touches its object, changes a global, or calls others."""
    if method.facts.globals or (method.receiver_name is not None and method.text.names.get(method.receiver_name)):
        return True
    return any(
        isinstance(node, f.Call) and last_name(node.func) not in ("print", "debug", "info", "warning")
        for node in walk(method.facts.body)
    )


def is_registry(name: str) -> bool:
    """Whether a function's name says that it keeps what it is given."""
    return any(
        word in name.lower() for word in ("register", "add", "append", "push", "put", "track", "attach", "finalize")
    )


def _truth(values: tuple[object, ...]) -> bool | None:
    if len(values) == 1 and isinstance(values[0], Lit):
        return bool(values[0].value)
    return None


def _constant(expr: object) -> bool | None:
    return bool(expr.value) if isinstance(expr, f.Const) else None


class Lives:
    """The answer: every life, in order of place."""

    def __init__(self, program: Program, found: Execution) -> None:
        self.program = program
        self.execution = found
        self.uses: Uses = program.ask(uses)
        self.passages: Passages = program.ask(passages)
        self._by_class: dict[Class, list[bool | None]] = {}
        lives = []
        for obj, arguments, node, activation in found.explorer.makings.values():
            kind = self._kind(obj)
            if kind is not None and isinstance(node, f.Call) and not self._is_of_others(node, activation.function):
                lives.append(Life(self, kind, obj, arguments, node, activation))
        self.all = sorted(lives, key=lambda life: (life.function.module.name, life.node.at))

    def _is_of_others(self, call: f.Call, function: Function) -> bool:
        """Whether a call gives a thread or future that others make run."""
        if last_name(call.func) in _OTHERS:
            return True
        return any(
            isinstance(value, Ext) and value.name.rpartition(".")[2] in _OTHERS
            for value in self.program.static.evaluate(call.func, function)
        )

    def _kind(self, obj: Obj) -> str | None:
        names: tuple[str, ...] = (
            (obj.type,) if isinstance(obj.type, str) else self.program.hierarchy.library_bases(obj.type)
        )
        for name in names:
            if name == "threading.Timer":
                return "timer"
            if name in THREADS:
                return "thread"
            if name in POOLS:
                return "pool"
            if name in PROCESS_POOLS:
                return "process pool"
            if name in FUTURES:
                return "future"
        return None

    def of(self, *kinds: str) -> list[Life]:
        """The lives of these kinds."""
        return [life for life in self.all if life.kind in kinds]

    @cached_property
    def _called(self) -> dict[tuple[str, tuple[str, int]], set[str]]:
        found: dict[tuple[str, tuple[str, int]], set[str]] = defaultdict(set)
        for event in self.execution.events("call"):
            receiver = event.detail.receiver
            if receiver is not None and receiver.site is not None:
                found[receiver.type_name, receiver.site].add(event.subject.rpartition(".")[2])
        for event in self.execution.events("with"):
            for value in event.subject if isinstance(event.subject, tuple) else event.detail or ():
                if isinstance(value, Obj) and value.site is not None:
                    found[value.type_name, value.site].add("__exit__")
        return found

    def seen(self, obj: Obj) -> set[str]:
        """The methods of a library type that the abstract run saw called on an object made at the same place."""
        return self._called.get((obj.type_name, obj.site), set()) if obj.site is not None else set()

    def targets(self, life: Life) -> tuple[tuple[Fn, Arguments], ...]:
        if life.kind in ("thread", "timer"):
            return self.execution.explorer.targets_of(life.obj)
        for event in self._spawns.get((life.function, life.node.at), ()):
            return event.detail.targets  # type: ignore[no-any-return]
        return ()

    @cached_property
    def _spawns(self) -> dict[tuple[Function, tuple[int, int]], list[Event]]:
        found: dict[tuple[Function, tuple[int, int]], list[Event]] = defaultdict(list)
        for event in self.execution.events("spawn"):
            found[event.function, event.at].append(event)
        return found

    def daemon_by_class(self, cls: Class) -> list[bool | None]:
        """What a thread's class says about `daemon`: in its body, its constructor, or by `self.daemon = …`."""
        known = self._by_class.get(cls)
        if known is None:
            known = self._by_class[cls] = []
            for ancestor in self.program.hierarchy.mro(cls):
                for binding in ancestor.body.bindings.get("daemon", ()):
                    known.append(_constant(binding.expr) if binding.how == "value" else None)
                for binding in (
                    *ancestor.attribute_bindings.get("daemon", ()),
                    *ancestor.attribute_bindings.get("_daemonic", ()),
                ):
                    known.append(_constant(binding.expr))
                for method in ancestor.own_functions:
                    for node in walk(method.facts.body):
                        if isinstance(node, f.Call):
                            known.extend(_daemon_in_call(node, method))
        return known

    def only_in_threads(self, life: Life) -> bool:
        """Whether it is made only by code that threads run: then it inherits their `daemon`."""
        roots = self.execution.roots_of(life.activation)
        return bool(roots) and all(root.kind == "thread" for root in roots)


def _daemon_in_call(call: f.Call, method: Function) -> Iterator[bool | None]:
    name = last_name(call.func)
    if name == "setDaemon" and call.args:
        yield _constant(call.args[0].value)
    elif name == "__init__":
        for arg in call.args:
            if arg.keyword == "daemon":
                yield _constant(arg.value)
            elif arg.star == 2 and isinstance(arg.value, f.Name):
                yield None


def lifetimes(program: Program) -> Lives:
    """What becomes of the threads, timers, pools and futures of this program."""
    return Lives(program, program.ask(execution))
