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
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from types import CodeType, FrameType, ModuleType
from typing import Any, Self

from .language import Program
from .sights import is_load, rebinds, step_on_container, step_on_name

FOLDER = "<stage>/"


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
        self.turns: dict[FrameType, int] = {}
        """How often the loop that runs in a frame has asked for the next entry."""
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
        return f"{self.owner('self') or self.owner('')}{found[1]}" if self.owned else found[1]

    def flag(self) -> str:
        """The one flag of the program."""
        (name,) = self.flags
        return name

    def owner(self, expression: str) -> str:
        """The name of the object that the expression denotes in the running frame, and a dot; or nothing. Without an
        expression: of what the frame's function belongs to."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename not in self.lines:
            frame = frame.f_back
        assert frame is not None
        try:
            return f"{eval(f'{expression}.name' if expression else 'name', frame.f_globals, frame.f_locals)}."
        except (NameError, AttributeError):
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
            if step and step[0] == "walked" and not self.second_turn(frame):
                step = None
            if step:
                verb, name, expression = step
                if verb == "walk":
                    self.turns[frame] = 0
                self.reach(verb, self.owner(expression) + name if self.owned else name)
        return self.trace

    def second_turn(self, frame: FrameType) -> bool:
        """Whether a loop comes back for its second entry: where it would notice that there are more than before."""
        self.turns[frame] = self.turns.get(frame, 0) + 1
        return self.turns[frame] == 2

    def visible(self, code: CodeType) -> dict[int, tuple[str, str, str]]:
        """The opcodes of a code object that read or write a variable."""
        lines = self.lines[code.co_filename]
        found: dict[int, tuple[str, str, str]] = {}
        made: set[str] = set()
        for instruction in dis.get_instructions(code):
            at = instruction.positions
            if at is None or at.lineno is None or lines[at.lineno - 1].lstrip().startswith(("print(", "def ")):
                continue
            line = lines[at.lineno - 1]
            segment = line[at.col_offset or 0 : at.end_col_offset] if at.lineno == at.end_lineno else ""
            op, name = instruction.opname, instruction.argval
            stores = op.startswith("STORE_")
            if not isinstance(name, str) or op in ("CALL", "CONTAINS_OP"):
                name = ""
            first = stores and name not in made and (code.co_name == "main" or name in code.co_cellvars)
            if name in self.flags and (stores or is_load(op)):
                if first and op not in ("STORE_GLOBAL", "STORE_ATTR"):
                    made.add(name)
                else:
                    found[instruction.offset] = ("signal" if stores else "look", name, "")
            kind = self.kinds.get(name)
            if kind is not None:
                if stores and not rebinds(kind):
                    continue
                if first and op in ("STORE_DEREF", "STORE_FAST"):
                    made.add(name)
                elif verb := step_on_name(kind, op, line.strip()):
                    found[instruction.offset] = (verb, name, segment.rpartition(".")[0])
                continue
            for variable, kind in self.kinds.items():
                if verb := step_on_container(kind, variable, op, segment, line.strip()):
                    found[instruction.offset] = (verb, variable, "")
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

    class Semaphore:
        def __init__(self, value: int = 1) -> None:
            self.name, self.value = stage.assigned(), value
            self.owners: list[Actor] = []

        def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
            attempt = not blocking or timeout is not None
            stage.reach("try" if attempt else "acquire", self.name)
            if len(self.owners) == self.value:
                assert attempt, f"{self.name} is not free"
                return False
            self.owners.append(stage.current.actor)
            return True

        def release(self) -> None:
            stage.reach("release", self.name)
            self.owners.remove(stage.current.actor)

        def __enter__(self) -> bool:
            return self.acquire()

        def __exit__(self, *_: object) -> None:
            self.release()

    class Barrier:
        def __init__(self, parties: int) -> None:
            self.name, self.parties, self.arrived = stage.assigned(), parties, 0

        def wait(self) -> None:
            stage.reach("arrive", self.name)
            self.arrived += 1
            stage.reach("pass", self.name)
            assert self.arrived >= self.parties, f"not all have come to {self.name}"

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
            self.raised: ValueError | None = None
            self.known = False

        def result(self) -> None:
            if not self.known:
                stage.reach("join", self.name)
            if self.raised is not None:
                raise self.raised

    def wait(futures: list[Future], timeout: float | None = None) -> None:
        if timeout is None:
            stage.reach("gather", " ".join(future.name for future in futures))

    def as_completed(futures: list[Future]) -> Iterator[Future]:
        wait(futures)
        for future in sorted(futures, key=lambda future: future.raised is None):
            future.known = True
            yield future

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

            future = Future(stage.naming)

            def run() -> None:
                if self.name:
                    stage.reach("begin", self.name)
                elif before:
                    stage.reach("turn", before)
                try:
                    function(*args)
                except ValueError as raised:
                    future.raised = raised

            stage.launch(stage.naming, run)
            return future

        def map(self, function: Any, items: Iterable[Any]) -> Iterator[None]:
            futures = [self.submit(function, item) for item in items]
            return (future.result() for future in futures)

        def __exit__(self, *_: object) -> None:
            for task in self.tasks:
                stage.reach("join", task)

    class Channel:
        def __init__(self) -> None:
            self.name = stage.assigned()

            self.items: list[Any] = []

        def give(self, item: Any = 1) -> None:
            if item == 1:
                stage.reach("signal", self.name)
            else:
                stage.reach("send", f"{self.name} {item.name}")
                self.items.append(item)

        def take(self) -> Any:
            received = re.match(r"(\w+) = .*\.get\(\)$", stage.caller_line())
            if not received:
                stage.reach("await", self.name)
                return 1
            stage.reach("receive", f"{self.name} {received[1]}")
            return self.items.pop(0)

        put = set = give
        get = wait = take

    clock = count(1)

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
            "threading", Lock=Lock, RLock=RLock, Semaphore=Semaphore, BoundedSemaphore=Semaphore, Barrier=Barrier,
            Thread=Thread, Timer=Timer, Event=Channel, Condition=Condition,
        ),
        "queue": module("queue", Queue=Channel),
        "concurrent.futures": module(
            "concurrent.futures", ThreadPoolExecutor=Executor, wait=wait, as_completed=as_completed
        ),
        "random": module("random", random=chance),
        "time": module("time", sleep=lambda _: None, time=lambda: float(next(clock))),
    }
