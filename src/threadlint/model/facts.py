"""What one module's text says, without any judgement: the serialisable miniature that everything else reads.

A `ModuleFacts` is a function of the text alone. It knows no configuration, no path, no other module and no meaning:
`with self._lock:` is a `With` whose item is an attribute, whatever `_lock` may be. Expressions and statements keep
the structure of the program (so that early return, `finally` and evaluation order stay exact) and drop what no analysis
reads: whitespace, operators' precedence, type comments, annotations of locals without a value.

Places (`at`) are half-open pairs of character offsets into the decoded text without its byte-order mark. Lines and
columns are worked out when something is printed.

All structs are encoded as arrays, so the order of fields is the schema: whoever changes a field, or what one means,
counts `SCHEMA` up, and a cache of another schema is thrown away.
"""
from __future__ import annotations

import msgspec

Span = tuple[int, int]


class _Node(msgspec.Struct, array_like=True, frozen=True, gc=False, tag=True):
    """A node of the miniature: encoded as an array whose first element is the class name."""


# --- expressions, in evaluation order of their fields unless a docstring says otherwise -------------------------


class Name(_Node, frozen=True, tag="n"):
    """A plain name, read or (as a target) bound."""

    at: Span
    id: str


class Attr(_Node, frozen=True, tag="a"):
    """`value.attr`. `at` covers the whole path; the attribute's own name ends where `at` ends."""

    at: Span
    value: Expr
    attr: str


class Item(_Node, frozen=True, tag="i"):
    """`value[index]`; a slice is an `Other` with kind `slice`."""

    at: Span
    value: Expr
    index: Expr


