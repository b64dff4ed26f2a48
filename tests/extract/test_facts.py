"""Small programs and the facts that they say."""
from __future__ import annotations

import msgspec
import pytest

from threadlint.extract import extract
from threadlint.extract.encoding import decode, encode
from threadlint.model import facts as f


def facts(text: str) -> f.ModuleFacts:
    found = extract(text)
    assert found.failure is None, found.failure
    assert decode(encode(found)) == found
    return found


def first(text: str) -> f.Stmt:
    """The first statement of a text."""
    return facts(text).functions[0].body[0]


def value(text: str) -> f.Expr:
    """The expression that a text is."""
    statement = first(text)
    assert isinstance(statement, f.Evaluate)
    return statement.value


def shape(node: object) -> object:
    """A fact without its places: nested tuples of its class's name and its fields."""
    if isinstance(node, tuple):
        return tuple(shape(item) for item in node)
    if isinstance(node, msgspec.Struct):
        fields = [getattr(node, name) for name in node.__struct_fields__ if name not in ("at", "name_at", "end")]
        return (type(node).__name__, *(shape(item) for item in fields))
    return node


A, B, C = (("Name", name) for name in "abc")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a", A),
        ("(a)", A),
        ("None", ("Const", "none", None)),
        ("True", ("Const", "bool", True)),
        ("1_0", ("Const", "int", 10)),
        ("0x7fffffffffffffff", ("Const", "int", 2**63 - 1)),
        ("0x8000000000000000", ("Const", "int", None)),
        ("1e3", ("Const", "float", 1000.0)),
        ("1j", ("Const", "complex", None)),
        ("...", ("Const", "ellipsis", None)),
        ("'x'", ("Const", "str", "x")),
        ("r'\\n'", ("Const", "str", "\\n")),
        ("'\\n\\x41\\N{BULLET}\\101'", ("Const", "str", "\nA•A")),
        ("'\\ud800'", ("Const", "str", None)),
        ("''", ("Const", "str", "")),
        ("''''a'''", ("Const", "str", "'a")),
        ("'" + "x" * 200 + "'", ("Const", "str", "x" * 200)),
        ("'" + "x" * 201 + "'", ("Const", "str", None)),
        ("b'x'", ("Const", "bytes", None)),
        ("Rb'x'", ("Const", "bytes", None)),
        ("'a' 'b'", ("Other", "joined", (("Const", "str", "a"), ("Const", "str", "b")))),
        ("f'{a}{b!r:>{c}}'", ("Other", "fstring", (A, B, C))),
        ("f'{a=}'", ("Other", "fstring", (A,))),
        ("t'{a}x'", ("Other", "fstring", (A,))),
        ("f'{a[\"#\"]}' # }", ("Other", "fstring", (("Item", A, ("Const", "str", "#")),))),
        ("a.b.c", ("Attr", ("Attr", A, "b"), "c")),
        ("a[b]", ("Item", A, B)),
        ("a[b:c]", ("Item", A, ("Other", "slice", (B, C)))),
        ("a[b, c]", ("Item", A, ("Display", "tuple", (B, C)))),
        ("a(b, *c, k=a, **b)",
         ("Call", A, (("Arg", B, None, 0), ("Arg", C, None, 1), ("Arg", A, "k", 0), ("Arg", B, None, 2)))),
        ("a()", ("Call", A, ())),
        ("[a, *b]", ("Display", "list", (A, ("Starred", B)))),
        ("(a,)", ("Display", "tuple", (A,))),
        ("{a}", ("Display", "set", (A,))),
        ("{a: b, **c}", ("Display", "dict", (A, B, ("Const", "none", None), C))),
        ("[a for b in c if a if b]", ("Comprehension", "list", (A,), (("For", B, C, (A, B), False),))),
        ("{a: b for a in b for b in c}",
         ("Comprehension", "dict", (A, B), (("For", A, B, (), False), ("For", B, C, (), False)))),
        ("{*a for a in b}", ("Comprehension", "set", (("Starred", A),), (("For", A, B, (), False),))),
        ("a(b for b in c)",
         ("Call", A, (("Arg", ("Comprehension", "generator", (B,), (("For", B, C, (), False),)), None, 0),))),
        ("a < b", ("Compare", "<", A, B)),
        ("a not in b", ("Compare", "not in", A, B)),
        ("a is  not b", ("Compare", "is not", A, B)),
        ("a < b != c", ("BoolOp", "and", (("Compare", "<", A, B), ("Compare", "!=", B, C)))),
        ("a and b and c", ("BoolOp", "and", (A, B, C))),
        ("a and b or c", ("BoolOp", "or", (("BoolOp", "and", (A, B)), C))),
        ("not a", ("Not", A)),
        ("-a", ("Other", "unary", (A,))),
        ("a // b ** c", ("BinOp", "//", A, ("BinOp", "**", B, C))),
        ("a if b else c", ("IfExp", B, A, C)),
        ("(a := b)", ("Walrus", A, B)),
        ("lambda: a", ("Lambda", 1)),
    ],
)  # fmt: skip
def test_each_kind_of_expression(text: str, wanted: object) -> None:
    assert shape(value(text)) == wanted


