"""Classes inherit in Python's own order, and where it has none, in some order that is always the same."""
from __future__ import annotations

import itertools

import pytest

from threadlint.workshop.programs import linked

SHAPES = [
    {"A": "", "B": "A", "C": "A", "D": "B, C"},
    {"A": "", "B": "", "C": "A, B", "D": "B", "E": "C, D"},
    {"A": "", "B": "A", "C": "B", "D": "C, A"},
    {"X": "", "Y": "", "A": "X, Y", "B": "X", "C": "A, B"},
]


def order(shape: dict[str, str], name: str) -> list[str]:
    text = "".join(f"class {each}({bases}):\n    pass\n" for each, bases in shape.items())
    program = linked({"m": text})
    cls = next(cls for cls in program.classes if cls.name == name)
    return [each.name for each in program.hierarchy.mro(cls)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_order_is_pythons(shape: dict[str, str]) -> None:
    made: dict[str, type] = {}
    for name, bases in shape.items():
        made[name] = type(name, tuple(made[base] for base in bases.split(", ") if base), {})
    for name, cls in made.items():
        assert order(shape, name) == [each.__name__ for each in cls.__mro__[:-1]]


def test_where_python_refuses_there_is_still_an_order() -> None:
    assert order({"A": "", "B": "A", "C": "A, B"}, "C") == ["C", "A", "B"]


def test_classes_that_inherit_from_each_other_do_not_loop() -> None:
    program = linked({"m": "class A(B):\n    pass\nclass B(A):\n    pass\n"})
    assert all(program.hierarchy.mro(cls) for cls in program.classes)


def test_a_method_is_found_where_python_finds_it() -> None:
    methods = {"A": "run", "B": "stop", "C": "run", "D": ""}
    text = ""
    for name, bases in SHAPES[0].items():
        text += f"class {name}({bases}):\n    " + (f"def {methods[name]}(self): ...\n" if methods[name] else "pass\n")
    program = linked({"m": text})
    cls = {each.name: each for each in program.classes}
    found = {
        (name, method): getattr(program.hierarchy.find(cls[name], method), "qualname", None)
        for name, method in itertools.product("BCD", ("run", "stop"))
    }
    assert found == {
        ("B", "run"): "m.A.run", ("B", "stop"): "m.B.stop", ("C", "run"): "m.C.run",
        ("C", "stop"): None, ("D", "run"): "m.C.run", ("D", "stop"): "m.B.stop",
    }  # fmt: skip
