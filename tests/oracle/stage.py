"""A stage on which generated programs really run, one visible step at a time, in the order that a conductor wants.

The program gets its own `threading`, `queue`, `concurrent.futures`, `random` and `time`. Each of its threads is a real
thread that stops before every visible step (an acquire, a release, a read or write of one of the program's variables,
...) until the conductor lets it go on. Reads and writes are seen by tracing opcodes, so the text that runs is the text
that is judged.
"""

from __future__ import annotations

import builtins
import dis
import re
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType, ModuleType
from typing import Any, Self

from .language import Kind, Program

FOLDER = "<stage>/"
_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST", "LOAD_ATTR"})

_TRACES = {
    Kind.LOG: r'\b{}\.append\("done"\)$',
    Kind.TABLE: r'\b{}(\["all"\]|\.get\("all", 0\))$',
    Kind.CACHE: r'^"rate" not in .*\b{0}$|\b{0}(\["rate"\]|\.get\("rate"\))$',
}
"""What the text of an opcode that reads or changes a container looks like."""


class Abandoned(BaseException):
    """The walk is over: leave, whatever you hold."""


class Actor:
    """One running thread of the program: where it stands, and the door it waits at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pending: tuple[str, str] | None = None
        self.choice = 0
        self.go = threading.Semaphore(0)
        self.stopped = threading.Semaphore(0)
        self.failure: BaseException | None = None


class Stage:
    """Runs the files of a program. `actors` are the threads by the names of the model."""

    def __init__(self, program: Program, files: dict[str, str]) -> None:
        self.program, self.files = program, files
        self.lines = {FOLDER + name: text.split("\n") for name, text in files.items()}
        self.kinds = {v.name.rpartition(".")[2]: v.kind for v in program.variables}
        self.flags = {c.name for c in program.channels if c.condition}
        self.owned = any("." in v.name for v in program.variables)
        self.actors: dict[str, Actor] = {}
        self.current = threading.local()
        self.over = False
        self.naming = ""
        self.tables: dict[CodeType, dict[int, tuple[str, str, str]]] = {}
        self.modules: dict[str, ModuleType] = _library(self)
        self.launch("main", lambda: self.load("main").main())

    # -- for the conductor ------------------------------------------------------------------------------------------

    def advance(self, name: str, choice: int = 0, starting: str = "") -> None:
        """Let the thread take the step it stands before, and run to the next. The step must not block."""
        actor = self.actors[name]
        actor.choice, self.naming = choice, starting
        actor.go.release()
        actor.stopped.acquire()

    def close(self) -> None:
        """Make all threads leave."""
        self.over = True
        for actor in self.actors.values():
            while actor.pending is not None:
                actor.go.release()
                actor.stopped.acquire()

    # -- for the threads --------------------------------------------------------------------------------------------

    def launch(self, name: str, run: Callable[[], object]) -> None:
        """Start an actor and wait until it stands before its first step or has ended."""
        actor = self.actors[name] = Actor(name)

        def life() -> None:
            self.current.actor = actor
            sys.settrace(self.trace)
            try:
                run()
            except (ValueError, Abandoned):
                pass
            except BaseException as failure:
                actor.failure = failure
            finally:
                sys.settrace(None)
                actor.pending = None
                actor.stopped.release()

        threading.Thread(target=life, daemon=True).start()
        actor.stopped.acquire()

    def reach(self, verb: str, noun: str) -> int:
        """Stand before a step until the conductor says go."""
        if self.over and verb == "release":
            return 0
        if self.over:
            raise Abandoned
        actor: Actor = self.current.actor
        actor.pending = (verb, noun)
        actor.stopped.release()
        actor.go.acquire()
        actor.pending = None
        if self.over:
            raise Abandoned
        return actor.choice

    def caller_line(self) -> str:
        """The line of the program that is running."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename not in self.lines:
            frame = frame.f_back
        assert frame is not None
        return self.lines[frame.f_code.co_filename][frame.f_lineno - 1].strip()

    def assigned(self) -> str:
        """The name to which the running line assigns."""
        found = re.match(r"(?:self\.)?(\w+) = ", self.caller_line())
        assert found, self.caller_line()
        return f"{self.owner('self')}{found[1]}" if self.owned else found[1]

    def flag(self) -> str:
        """The one flag of the program."""
        (name,) = self.flags
        return name

    def owner(self, expression: str) -> str:
        """The name of the object that the expression denotes in the running frame, and a dot; or nothing."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename not in self.lines:
            frame = frame.f_back
        assert frame is not None
        try:
            return f"{eval(expression, frame.f_globals, frame.f_locals).name}."
        except NameError:
            return ""

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Stop before the opcodes that read and write the program's variables."""
        code = frame.f_code
        if code.co_filename not in self.lines or code.co_name in ("<module>", "__init__"):
            return None
        if event == "call":
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
        elif event == "opcode":
            table = self.tables.get(code)
            if table is None:
                table = self.tables[code] = self.visible(code)
            step = table.get(frame.f_lasti)
            if step:
                verb, name, expression = step
                self.reach(verb, self.owner(expression) + name if self.owned else name)
        return self.trace

    def visible(self, code: CodeType) -> dict[int, tuple[str, str, str]]:
        """The opcodes of a code object that read or write a variable."""
        lines = self.lines[code.co_filename]
        found: dict[int, tuple[str, str, str]] = {}
        made: set[str] = set()
        for instruction in dis.get_instructions(code):
            at = instruction.positions
            if at is None or at.lineno is None or lines[at.lineno - 1].lstrip().startswith(("print(", "def ")):
                continue
            segment = lines[at.lineno - 1][at.col_offset or 0 : at.end_col_offset] if at.lineno == at.end_lineno else ""
            op, name = instruction.opname, instruction.argval
            stores, loads = op.startswith("STORE_"), op in _LOADS
            if isinstance(name, str) and name in self.flags and (stores or loads):
                if (
                    stores
                    and code.co_name == "main"
                    and op != "STORE_GLOBAL"
                    and op != "STORE_ATTR"
                    and name not in made
                ):
                    made.add(name)
                else:
                    found[instruction.offset] = ("signal" if stores else "look", name, "")
            if self.kinds.get(name if isinstance(name, str) else "") is Kind.NUMBER:
                if stores:
                    if code.co_name == "main" and op in ("STORE_DEREF", "STORE_FAST") and name not in made:
                        made.add(name)
                    else:
                        found[instruction.offset] = ("write", name, segment.rpartition(".")[0])
                elif loads:
                    found[instruction.offset] = ("read", name, segment.rpartition(".")[0])
            elif op in ("BINARY_SUBSCR", "STORE_SUBSCR", "CALL", "CONTAINS_OP"):
                for variable, kind in self.kinds.items():
                    if kind in _TRACES and re.search(_TRACES[kind].format(variable), segment):
                        write = op == "STORE_SUBSCR" or kind is Kind.LOG
                        look = "check" if kind is Kind.CACHE else "read"
                        found[instruction.offset] = ("write" if write else look, variable, "")
        return found

    def load(self, name: str) -> Any:
        """The module of that name, imported on the stage."""
        if name not in self.modules:
            module = self.modules[name] = ModuleType(name)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self.bring, "print": lambda *_: None}
            exec(compile(self.files[f"{name}.py"], f"{FOLDER}{name}.py", "exec"), module.__dict__)
        return self.modules[name]

    def bring(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        """`import`, on the stage."""
        if name in self.modules or f"{name}.py" in self.files:
            return self.load(name)
        return __import__(name, globals, locals, fromlist, level)


def _library(stage: Stage) -> dict[str, ModuleType]:
    """The stage's own versions of the modules that have to do with threads, chance and time."""

    class Lock:
        reentrant = False

        def __init__(self) -> None:
            self.name = stage.assigned()
            self.owner: Actor | None = None
            self.count = 0

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
            attempt = not blocking or timeout >= 0
            stage.reach("try" if attempt else "acquire", self.name)
            me: Actor = stage.current.actor
            if self.owner is not None and not (self.reentrant and self.owner is me):
                assert attempt, f"{self.name} is not free"
                return False
            self.owner, self.count = me, self.count + 1
            return True

        def release(self) -> None:
            stage.reach("release", self.name)
            assert self.owner is stage.current.actor, f"{self.name} released by a stranger"
            self.count -= 1
            if self.count == 0:
                self.owner = None

        def __enter__(self) -> bool:
            return self.acquire()

        def __exit__(self, *_: object) -> None:
            self.release()

    class RLock(Lock):
        reentrant = True

    class Condition:
        def __init__(self, lock: Lock | None = None) -> None:
            self.lock = lock or RLock()
            self.acquire, self.release = self.lock.acquire, self.lock.release

        def __enter__(self) -> bool:
            return self.acquire()

        def __exit__(self, *_: object) -> None:
            self.release()

        def wait(self) -> None:
            lock = self.lock
            lock.owner, lock.count = None, lock.count - 1
            assert lock.count == 0, f"{lock.name} is held more than once"
            stage.reach("wake", stage.flag())
            assert lock.owner is None, f"{lock.name} is not free"
            lock.owner, lock.count = stage.current.actor, 1

        def wait_for(self, predicate: Callable[[], bool]) -> None:
            while not predicate():
                self.wait()

        def notify_all(self) -> None:
            assert self.lock.owner is stage.current.actor, f"{self.lock.name} notified by a stranger"

        notify = notify_all

    class Thread:
        def __init__(self, target: Any = None, args: Any = (), name: str | None = None) -> None:
            self.target, self.args, self.model_name = target, args, ""

        def start(self) -> None:
            stage.reach("start", "")
            self.model_name = stage.naming
            stage.launch(self.model_name, self.run)

        def run(self) -> None:
            self.target(*self.args)

        def join(self, timeout: float | None = None) -> None:
            if timeout is None:
                stage.reach("join", self.model_name)

    class Timer(Thread):
        def __init__(self, interval: float, function: Any, args: Any = ()) -> None:
            super().__init__(function, args)

    class Future:
        def __init__(self, name: str) -> None:
            self.name = name

        def result(self) -> None:
            stage.reach("join", self.name)

    def wait(futures: list[Future], timeout: float | None = None) -> None:
        if timeout is None:
            for future in futures:
                future.result()

    class Executor:
        def __init__(self, max_workers: int | None = None) -> None:
            self.max_workers = max_workers
            self.tasks: list[str] = []
            self.name = "" if stage.caller_line().startswith("with ") else stage.assigned()

        def __enter__(self) -> Self:
            return self

        def submit(self, function: Any, *args: Any) -> Future:
            stage.reach("start", "")
            before = self.tasks[-1] if self.tasks and self.max_workers == 1 else ""
            self.tasks.append(stage.naming)

            def run() -> None:
                if self.name:
                    stage.reach("begin", self.name)
                elif before:
                    stage.reach("turn", before)
                function(*args)

            stage.launch(stage.naming, run)
            return Future(self.tasks[-1])

        def __exit__(self, *_: object) -> None:
            for task in self.tasks:
                stage.reach("join", task)

    class Channel:
        def __init__(self) -> None:
            self.name = stage.assigned()

        def give(self, *_: object) -> None:
            stage.reach("signal", self.name)

        def take(self) -> None:
            stage.reach("await", self.name)

        put = set = give
        get = wait = take

    def chance() -> float:
        second = stage.reach("fork", "") == 1
        line = stage.caller_line()
        low_is_yes = "not " not in line and "<" in line
        return 0.0 if second != low_is_yes else 0.95

    def module(name: str, **names: Any) -> ModuleType:
        made = ModuleType(name)
        vars(made).update(names)
        return made

    return {
        "threading": module(
            "threading", Lock=Lock, RLock=RLock, Thread=Thread, Timer=Timer, Event=Channel, Condition=Condition
        ),
        "queue": module("queue", Queue=Channel),
        "concurrent.futures": module("concurrent.futures", ThreadPoolExecutor=Executor, wait=wait),
        "random": module("random", random=chance),
        "time": module("time", sleep=lambda _: None, time=lambda: 1.0),
    }
