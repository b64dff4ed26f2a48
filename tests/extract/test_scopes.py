"""What functions bind is what Python's symbol tables say."""
from __future__ import annotations

import symtable
import sys
from collections import Counter

import pytest
from tests.syntax.library import library_texts

from threadlint.extract import extract

Bound = Counter[tuple[str, frozenset[str]]]

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="Python takes comprehensions into functions, and makes scopes of type aliases"
)


def test_locals_in_the_standard_library_are_those_of_python() -> None:
    for name, text in library_texts(80, seed=2):
        found = extract(text)
        ours: Bound = Counter()
        for function in found.functions[1:]:
            ours[function.name.strip("<>"), frozenset(function.binds)] += 1
        theirs: Bound = Counter()
        _collect(symtable.symtable(text, name, "exec"), "", theirs)
        assert ours - theirs == theirs - ours == Counter(), name


def test_generators_in_the_standard_library_are_those_of_python() -> None:
    generator = 0x20 | 0x200
    for name, text in library_texts(60, seed=3):
        theirs: Counter[tuple[str, bool]] = Counter()
        pending = [compile(text, name, "exec", dont_inherit=True)]
        while pending:
            code = pending.pop()
            pending.extend(c for c in code.co_consts if hasattr(c, "co_flags"))
            if (code.co_flags & 2 and not code.co_name.startswith("<")) or code.co_name == "<lambda>":
                theirs[code.co_name, bool(code.co_flags & generator)] += 1
        ours = {(function.name, function.is_generator) for function in extract(text).functions[1:]}
        # Python drops what it knows to be dead code.
        assert set(theirs) <= ours, name


def _collect(table: symtable.SymbolTable, cls: str, into: Bound) -> None:
    if table.get_type() == "function" and table.get_name() not in ("listcomp", "setcomp", "dictcomp", "genexpr"):
        names = frozenset(_plain(s.get_name(), cls) for s in table.get_symbols() if s.is_local())
        into[table.get_name(), names] += 1
    inner = table.get_name() if table.get_type() == "class" else cls
    for child in table.get_children():
        _collect(child, inner, into)


def _plain(name: str, cls: str) -> str:
    """A name as written: inside a class, Python prefixes private ones."""
    prefix = "_" + cls.lstrip("_")
    return name.removeprefix(prefix) if cls and name.startswith(prefix + "__") and not name.endswith("__") else name
