"""Where everything of a program lives in the text: in which module, class or closure, and how threads are spelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from .automaton import fails
from .language import Call, Form, Gather, Glance, Join, Pool, Program, Result, Section, Start, Worker, within

STYLES: Final = ("globals", "modules", "fields", "objects", "mixed", "closures", "twins")
"""Module globals · several modules · one class · several classes · classes and globals · locals of main() · several
instances of one class (twins.py)."""

ALL_STYLES: Final = (*STYLES, "parcels", "cells")
"""Two more are about objects that are handed over (parcels.py), and about variables of closures (cells.py)."""

CLOSURE: Final = "main()"
"""The home of what is local to main()."""

_CAST = (
    ("accounts", "Bank", "bank"),
    ("auditing", "Auditor", "auditor"),
    ("stock", "Warehouse", "warehouse"),
    ("billing", "Cashier", "cashier"),
    ("metrics", "Meter", "meter"),
)


def styles_of(theme: str) -> tuple[str, ...]:
    """The styles in which programs of a theme are written."""
    if theme == "sharing":
        return (*STYLES[:-1], *ALL_STYLES[len(STYLES) :])
    return STYLES if theme == "usual" else STYLES[:-1]


@dataclass(frozen=True)
class ClassPlan:
    """A class with one instance: the module it is in, the name of the instance."""

    module: str
    instance: str


@dataclass
class Layout:
    """The homes of locks, variables, channels, procedures and thread handles, and the spelling of each worker."""

    style: str
    modules: tuple[str, ...]
    homes: dict[str, str]
    classes: dict[str, ClassPlan] = field(default_factory=dict)
    shared_instances: bool = True
    """Instances are globals of their modules; otherwise main makes them and hands them to each other."""
    spellings: dict[str, str] = field(default_factory=dict)
    handed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Locks that the constructors of these classes are given, and keep under the same name."""
    handles: dict[str, str] = field(default_factory=dict)
    """Workers whose thread object is kept in a class or module, because one procedure starts and another joins it."""
    numbered: set[str] = field(default_factory=set)
    """Procedures that only a pool's `map` calls, with a number that they do not look at."""

    def module_of(self, name: str) -> str:
        """The module in which an item stands."""
        home = self.homes[name]
        return self.classes[home].module if home in self.classes else "main" if home == CLOSURE else home


def choose_layout(program: Program, random: Random, style: str | None = None) -> Layout:
    """A random layout for the program, in the given style if there is one."""
    style = style or random.choice(STYLES)
    cast = random.sample(_CAST, len(_CAST))
    items = [
        *(x.name for x in program.locks),
        *(v.name for v in program.variables),
        *(c.name for c in program.channels),
        *(x.name for x in program.executors),
    ]
    procedures = [p.name for p in program.procedures if p.name != "main"]
    called = {
        s.procedure for p in program.procedures if p.name != "main" for s in within(p.body) if isinstance(s, Call)
    }
    homes: dict[str, str] = {}
    classes: dict[str, ClassPlan] = {}
    modules: tuple[str, ...] = ("main",)
    shared = True
    if style == "globals":
        homes = dict.fromkeys([*items, *procedures], "main")
    elif style == "closures":
        homes = dict.fromkeys([*items, *procedures], CLOSURE)
    elif style == "modules":
        modules = (*(module for module, _, _ in cast[: random.choice((1, 2, 2))]), "main")
        homes = {name: random.choice(modules[:-1]) for name in items}
        homes |= {name: random.choice(modules if name not in called else modules[:-1]) for name in procedures}
    else:
        count = 1 if style == "fields" else random.choice((2, 2, 3)) if style == "objects" else random.choice((1, 2))
        apart = random.random() < (0.2 if style == "fields" else 0.5)
        for module, name, instance in cast[:count]:
            classes[name] = ClassPlan(module if apart else "main", instance)
        modules = (*(plan.module for plan in classes.values()), "main") if apart else ("main",)
        shared = style == "mixed" or random.random() < 0.4
        for name in [*items, *procedures]:
            loose = style == "mixed" and random.random() < 0.5
            homes[name] = random.choice(modules[:-1] or modules) if loose else random.choice(list(classes))
    homes["main"] = "main"
    homes |= {c.alias: homes[c.condition] for c in program.channels if c.alias}
    if "shutdown" in homes:
        homes["shutdown"] = homes["launch"]
    layout = Layout(style, modules, homes, classes, shared)
    if classes and random.random() < 0.3 and _may_hand_out(program):
        _hand_out(program, layout, random)
    _keep_handles(program, layout)
    _spell_threads(program, layout, random)
    return layout


