"""Text to libcst trees, with every way of failing turned into `SyntaxFailure`."""
from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from .comments import Masked, mask
from .depth import STACK_FOR_DEEP_TEXTS, nesting
from .failure import SyntaxFailure

if TYPE_CHECKING:
    import libcst

_T = TypeVar("_T")
_STOPPED_AT = re.compile(r"error at (\d+):(\d+)")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


def parse(text: str, masked: Masked | None = None) -> libcst.Module:
    """The tree of a module's text. Raises SyntaxFailure when there is none, whatever the reason. `masked` is
    `mask(text)` where the caller has it."""
    from libcst.native import parse_module  # type: ignore[import-not-found]

    bare = text.removeprefix("\ufeff")
    code = (masked or mask(text)).code
    module: libcst.Module = _guarded(lambda: parse_module(bare), bare, code, len(text) - len(bare))
    return module


def parse_expression(text: str) -> libcst.BaseExpression:
    """The tree of an expression. Raises SyntaxFailure when there is none, whatever the reason."""
    from libcst.native import parse_expression as native

    expression: libcst.BaseExpression = _guarded(lambda: native(text), text, mask(text).code, 0)
    return expression


def _guarded(parser: Callable[[], _T], text: str, code: str, shift: int) -> _T:
    nul = text.find("\0")
    if nul >= 0:
        raise SyntaxFailure("the text contains a null character", shift + nul)
    found = nesting(code)
    if found.refusal is not None:
        raise SyntaxFailure(found.refusal, shift)
    # Threads other than the main one may have small stacks.
    if not _here.is_big and (found.is_deep or threading.current_thread() is not threading.main_thread()):
        return on_a_big_stack(lambda: _without_gc(parser, text, shift))
    return _without_gc(parser, text, shift)


def _without_gc(parser: Callable[[], _T], text: str, shift: int) -> _T:
    from libcst import ParserSyntaxError

    collected = gc.isenabled()
    gc.disable()
    try:
        return parser()
    except ParserSyntaxError as error:
        message, offset = _told(error, text)
        raise SyntaxFailure(message, shift + offset) from None
    except (RecursionError, MemoryError):
        raise SyntaxFailure("nested too deeply to be parsed", shift) from None
    except UnicodeEncodeError as error:
        raise SyntaxFailure("the text contains a lone surrogate", shift + error.start) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # A panic of the native parser is a BaseException of a class that cannot be imported.
        if isinstance(error, (SystemExit, GeneratorExit)):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise SyntaxFailure(f"the parser gave up ({reason})", shift) from None
    finally:
        if collected:
            gc.enable()


def _told(error: libcst.ParserSyntaxError, text: str) -> tuple[str, int]:
    message = str(error.message)
    found = _STOPPED_AT.search(message)
    line, column = (int(found[1]), int(found[2]) - 1) if found else (error.raw_line, 0)
    start = 0
    for number, end in enumerate(_LINE_ENDS.finditer(text), 2):
        if number > line:
            break
        start = end.end()
    kind, _, rest = message.partition(": ")
    if found is None:
        told = f"invalid syntax: {rest}" if kind == "tokenizer error" else " ".join(message.split())
    else:
        expected = message.partition(": expected ")[2]
        told = f"invalid syntax: expected {expected}" if 0 < len(expected) < 100 else "invalid syntax"
    return told, min(start + max(column, 0), len(text))


def on_a_big_stack(work: Callable[[], _T]) -> _T:
    """Run in a thread whose stack is large: the native parser and its trees recurse."""
    if _here.is_big:
        return work()
    result: list[_T] = []
    failure: list[BaseException] = []

    def run() -> None:
        _here.is_big = True
        try:
            result.append(work())
        except BaseException as error:
            failure.append(error)

    with _STACK_SIZE:
        before = threading.stack_size(STACK_FOR_DEEP_TEXTS)
        try:
            thread = threading.Thread(target=run, name="threadlint-parser", daemon=True)
            thread.start()
        except RuntimeError:
            raise SyntaxFailure("nested too deeply to be parsed here") from None
        finally:
            threading.stack_size(before)
    # Short waits, so that the keyboard can interrupt.
    while thread.is_alive():
        thread.join(0.2)
    if failure:
        raise failure[0]
    return result[0]


class _Here(threading.local):
    is_big = False


_here = _Here()
_STACK_SIZE = threading.Lock()