PASS = (("Jump", "pass"),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a = b = c", ("Assign", (A, B), C, None)),
        ("a: b = c", ("Assign", (A,), C, B)),
        ("a: b", ("Assign", (A,), None, B)),
        ("a: 'b[c]'", ("Assign", (A,), None, ("Item", B, C))),
        ("a: 'no type'", ("Assign", (A,), None, ("Const", "str", "no type"))),
        ("a: Literal['b']", ("Assign", (A,), None, ("Item", ("Name", "Literal"), ("Const", "str", "b")))),
        ("a: b['c']", ("Assign", (A,), None, ("Item", B, C))),
        ("type a = b", ("Assign", (A,), B, None)),
        ("type a[T: (int, str) = int, *Ts, **P] = b", ("Assign", (A,), B, None)),
        ("a |= b", ("AugAssign", A, "|", B)),
        ("a //= b", ("AugAssign", A, "//", B)),
        ("del a, b", ("Delete", (A, B))),
        ("raise", ("Raise", None, None)),
        ("raise a from b", ("Raise", A, B)),
        ("assert a, b", ("Assert", A, B)),
        ("pass", ("Jump", "pass")),
        ("import a.b as c, d", ("Import", None, 0, (("Alias", "a.b", "c"), ("Alias", "d", None)))),
        ("from ..a import b as c", ("Import", "a", 2, (("Alias", "b", "c"),))),
        ("from . import *", ("Import", "", 1, (("Alias", "*", None),))),
        ("lazy import a.b", ("Import", None, 0, (("Alias", "a.b", None),))),
        ("lazy from a import b", ("Import", "a", 0, (("Alias", "b", None),))),
        ("if a: pass\nelif b: pass\nelse: pass", ("If", A, PASS, (("If", B, PASS, PASS),))),
        ("while a: pass\nelse: pass", ("While", A, PASS, PASS)),
        ("for a in b: pass\nelse: pass", ("ForLoop", A, B, PASS, PASS, False)),
        ("with a as b, c: pass", ("With", (("WithItem", A, B), ("WithItem", C, None)), PASS, False)),
        ("with (a as b, c,): pass", ("With", (("WithItem", A, B), ("WithItem", C, None)), PASS, False)),
        ("try: pass\nexcept a as b: pass\nelse: pass\nfinally: pass",
         ("Try", PASS, (("Handler", A, "b", PASS),), PASS, PASS, False)),
        ("try: pass\nexcept* a: pass", ("Try", PASS, (("Handler", A, None, PASS),), (), (), True)),
        ("try: pass\nexcept a, b: pass",
         ("Try", PASS, (("Handler", ("Display", "tuple", (A, B)), None, PASS),), (), (), False)),
        ("match a:\n case b.c if c: pass\n case _: pass",
         ("Match", A, (("Case", (("Attr", B, "c"),), (), C, PASS, False), ("Case", (), (), None, PASS, True)))),
        ("match a:\n case [1, b] | (b, 2): pass",
         ("Match", A, (("Case", (("Const", "int", 1), ("Const", "int", 2)), (B,), None, PASS, False),))),
        ("match a, b:\n case {'k': c, **b}: pass",
         ("Match", ("Display", "tuple", (A, B)), (("Case", (("Const", "str", "k"),), (C, B), None, PASS, False),))),
        ("match a:\n case C(b, x=None) as c: pass",
         ("Match", A, (("Case", (("Name", "C"),), (B, C), None, PASS, False),))),
        ("def f(): pass", ("Def", 1)),
        ("class A: pass", ("ClassDef", 0)),
    ],
)  # fmt: skip
def test_each_kind_of_statement(text: str, wanted: object) -> None:
    assert shape(first(text)) == wanted


