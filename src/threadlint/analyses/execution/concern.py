"""Which functions are worth running as entries: those that can meet another thread, or a lock.

Most functions of a module that knows threads know nothing of them. Running those as if outside code called them would
cost most of the time and tell nothing, because a rule needs a lock, a thread, or state that a thread touches. So a
function is of concern when

- it calls a function that hands its arguments to threads;
- it mentions a library's word of concurrency, or a class of the program that is a thread, a pool or a lock, or a
  parameter of it is declared to be an object that keeps one;
- its class, one above or one below keeps a lock, a thread, a pool, a queue or the like, or its module does in a global;
- it declares `global` names, or is a finalizer;
- a thread touches an object of its class that others may reach, or a global of its module, or a finalizer or signal
  handler changes a container there;
- the configuration or a comment says that threads call it.

What code of concern calls is run from there, whatever it is. Not seen: a function that shares state with code of
concern through an object of a class that no thread was seen to touch.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...knowledge.frameworks import HANDLER_METHODS
from ...knowledge.locks import LOCKING_DECORATORS, LOCKISH_WORDS, LOCKS
from ...knowledge.threads import CONSTRUCTORS, SUBMITTERS
from ...knowledge.types import POOLS, PROCESS_POOLS, QUEUES, THREADS
from ...model import facts as f
from ...program.symbols import Class, Function, Module, last_name
from ...program.values import Address, Fn, Obj
from .events import is_lock

if TYPE_CHECKING:
    from ...program.program import Program
    from .activation import Activation
    from .roots import Root

_TYPES = THREADS | POOLS | PROCESS_POOLS | QUEUES | {"threading.Event", "threading.local", "threading.Barrier"}
_WORDS = frozenset(name.rpartition(".")[2] for name in (*LOCKS, *CONSTRUCTORS, *_TYPES)) | {
    name.rpartition(".")[2] for name in SUBMITTERS
} - {"map"} | {
    "acquire", "release", "notify", "notify_all", "start_new_thread", "run_coroutine_threadsafe",
    "call_soon_threadsafe", "fork", "thread_safe", "current_thread", "get_ident", "is_alive", "task_done", "setDaemon",
    "notifyAll", "isAlive", "ContextVar", "signal", "finalize", "weakref", "as_completed", "asyncio", "threading",
    "multiprocessing",
}  # fmt: skip

_HANDING = frozenset(name.rpartition(".")[2] for name in (*CONSTRUCTORS, *SUBMITTERS)) - {"map"}
_LOCKISH = re.compile(rf"(?:^|_|(?<=[a-z])(?=[A-Z]))[rR]?(?i:{'|'.join(LOCKISH_WORDS)})s?(?:$|_)")


class Concern:
    """Tells the functions of one program that are of concern, before and after threads were run."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._classes: dict[Class, bool] = {}
        self._modules: dict[Module, bool] = {}
        self._families: dict[Class, bool] = {}
        self._touched: set[Class | Module] = set()
        self._by_text: list[Function] | None = None
        self._told: set[Function] = set()
        self._roused: set[Class | Module] = set()
        """What was touched, and whose functions were told."""
        self._order: dict[Function, int] = {}
        self._of: dict[Class | Module, list[Function]] = {}
        self._looked_at: set[str] = set()
        self._lockish: set[str] = set()
        kinds = THREADS | POOLS | frozenset(LOCKS)
        self._starters = {function for function in program.functions if _hands_on(function)}
        self._starting = {function.name for function in self._starters}
        self._words = _WORDS | {
            cls.name
            for cls in program.classes
            if program.hierarchy.is_a(cls, kinds) or {"acquire", "release"} <= cls.methods.keys()
        }

    def begin_round(self) -> None:
        """Nothing is touched yet, and nothing told; what texts say stays."""
        self._touched.clear()
        self._told.clear()
        self._roused.clear()

    def newly(self) -> list[Function]:
        """The functions that are worth running as entries and were not told in this round, in the order of the program.
        The first time these are all that are of concern by their text, later those of what was touched since."""
        if self._by_text is None:
            self._by_text = self._read_texts()
        found = [] if self._told else list(self._by_text)
        for home in self._touched - self._roused:
            found.extend(self._of.get(home, ()))
        self._roused |= self._touched
        fresh = sorted(set(found) - self._told, key=self._order.__getitem__)
        self._told.update(fresh)
        return fresh

    def _read_texts(self) -> list[Function]:
        """The functions that are of concern by their text; the others by what must be touched to rouse them."""
        found = []
        for number, function in enumerate(each for each in self._program.functions if not each.is_top):
            self._order[function] = number
            if self._by_its_text(function):
                found.append(function)
                continue
            self._of.setdefault(function.module, []).append(function)
            method = function.method_of
            if method is not None and method.cls is not None:
                self._of.setdefault(method.cls, []).append(function)
        return found

    def touched_by_threads(self, activations: list[Activation], owners: Mapping[Address, Class]) -> None:
        """Code that threads reach: the classes of the objects that it uses and others may reach, and the modules whose
        globals it uses, are of concern from now on. `owners` tells the class that a field belongs to."""
        for activation in activations:
            for event in activation.events.values():
                if event.kind == "access" and not event.detail.owned:
                    owner = owners.get(event.subject)
                    if owner is not None:
                        self._touched.update(self._program.hierarchy.mro(owner))
                    root = event.subject.root
                    if root.kind == "global":
                        module = self._program.modules.get(root.key[0])
                        if module is not None:
                            self._touched.add(module)

    def touched_by_interrupt(self, root: Root, owners: Mapping[Address, Class]) -> None:
        """What a finalizer or signal handler puts into containers, or takes out: who loops over these may be
        interrupted. Containers of the dying object are nobody's concern."""
        receiver = root.activation.receiver
        dying = receiver.address if root.function.name == "__del__" and isinstance(receiver, Obj) else None
        self.touched_by_threads(
            [
                activation
                for activation in root.near()
                if any(
                    event.kind == "access"
                    and event.detail.how in ("change", "item")
                    and (dying is None or not event.subject.within(dying))
                    for event in activation.events.values()
                )
            ],
            owners,
        )

    def _by_its_text(self, function: Function) -> bool:
        method = function.method_of
        cls = method.cls if method is not None else None
        return (
            function.name == "__del__"
            or bool(function.facts.globals)
            or (cls is not None and self._family(cls))
            or self._module(function.module)
            or self._program.config.assumes_threaded(function.qualname)
            or self._mentions(function)
        )

    def _says_lock(self, words: frozenset[str]) -> bool:
        """Whether one of the words is called like a lock; most words stand in many functions."""
        fresh = words - self._looked_at
        if fresh:
            self._looked_at |= fresh
            self._lockish.update(word for word in fresh if _LOCKISH.search(word))
        return not self._lockish.isdisjoint(words)

    def _mentions(self, function: Function) -> bool:
        if not self._words.isdisjoint(function.words) or self._says_lock(function.words):
            return True
        if not self._starting.isdisjoint(function.words):
            for call in function.text.nodes.get(f.Call, ()):
                if call.args and last_name(call.func) in self._starting:
                    for value in self._program.static.evaluate(call.func, function):
                        if isinstance(value, Fn) and value.function in self._starters:
                            return True
        for param in function.facts.params:
            if param.annotation is not None:
                for value in self._program.static.parameter(function, param.name):
                    if _concurrent(value) or (
                        isinstance(value, Obj) and isinstance(value.type, Class) and self._family(value.type)
                    ):
                        return True
        names = [last_name(decorator) or "" for decorator in function.facts.decorators]
        return any(name in self._words or _LOCKISH.search(name) or name in LOCKING_DECORATORS for name in names)

    def _family(self, cls: Class) -> bool:
        """Whether the class, one above or one below keeps something of concurrency."""
        known = self._families.get(cls)
        if known is None:
            hierarchy = self._program.hierarchy
            known = self._families[cls] = (
                any(self._keeps(each) for each in (*hierarchy.mro(cls), *hierarchy.subclasses(cls)))
                or hierarchy.is_a(cls, _TYPES | HANDLER_METHODS.keys() | LOCKS.keys())
                or cls in self._program.declarations(cls.module).safe_classes
                or "thread-safe" in (cls.facts.doc or "").lower()
            )
        return known

    def _keeps(self, cls: Class) -> bool:
        known = self._classes.get(cls)
        if known is None:
            self._classes[cls] = False
            static = self._program.static
            receiver = static.parameter_receiver(cls)
            names = [
                name
                for bindings in (cls.attribute_bindings, cls.body.bindings)
                for name, ways in bindings.items()
                if any(way.how != "def" for way in ways)
            ]
            known = self._classes[cls] = any(
                _LOCKISH.search(name) is not None or any(
                    _concurrent(value) or any(map(_concurrent, static.elements_of((value,))))
                    for value in static.class_field(cls, name, receiver)
                )
                for name in names
            )
        return known

    def _module(self, module: Module) -> bool:
        """Whether a global of the module is a lock, or a thread-local."""
        known = self._modules.get(module)
        if known is None:
            top = module.top.bindings if module.functions else {}
            static = self._program.static
            known = self._modules[module] = self._program.declarations(module).safe_module or any(
                isinstance(way.expr, f.Call)
                and any(map(_says_threads, static.export(module, name)))
                for name, ways in top.items()
                for way in ways
            )
        return known


def _hands_on(function: Function) -> bool:
    """Whether a function hands one of its parameters to a thread."""
    if _HANDING.isdisjoint(function.words) or function.is_top:
        return False
    return any(
        isinstance(arg.value, f.Name) and arg.value.id in function.param_names
        for call in function.text.nodes.get(f.Call, ())
        if last_name(call.func) in _HANDING
        for arg in call.args
    )


def _says_threads(value: object) -> bool:
    return isinstance(value, Obj) and (is_lock(value) or value.type == "threading.local")


def _concurrent(value: object) -> bool:
    return isinstance(value, Obj) and (is_lock(value) or value.type in _TYPES)

