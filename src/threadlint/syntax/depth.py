"""How deep a text nests, found out before the native parser is let near it.

The parser recurses without a guard: about 1,000 open brackets, 2,000 lambdas or 5,000 `not` in a row overflow a stack
of 8 MB, and that ends the process. Nested patterns of `case` cost twice the time per level, braces four times that.
Chains of operators cost the square of their length. So the text's own brackets and operators are counted first: in a
few passes at the speed of C for ordinary texts, token by token for those that look deep.
"""
from __future__ import annotations

import re
from itertools import accumulate
from operator import sub
from typing import NamedTuple

STACK_FOR_DEEP_TEXTS = 256 * 1024 * 1024
DEEPEST_BRACKETS = 200
"""What Python's own tokenizer allows."""
DEEPEST_PATTERN = 14
LONGEST_CHAIN = 3000
"""Binary operators in a row; calls, attributes, conditions and the like count three times, for so much do they cost."""

_ORDINARY_BRACKETS = 30
_ORDINARY_STATEMENT = 3000
_ORDINARY_ELIFS = 300

_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_NOT_LAYOUT = bytes(set(range(256)) - set(b"()[]{}\n"))
_LAYOUT = re.compile(rb"[(\[{]|[)\]}]|\n+")
_CASE = re.compile(r"(?:^|[\n:;])[ \t\f]*case\b[^\n]*[({\[]")
_TOKEN = re.compile(r"[()\[\]{},;\n]|\b(?:not|and|or|if|lambda|await|in|is|elif|case)\b|:=|\*\*|[-+*/%@&|^~.]")


class Nesting(NamedTuple):
    """Whether a text needs a large stack, or why it is refused."""

    is_deep: bool = False
    refusal: str | None = None


def nesting(code: str) -> Nesting:
    """Judge a text by its code, without strings and comments (see `comments.mask`)."""
    if "\r" in code:
        code = code.replace("\r\n", "\n").replace("\r", "\n")
    if "\\\n" in code:
        code = code.replace("\\\n", "  ")
    looks_deep = (
        _bracket_depth(code) > _ORDINARY_BRACKETS
        or code.count("elif") > _ORDINARY_ELIFS
        or (len(code) > _ORDINARY_STATEMENT and _longest_statement(code) > _ORDINARY_STATEMENT)
    )
    if looks_deep or ("case" in code and _CASE.search(code) is not None):
        return _counted(code, looks_deep)
    return Nesting()


def _bracket_depth(code: str) -> int:
    """The depth of the brackets, as far as it is ordinary. Innermost pairs are removed until none is left."""
    brackets = code.encode("ascii", "ignore").translate(None, _NOT_BRACKETS)
    depth = 0
    while brackets and depth <= _ORDINARY_BRACKETS:
        left = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        # One pass over all three kinds can take three levels.
        depth += 3
        if len(left) == len(brackets):
            # Unbalanced: it will not parse, but the parser must survive it.
            return depth + len(left)
        brackets = left
    return depth


def _longest_statement(code: str) -> int:
    """The number of characters on the lines of the longest statement."""
    ends = list(accumulate(len(line) + 1 for line in code.split("\n")))
    layout = code.encode("ascii", "ignore").translate(None, _NOT_LAYOUT)
    while True:
        # What is left are the line ends, and the brackets around some of them.
        left = layout.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(left) == len(layout):
            break
        layout = left
    longest: int = max(map(sub, ends, [0, *ends]))
    line = depth = start = 0
    for found in _LAYOUT.finditer(layout):
        token = found.group()
        if token[0] == 10:
            line += len(token)
        elif token in b"([{":
            if depth == 0:
                start = ends[line - 1] if line else 0
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                longest = max(longest, ends[line] - start)
    return longest if depth == 0 else max(longest, len(code) - start)


def _counted(code: str, looks_deep: bool) -> Nesting:
    """Follow the brackets and count, on each level, the operators since the last comma or statement."""
    levels = [0]
    in_case = False
    weight = 0
    for found in _TOKEN.finditer(code):
        token = found.group()
        if token in _OPENING:
            before = code[found.start() - 1 : found.start()]
            if before.isalnum() or (before and before in ")]_"):
                levels[-1] += 3
                if levels[-1] > LONGEST_CHAIN:
                    return Nesting(refusal=_TOO_LONG)
            levels.append(0)
            if len(levels) > DEEPEST_BRACKETS + 1:
                return Nesting(refusal="too many nested brackets")
            if in_case:
                weight += _OPENING[token]
                if weight > DEEPEST_PATTERN:
                    return Nesting(refusal="too many nested brackets in a pattern")
        elif token in _CLOSING:
            weight -= _CLOSING[token] if in_case else 0
            if len(levels) > 1:
                levels.pop()
        elif token == ",":
            levels[-1] = 0
        elif token == ";" or token == "\n":
            if len(levels) == 1:
                levels[-1] = 0
                in_case, weight = False, 0
        elif token == "case":
            in_case, weight = len(levels) == 1 and levels[-1] == 0, 0
        elif token == "elif":
            continue
        else:
            levels[-1] += 1 if token in _LIGHT else 3
            if levels[-1] > LONGEST_CHAIN:
                return Nesting(refusal=_TOO_LONG)
    return Nesting(is_deep=looks_deep)


_TOO_LONG = "an expression of too many operators"
_LIGHT = frozenset({"and", "or", "in", "is", "not", "+", "-", "*", "/", "%", "@", "&", "|", "^", "~"})
_OPENING = {"(": 1, "[": 1, "{": 2}
_CLOSING = {")": 1, "]": 1, "}": 2}
