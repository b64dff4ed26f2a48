"""The abstract values that expressions evaluate to, and the addresses that name objects.

Domain. A *value set* is a tuple of at most `WIDEST` values; the empty tuple is "don't know". A set that is not empty
says "one of these, as far as the program shows". Values and addresses are interned: equal ones are the same object, so
that comparing and hashing cost nothing.

An `Address` names objects: a module's global, the field of another object, the element of a container, an allocation
site, or "some instance of a class" of which nothing more is known. An address is *single* when it can stand for one
object only in one run of the program; two different single addresses are different objects.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .symbols import Class, Function, Module

WIDEST = 8
DEEPEST = 5


class Address:
    """Where an object lives. `kind` is global, class, field, element, site or some.

    - global: `key` is (module name, variable)
    - class: `base` None, `key` is (class qualified name, attribute); also a function's default (qualified name,
      parameter)
    - field: attribute `key` of the object at `base`
    - element: any element of the container at `base`
    - site: made at `key` = (module name, offset[, call-site offsets]); `many` when that runs more than once
    - some: an instance of the class `key[0]`, told apart from others only by `key[1]` (a parameter, `self`)
    """

    __slots__ = ("base", "depth", "key", "kind", "many", "serial")
    kind: str
    base: Address | None
    key: Any
    many: bool
    depth: int
    serial: int
    _known: ClassVar[dict[tuple[str, Address | None, Any, bool], Address]] = {}

    def __new__(cls, kind: str, base: Address | None, key: Any, many: bool = False) -> Address:
        name = (kind, base, key, many)
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.kind, known.base, known.key, known.many = kind, base, key, many
            known.depth = 1 if base is None else base.depth + 1
            known.serial = len(cls._known)
            cls._known[name] = known
        return known

    @property
    def root(self) -> Address:
        """The address that the path starts from."""
        here = self
        while here.base is not None:
            here = here.base
        return here

    @property
    def single(self) -> bool:
        """Whether this can only be one object: no element, no unknown instance, no repeated allocation on its path."""
        here: Address | None = self
        while here is not None:
            if here.many or here.kind in ("element", "some"):
                return False
            here = here.base
        return True

    def path(self) -> Iterator[Address]:
        """This address, what it hangs off, and so on to the root."""
        here: Address | None = self
        while here is not None:
            yield here
            here = here.base

    def within(self, owner: Address) -> bool:
        """Whether this is `owner` itself or something that hangs off it."""
        here: Address | None = self
        while here is not None:
            if here is owner:
                return True
            here = here.base
        return False

    def __repr__(self) -> str:
        if self.kind == "field":
            return f"{self.base!r}.{self.key}"
        if self.kind == "element":
            return f"{self.base!r}[]"
        return f"<{self.kind} {self.key}{'*' if self.many else ''}>"

    def order(self) -> tuple[Any, ...]:
        """A key that sorts addresses the same way in every run."""
        return (self.kind, self.base.order() if self.base else (), repr(self.key), self.many)


def field(base: Address, attr: str) -> Address:
    """The address of an attribute; beyond `DEEPEST` steps the path stops growing."""
    if base.depth >= DEEPEST:
        return base
    return Address("field", base, attr)


def element(base: Address) -> Address:
    """The address of any element of a container."""
    if base.kind == "element" or base.depth >= DEEPEST:
        return base
    return Address("element", base, "[]")


class Obj:
    """An instance. `type` is a class of the program or the dotted name of a library's; `site` is where it was made
    (module name, offset), when that is known; `under` is the lock that a Condition was made around."""

    __slots__ = ("address", "site", "type", "under")
    type: Class | str
    address: Address
    site: tuple[str, int] | None
    under: Obj | None
    _known: ClassVar[dict[tuple[Any, ...], Obj]] = {}

    def __new__(
        cls, type: Class | str, address: Address, site: tuple[str, int] | None = None, under: Obj | None = None
    ) -> Obj:
        name = (type, address, site, under)
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.type, known.address, known.site, known.under = type, address, site, under
            cls._known[name] = known
        return known

    @property
    def type_name(self) -> str:
        return self.type if isinstance(self.type, str) else self.type.qualname

    def at(self, address: Address) -> Obj:
        """The same object under another address, with the lock that is part of it."""
        under = self.under
        if under is not None and under.address is self.address:
            under = under.at(address)
        return Obj(self.type, address, self.site, under)

    def __repr__(self) -> str:
        return f"Obj({self.type_name} {self.address!r})"


class Fn:
    """A function or method of the program as a value. `receiver` is the bound first argument; `closure` the activation
    that its free names belong to (any hashable; the evaluator that made the value knows what it means)."""

    __slots__ = ("closure", "function", "receiver")
    function: Function
    receiver: Value | None
    closure: Any
    _known: ClassVar[dict[tuple[Any, ...], Fn]] = {}

    def __new__(cls, function: Function, receiver: Value | None = None, closure: Any = None) -> Fn:
        name = (function, receiver, closure)
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.function, known.receiver, known.closure = function, receiver, closure
            cls._known[name] = known
        return known

    def __repr__(self) -> str:
        return f"Fn({self.function.qualname})"


class Partial:
    """`functools.partial(function, *args, **keywords)`."""

    __slots__ = ("args", "function", "keywords")
    _known: ClassVar[dict[tuple[Any, ...], Partial]] = {}
    function: Value
    args: tuple[Values, ...]
    keywords: tuple[tuple[str, Values], ...]

    def __new__(cls, function: Value, args: tuple[Values, ...], keywords: tuple[tuple[str, Values], ...]) -> Partial:
        name = (function, args, keywords)
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.function, known.args, known.keywords = function, args, keywords
            cls._known[name] = known
        return known


class Cls:
    """A class of the program as a value."""

    __slots__ = ("cls",)
    cls: Class
    _known: ClassVar[dict[Any, Cls]] = {}

    def __new__(cls, of: Class) -> Cls:
        known = cls._known.get(of)
        if known is None:
            known = object.__new__(cls)
            known.cls = of
            cls._known[of] = known
        return known

    def __repr__(self) -> str:
        return f"Cls({self.cls.qualname})"


class Ext:
    """Something of a library that is known by its dotted name only: a module, class or function."""

    __slots__ = ("name",)
    name: str
    _known: ClassVar[dict[str, Ext]] = {}

    def __new__(cls, name: str) -> Ext:
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.name = name
            cls._known[name] = known
        return known

    def __repr__(self) -> str:
        return f"Ext({self.name})"


class ExtMethod:
    """An attribute or method of a library's object: `receiver.name`. `owner` is the library type that has it: that of
    the receiver, or a library base of its class."""

    __slots__ = ("name", "owner", "receiver")
    receiver: Obj
    name: str
    owner: str
    _known: ClassVar[dict[tuple[Obj, str, str], ExtMethod]] = {}

    def __new__(cls, receiver: Obj, name: str, owner: str) -> ExtMethod:
        known = cls._known.get((receiver, name, owner))
        if known is None:
            known = object.__new__(cls)
            known.receiver, known.name, known.owner = receiver, name, owner
            cls._known[receiver, name, owner] = known
        return known

    @property
    def full_name(self) -> str:
        """`threading.Thread.start`."""
        return f"{self.owner}.{self.name}"

    def __repr__(self) -> str:
        return f"ExtMethod({self.receiver!r}.{self.name})"


class Mod:
    """A module of the program as a value."""

    __slots__ = ("module",)
    module: Module
    _known: ClassVar[dict[Any, Mod]] = {}

    def __new__(cls, module: Module) -> Mod:
        known = cls._known.get(module)
        if known is None:
            known = object.__new__(cls)
            known.module = module
            cls._known[module] = known
        return known


class Lit:
    """A literal: None, a bool, a number or a short string."""

    __slots__ = ("value",)
    value: Any
    _known: ClassVar[dict[tuple[str, Any], Lit]] = {}

    def __new__(cls, value: Any) -> Lit:
        name = (type(value).__name__, value)
        known = cls._known.get(name)
        if known is None:
            known = object.__new__(cls)
            known.value = value
            cls._known[name] = known
        return known

    def __repr__(self) -> str:
        return f"Lit({self.value!r})"


class Super:
    """`super()`: lookups start behind `cls` in the order of `receiver`'s type."""

    __slots__ = ("cls", "receiver")
    cls: Class
    receiver: Value
    _known: ClassVar[dict[tuple[Any, Any], Super]] = {}

    def __new__(cls, of: Class, receiver: Value) -> Super:
        known = cls._known.get((of, receiver))
        if known is None:
            known = object.__new__(cls)
            known.cls, known.receiver = of, receiver
            cls._known[of, receiver] = known
        return known


