"""Which opcodes of a generated text are visible steps, and of which kind."""

from __future__ import annotations

import re
from typing import Final

from .accesses import REBOUND
from .language import Kind

_LOADS: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST", "LOAD_ATTR"})
_ON_CONTAINERS: Final = frozenset({"BINARY_SUBSCR", "STORE_SUBSCR", "CALL", "CONTAINS_OP"})

_TESTS: Final = {Kind.LAZY: "check", Kind.STOCK: "ask", Kind.RECORD: "glance"}
"""How the test of a variable's name in an `if` is called."""
_STORES: Final = {Kind.NUMBER: "write", Kind.LAZY: "write", Kind.RECORD: "show"}

_SEGMENTS: Final = {
    Kind.LOG: (("write", r'\b{0}\.append\("done"\)$'),),
    Kind.TABLE: (("read", r'\b{0}(\["all"\]|\.get\("all", 0\))$'),),
    Kind.CACHE: (("check", r'^"rate" not in .*\b{0}$|\b{0}(\["rate"\]|\.get\("rate"\))$'),),
    Kind.STOCK: (("take", r"\b{0}\.pop\(0?\)$"), ("append", r"\b{0}\.append\(1\)$")),
    Kind.RECORD: (("consult", r'\b{0}\["rate"\]$'),),
    Kind.REGISTER: (("read", r"^list\(.*\b{0}(\.items\(\))?\)$"), ("grow", r"\b{0}\[.*\]$")),
}
"""What the text of an opcode that reads or changes a container looks like."""
_ITEM_STORES: Final = {Kind.RECORD: "fill", Kind.REGISTER: "grow"}
_LOOP: Final = r"^for \w+ in (?!list\().*\b{0}(\.items\(\))?:$"


def is_load(op: str) -> bool:
    """Whether an opcode loads a name or an attribute."""
    return op in _LOADS


def step_on_name(kind: Kind, op: str, line: str) -> str:
    """The verb of an opcode that loads or stores the variable's own name; empty for one that is no step."""
    if op.startswith("STORE_"):
        return _STORES.get(kind, "")
    if not is_load(op):
        return ""
    if kind is Kind.NUMBER:
        return "read"
    return _TESTS.get(kind, "") if line.startswith("if ") else ""


def rebinds(kind: Kind) -> bool:
    """Whether the name of such a variable gets new values."""
    return kind in REBOUND


def step_on_container(kind: Kind, variable: str, op: str, segment: str, line: str) -> str:
    """The verb of an opcode that works on a container; empty for one that is no step."""
    if op in ("GET_ITER", "FOR_ITER"):
        if kind is Kind.REGISTER and re.search(_LOOP.format(variable), line):
            return "walk" if op == "GET_ITER" else "walked"
        return ""
    if op in _ON_CONTAINERS:
        for verb, pattern in _SEGMENTS.get(kind, ()):
            if re.search(pattern.format(variable), segment):
                return _ITEM_STORES.get(kind, "write") if op == "STORE_SUBSCR" else verb
    return ""