def test_statements_of_functions() -> None:
    text = "async def f():\n async with a: await b\n async for b in c: yield a\n return [x async for x in c]\n"
    function = facts(text).functions[1]
    assert function.is_async and function.is_generator
    assert shape(function.body) == (
        ("With", (("WithItem", A, None),), (("Evaluate", ("Await", B)),), True),
        ("ForLoop", B, C, (("Evaluate", ("Yield", A, False)),), (), True),
        ("Return", ("Comprehension", "list", (("Name", "x"),), (("For", ("Name", "x"), C, (), True),))),
    )


def test_a_function_tells_its_header() -> None:
    text = '@deco(1)\ndef f(a, /, b: int = 1, *args, c: "C" = 2, **kw) -> None:\n    """Doc."""\n    yield from a\n'
    found = facts(text)
    function = found.functions[1]
    assert [(p.name, p.kind) for p in function.params] == [
        ("a", "pos"), ("b", "any"), ("args", "star"), ("c", "key"), ("kw", "starstar"),
    ]  # fmt: skip
    assert shape(function.params[3].annotation) == ("Name", "C")
    annotation = function.params[3].annotation
    assert annotation is not None and text[slice(*annotation.at)] == "C"
    assert shape(function.decorators) == (("Call", ("Name", "deco"), (("Arg", ("Const", "int", 1), None, 0),)),)
    assert shape(function.returns) == ("Const", "none", None)
    assert function.doc == "Doc."
    assert function.is_generator and not function.is_async
    assert text[slice(*function.name_at)] == "f"
    assert text[slice(*function.at)] == text[9:-1]
    [statement] = found.functions[0].body
    assert text[slice(*statement.at)] == text[9 : text.index(":\n    ")]


def test_functions_know_where_they_stand() -> None:
    text = "class A:\n def m(self):\n  def g(): return lambda: 1\n  class B:\n   def k(self): pass\n x = lambda: 2\n"
    found = facts(text)
    assert [(fn.qualname, fn.parent, fn.cls) for fn in found.functions] == [
        ("<module>", -1, -1), ("A.m", 0, 0), ("A.m.g", 1, -1), ("A.m.g.<lambda>", 2, -1), ("A.m.B.k", 1, 1),
        ("A.<lambda>", 0, -1),
    ]  # fmt: skip
    assert [(c.qualname, c.parent, c.outer) for c in found.classes] == [("A", 0, -1), ("A.m.B", 1, -1)]


def test_a_class_tells_its_header() -> None:
    text = "@d\nclass A[T](B, *c, metaclass=M):\n 'doc'\n class I: pass\n"
    outer, inner = facts(text).classes
    assert shape(outer.bases) == (("Name", "B"), ("Starred", C))
    assert shape(outer.keywords) == (("Arg", ("Name", "M"), "metaclass", 0),)
    assert outer.doc == "doc" and shape(outer.decorators) == (("Name", "d"),)
    assert (inner.qualname, inner.outer) == ("A.I", 0)


def test_a_body_binds_its_locals() -> None:
    text = (
        "def f(p, *q, **r):\n global g\n nonlocal n\n g = n = a = 1\n (b, [*c]) = d.x = e[0] = 2\n for h in i: pass\n"
        " with j as k: pass\n try: pass\n except l as m: pass\n import o.s, t as u\n from v import w, x as y\n"
        " def z(): inner = 1\n class A: field = 1\n [aa for bb in (cc := dd)]\n ee: int\n ff += 1\n del gg\n"
        " match hh:\n  case {'k': ii, **jj}: pass\n type kk = int\n"
    )
    function = facts(text).functions[1]
    assert function.binds == (
        "p", "q", "r", "a", "b", "c", "h", "k", "m", "o", "u", "w", "y", "z", "A", "cc", "ee", "ff", "gg", "ii", "jj",
        "kk",
    )  # fmt: skip
    assert function.globals == ("g",) and function.nonlocals == ("n",)


