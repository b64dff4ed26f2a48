"""Definitions: the modules, classes and functions of the linked program, as views over their facts."""
from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from ...model import facts as f
from ...model.sources import Source
from ..text import Text
from .bindings import Binding, Index
from .paths import last_name

Answer = TypeVar("Answer")


class Module:
    """A module of the program. `name` is dotted; `exports` maps its top-level names to their bindings."""

    __slots__ = ("__dict__", "_answers", "classes", "facts", "functions", "is_package", "name", "source")

    def __init__(self, source: Source, facts: f.ModuleFacts) -> None:
        self._answers: dict[Any, Any] = {}
        self.source = source
        self.name = source.module
        self.is_package = source.is_package
        self.facts = facts
        self.functions = [Function(self, index, own) for index, own in enumerate(facts.functions)]
        self.classes = [Class(self, index, own) for index, own in enumerate(facts.classes)]
        for function in self.functions:
            if function.facts.parent >= 0:
                function.parent = self.functions[function.facts.parent]
            if function.facts.cls >= 0:
                function.cls = self.classes[function.facts.cls]
        for cls in self.classes:
            cls.parent = self.functions[cls.facts.parent] if cls.facts.parent >= 0 else None

    @property
    def top(self) -> Function:
        """The module's top level as a function."""
        return self.functions[0]

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def exports(self) -> dict[str, list[Binding]]:
        """Bindings of the module's globals, those made by `global` statements of its functions included."""
        exports = {name: list(bindings) for name, bindings in self.top.bindings.items()} if self.functions else {}
        for function in self.functions[1:]:
            for name in function.facts.globals:
                exports.setdefault(name, []).extend(function.bindings.get(name, ()))
        return exports

    @cached_property
    def children(self) -> dict[int, list[Function]]:
        """The functions whose enclosing function is the one with that index, methods of local classes included."""
        found: dict[int, list[Function]] = {}
        for function in self.functions[1:]:
            found.setdefault(function.facts.parent, []).append(function)
        return found

    def ask(self, question: Callable[[Module], Answer]) -> Answer:
        """The answer to a question about this text alone, found once: it stays as the program grows around it."""
        if question not in self._answers:
            self._answers[question] = question(self)
        return self._answers[question]  # type: ignore[no-any-return]

    @cached_property
    def has_walruses(self) -> bool:
        """Whether an expression somewhere in the text may bind a name."""
        return ":=" in self.source.text

    @cached_property
    def methods_of(self) -> dict[int, list[Function]]:
        """The functions whose `def` stands in a class body, by the index of the class."""
        found: dict[int, list[Function]] = {}
        for function in self.functions:
            if function.facts.cls >= 0:
                found.setdefault(function.facts.cls, []).append(function)
        return found

    @cached_property
    def stars(self) -> list[f.Import]:
        """The `from x import *` statements of the top level."""
        return self.top.index.stars if self.functions else []

    def __repr__(self) -> str:
        return f"<module {self.name}>"


class Class:
    """A class of the program; `bases` and `mro` are filled by the linker (see `classes`)."""

    __slots__ = ("__dict__", "cls_index", "facts", "module", "parent", "qualname")

    def __init__(self, module: Module, index: int, facts: f.ClassFacts) -> None:
        self.module = module
        self.cls_index = index
        self.facts = facts
        self.qualname = f"{module.name}.{facts.qualname}"
        self.parent: Function | None = None

    @property
    def name(self) -> str:
        return self.facts.name

    @cached_property
    def body(self) -> Index:
        """Bindings of the class body."""
        return Index(self.module.functions[max(self.facts.parent, 0)], self.facts.body)

    @cached_property
    def methods(self) -> dict[str, Function]:
        """The functions defined directly in the body, the last definition of each name; of a property its getter."""
        found: dict[str, Function] = {}
        for bindings in self.body.bindings.values():
            for binding in bindings:
                if binding.how == "def":
                    function = self.module.functions[binding.index]
                    if binding.name not in found or function.decorator_names.isdisjoint(("setter", "deleter")):
                        found[binding.name] = function
        return found

    @cached_property
    def own_functions(self) -> list[Function]:
        """Every function whose `def` stands in the body, overloads and property setters included."""
        return self.module.methods_of.get(self.cls_index, [])

    @cached_property
    def attribute_bindings(self) -> dict[str, list[Binding]]:
        """`self.name = …` (and `cls.name = …` of classmethods) in the methods, by attribute; not the class body's."""
        found: dict[str, list[Binding]] = {}
        for function in self.own_functions:
            receiver = function.receiver_name
            if receiver is None:
                continue
            for owner, name, binding in function.index.attributes:
                if owner == receiver:
                    found.setdefault(name, []).append(binding)
            for nested in function.nested:
                if receiver not in nested.facts.binds:
                    for owner, name, binding in nested.index.attributes:
                        if owner == receiver:
                            found.setdefault(name, []).append(binding)
        return found

    @cached_property
    def owns_a_docstring_against_threads(self) -> bool:
        """Whether the class documents that it is not meant to be shared ("not thread-safe")."""
        doc = (self.facts.doc or "").lower().replace("-", " ")
        return "not thread safe" in doc or "not threadsafe" in doc or "isn't thread safe" in doc

    def __repr__(self) -> str:
        return f"<class {self.qualname}>"


