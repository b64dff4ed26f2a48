"""A program and its layout as believable Python text: `render(program, layout, seed)` gives the files.

The text means exactly what the program says (lockstep.py executes both side by side); nothing in it betrays the oracle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from .accesses import INITIAL, REBOUND
from .language import Form, Procedure, Program, Section, Worker
from .layout import CLOSURE, Layout
from .text import STEP, Scope, indented
from .wording import Writer


@dataclass
class _Module:
    name: str
    imports: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    state: list[str] = field(default_factory=list)
    helpers: dict[str, list[str]] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    functions: list[list[str]] = field(default_factory=list)

    def text(self, instances: Iterable[str], doc: str) -> str:
        plain = sorted(i for i in self.imports if i.startswith("import ") or i.split()[1] in _LIBRARY)
        own = sorted(self.imports - set(plain))
        head = [f'"""{doc}"""', "from __future__ import annotations", "", *plain, *own]
        blocks = [head, self.state, *self.helpers.values(), *self.classes.values(), list(instances), *self.functions]
        lines = "\n\n\n".join("\n".join(block) for block in blocks if block)
        tail = '\n\n\nif __name__ == "__main__":\n    main()' if self.name == "main" else ""
        return lines + tail + "\n"


_LIBRARY = {"threading", "time", "random", "contextlib", "functools", "concurrent.futures", "queue"}
_DOCS = {"main": "Runs the whole thing."}


class _Renderer:
    def __init__(self, program: Program, layout: Layout, seed: str, from_imports: bool) -> None:
        self.program, self.layout, self.seed, self.from_imports = program, layout, seed, from_imports
        self.random = Random(seed)
        self.modules = {name: _Module(name) for name in layout.modules}
        self.links: dict[str, list[str]] = {}
        self.thread_classes: dict[str, str] = {}
        self.local_helpers: dict[str, list[str]] = {}
        self.decorated = self.random.random() < 0.35
        self.writer = Writer(
            program, layout, self.random, self.path, self.library, self.manager, self.thread_class
        )  # fmt: skip

    # -- names ------------------------------------------------------------------------------------------------------

    def coin(self, *about: str) -> bool:
        """A decision that is the same in both passes."""
        return Random(":".join((self.seed, *about))).random() < 0.5

    def library(self, module: str, source: str, name: str) -> str:
        """A name of the standard library as this module spells it."""
        if source == "concurrent.futures" or self.coin(module, source):
            self.modules[module].imports.add(f"from {source} import {name}")
            return name
        self.modules[module].imports.add(f"import {source}")
        return f"{source}.{name}"

    def imported(self, module: str, other: str, name: str, *, by_name: bool = True) -> str:
        """An item of another module as this module spells it."""
        if module == other:
            return name
        self.modules[module].needs.add(other)
        if self.from_imports and by_name and self.coin(module, other):
            self.modules[module].imports.add(f"from {other} import {name}")
            return name
        self.modules[module].imports.add(f"import {other}")
        return f"{other}.{name}"

    def path(self, name: str, scope: Scope) -> str:
        """The item of that name, as seen from the scope."""
        home = self.layout.homes.get(name)
        if scope.cls in self.layout.handed.get(name, ()):
            return f"self.{name}"
        if home is None or home == CLOSURE:
            return name
        if home in self.layout.classes:
            return f"{self.receiver(home, scope)}.{name}"
        variable = next((v for v in self.program.variables if v.name == name), None)
        flags = {channel.name for channel in self.program.channels if channel.condition}
        rebound = (
            (variable is not None and variable.kind in REBOUND) or name in self.layout.handles or name in flags
        )
        return self.imported(scope.module, home, name, by_name=not rebound)

    def receiver(self, cls: str, scope: Scope) -> str:
        """The one instance of the class, as seen from the scope."""
        if scope.cls == cls:
            return "self"
        plan = self.layout.classes[cls]
        if self.layout.shared_instances:
            return self.imported(scope.module, plan.module, plan.instance)
        if scope.cls is None:
            return plan.instance
        links = self.links.setdefault(scope.cls, [])
        if cls not in links:
            links.append(cls)
        return f"self.{plan.instance}"

    # -- helpers of the text ----------------------------------------------------------------------------------------

    def manager(self, lock: str, scope: Scope, leaky: bool = False) -> str:
        """A context-manager helper around the lock, written beside the lock; as seen from the scope."""
        home, name = self.layout.homes[lock], f"{'taking' if leaky else 'holding'}_{lock}"
        module = self.layout.module_of(lock)
        method = home in self.layout.classes
        inside = f"self.{lock}" if method else lock
        if leaky:
            body = [f"{inside}.acquire()", "yield", f"{inside}.release()"]
        elif self.coin("manager", lock):
            body = [f"with {inside}:", STEP + "yield"]
        else:
            body = [f"{inside}.acquire()", "try:", STEP + "yield", "finally:", STEP + f"{inside}.release()"]
        decorator = "@" + self.library(module, "contextlib", "contextmanager")
        helper = [decorator, f"def {name}({'self' if method else ''}):", *indented(body)]
        self.layout.homes.setdefault(name, home)
        if home == CLOSURE:
            self.local_helpers[name] = helper
        else:
            self.modules[module].helpers[name] = helper
        return self.path(name, scope)

    def decorator(self, procedure: Procedure) -> tuple[list[str], Procedure]:
        """The decorator lines of a procedure, and what then remains of its body."""
        home, body = self.layout.homes[procedure.name], procedure.body
        if not (self.decorated and len(body) == 1 and isinstance(body[0], Section) and body[0].form is Form.WITH):
            return [], procedure
        lock, module = body[0].lock, self.layout.module_of(procedure.name)
        if self.layout.homes.get(lock) != home or home == CLOSURE:
            return [], procedure
        wraps = self.library(module, "functools", "wraps")
        if home in self.layout.classes:
            name, decorator = f"with_{lock}", f"@with_{lock}"
            inner = [
                "def inner(self, *args, **kwargs):",
                f"    with self.{lock}:",
                "        return method(self, *args, **kwargs)",
            ]
            helper = [f"def {name}(method):", *indented([f"@{wraps}(method)", *inner, "return inner"])]
        else:
            name, decorator = "synchronized", f"@synchronized({lock})"
            inner = ["def inner(*args, **kwargs):", "    with lock:", "        return function(*args, **kwargs)"]
            wrap = ["def wrap(function):", *indented([f"@{wraps}(function)", *inner, "return inner"]), "return wrap"]
            helper = [f"def {name}(lock):", *indented(wrap)]
        self.modules[module].helpers[name] = helper
        return [decorator], Procedure(procedure.name, body[0].body, procedure.parameters)

    def thread_class(self, worker: Worker, scope: Scope) -> str:
        """A Thread subclass for the worker, and the expression that makes one."""
        inline = self.layout.spellings[worker.name] == "run"
        module = self.layout.module_of(worker.procedure) if inline else "main"
        name = worker.name.capitalize() + "Thread"
        if name not in self.thread_classes:
            self.thread_classes[name] = module
            inner = Scope(module, cls=name)
            if inline:
                body = self.function_body(self.program.procedure(worker.procedure), inner)
            else:
                target, arguments = self.writer.target(worker, inner)
                body = [target + (arguments if arguments == "()" else arguments.replace(",)", ")"))]
            links = self.links.get(name, [])
            instances = [self.layout.classes[c].instance for c in links]
            lines = [f"class {name}({self.library(module, 'threading', 'Thread')}):"]
            if links or self.coin("init", name):
                start = ["super().__init__()", *(f"self.{i} = {i}" for i in instances)]
                lines += indented([f"def __init__({', '.join(['self', *instances])}):", *indented(start), ""])
            lines += indented(["def run(self):", *indented(body)])
            self.modules[module].classes[name] = lines
        arguments_given = ", ".join(self.receiver(c, scope) for c in self.links.get(name, []))
        return f"{self.imported(scope.module, module, name)}({arguments_given})"

    # -- the parts of a module --------------------------------------------------------------------------------------

    def value(self, name: str, module: str) -> str:
        """The expression that makes a lock, variable or channel."""
        for lock in self.program.locks:
            if lock.name == name:
                if any(channel.condition == name and not channel.alias for channel in self.program.channels):
                    inner = "" if lock.reentrant else f"{self.library(module, 'threading', 'Lock')}()"
                    return f"{self.library(module, 'threading', 'Condition')}({inner})"
                if lock.permits:
                    kind = "BoundedSemaphore" if self.coin("bounded", name) else "Semaphore"
                    said = "" if lock.permits == 1 and self.coin("said", name) else str(lock.permits)
                    return f"{self.library(module, 'threading', kind)}({said})"
                return f"{self.library(module, 'threading', 'RLock' if lock.reentrant else 'Lock')}()"
        for executor in self.program.executors:
            if executor.name == name:
                made = self.library(module, "concurrent.futures", "ThreadPoolExecutor")
                return f"{made}(max_workers={executor.workers})"
        for channel in self.program.channels:
            if channel.alias == name:
                owner = "self." if self.layout.homes[name] in self.layout.classes else ""
                return f"{self.library(module, 'threading', 'Condition')}({owner}{channel.condition})"
            if channel.name == name and channel.condition:
                return "False"
            if channel.name == name and channel.parties:
                return f"{self.library(module, 'threading', 'Barrier')}({channel.parties})"
            if channel.name == name:
                source, kind = ("queue", "Queue") if channel.queue else ("threading", "Event")
                return f"{self.library(module, source, kind)}()"
        return INITIAL[self.program.variable(name).kind]

    def items(self, home: str) -> list[str]:
        """The locks, variables and channels that live there."""
        p = self.program
        names = [
            *(x.name for x in p.locks), *(c.alias for c in p.channels if c.alias), *(c.name for c in p.channels),
            *(x.name for x in p.executors), *(v.name for v in p.variables),
        ]  # fmt: skip
        return [name for name in names if self.layout.homes[name] == home]

    def state(self, home: str, module: str) -> list[str]:
        """The assignments that make the items of a home."""
        kept = [f"{name} = None" for name, place in self.layout.handles.items() if place == home]
        return [f"{name} = {self.value(name, module)}" for name in self.items(home)] + kept

    def function_body(self, procedure: Procedure, scope: Scope) -> list[str]:
        """The body of a procedure with its declarations."""
        scope.taken |= set(procedure.parameters)
        body = self.writer.body(procedure.body, scope)
        return [*sorted(scope.declared), *body]

    def function(self, procedure: Procedure, scope: Scope, *, method: bool = False) -> list[str]:
        """A whole function or method."""
        decorators, rest = self.decorator(procedure)
        numbered = ["number"] if procedure.name in self.layout.numbered else []
        parameters = [*(["self"] if method else []), *procedure.parameters, *numbered]
        head = f"def {procedure.name}({', '.join(parameters)}):"
        return [*decorators, head, *indented(self.function_body(rest, scope))]

    def inlined(self) -> set[str]:
        """Procedures that are the run method of a thread class."""
        return {w.procedure for w in self.program.workers if self.layout.spellings[w.name] == "run"}

    def methods(self) -> dict[str, list[list[str]]]:
        """The methods of each class. Writing them finds out which other objects each class needs."""
        return {
            cls: [
                self.function(p, Scope(plan.module, cls=cls), method=True)
                for p in self.program.procedures if self.layout.homes[p.name] == cls
            ]
            for cls, plan in self.layout.classes.items()
        }  # fmt: skip

    def split_links(self, cls: str) -> tuple[list[str], list[str]]:
        """The classes whose instances this one needs: those made before it, those made after."""
        order = list(self.layout.classes)
        links = self.links.get(cls, [])
        at = order.index(cls)
        return [c for c in links if order.index(c) < at], [c for c in links if order.index(c) > at]

    def class_text(self, cls: str, methods: list[list[str]]) -> list[str]:
        """The whole class."""
        plan, instance = self.layout.classes[cls], {c: p.instance for c, p in self.layout.classes.items()}
        earlier, later = self.split_links(cls)
        locks = {x.name for x in self.program.locks}
        level = [n for n in self.items(cls) if n in locks and Random(f"{self.seed}:level:{cls}").random() < 0.15]
        handed = [n for n, classes in self.layout.handed.items() if cls in classes]
        given = [f"self.{n} = {n}" for n in handed]
        given += [f"self.{instance[c]} = {instance[c]}" for c in earlier]
        given += [f"self.{instance[c]} = None" for c in later]
        parameters = [*(self.parameter(c, plan.module) for c in earlier), *handed]
        made = [f"self.{s}" for s in self.state(cls, plan.module) if s.split()[0] not in level]
        first = [f"{n} = {self.value(n, plan.module)}" for n in level] + ([""] if level else [])
        if Random(f"{self.seed}:base:{cls}").random() < 0.15:
            lines = [f"class {cls}Base:", *indented([*first, "def __init__(self):", *indented(made or ["pass"])])]
            lines += ["", "", f"class {cls}({cls}Base):"]
            first, made = [], ["super().__init__()"]
        else:
            lines = [f"class {cls}:"]
        lines += indented(
            [*first, f"def __init__({', '.join(['self', *parameters])}):", *indented([*made, *given] or ["pass"])]
        )
        helpers = self.modules[plan.module].helpers
        for name in [n for n in helpers if self.layout.homes.get(n) == cls]:
            lines += ["", *indented(helpers.pop(name))]
        for method in methods:
            lines += ["", *indented(method)]
        return lines

    def parameter(self, cls: str, module: str) -> str:
        """A constructor parameter for another object, annotated or not."""
        plan = self.layout.classes[cls]
        return (
            f"{plan.instance}: {self.imported(module, plan.module, cls)}"
            if self.coin("annotate", cls)
            else plan.instance
        )

    def creation(self, module: str | None) -> list[str]:
        """The lines that make the instances: the globals of a module, or (None) all of them in main()."""
        if self.layout.shared_instances == (module is None):
            return []
        lines: list[str] = []
        instance = {cls: plan.instance for cls, plan in self.layout.classes.items()}
        for cls, plan in self.layout.classes.items():
            if module in (None, plan.module):
                handed = [self.path(n, Scope(plan.module)) for n in self.layout.handed if cls in self.layout.handed[n]]
                given = ", ".join([*(instance[c] for c in self.split_links(cls)[0]), *handed])
                lines.append(f"{plan.instance} = {self.imported(module or 'main', plan.module, cls)}({given})")
        if module is None:
            for cls in self.layout.classes:
                lines += [f"{instance[cls]}.{instance[c]} = {instance[c]}" for c in self.split_links(cls)[1]]
        return lines

    def main(self) -> list[str]:
        """The function main()."""
        scope = Scope("main", main=True)
        procedure = self.program.procedure("main")
        local = self.state(CLOSURE, "main")
        nested: list[str] = []
        for p in self.program.procedures:
            if self.layout.homes[p.name] == CLOSURE:
                nested += ["", *self.function(p, Scope("main", nested=True))]
        body = self.function_body(procedure, scope)
        declared, body = [b for b in body if b in scope.declared], [b for b in body if b not in scope.declared]
        helpers = [line for helper in self.local_helpers.values() for line in ["", *helper]]
        if self.random.random() < 0.6:
            shown = self.random.choice(self.program.variables).name
            body.append(f"print({self.path(shown, scope)})")
        return [
            "def main():",
            *indented([*declared, *local, *self.creation(None), *helpers, *nested, *([""] if nested else []), *body]),
        ]

    def files(self) -> dict[str, str]:
        """All files, by name."""
        methods = self.methods()
        for name, module in self.modules.items():
            module.state = self.state(name, name)
            for p in self.program.procedures:
                if self.layout.homes[p.name] == name and p.name != "main" and p.name not in self.inlined():
                    module.functions.append(self.function(p, Scope(name)))
        self.modules["main"].functions.append(self.main())
        for cls, plan in self.layout.classes.items():
            self.modules[plan.module].classes[cls] = self.class_text(cls, methods[cls])
        return {
            f"{name}.py": module.text(self.creation(name), _DOCS.get(name, f"The part about {name}."))
            for name, module in self.modules.items()
        }

    def ordered(self) -> bool:
        """Do the modules import each other without a cycle?"""
        left = {name: set(module.needs) for name, module in self.modules.items()}
        while ready := [name for name, needs in left.items() if not needs & set(left)]:
            for name in ready:
                del left[name]
        return not left


def render(program: Program, layout: Layout, seed: str) -> dict[str, str]:
    """The files of the program, by name. `from m import x` is used only where the modules form no import cycle."""
    first = _Renderer(program, layout, seed, from_imports=False)
    files = first.files()
    if len(layout.modules) > 1 and first.ordered():
        return _Renderer(program, layout, seed, from_imports=True).files()
    return files
