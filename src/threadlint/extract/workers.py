"""Worker processes that read texts.

They are plain children that speak over pipes, not `multiprocessing`: nothing of the caller's `__main__` is imported
again, no process is forked while threads run, daemonic processes may have them, and a lost worker is only lost time:
whatever no worker has answered is read by the caller.
"""
from __future__ import annotations

import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

import msgspec

from .encoding import encode

_LENGTH = struct.Struct("<Q")
_START = "import sys; sys.path[:] = {path!r}; from threadlint.extract.workers import serve; serve()"


def read_in_processes(groups: Sequence[Sequence[int]], texts: Sequence[str], jobs: int) -> list[bytes | None]:
    """Encoded facts of `texts`, worked on group by group in at most `jobs` processes; None where no worker answered.
    When interrupted, the workers are stopped before the exception goes on."""
    found: list[bytes | None] = [None] * len(texts)
    pending = list(reversed(groups))
    lock = threading.Lock()
    processes: list[subprocess.Popen[bytes]] = []

    def lead(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        # A broken pipe or a strange answer means that the worker is gone; its group stays unanswered.
        with suppress(OSError, EOFError, ValueError, msgspec.MsgspecError):
            while True:
                with lock:
                    if not pending:
                        return
                    group = pending.pop()
                question = [texts[index].encode("utf-8", "surrogatepass") for index in group]
                _send(process.stdin, msgspec.msgpack.encode(question))
                answer = msgspec.msgpack.decode(_receive(process.stdout), type=list[bytes])
                for index, data in zip(group, answer, strict=True):
                    found[index] = data

    threads: list[threading.Thread] = []
    try:
        for _ in range(min(jobs, len(groups))):
            process = _started()
            if process is None:
                break
            processes.append(process)
            thread = threading.Thread(target=lead, args=(process,), name="threadlint-reading", daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()
    finally:
        for process in processes:
            process.kill()
        for thread in threads:
            thread.join()
        for process in processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
    return found


def _started() -> subprocess.Popen[bytes] | None:
    if not sys.executable:
        return None
    command = [sys.executable, "-c", _START.format(path=sys.path)]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except (OSError, ValueError):
        return None


def serve() -> None:
    """The life of a worker: answer groups of texts until there are no more."""
    # The keyboard's interrupt reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever prints must not print into the answers.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    with suppress(OSError, EOFError):
        while True:
            texts = msgspec.msgpack.decode(_receive(sys.stdin.buffer), type=list[bytes])
            _send(answers, msgspec.msgpack.encode(read_encoded([t.decode("utf-8", "surrogatepass") for t in texts])))


def read_encoded(texts: Sequence[str]) -> list[bytes]:
    """What a worker does with a chunk: the encoded facts of each text."""
    from . import extract

    return [encode(extract(text)) for text in texts]


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data
