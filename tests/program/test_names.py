"""Names lead to the same thing through whatever door they came, and to nothing where the text does not tell."""
from __future__ import annotations

import pytest

from threadlint.program import Program
from threadlint.program.values import Cls, Ext, Fn, Mod, Obj
from threadlint.workshop.programs import linked

BANK = """
import threading

class Account:
    def __init__(self):
        self.lock = threading.Lock()

def transfer(): ...

ledger_lock = threading.Lock()
"""


def meaning(program: Program, module: str, name: str) -> list[str]:
    """What a global of a module can be, in words."""
    told = []
    for value in program.static.export(program.modules[module], name):
        if isinstance(value, Fn):
            told.append(f"function {value.function.qualname}")
        elif isinstance(value, Cls):
            told.append(f"class {value.cls.qualname}")
        elif isinstance(value, Mod):
            told.append(f"module {value.module.name}")
        elif isinstance(value, Ext):
            told.append(f"library {value.name}")
        elif isinstance(value, Obj):
            told.append(f"a {value.type_name}")
    return sorted(told)


@pytest.mark.parametrize(
    ("statement", "name", "means"),
    [
        ("from bank.core import transfer", "transfer", ["function bank.core.transfer"]),
        ("from bank.core import transfer as move", "move", ["function bank.core.transfer"]),
        ("from .core import Account", "Account", ["class bank.core.Account"]),
        ("from . import core", "core", ["module bank.core"]),
        ("from .core import *", "Account", ["class bank.core.Account"]),
        ("from bank import core as c\nAccount = c.Account", "Account", ["class bank.core.Account"]),
        ("import bank.core\nlock = bank.core.ledger_lock", "lock", ["a threading.Lock"]),
        ("import threading as t\nlock = t.RLock()", "lock", ["a threading.RLock"]),
        ("from threading import *\nlock = Lock()", "lock", ["a threading.Lock"]),
        ("import _thread\nlock = _thread.allocate_lock()", "lock", ["a threading.Lock"]),
        ("from multiprocessing.pool import ThreadPool", "ThreadPool", ["library multiprocessing.pool.ThreadPool"]),
        ("if TYPE_CHECKING:\n    from .core import Account", "Account", ["class bank.core.Account"]),
        ("try:\n    from .core import transfer\nfinally:\n    pass", "transfer", ["function bank.core.transfer"]),
        ("from ....nowhere import transfer", "transfer", []),
        ("from .core import missing", "missing", ["library bank.core.missing"]),
    ],
)
def test_an_import_leads_to_what_it_names(statement: str, name: str, means: list[str]) -> None:
    program = linked({"bank.__init__": "", "bank.core": BANK, "bank.user": statement + "\n"})
    assert meaning(program, "bank.user", name) == means


def test_a_name_is_followed_through_re_exports() -> None:
    texts = {"bank.__init__": "from .core import *\nfrom .core import transfer as move\n", "bank.core": BANK}
    program = linked({**texts, "app": "import bank\nfrom bank import Account, move\nlock = bank.ledger_lock\n"})
    assert meaning(program, "app", "Account") == ["class bank.core.Account"]
    assert meaning(program, "app", "move") == ["function bank.core.transfer"]
    assert meaning(program, "app", "lock") == ["a threading.Lock"]


def test_modules_may_import_each_other() -> None:
    program = linked({"a": "from b import y\ndef x(): ...\n", "b": "from a import x\ndef y(): ...\nz = x\n"})
    assert meaning(program, "a", "y") == ["function b.y"]
    assert meaning(program, "b", "z") == ["function a.x"]


def test_a_circle_of_names_is_not_known() -> None:
    program = linked({"a": "from b import x\n", "b": "from a import x\n"})
    assert meaning(program, "a", "x") == []


def test_a_name_with_several_bindings_is_one_of_them() -> None:
    program = linked({"a": "import threading\nlock = threading.Lock()\nif debug:\n    lock = threading.RLock()\n"})
    assert meaning(program, "a", "lock") == ["a threading.Lock", "a threading.RLock"]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("threading.Lock", "a threading.Lock"),
        ("'threading.Lock'", "a threading.Lock"),
        ("Optional[threading.Lock]", "a threading.Lock"),
        ("threading.Lock | None", "a threading.Lock"),
        ("Annotated[threading.Lock, 'of the ledger']", "a threading.Lock"),
        ("Final[threading.Lock]", "a threading.Lock"),
    ],
)
def test_an_annotation_tells_the_type(annotation: str, kind: str) -> None:
    text = f"import threading\nfrom typing import Annotated, Final, Optional\nlock: {annotation}\n"
    assert meaning(linked({"a": text}), "a", "lock") == [kind]


def test_what_a_function_returns_is_what_a_call_gives() -> None:
    text = """
import threading

def make():
    if fast:
        return threading.Lock()
    return threading.RLock()

lock = make()
"""
    assert meaning(linked({"a": text}), "a", "lock") == ["a threading.Lock", "a threading.RLock"]


def test_attributes_are_those_that_methods_assign() -> None:
    text = BANK + "\naccount = Account()\nlock = account.lock\nother = account.nothing\n"
    program = linked({"a": text})
    assert meaning(program, "a", "lock") == ["a threading.Lock"]
    assert meaning(program, "a", "other") == []


def test_an_unreadable_module_is_left_out() -> None:
    program = linked({"a": "def broken(:\n", "b": "import a\nx = a.y\n"})
    assert list(program.modules) == ["b"]


def test_a_question_is_answered_once_and_never_waits_for_itself() -> None:
    program = linked({"a": ""})
    asked: list[str] = []

    def question(given: Program) -> int:
        asked.append("once")
        return len(given.modules)

    def circle(given: Program) -> int:
        return given.ask(circle)

    assert program.ask(question) == program.ask(question) == 1
    assert asked == ["once"]
    with pytest.raises(RuntimeError, match="circle → circle"):
        program.ask(circle)


def test_the_order_of_modules_is_of_no_concern() -> None:
    texts = {"b": "x = 1\n", "a": "x = 2\n", "c.__init__": ""}
    assert list(linked(texts).modules) == list(linked(dict(reversed(texts.items()))).modules) == ["a", "b", "c"]