class Arg(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One argument of a call. `keyword` is None for positional ones; `star` counts the asterisks in front (0, 1, 2)."""

    value: Expr
    keyword: str | None = None
    star: int = 0


class Call(_Node, frozen=True, tag="c"):
    """`func(args)`: the function is evaluated first, then the arguments from left to right."""

    at: Span
    func: Expr
    args: tuple[Arg, ...] = ()


class Const(_Node, frozen=True, tag="k"):
    """A literal. `kind` is one of int float complex str bytes bool none ellipsis; `value` is its value for bool and int
    (when it fits 63 bits), float, and str of at most 200 characters; otherwise None."""

    at: Span
    kind: str
    value: bool | int | float | str | None = None


class Lambda(_Node, frozen=True, tag="l"):
    """A lambda; `function` indexes `ModuleFacts.functions`, whose body is one `Return`."""

    at: Span
    function: int


class Display(_Node, frozen=True, tag="d"):
    """A list, tuple, set or dict display. `items` are the elements; for a dict they alternate key, value
    (a `**mapping` has a `Const` of kind `none` as its key). Starred elements are `Starred`."""

    at: Span
    kind: str
    items: tuple[Expr, ...] = ()


class Starred(_Node, frozen=True, tag="*"):
    at: Span
    value: Expr


class For(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One `for target in iter if test…` of a comprehension."""

    target: Expr
    iter: Expr
    tests: tuple[Expr, ...] = ()
    is_async: bool = False


class Comprehension(_Node, frozen=True, tag="C"):
    """`kind` is list, set, dict or generator. Evaluated: first `fors[0].iter`, then the rest per iteration."""

    at: Span
    kind: str
    elements: tuple[Expr, ...]
    fors: tuple[For, ...]


class Compare(_Node, frozen=True, tag="<"):
    """`left op right`; a chain `a < b < c` is a `BoolOp("and", [a < b, b < c])` that shares its middle.
    `op` is the source's spelling with single spaces: `<`, `==`, `is`, `is not`, `in`, `not in`, …"""

    at: Span
    op: str
    left: Expr
    right: Expr


class BoolOp(_Node, frozen=True, tag="b"):
    """`a and b`, `a or b`: `op` is `and` or `or`; short-circuits from left to right."""

    at: Span
    op: str
    values: tuple[Expr, ...]


class Not(_Node, frozen=True, tag="!"):
    at: Span
    value: Expr


class BinOp(_Node, frozen=True, tag="+"):
    """An arithmetic or bitwise operation; `op` is the source's spelling (`+`, `|`, `//`, …). A chain of more than 60 is
    an `Other` of kind `unknown` with all the operands: nested facts are for those who read them by recursion."""

    at: Span
    op: str
    left: Expr
    right: Expr


class IfExp(_Node, frozen=True, tag="?"):
    """`body if test else orelse`: the test is evaluated first."""

    at: Span
    test: Expr
    body: Expr
    orelse: Expr


class Walrus(_Node, frozen=True, tag=":"):
    """`target := value`."""

    at: Span
    target: Name
    value: Expr


class Await(_Node, frozen=True, tag="w"):
    at: Span
    value: Expr


class Yield(_Node, frozen=True, tag="y"):
    """`yield value` or, with `is_from`, `yield from value`."""

    at: Span
    value: Expr | None = None
    is_from: bool = False


class Other(_Node, frozen=True, tag="o"):
    """Anything else, with its sub-expressions in evaluation order. `kind` is one of fstring, slice, unary, joined
    (implicit concatenation), unknown."""

    at: Span
    kind: str
    parts: tuple[Expr, ...] = ()


Expr = (
    Name | Attr | Item | Call | Const | Lambda | Display | Starred | Comprehension | Compare | BoolOp | Not | BinOp |
    IfExp | Walrus | Await | Yield | Other
)


# --- statements ---------------------------------------------------------------------------------------------------


class Evaluate(_Node, frozen=True, tag="E"):
    """An expression as a statement."""

    at: Span
    value: Expr


class Assign(_Node, frozen=True, tag="="):
    """`targets[0] = targets[1] = value`, or with `annotation` an annotated assignment. `value` is None for a bare
    annotation (`x: int`), which binds nothing at run time but declares a field in a class body."""

    at: Span
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class AugAssign(_Node, frozen=True, tag="A"):
    """`target op= value`; `op` without the equals sign (`+`, `|`, …)."""

    at: Span
    target: Expr
    op: str
    value: Expr


class Delete(_Node, frozen=True, tag="D"):
    at: Span
    targets: tuple[Expr, ...]


class Return(_Node, frozen=True, tag="R"):
    at: Span
    value: Expr | None = None


class Raise(_Node, frozen=True, tag="X"):
    at: Span
    exc: Expr | None = None
    cause: Expr | None = None


class Assert(_Node, frozen=True, tag="T"):
    at: Span
    test: Expr
    message: Expr | None = None


class Jump(_Node, frozen=True, tag="J"):
    """`kind` is pass, break or continue."""

    at: Span
    kind: str


class Scope(_Node, frozen=True, tag="G"):
    """`global names` or `nonlocal names`; `kind` tells which."""

    at: Span
    kind: str
    names: tuple[str, ...]


class Alias(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`name as asname`; `name` is dotted for plain imports, `*` for a star."""

    name: str
    asname: str | None = None


class Import(_Node, frozen=True, tag="I"):
    """`import a.b as c, d` (`module` None) or `from ..module import names` (`level` leading dots, `module` may be
    "")."""

    at: Span
    module: str | None
    level: int
    names: tuple[Alias, ...]


class If(_Node, frozen=True, tag="f"):
    """`at` covers the header line only, from the keyword to the end of the test; likewise for every compound
    statement."""

    at: Span
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class While(_Node, frozen=True, tag="W"):
    at: Span
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class ForLoop(_Node, frozen=True, tag="F"):
    at: Span
    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    is_async: bool = False


class WithItem(msgspec.Struct, array_like=True, frozen=True, gc=False):
    context: Expr
    target: Expr | None = None


class With(_Node, frozen=True, tag="H"):
    """`at` covers the header; `end` is the offset where the body ends (where `__exit__` runs)."""

    at: Span
    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    end: int
    is_async: bool = False


class Handler(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`except type as name:`; `type` None for a bare except. `at` covers the header."""

    at: Span
    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(_Node, frozen=True, tag="t"):
    at: Span
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...] = ()
    orelse: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()
    is_star: bool = False


class Case(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One `case`: `reads` are the expressions its pattern evaluates (values, classes), `binds` the names it binds;
    `always` for a pattern that cannot fail (a capture or `_`, without guard)."""

    at: Span
    reads: tuple[Expr, ...]
    binds: tuple[Name, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    always: bool = False


class Match(_Node, frozen=True, tag="m"):
    """A `match`; and, to stay flat, an `if` with more than 40 `elif`: its cases read and bind nothing, their guards are
    the tests, and the subject is an empty `Const`."""

    at: Span
    subject: Expr
    cases: tuple[Case, ...]


class Def(_Node, frozen=True, tag="N"):
    """A `def` statement is executed here; `function` indexes `ModuleFacts.functions`."""

    at: Span
    function: int


class ClassDef(_Node, frozen=True, tag="K"):
    """A `class` statement is executed here; `cls` indexes `ModuleFacts.classes`."""

    at: Span
    cls: int


Stmt = (
    Evaluate | Assign | AugAssign | Delete | Return | Raise | Assert | Jump | Scope | Import | If | While | ForLoop |
    With | Try | Match | Def | ClassDef
)


# --- functions, classes, module -----------------------------------------------------------------------------------


class Param(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A parameter; `at` covers its name; `kind` is pos (positional-only), any, star, key or starstar."""

    at: Span
    name: str
    kind: str = "any"
    default: Expr | None = None
    annotation: Expr | None = None


class FunctionFacts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A function, method or lambda. Function 0 of a module is its top level, named `<module>`.

    `qualname` is dotted through enclosing functions and classes without `<locals>` (`Bank.pay.retry`). `parent` is the
    index of the enclosing function (0 at top level, -1 for function 0); `cls` that of the class whose body holds the
    `def` directly, else -1. `at` covers the whole definition with its body, decorators excluded; `name_at` the
    name (the keyword for a lambda). `binds` are the names the body binds as locals (parameters included, names declared
    global or nonlocal excluded); `globals` and `nonlocals` the declared ones. Annotations and defaults are expressions;
    string annotations are parsed when they parse. `doc` is the first 300 characters of the docstring.
    """

    name: str
    qualname: str
    at: Span
    name_at: Span
    parent: int
    cls: int
    params: tuple[Param, ...]
    decorators: tuple[Expr, ...]
    returns: Expr | None
    body: tuple[Stmt, ...]
    binds: tuple[str, ...]
    globals: tuple[str, ...] = ()
    nonlocals: tuple[str, ...] = ()
    is_async: bool = False
    is_generator: bool = False
    doc: str | None = None


class ClassFacts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A class. `parent` and `outer` are the indices of the enclosing function (0 at top level) and class (-1 if none).
    `body` holds the statements of its body, methods as `Def`. `keywords` are those of the class statement."""

    name: str
    qualname: str
    at: Span
    name_at: Span
    parent: int
    outer: int
    bases: tuple[Expr, ...]
    keywords: tuple[Arg, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    doc: str | None = None


class Comment(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A comment that can concern a linter: it holds `threadlint:`, `noqa`, `guarded-by`, `requires:`, `lock-order:` or
    `thread-safe` (any case). `text` is the comment with its `#`; `own_line` when nothing stands before it."""

    at: Span
    text: str
    own_line: bool = False


class ModuleFacts(msgspec.Struct, array_like=True, frozen=True):
    """Everything the rest of the house knows about one text."""

    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    comments: tuple[Comment, ...]
    doc: str | None = None
    failure: Failure | None = None


class Failure(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Why a text has no facts: the reason in one line and the place, as offsets, where reading stopped."""

    message: str
    at: Span = (0, 0)


SCHEMA: int = 1
"""The number of this schema. A cache of facts of another number is thrown away; a test fails when a field changes and
the number does not."""
