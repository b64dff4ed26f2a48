"""Text edits around the offsets of the miniature: what rules offer as fixes.

Edits touch only the stretch between two tokens that a finding is about; comments and formatting elsewhere are never
part of one. Where the text around a node is not what an edit expects, there is no edit (None).
"""

from __future__ import annotations

import re

from ..model import facts as f
from ..model.finding import Edit
from ..model.place import Place
from ..program.symbols import Class, Function, Module, last_name
from .mentions import Mentions

_BLANK = " \t\r\n\f\\"


def _module(home: Module | Function | Class) -> Module:
    return home if isinstance(home, Module) else home.module


def text_of(home: Module | Function | Class, at: f.Span) -> str:
    """The source between two offsets."""
    return _module(home).source.text[at[0] : at[1]]


def replaced(home: Module | Function | Class, at: f.Span, text: str) -> Edit:
    """Put `text` in place of a stretch."""
    return Edit(Place(_module(home).source.path, at[0], at[1]), text)


def inserted(home: Module | Function | Class, at: int, text: str) -> Edit:
    """Put `text` at an offset."""
    return replaced(home, (at, at), text)


def parentheses(home: Function, node: f.Expr) -> f.Span | None:
    """Where the parentheses directly around an expression begin and end, when it stands in some of its own. Those
    of a call with this one argument are told from them by the caller, who knows what stands before."""
    text = home.module.source.text
    start, end = node.at
    left, right = start - 1, end
    while left >= 0 and text[left] in _BLANK:
        left -= 1
    while right < len(text) and text[right] in _BLANK:
        right += 1
    if left >= 0 and right < len(text) and text[left] == "(" and text[right] == ")":
        return left, right + 1
    return None


def is_parenthesised_argument(home: Function, node: f.Expr) -> bool:
    """Whether the value of a keyword argument stands in parentheses of its own: `args=(x)`."""
    around = parentheses(home, node)
    if around is None:
        return False
    before = home.module.source.text[: around[0]].rstrip(_BLANK)
    return before.endswith(("=", ",", "("))


def indent_at(home: Module | Function | Class, offset: int) -> str | None:
    """The blanks before an offset; None when something else stands on its line before it."""
    text = _module(home).source.text
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    before = text[start:offset]
    return before if not before.strip(" \t\f") else None


def line_end(home: Module | Function | Class, offset: int) -> int | None:
    """Where the line of a finished statement ends, when only blanks or a comment follow on it."""
    text = _module(home).source.text
    match = re.compile(r"[ \t\f]*(#[^\r\n]*)?(?=\r|\n|\Z)").match(text, offset)
    return match.end() if match else None


def newline(home: Module | Function | Class) -> str:
    """The line end that the file uses."""
    text = _module(home).source.text
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def name_span(node: f.Attr | f.Name) -> f.Span:
    """Where the last name of a path stands."""
    size = len(node.attr) if isinstance(node, f.Attr) else len(node.id)
    return node.at[1] - size, node.at[1]


def called_to_passed(home: Function, call: f.Call, style: str, argument: f.Call) -> Edit | None:
    """`f(a, b)` as an argument becomes the function with what it is called with, passed in the way of the outer call:
    `thread` as `args=(…)` and `kwargs={…}`, `rest` as further positional arguments, `none` not at all. None when that
    cannot be said, or when the outer call has such arguments already."""
    start, end = argument.at
    source = home.module.source.text
    inside = source[argument.func.at[1] : end]
    opening = inside.find("(")
    if opening < 0 or inside[:opening].strip(_BLANK) or not inside.endswith(")"):
        return None
    callee = text_of(home, argument.func.at)
    if any(arg.star for arg in argument.args) or "#" in inside:
        return None
    if not argument.args:
        return replaced(home, (start, end), callee)
    positional = [text_of(home, arg.value.at) for arg in argument.args if arg.keyword is None]
    named = [(arg.keyword, text_of(home, arg.value.at)) for arg in argument.args if arg.keyword is not None]
    if any(isinstance(arg.value, (f.Comprehension, f.Yield, f.Walrus)) for arg in argument.args):
        return None
    if style == "rest":
        if call.args[-1].value is not argument:
            return None
        return replaced(
            home, (start, end), ", ".join([callee, *positional, *(f"{name}={value}" for name, value in named)])
        )
    if style == "thread" and not any(arg.keyword in ("args", "kwargs") or arg.star for arg in call.args):
        last = call.args[-1].value is argument
        keyword = any(arg.keyword is not None for arg in call.args) or last
        if not keyword:
            return None
        parts = [callee]
        if positional:
            parts.append(f"args=({', '.join(positional)}{',' if len(positional) == 1 else ''})")
        if named:
            parts.append("kwargs={" + ", ".join(f'"{name}": {value}' for name, value in named) + "}")
        return replaced(home, (start, end), ", ".join(parts))
    return None


def keyword_added(home: Function, call: f.Call, keyword: str) -> Edit | None:
    """A call with one more keyword argument; None when the end of the call is not plain."""
    text = home.module.source.text
    end = call.at[1] - 1
    if text[end : end + 1] != ")" or any(arg.star == 2 for arg in call.args):
        return None
    last = max((arg.value.at[1] for arg in call.args), default=call.func.at[1])
    between = text[last:end]
    if not call.args:
        return inserted(home, end, keyword) if between.strip(_BLANK) == "(" else None
    inside = between.rstrip(_BLANK)
    if inside.strip(_BLANK + ")") not in ("", ",") or (
        inside.endswith(")") and inside.count(")") != _open_before(home, call, last)
    ):
        return None
    at = last + len(inside)
    return inserted(home, at, f" {keyword}," if inside.endswith(",") else f", {keyword}")


def _open_before(home: Function, call: f.Call, last: int) -> int:
    """How many parentheses directly around the last argument have to be closed behind it."""
    argument = max((arg.value for arg in call.args), key=lambda value: value.at[1])
    text = home.module.source.text
    count, left = 0, argument.at[0] - 1
    while left > call.func.at[1] and (text[left] == "(" or text[left] in _BLANK):
        count += text[left] == "("
        left -= 1
    return count


def split_start(mentions: Mentions, function: Function, call: f.Call, above: object) -> tuple[Edit, ...]:
    """`t = Thread(…).start()` becomes two statements; empty when it stands in anything but a simple assignment."""
    if not (
        isinstance(above, f.Assign)
        and len(above.targets) == 1
        and above.value is call
        and isinstance(call.func, f.Attr)
    ):
        return ()
    target = above.targets[0]
    indent, end = indent_at(function, above.at[0]), line_end(function, above.at[1])
    tail = text_of(function, (call.func.value.at[1], call.at[1]))
    if not isinstance(target, (f.Name, f.Attr)) or indent is None or end is None or above.at[1] != call.at[1]:
        return ()
    if not re.fullmatch(r"\s*\.\s*start\s*\(\s*\)", tail):
        return ()
    after = f"{newline(function)}{indent}{text_of(function, target.at)}.start()"
    return replaced(function, (call.func.value.at[1], call.at[1]), ""), inserted(function, end, after)


def callee_name(call: f.Call) -> str:
    """The last name of what a call calls."""
    return last_name(call.func) or "it"
