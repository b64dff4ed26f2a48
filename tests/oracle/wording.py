"""Bodies as Python text: statements of the tiny language in the words of one function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from .accesses import share, update
from .language import (
    Acquire,
    Ask,
    Attempt,
    Await,
    Branch,
    Call,
    Channel,
    Consult,
    Fail,
    Fetch,
    Fill,
    Form,
    Gather,
    Glance,
    Grow,
    How,
    Join,
    Look,
    Make,
    Pause,
    Pool,
    Program,
    Publish,
    Receive,
    Release,
    Repeat,
    Result,
    Return,
    Section,
    Send,
    Signal,
    Sorted,
    Start,
    Statement,
    Store,
    Submit,
    Take,
    Update,
    Walk,
    Worker,
    Write,
)  # fmt: skip
from .layout import CLOSURE, Layout
from .text import STEP, Scope, indented


@dataclass
class Writer:
    """Writes bodies. `path` names an item as seen from a scope, `library` a name of the standard library."""

    program: Program
    layout: Layout
    random: Random
    path: Callable[[str, Scope], str]
    library: Callable[[str, str, str], str]
    manager: Callable[[str, Scope, bool], str]
    thread_class: Callable[[Worker, Scope], str]
    methods: frozenset[str] = frozenset()

    def body(self, statements: Sequence[Statement], scope: Scope) -> list[str]:
        """The lines of a body; never empty."""
        lines: list[str] = []
        i = 0
        while i < len(statements):
            run = self._run(statements, i)
            if isinstance(statements[i], Start):
                lines += self._starts(
                    [s.worker for s in run if isinstance(s, Start)], statements[i + len(run) :], scope
                )
            elif isinstance(statements[i], Join):
                lines += self._joins([s.worker for s in run if isinstance(s, Join)], scope)
            else:
                run = statements[i : i + 1]
                lines += self._statement(statements[i], scope)
            i += len(run)
        return lines or ["pass"]

    @staticmethod
    def _run(statements: Sequence[Statement], first: int) -> Sequence[Statement]:
        last = first
        while last < len(statements) and type(statements[last]) is type(statements[first]):
            last += 1
        return statements[first:last]

    def _statement(self, statement: Statement, scope: Scope) -> list[str]:
        match statement:
            case Section():
                return self._section(statement, scope)
            case Acquire(lock):
                return [f"{self.path(lock, scope)}.acquire()"]
            case Release(lock):
                return [f"{self.path(lock, scope)}.release()"]
            case Attempt():
                return self._attempt(statement, scope)
            case Call(procedure, arguments, catches):
                callee, given = self.call(procedure, arguments, scope)
                call = f"{callee}({', '.join(given)})"
                return ["try:", STEP + call, "except ValueError:", STEP + 'print("refused")'] if catches else [call]
            case Sorted(one, other, body):
                pair = f"({self.path(one, scope)}, {self.path(other, scope)})"
                lines = [f"low, high = sorted({pair}, key=lambda account: account.name)"]
                return [*lines, *self.body(body, scope)]
            case Update() | Fetch() | Store() | Write() | Fill():
                return update(self, statement, scope)
            case Look() | Ask() | Make() | Take() | Publish() | Consult() | Grow() | Walk():
                return share(self, statement, scope)
            case Send(channel, item):
                return [f"{self.path(channel, scope)}.put({self.path(item, scope)})"]
            case Receive(channel, name):
                return [f"{self.path(name, scope)} = {self.path(channel, scope)}.get()"]
            case Branch(then, otherwise):
                lines = ["if " + self._condition(scope) + ":", *indented(self.body(then, scope))]
                return [*lines, "else:", *indented(self.body(otherwise, scope))] if otherwise else lines
            case Repeat(times, body):
                return [f"for _ in range({times}):", *indented(self.body(body, scope))]
            case Return():
                return ["return"]
            case Fail():
                return ['raise ValueError("bad entry")']
            case Pause():
                sleep = f"{self.library(scope.module, 'time', 'sleep')}(0.01)"
                return [self.random.choice((sleep, 'print("working")', "sum(range(100))"))]
            case Signal(channel) | Await(channel):
                return self._channel(self.program.channel(channel), isinstance(statement, Signal), scope)
            case Pool():
                return self._pool(statement, scope)
            case Submit(worker) | Glance(worker):
                return self._future(self.program.worker(worker), statement, scope)
            case Result():
                return self._result(statement, scope)
        raise AssertionError(statement)

    def _attempt(self, attempt: Attempt, scope: Scope) -> list[str]:
        name, either = self.path(attempt.lock, scope), attempt.how is How.EITHER
        spellings = ("timeout=2.0", "True, 0.5") if attempt.timed else ("blocking=False", "False")
        how = "timeout=2.0" if attempt.timed else "blocking=False"
        taking = f"{name}.acquire({how if attempt.how is How.IF else self.random.choice(spellings)})"
        body = self.body(attempt.body, scope)
        release = [f"{name}.release()"]
        if attempt.how in (How.KEPT, How.EITHER):
            kept = scope.fresh(self.random.choice(("got", "taken", "mine")))
            head, taking = [f"{kept} = {taking}"], kept
            release = [f"if {kept}:", *indented(release)] if either else release
        else:
            head = []
        inside = ["try:", *indented(body), "finally:", *indented(release)]
        if attempt.how is How.BARE:
            inside = [*body, *release]
        if either:
            return [*head, *inside]
        otherwise = self.body(attempt.otherwise, scope) if attempt.otherwise else []
        if attempt.how is How.GUARD:
            return [f"if not {taking}:", *indented(otherwise), *inside]
        lines = [*head, f"if {taking}:", *indented(inside)]
        return [*lines, "else:", *indented(otherwise)] if otherwise else lines

    def _channel(self, channel: Channel, signal: bool, scope: Scope) -> list[str]:
        name = self.path(channel.name, scope)
        if not channel.condition:
            give, take = ("put(1)", "get()") if channel.queue else ("set()", "wait()")
            return [f"{name}.{give if signal else take}"]
        condition = self.path(channel.alias or channel.condition, scope)
        if signal:
            self.declare(channel.name, scope)
            return [f"{name} = True", f"{condition}.notify_all()"]
        if self.random.random() < 0.4:
            return [f"{condition}.wait_for(lambda: {name})"]
        return [f"while not {name}:", STEP + f"{condition}.wait()"]

    def _condition(self, scope: Scope) -> str:
        draw = f"{self.library(scope.module, 'random', 'random')}()"
        return self.random.choice((f"{draw} < 0.5", f"{draw} > 0.1", f"not {draw} < 0.3"))

    def _section(self, section: Section, scope: Scope) -> list[str]:
        lock, form = section.lock, section.form
        home = self.layout.homes.get(lock)
        if form is Form.MANAGER and (home is None or (home == CLOSURE and scope.cls)):
            form = Form.WITH
        match form:
            case Form.WITH:
                names = [self.path(lock, scope)]
                body = section.body
                while (
                    len(body) == 1
                    and isinstance(body[0], Section)
                    and body[0].form is Form.WITH
                    and self.random.random() < 0.5
                ):
                    names.append(self.path(body[0].lock, scope))
                    body = body[0].body
                return [f"with {', '.join(names)}:", *indented(self.body(body, scope))]
            case Form.FINALLY | Form.SPELLED:
                name = self.path(lock, scope)
                inside = ["try:", *indented(self.body(section.body, scope)), "finally:", STEP + f"{name}.release()"]
                how = self.random.choice(("timeout=-1", "True", "blocking=True")) if form is Form.SPELLED else ""
                return [f"{name}.acquire({how})", *inside]
            case Form.HANDLER:
                name, body = self.path(lock, scope), self.body(section.body, scope)
                handler = ["except ValueError:", *indented([f"{name}.release()", "raise"])]
                return [f"{name}.acquire()", "try:", *indented(body), *handler, f"{name}.release()"]
            case Form.BARE:
                name = self.path(lock, scope)
                return [f"{name}.acquire()", *self.body(section.body, scope), f"{name}.release()"]
            case Form.MANAGER | Form.LEAKY:
                return [
                    f"with {self.manager(lock, scope, form is Form.LEAKY)}():",
                    *indented(self.body(section.body, scope)),
                ]
            case Form.ALIAS:
                local = scope.fresh("lock")
                return [
                    f"{local} = {self.path(lock, scope)}",
                    f"with {local}:",
                    *indented(self.body(section.body, scope)),
                ]
            case Form.STACK:
                stack = scope.fresh("stack")
                head = f"with {self.library(scope.module, 'contextlib', 'ExitStack')}() as {stack}:"
                return [
                    head,
                    STEP + f"{stack}.enter_context({self.path(lock, scope)})",
                    *indented(self.body(section.body, scope)),
                ]

    def declare(self, name: str, scope: Scope) -> None:
        """Note that the scope assigns a name that lives outside of it."""
        home = self.layout.homes[name]
        if home == CLOSURE:
            if scope.nested:
                scope.declared.add(f"nonlocal {name}")
        elif home == scope.module:
            scope.declared.add(f"global {name}")

    # -- threads ----------------------------------------------------------------------------------------------------

    def call(self, procedure: str, arguments: Sequence[str], scope: Scope) -> tuple[str, list[str]]:
        """What is called and with which arguments, as text. Methods are called on their first argument."""
        given = [self.path(a, scope) for a in arguments]
        if procedure in self.methods:
            return f"{given[0]}.{procedure}", given[1:]
        return self.path(procedure, scope), given

    def target(self, worker: Worker, scope: Scope) -> tuple[str, str]:
        """What the thread runs and the tuple of its arguments, as text."""
        callee, arguments = self.call(worker.procedure, worker.arguments, scope)
        return callee, f"({', '.join(arguments)}{',' if len(arguments) == 1 else ''})"

    def made(self, worker: Worker, scope: Scope) -> str:
        """The expression that makes the thread object."""
        if self.layout.spellings[worker.name] in ("subclass", "run"):
            return self.thread_class(worker, scope)
        target, arguments = self.target(worker, scope)
        more = "" if arguments == "()" else f", args={arguments}"
        plain = "()" if arguments == "()" else arguments.replace(",)", ")")
        if self.layout.spellings[worker.name] == "timer":
            return f"{self.library(scope.module, 'threading', 'Timer')}(0.1, {target}{more})"
        thread = self.library(scope.module, "threading", "Thread")
        match self.layout.spellings[worker.name]:
            case "lambda":
                return f"{thread}(target=lambda: {target}{plain})"
            case "partial":
                inner = f"{target}{'' if arguments == '()' else ', ' + plain[1:-1]}"
                return f"{thread}(target={self.library(scope.module, 'functools', 'partial')}({inner}))"
        name = f', name="{worker.name}"' if self.random.random() < 0.3 else ""
        return f"{thread}(target={target}{more}{name})"

    def _handle(self, worker: Worker, scope: Scope) -> str:
        if worker.name in self.layout.handles:
            self.declare(worker.name, scope)
            return self.path(worker.name, scope)
        return worker.name if worker.copies == 1 else f"{worker.name}_threads"

    def _starts(self, names: Sequence[str], rest: Sequence[Statement], scope: Scope) -> list[str]:
        workers = [self.program.worker(name) for name in names]
        singles = all(w.copies == 1 and w.name not in self.layout.handles for w in workers)
        if len(workers) > 1 and singles and self._joined_as(tuple(names), rest) and self.random.random() < 0.5:
            threads = scope.lists[tuple(names)] = scope.fresh("threads")
            made = [STEP + self.made(w, scope) + "," for w in workers]
            return [f"{threads} = [", *made, "]", f"for thread in {threads}:", STEP + "thread.start()"]
        make: list[str] = []
        start: list[str] = []
        for worker in workers:
            handle = self._handle(worker, scope)
            if worker.copies == 1:
                make.append(f"{handle} = {self.made(worker, scope)}")
                start.append(f"{handle}.start()")
            else:
                made, starts = self._crew(worker, handle, scope)
                make, start = ([*make, *made], [*start, *starts]) if starts else ([*make, *start, *made], [])
            if self.random.random() < 0.5:
                make, start = [*make, *start], []
        return make + start

    def _crew(self, worker: Worker, handle: str, scope: Scope) -> tuple[list[str], list[str]]:
        made = self.made(worker, scope)
        start = [f"for thread in {handle}:", STEP + "thread.start()"]
        match self.random.randrange(3):
            case 0:
                return [f"{handle} = [{made} for _ in range({worker.copies})]"], start
            case 1:
                loop = [f"thread = {made}", f"{handle}.append(thread)"]
                return [f"{handle} = []", f"for _ in range({worker.copies}):", *indented(loop)], start
        loop = [f"thread = {made}", "thread.start()", f"{handle}.append(thread)"]
        return [f"{handle} = []", f"for _ in range({worker.copies}):", *indented(loop)], []

    def _joined_as(self, names: tuple[str, ...], rest: Sequence[Statement]) -> bool:
        """Are these workers joined in the same order in one run later in the same body?"""
        for i, statement in enumerate(rest):
            if isinstance(statement, Join):
                return tuple(s.worker for s in self._run(rest, i) if isinstance(s, Join)) == names
        return False

    def _joins(self, names: Sequence[str], scope: Scope) -> list[str]:
        if tuple(names) in scope.lists:
            return [f"for thread in {scope.lists[tuple(names)]}:", STEP + "thread.join()"]
        workers = [self.program.worker(name) for name in names]
        handles = [self._handle(w, scope) for w in workers]
        if len(workers) > 1 and all(w.copies == 1 for w in workers) and self.random.random() < 0.4:
            return [f"for thread in ({', '.join(handles)}):", STEP + "thread.join()"]
        lines: list[str] = []
        for worker, handle in zip(workers, handles, strict=True):
            join = [f"for thread in {handle}:", STEP + "thread.join()"]
            lines += [f"{handle}.join()"] if worker.copies == 1 else join
        return lines

    def _future(self, worker: Worker, statement: Submit | Glance, scope: Scope) -> list[str]:
        if isinstance(statement, Glance) and not worker.executor:
            return [f"{self._handle(worker, scope)}.join({self.random.choice(('timeout=2.0', '0.5'))})"]
        many, kept = worker.copies > 1, self._kept(worker)
        if isinstance(statement, Glance):
            return [f"{self._futures('wait', scope)}({kept if many else f'[{kept}]'}, timeout=2.0)"]
        target, given = self.call(worker.procedure, worker.arguments, scope)
        executor = self.path(worker.executor, scope)
        if self.layout.spellings[worker.name] == "map":
            if worker.procedure not in self.layout.numbered:
                target = f"lambda _: {target}()"
            return [f"{kept} = {executor}.map({target}, range({worker.copies}))"]
        submit = f"{executor}.submit({', '.join([target, *given])})"
        if many and self.random.random() < 0.5:
            return [f"{kept} = []", f"for _ in range({worker.copies}):", STEP + f"{kept}.append({submit})"]
        return [f"{kept} = [{submit} for _ in range({worker.copies})]" if many else f"{kept} = {submit}"]

    def _result(self, result: Result, scope: Scope) -> list[str]:
        worker = self.program.worker(result.worker)
        many, kept = worker.copies > 1, self._kept(worker)
        futures = kept if many else f"[{kept}]"
        if self.layout.spellings[worker.name] == "map":
            spellings = ([f"list({kept})"], [f"for _ in {kept}:", STEP + "pass"])
            lines = self.random.choice(spellings)
        elif result.how is Gather.WAIT:
            return [f"{self._futures('wait', scope)}({futures})"]
        elif result.how is Gather.COMPLETED:
            lines = [f"for task in {self._futures('as_completed', scope)}({futures}):", STEP + "task.result()"]
        else:
            lines = [f"for task in {kept}:", STEP + "task.result()"] if many else [f"{kept}.result()"]
        if result.catches:
            return ["try:", *indented(lines), "except ValueError:", STEP + 'print("refused")']
        return lines

    def _futures(self, name: str, scope: Scope) -> str:
        return self.library(scope.module, "concurrent.futures", name)

    @staticmethod
    def _kept(worker: Worker) -> str:
        """The name of the future, or of the futures."""
        return f"{worker.name}_tasks" if worker.copies > 1 else f"{worker.name}_task"

    def _pool(self, pool: Pool, scope: Scope) -> list[str]:
        workers = [self.program.worker(s.worker) for s in pool.body if isinstance(s, Start)]
        size = 1 if pool.serial else sum(w.copies for w in workers)
        limit = f"max_workers={size}" if pool.serial or self.random.random() < 0.7 else ""
        lines: list[str] = []
        for statement in pool.body:
            if isinstance(statement, Start):
                worker = self.program.worker(statement.worker)
                target, given = self.call(worker.procedure, worker.arguments, scope)
                submit = f"{pool.name}.submit({', '.join([target, *given])})"
                lines += [submit] if worker.copies == 1 else [f"for _ in range({worker.copies}):", STEP + submit]
            else:
                lines += self.body((statement,), scope)
        executor = self.library(scope.module, "concurrent.futures", "ThreadPoolExecutor")
        return [f"with {executor}({limit}) as {pool.name}:", *indented(lines)]