class Function:
    """A function, method, lambda or the top level of a module."""

    __slots__ = ("__dict__", "cls", "facts", "index_in_module", "is_top", "module", "name", "parent", "qualname")

    def __init__(self, module: Module, index: int, facts: f.FunctionFacts) -> None:
        self.module = module
        self.index_in_module = index
        self.is_top = index == 0
        self.facts = facts
        self.name = facts.name
        self.qualname = f"{module.name}.{facts.qualname}" if index else module.name
        self.parent: Function | None = None
        self.cls: Class | None = None

    @cached_property
    def index(self) -> Index:
        return Index(self, self.facts.body)

    @property
    def bindings(self) -> dict[str, list[Binding]]:
        """How each name that the body assigns gets its values (parameters are not among them)."""
        return self.index.bindings

    @cached_property
    def binds(self) -> frozenset[str]:
        """The function's own locals."""
        return frozenset(self.facts.binds)

    @cached_property
    def params(self) -> tuple[f.Param, ...]:
        return self.facts.params

    @cached_property
    def param_names(self) -> frozenset[str]:
        return frozenset(param.name for param in self.facts.params)

    @cached_property
    def decorator_names(self) -> frozenset[str]:
        """The last component of each decorator (`property`, `classmethod`, `setter`, …)."""
        return frozenset(filter(None, map(last_name, self.facts.decorators)))

    @property
    def is_static(self) -> bool:
        return "staticmethod" in self.decorator_names

    @property
    def is_classmethod(self) -> bool:
        return "classmethod" in self.decorator_names or self.name in (
            "__new__",
            "__init_subclass__",
            "__class_getitem__",
        )

    @property
    def is_property(self) -> bool:
        return bool(
            self.decorator_names & {"property", "cached_property", "setter", "deleter", "reify", "memoized_property"}
        )

    @cached_property
    def receiver_name(self) -> str | None:
        """The name of the bound first parameter (`self`, `cls`), for methods that have one."""
        if self.cls is None or self.is_static or not self.facts.params:
            return None
        first = self.facts.params[0]
        return first.name if first.kind in ("any", "pos") else None

    @cached_property
    def method_of(self) -> Function | None:
        """The method whose receiver this nested function (or the method itself) sees."""
        here: Function | None = self
        while here is not None and here.cls is None:
            here = here.parent
        return here

    @cached_property
    def nested(self) -> list[Function]:
        """Functions defined inside this one, at any depth; methods of local classes excluded."""
        if self.is_top:
            return []
        inside = [each for each in self.module.children.get(self.index_in_module, ()) if each.facts.cls < 0]
        for function in inside:
            inside.extend(each for each in self.module.children.get(function.index_in_module, ()) if each.facts.cls < 0)
        return sorted(inside, key=lambda each: each.index_in_module)

    @cached_property
    def shared_cells(self) -> frozenset[str]:
        """Locals that nested functions or methods of local classes see."""
        if self.is_top:
            return frozenset()
        mentioned: set[str] = set()
        pending = list(self.module.children.get(self.index_in_module, ()))
        for function in pending:
            pending.extend(self.module.children.get(function.index_in_module, ()))
            mentioned |= function.mentioned - function.binds
        return frozenset(mentioned) & self.binds

    @cached_property
    def text(self) -> Text:
        """The body at a glance."""
        return Text(self)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every plain name in the body."""
        return frozenset(self.text.names)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name, attribute, imported name and string in the body, to find out cheaply what it cannot be about."""
        return self.text.words()

    @property
    def is_public(self) -> bool:
        """Whether outside code may call it: no leading underscore in it or its class; special methods are public."""
        if self.facts.parent > 0 or self.is_top or self.name == "<lambda>":
            return False
        if self.name.startswith("_") and not (self.name.startswith("__") and self.name.endswith("__")):
            return False
        return self.cls is None or not self.cls.name.startswith("__")

    def __repr__(self) -> str:
        return f"<function {self.qualname}>"
