"""Which cold modules the program needs, and which words show that a module is not cold after all.

A cold module is needed when a thread, or code that holds a lock, calls into it; when a class of the program inherits
from one of its classes; when one of these is instantiated where threads start; and when a decorator of the program
comes from it. What no thread and no lock reaches is left cold.

What threads and locks reach is found without running anything: from the functions that are handed to threads and the
calls that stand under a lock (in the body of a `with` over one, or anywhere in a function that calls `acquire`),
through every call whose callee is known without an order of execution. That reaches too much rather than too little, in
one look at each function, so that the abstract run (`execution`) happens once, over a program that is complete.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..knowledge.locks import LOCKISH_WORDS, LOCKS
from ..knowledge.threads import CONSTRUCTORS, SUBMITTERS
from ..knowledge.types import POOLS, THREADS
from ..model import facts as f
from ..program.program import Program
from ..program.symbols import Binding, Class, Function, Module, last_name
from ..program.traverse import walk
from ..program.values import Cls, Ext, ExtMethod, Fn, Obj, Partial, Values
from .execution.served import served

_POOL_NAMES = frozenset(name.rpartition(".")[2] for name in POOLS)

FEW = 8
"""A program of loose modules and scripts has no more modules than that which start threads."""


def screening_words(program: Program) -> frozenset[str]:
    """Names by which other modules take part in concurrency without saying so: the program's thread-like and lock-like
    classes, its locks, the `map` of its pools, and its modules outside packages that start threads. A module that
    mentions one is hot."""
    kinds = THREADS | POOLS | frozenset(LOCKS)
    classes = {
        cls.name
        for cls in program.classes
        if program.hierarchy.is_a(cls, kinds) or ("acquire" in cls.methods and "release" in cls.methods)
    }
    makers = classes | {name.rpartition(".")[2] for name in LOCKS}
    made = [each for module in program.modules.values() for each in module.ask(made_by_calls)]
    locks = {name for name, maker in made if maker in makers}
    pools = {name for name, maker in made if maker in _POOL_NAMES}
    starting = {
        module.name
        for module in program.modules.values()
        if not module.is_package
        and "." not in module.name
        and module.ask(mentions_handing)
    }
    if len(starting) > FEW:  # a library of loose modules: their names are words of every kind of code
        starting.clear()
    mapped = (f"{name}.map" for name in pools)  # what else begins tasks says so in words of its own
    return frozenset((*mapped, *(name for name in classes | locks | starting if len(name) > 3)))


def made_by_calls(module: Module) -> tuple[tuple[str, str], ...]:
    """The globals and attributes of a module that are made by calls, each with the last name of what is called."""
    return tuple(
        (name, maker)
        for name, bindings in _shared(module)
        for binding in bindings
        if binding.how == "value" and isinstance(binding.expr, f.Call) and (maker := last_name(binding.expr))
    )


def _shared(module: Module) -> Iterator[tuple[str, list[Binding]]]:
    yield from module.exports.items()
    for cls in module.classes:
        for name, bindings in (*cls.attribute_bindings.items(), *cls.body.bindings.items()):
            if len(name) > 5:  # shorter ones are words of every kind of code
                yield name, bindings


def mentions_handing(module: Module) -> bool:
    """Whether a function of the module mentions what hands functions to threads."""
    return any(not _HANDING.isdisjoint(function.words) for function in module.functions)


class Seed(NamedTuple):
    """A function that may hand others to threads, or take a lock: its `with` statements, whether it calls `acquire`,
    the arguments of calls that may hand them to threads, and the classes that it instantiates then."""

    function: Function
    withs: tuple[f.With, ...]
    acquires: bool
    arguments: tuple[f.Expr, ...]
    made: tuple[f.Expr, ...]


def seeds(module: Module) -> tuple[Seed, ...]:
    """The functions of a module that may start threads or take locks, by their words."""
    found = []
    lockish = {word for word in frozenset().union(*(each.words for each in module.functions)) if _says_lock(word)}
    for function in module.functions:
        words = function.words
        if "acquire" not in words and _HANDING.isdisjoint(words) and lockish.isdisjoint(words):
            continue
        nodes = function.text.nodes
        calls = nodes.get(f.Call, ())
        arguments = tuple(
            argument.value
            for call in calls
            if last_name(call.func) in _HANDING
            for argument in call.args
            if isinstance(argument.value, (f.Name, f.Attr, f.Lambda, f.Call))
        )
        made = tuple(call.func for call in calls if (last_name(call.func) or "")[:1].isupper()) if arguments else ()
        acquires = any(last_name(call.func) == "acquire" for call in calls)
        withs = tuple(nodes.get(f.With, ()))
        if withs or acquires or arguments:
            found.append(Seed(function, withs, acquires, arguments, made))
    return tuple(found)


@cache
def _says_lock(word: str) -> bool:
    """Whether a word is called like a lock; most words stand in many modules."""
    return _LOCKISH.search(word) is not None


def demanded(program: Program) -> frozenset[str]:
    """Names of cold modules that would tell more about what threads and holders of locks do."""
    return _Demand(program).wanted()


class _Demand:
    """One search from what threads run and what stands under locks."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._static = program.static
        self._wanted: set[str] = set()
        self._reached: set[Function] = set()
        self._pending: list[Function] = []

    def wanted(self) -> frozenset[str]:
        """Every cold module that the search meets."""
        hierarchy = self._program.hierarchy
        for cls in self._program.classes:
            for base in hierarchy.bases(cls):
                if isinstance(base, str):
                    self._want(base)
            if hierarchy.is_a(cls, THREADS) and "run" in cls.methods:
                self._reach(cls.methods["run"])
        for function in served(self._program):
            self._reach(function)
        for function in self._program.functions:
            for decorator in function.facts.decorators:
                self._meet(self._static.evaluate(decorator, function.parent or function.module.top), reach=False)
        for module in self._program.modules.values():
            for seed in module.ask(seeds):
                self._start_at(seed)
        for function in self._pending:  # grows while it is read
            for call in function.text.nodes.get(f.Call, ()):
                self._meet(self._static.evaluate(call.func, function))
            for statement in function.index.imports:
                home = self._program.base_of_import(function.module, statement)
                for imported in [alias.name for alias in statement.names] if statement.module is None else [home or ""]:
                    self._want(imported)
            for owner in _changed(function):  # `settings.debug = True`, `shop.stock[name] = 1`
                if owner not in function.binds:
                    self._meet(self._static.name(function, owner), reach=False)
        return frozenset(self._wanted)

    def _start_at(self, seed: Seed) -> None:
        """What a function hands to threads, and what it calls under locks."""
        function = seed.function
        for statement in seed.withs:
            if any(self._locks(item.context, function) for item in statement.items):
                for node in walk(statement.body):
                    if type(node) is f.Call:
                        self._meet(self._static.evaluate(node.func, function))
        if seed.acquires:
            self._reach(function)
        for argument in seed.arguments:
            self._meet(self._static.evaluate(argument, function))
        for made in seed.made:  # what is made where threads start is likely what they work on
            self._meet(self._static.evaluate(made, function), reach=False)

    def _locks(self, context: f.Expr, function: Function) -> bool:
        if _says_lock(last_name(context) or ""):
            return True
        values = self._static.evaluate(context, function)
        return any(
            isinstance(value, Obj) and (value.type in LOCKS or isinstance(value.type, Class)) for value in values
        )

    def _meet(self, values: Values, *, reach: bool = True) -> None:
        for value in values:
            if isinstance(value, Partial):
                value = value.function
            if isinstance(value, Ext):
                self._want(value.name)
            elif isinstance(value, ExtMethod):
                self._want(value.owner)
            elif isinstance(value, Obj) and isinstance(value.type, str):
                self._want(value.type)
            elif reach and isinstance(value, Fn):
                self._reach(value.function)
            elif reach and isinstance(value, Cls):
                init = self._program.hierarchy.find(value.cls, "__init__")
                if init is not None:
                    self._reach(init)

    def _reach(self, function: Function) -> None:
        if function not in self._reached:
            self._reached.add(function)
            self._pending.append(function)

    def _want(self, name: str) -> None:
        module = self._program.cold_module_of(name)
        if module is not None:
            self._wanted.add(module)


def _changed(function: Function) -> Iterator[str]:
    """The names with which the paths begin that a function assigns to."""
    nodes = function.text.nodes
    targets = [target for s in nodes.get(f.Assign, ()) for target in s.targets]
    targets += [s.target for s in nodes.get(f.AugAssign, ())]
    for target in targets:
        inner = target
        while isinstance(inner, (f.Attr, f.Item)):
            inner = inner.value
        if inner is not target and isinstance(inner, f.Name):
            yield inner.id


_LOCKISH = re.compile("|".join(LOCKISH_WORDS), re.IGNORECASE)
_HANDING = frozenset(name.rpartition(".")[2] for name in (*CONSTRUCTORS, *SUBMITTERS))
"""Last names of what takes a function and runs it on a thread."""
