"""No text ends the process: what is too deep for the parser is refused, what is deep is read."""
from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from threadlint.extract import extract
from threadlint.model.facts import ModuleFacts
from threadlint.syntax import mask, nesting

KINDS = {
    "parentheses": lambda n: "(" * n + "x" + ")" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "dicts": lambda n: "{1:" * n + "1" + "}" * n,
    "calls": lambda n: "f(" * n + ")" * n,
    "openers": lambda n: "([{" * n,
    "walls": lambda n: "(" * n,
    "minus": lambda n: "-" * n + "x",
    "nots": lambda n: "not " * n + "x",
    "sums": lambda n: "+".join(["x"] * n),
    "sums over lines": lambda n: "(\n" + "+\n".join(["x"] * n) + ")",
    "powers": lambda n: "**".join(["x"] * n),
    "ors": lambda n: " or ".join(["x"] * n),
    "attributes": lambda n: "x" + ".y" * n,
    "chained calls": lambda n: "x" + "()" * n,
    "chained items": lambda n: "x" + "[0]" * n,
    "lambdas": lambda n: "lambda:" * n + "x",
    "conditions": lambda n: "x if y else " * n + "z",
    "continued": lambda n: "x = " + "not \\\n" * n + "x",
    "elifs": lambda n: "if x:\n pass\n" + "elif x:\n pass\n" * n,
    "blocks": lambda n: "".join(" " * i + "if x:\n" for i in range(n)) + " " * n + "pass\n",
    "fields": lambda n: 'f"{' * n + "x" + '}"' * n,
    "fields with brackets": lambda n: 'f")){' + "(" * n + "x" + ")" * n + '}"',
    "specifications": lambda n: 'f"' + "{x:" * n + "}" * n + '"',
    "brackets behind strings": lambda n: "(')'," * n + "1" + ")" * n,
    "list patterns": lambda n: "match x:\n case " + "[" * n + "]" * n + ": pass\n",
    "dict patterns": lambda n: "match x:\n case " + "{1:" * n + "1" + "}" * n + ": pass\n",
    "class patterns": lambda n: "match x:\n case " + "A(a=" * n + "1" + ")" * n + ": pass\n",
    "names": lambda n: "import x" + ".y" * n,
}


@pytest.mark.parametrize("kind", KINDS)
def test_deep_texts_are_read_or_refused(kind: str) -> None:
    code = (
        "import sys; from tests.syntax.test_depth import KINDS; from threadlint.extract import extract\n"
        "for n in (5, 90, 190, 400, int(sys.argv[2])): m = extract(KINDS[sys.argv[1]](n)); print(n, m.failure)\n"
    )
    # The text of nested blocks grows by the square.
    most = "3000" if kind == "blocks" else "20000"
    done = subprocess.run([sys.executable, "-c", code, kind, most], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr[-500:])
    assert kind in ("openers", "walls") or done.stdout.startswith("5 None"), done.stdout


@pytest.mark.parametrize("kind", ["parentheses", "calls", "dicts", "minus", "sums", "ors", "elifs", "attributes"])
def test_what_python_can_nest_is_read(kind: str) -> None:
    assert extract(KINDS[kind](90)).failure is None


def test_what_is_read_does_not_depend_on_the_callers_depth() -> None:
    text = KINDS["parentheses"](60) + "\n" + KINDS["attributes"](150)
    wanted = extract(text)

    def deep(left: int) -> ModuleFacts:
        return deep(left - 1) if left else extract(text)

    assert wanted.failure is None
    assert deep(800) == wanted


def test_threads_with_small_stacks_are_no_danger() -> None:
    found: list[ModuleFacts] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(extract(KINDS["parentheses"](190))))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert len(found) == 1


def test_long_tables_are_ordinary() -> None:
    text = "x = [\n" + "    (1, 'a', -2, b.c(d)[0]),\n" * 5_000 + "]\n"
    assert nesting(mask(text).code).refusal is None
    assert extract(text).failure is None


def test_brackets_in_strings_do_not_count() -> None:
    text = "x = '" + "(" * 500 + "'\n" + "# " + "[" * 500 + "\ny = f'{a}" + "(" * 300 + "'\n"
    assert nesting(mask(text).code) == (False, None)
