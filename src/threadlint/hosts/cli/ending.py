"""How a run ends: the exit codes, and what is said when it ends badly.

| code | means |
|---|---|
| 0 | nothing found |
| 1 | findings |
| 2 | wrong usage or configuration, or a failure of the tool |
| 130 | interrupted |
"""
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from .speaking import mute, say

CLEAN = 0
FINDINGS = 1
FAILURE = 2
INTERRUPTED = 130


def guarded(run: Callable[[], Any], args: Sequence[str]) -> int:
    """Run a command to its exit code. Whatever it raises becomes one message on stderr."""
    import click

    # A process may be started with its standard streams closed.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    try:
        code = run()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return FAILURE
    except (click.Abort, KeyboardInterrupt):
        interrupted()
        return INTERRUPTED
    except BrokenPipeError:
        mute(sys.stdout)
        return CLEAN
    except Exception as failure:
        return failed(failure, verbose=not {"-v", "--verbose"}.isdisjoint(args))
    return code if isinstance(code, int) else CLEAN


def failed(failure: BaseException, *, verbose: bool) -> int:
    """Say that threadlint itself failed, with the traceback for those who asked, and return the exit code."""
    reason = " ".join(f"{type(failure).__name__}: {failure}".split())
    advice = "please report it; --verbose shows where it happened"
    if verbose:
        import traceback

        say("".join(traceback.format_exception(failure)).rstrip())
        advice = "please report it with the lines above"
    say(f"error: threadlint failed: {reason}\n  this is a mistake in threadlint, not in your program: {advice}")
    return FAILURE


def leave(code: int) -> NoReturn:
    """End the process at once: taking a linked program apart object by object costs an eighth of a run."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def interrupted() -> None:
    """Say that a run was stopped from the keyboard."""
    say("interrupted")


def tell(text: str) -> None:
    """Print on stdout what was asked for; a character that the terminal does not have is printed by its number."""
    out = sys.stdout
    with _told():
        try:
            out.write(text)
        except UnicodeEncodeError:
            encoding = out.encoding or "ascii"
            out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        out.flush()


def tell_bytes(data: bytes) -> None:
    """Write on stdout what is not for eyes."""
    with _told():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _told() -> Iterator[None]:
    """A reader that went away (`| head`) is no news; a full disk is."""
    try:
        yield
    except BrokenPipeError:
        mute(sys.stdout)
    except OSError as error:
        from .settings import Refused

        mute(sys.stdout)
        raise Refused(f"cannot write to stdout: {error.strerror}") from None