def _may_hand_out(program: Program) -> bool:
    """Do all locks have one name each, and no helper that has to stand beside them?"""
    leaky = (
        isinstance(s, Section) and s.form is Form.LEAKY for procedure in program.procedures
        for s in within(procedure.body)
    )  # fmt: skip
    return not any(channel.alias for channel in program.channels) and not any(leaky)


def _hand_out(program: Program, layout: Layout, random: Random) -> None:
    """Make one lock a thing that objects are given: by main, or by the object that made it."""
    lock, order = random.choice(program.locks).name, list(layout.classes)
    if not layout.shared_instances and random.random() < 0.5:
        layout.homes[lock] = CLOSURE
        layout.handed[lock] = tuple(order)
    elif len(order) > 1 and (len(layout.modules) == 1 or not layout.shared_instances):
        layout.homes[lock] = order[0]
        layout.handed[lock] = tuple(order[1:])


def _keep_handles(program: Program, layout: Layout) -> None:
    for worker in program.workers:
        users = [
            p.name for p in program.procedures
            if any(isinstance(s, Start | Join) and s.worker == worker.name for s in within(p.body))
        ]  # fmt: skip
        if len(users) > 1:
            starter = next(
                p.name for p in program.procedures
                if any(isinstance(s, Start) and s.worker == worker.name for s in within(p.body))
            )  # fmt: skip
            layout.handles[worker.name] = layout.homes[starter]
            layout.homes[worker.name] = layout.homes[starter]


def _spell_threads(program: Program, layout: Layout, random: Random) -> None:
    pooled = {
        s.worker for p in program.procedures for pool in within(p.body) if isinstance(pool, Pool)
        for s in pool.body if isinstance(s, Start)
    }  # fmt: skip
    called = {s.procedure for p in program.procedures for s in within(p.body) if isinstance(s, Call)}
    for worker in program.workers:
        options = ["thread"] * 6 + ["lambda", "partial", "timer"]
        starters = [p.name for p in program.procedures if Start(worker.name) in within(p.body)]
        if layout.style != "closures":
            options += ["subclass"] * 2 if all(layout.module_of(s) == "main" for s in starters) else []
            if any(layout.homes.get(a) == CLOSURE for a in worker.arguments):
                options = [o for o in options if o != "subclass"]
            alone = sum(w.procedure == worker.procedure for w in program.workers) == 1
            if alone and not worker.arguments and worker.procedure not in called:
                options += ["run"] if layout.homes[worker.procedure] in layout.modules else []
        if worker.executor or worker.name in pooled:
            mapped = _may_be_mapped(program, worker) and random.random() < 0.4
            layout.spellings[worker.name] = "map" if mapped else "task"
            users = [w for w in program.workers if w.procedure == worker.procedure]
            if mapped and len(users) == 1 and worker.procedure not in called:
                layout.numbered.add(worker.procedure)
        else:
            layout.spellings[worker.name] = random.choice(options)


def _may_be_mapped(program: Program, worker: Worker) -> bool:
    """Whether `map` means the same as submitting the task and asking for the result of each: where a task raises, it
    cancels those that have not begun."""
    asked = [s for p in program.procedures for s in within(p.body) if isinstance(s, Glance | Result)]
    return (
        bool(worker.executor) and worker.copies > 1 and not worker.arguments and not fails(program, worker.procedure)
        and all(isinstance(s, Result) and s.how is Gather.EACH for s in asked if s.worker == worker.name)
    )  # fmt: skip