class Pack:
    """What `*args` or `**kwargs` holds inside a function: the value sets that were passed, in order or by keyword.
    A tuple or list display whose elements are known is a Pack too (keywords empty)."""

    __slots__ = ("items", "keywords")
    items: tuple[Values, ...]
    keywords: tuple[tuple[str, Values], ...]
    _known: ClassVar[dict[tuple[Any, ...], Pack]] = {}

    def __new__(cls, items: tuple[Values, ...], keywords: tuple[tuple[str, Values], ...] = ()) -> Pack:
        known = cls._known.get((items, keywords))
        if known is None:
            known = object.__new__(cls)
            known.items, known.keywords = items, keywords
            cls._known[items, keywords] = known
        return known


Value = Obj | Fn | Partial | Cls | Ext | ExtMethod | Mod | Lit | Super | Pack
Values = tuple[Value, ...]
UNKNOWN: Values = ()


def union(*sets: Values) -> Values:
    """The values of all sets, first come first, at most `WIDEST`."""
    first = sets[0]
    for other in sets[1:]:
        if other is first or not other:
            continue
        if not first:
            first = other
            continue
        extra = tuple(value for value in other if value not in first)
        if extra:
            first = (first + extra)[:WIDEST]
    return first


def forget_interned() -> None:
    """Drop every interned value, so that one run's program can be freed before the next (servers, tests)."""
    for kind in (Address, Obj, Fn, Partial, Cls, Ext, ExtMethod, Mod, Lit, Super, Pack):
        kind._known.clear()
