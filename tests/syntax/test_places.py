"""Places are exact: those of Python's own trees, and those of libcst's position provider."""
from __future__ import annotations

import re
from collections import Counter

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from threadlint.extract import extract
from threadlint.model import facts as f
from threadlint.model.place import LineMap

from .library import library_texts
from .spans import spans_of_facts, spans_of_tree, walk_facts

_BEYOND_LIBCST = re.compile(r"^ *\(\w+\): \w+", re.MULTILINE)
"""Python accepts an annotated target in parentheses, libcst does not."""


def differences(text: str) -> list[str]:
    """How the places of the facts differ from those of Python's own tree."""
    facts = extract(text)
    if facts.failure is not None:
        return [f"failure: {facts.failure}"]
    wanted, wanted_starts, hidden = spans_of_tree(text)
    got, starts = spans_of_facts(facts, hidden)
    told: list[str] = []
    for kind in sorted(wanted.keys() | got.keys()):
        missing = wanted.get(kind, Counter()) - got.get(kind, Counter())
        surplus = got.get(kind, Counter()) - wanted.get(kind, Counter())
        told += [f"{kind} missing at {at}: {text[at[0]:at[1]][:60]!r}" for at in list(missing)[:3]]
        told += [f"{kind} surplus at {at}: {text[at[0]:at[1]][:60]!r}" for at in list(surplus)[:3]]
    for kind in wanted_starts:
        told += [f"{kind} header differs at {at}" for at in list(wanted_starts[kind] ^ starts.get(kind, set()))[:3]]
    return told


def test_places_in_the_standard_library_are_those_of_python() -> None:
    texts = ((name, text) for name, text in library_texts(150) if _BEYOND_LIBCST.search(text) is None)
    wrong = {name: told for name, text in texts if (told := differences(text))}
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "(a).b\n((a).b).c\n(a)(b)\n((a))[0]\n(a + b) * (c)\n((a) < b)\n(a)if(b)else(c)\n",
        "x = (  # a comment, (with) brackets\n    a.  # .b\n    b\n)\n",
        "f(a, # a\n  *b, # b\n  **c)\n",
        "if x: pass # else\nelif i in iffy: y\nelse: z\n",
        "for i in (not n): pass\nelse:\n  pass\n",
        "a = 'x#y'; b = \"#\"; c = '''#\n'''  # b = c\nd = 1\n",
        "é = ö.ä # é\nü(é)\n",
        "\tif_ = 1\n".strip() + "\r\nwith a as (b), c as d.e:\r\n\tpass\r\n",
        "async def f():\n  async with a as b: await (b)\n  async for i in (await c): yield (i)\n  return\n",
        "lambda: (yield)\nlambda *a, b=1, **c: (a, b)\n",
        "def f(a, /, b: int = 1, *, c: str = 'x', **d) -> (int): pass\n",
        "@(a)\n@b.c(d)\nclass A(B, *D, metaclass=(C)): x: int = 1; y: int\n",
        "try: pass\nexcept (a): pass\nexcept b as c: pass\nfinally: d\n",
        "match (x):\n case [a, *_, b.c] if b: pass\n case {'k': v, **r}: pass\n case A(b, c=(1|2) as d): pass\n",
        "match x:\n case int(a=(1)) | (2) as z, (None), ((-1)), ({'k': (b.c)}): pass\nd\n",
        "match x:\n case (a), (b): pass\n case ((c)): pass\n case (d.e) if (f): pass\n case (A()): pass\n",
        "match x:\n case [(a), (*b,)] | ((a), [*b]): pass\n",
        "x[a:b, ::c, *d]\nx[a,]\nx[:]\nx[(a):(b):(c)]\n",
        "print(*(a), **(b), c=(d))\n(yield_) = await_ = notx = 1\n",
        "not(a); -(b); ~c ** -d; a if not b else not c\n",
        "del (a), b[c], (d.e)\nassert (a), (b)\nraise (a) from (b)\n",
        "global_ = 1\ndef f():\n  global a, b\n  nonlocal_ = 2\n",
        "import a.b as c, d\nfrom . import e\nfrom ..f import (g as h,\n  i)\nfrom .j.k import *\n",
        "[x for x in (y) if (z) if w for q in x]\n{k: v for k, v in x}\n{*a, *b}\n{**a, 'b': c}\n(a for a in b)\n",
        "f(a for a in b)\nf((a for a in b))\n()\n(a,)\na, = b\n",
        "a \\\n  + b\n",
        "\f\na = 1\n",
        "((a := b), c)\n",
    ],
)
def test_places_in_awkward_texts_are_those_of_python(text: str) -> None:
    assert differences(text) == []


def test_places_agree_with_the_position_provider() -> None:
    for name, text in library_texts(6, seed=4):
        wanted, got = _provided(text), Counter[tuple[str, tuple[int, int]]]()
        for node in walk_facts(extract(text)):
            if isinstance(node, (f.Call, f.Attr)):
                got[type(node).__name__, node.at] += 1
        surplus = {key for key in got - wanted if text[key[1][0] - 1 : key[1][0]] not in "'\""}
        assert not wanted - got, name
        assert not surplus, name


def _provided(text: str) -> Counter[tuple[str, tuple[int, int]]]:
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    starts = LineMap(text).starts
    found: Counter[tuple[str, tuple[int, int]]] = Counter()
    imports = (cst.Import, cst.ImportFrom)
    skipped: set[cst.CSTNode] = set()
    for node, at in wrapper.resolve(PositionProvider).items():
        if isinstance(node, imports):
            _skip(node, skipped)
        kind = {cst.Call: "Call", cst.Attribute: "Attr"}.get(type(node))
        if kind is not None and node not in skipped:
            start, end = ((starts[p.line - 1] + p.column) for p in (at.start, at.end))
            found[kind, (start, end)] += 1
    for node in skipped:
        at = wrapper.resolve(PositionProvider)[node]
        start, end = ((starts[p.line - 1] + p.column) for p in (at.start, at.end))
        found.pop(("Attr", (start, end)), None)
    return found


def _skip(node: cst.CSTNode, into: set[cst.CSTNode]) -> None:
    for child in node.children:
        if isinstance(child, cst.Attribute):
            into.add(child)
        _skip(child, into)