def test_names_are_those_that_python_knows() -> None:
    assert shape(value("ﬁ")) == ("Name", "fi")
    assert shape(value("a.ﬁ")) == ("Attr", A, "fi")


def test_a_body_ends_where_its_last_statement_ends() -> None:
    text = "with a:\n    b\n    c  # not this\n\nd\n"
    statement = first(text)
    assert isinstance(statement, f.With)
    assert text[: statement.end].endswith("c")
    assert text[slice(*statement.at)] == "with a"


def test_docstrings_are_kept_in_part() -> None:
    assert facts("'''" + "x" * 1000 + "'''").doc == "x" * 300
    assert facts("r'a\\b'\n").doc == "a\\b"
    assert facts("'a' 'b'\n").doc == "ab"
    assert facts("b'a'\n").doc is None
    assert facts("f'a'\n").doc is None


def test_comments_that_concern_a_linter_are_kept() -> None:
    text = "x = 1  # NOQA: F401\n# threadlint: ignore\ny = '# noqa'  # plain\nf(  # guarded-by: x\n)\n"
    assert [(c.text, c.own_line, text[slice(*c.at)] == c.text) for c in facts(text).comments] == [
        ("# NOQA: F401", False, True), ("# threadlint: ignore", True, True), ("# guarded-by: x", False, True),
    ]  # fmt: skip


def test_a_comment_mark_inside_a_string_is_no_comment() -> None:
    texts = ("'''\n# noqa\n'''\n", "f'{a}# noqa'\n", "f'{a[\"# noqa\"]}'\n", "x = '\\'# noqa'\n", 'f"{x:#>5}# noqa"\n')
    for text in texts:
        assert facts(text).comments == ()


def test_a_comment_inside_a_formatted_field_is_one() -> None:
    [comment] = facts("f'''{\na # noqa: }\n}'''\n").comments
    assert comment.text == "# noqa: }"


def test_long_chains_are_flat() -> None:
    text = "x = " + " + ".join(f"a{i}" for i in range(1000))
    [statement] = facts(text).functions[0].body
    assert isinstance(statement, f.Assign) and isinstance(statement.value, f.Other)
    assert len(statement.value.parts) == 1000


def test_many_elifs_are_a_match_of_guards() -> None:
    text = "if a == 0: pass\n" + "".join(f"elif a == {i}: b\n" for i in range(1, 2000)) + "else: c\n"
    statement = first(text)
    assert isinstance(statement, f.Match)
    assert len(statement.cases) == 2001
    assert shape(statement.cases[7].guard) == ("Compare", "==", A, ("Const", "int", 7))
    assert statement.cases[-1].always


def test_byte_order_marks_are_no_obstacle() -> None:
    found = facts("\ufeffx = 1\n")
    assert found.functions[0].body[0].at == (1, 6)


def test_what_is_nowhere_has_a_failure() -> None:
    for text, at, words in [
        ("print 'x'\n", 0, "print"),
        ("def f(:\n pass\n", 6, "invalid syntax"),
        ("a = 1\nb = = 2\n", 10, "invalid syntax"),
        ("a\0b", 1, "null character"),
        ("'\ud800'", 1, "surrogate"),
        ("é = (\n", 4, "never closed"),
    ]:
        found = extract(text)
        assert found.failure is not None and found.functions == ()
        assert found.failure.at == (at, at), text
        assert words in found.failure.message and "\n" not in found.failure.message
        assert decode(encode(found)) == found


def test_the_empty_text_has_a_top_level() -> None:
    for text in ("", "\n", "# only a comment", "\ufeff"):
        [top] = facts(text).functions
        assert top.name == "<module>" and top.body == ()


def test_extracting_imports_no_parser_until_it_must() -> None:
    import subprocess
    import sys

    code = "import sys, threadlint.extract, threadlint.extract.store; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
