"""How a race is told: where both threads start, what each does, and which locks it holds then."""

from __future__ import annotations

from ...model.finding import Finding, Rule, Step
from ...model.place import Place
from ...program.program import Program
from ..execution import Root
from ..lock_names import Spelling, lock_names
from ..traces import Traces, traces
from .races import Race
from .shared_state import Site

HIDDEN = "on a free-threaded build or Python 3.9"
VISIBLE = "on every build"

_DOING = {
    "read": "reads", "write": "sets", "augment": "updates", "change": "changes", "item": "changes",
    "iterate": "iterates over", "delete": "deletes",
}  # fmt: skip


_DONE = {
    "read": "read", "write": "set", "augment": "updated", "change": "changed", "item": "changed", "iterate": "iterated",
    "delete": "deleted",
}  # fmt: skip


class RaceStories:
    """Tells races."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names = program.ask(lock_names)
        self._traces: Traces = program.ask(traces)

    def spelling(self, race: Race) -> Spelling:
        """What people call the location."""
        return self._names.spelling(race.site.location)

    def lock(self, race: Race) -> str:
        """What people call the lock that is held in vain or missing."""
        assert race.lock is not None
        return self._names.spelling(race.lock).short

    def other_lock(self, race: Race) -> str:
        """What people call the lock of the other side."""
        assert race.other_lock is not None
        return self._names.spelling(race.other_lock).short

    def who(self, site: Site) -> str:
        """The thread that comes here: ``thread `worker` ``, `the main thread`, ``a caller of `f` ``."""
        return self._traces.who(self._root(site))

    def _root(self, site: Site) -> Root:
        return self._traces.trace(site.root, site.event).root

    def rival(self, race: Race) -> str:
        """How a message names the other side: another thread of the same kind, or what it is."""
        mine, other = self._root(race.site), self._root(race.against)
        if mine is other:
            if mine.kind == "thread":
                return f"another `{mine.name}` {mine.spelling}"
            return f"another caller of `{mine.name}`"
        return self.who(race.against)

    def build(self, race: Race) -> str:
        """On which builds it breaks."""
        return VISIBLE if race.visible else HIDDEN

    def update(self, race: Race) -> str:
        """The sentence about a lost update."""
        name = self.spelling(race).short
        doing = _DOING[race.against.access.how]
        if race.lock is not None:
            here = _DONE[race.site.access.how]
            rival = f"{self.rival(race)} holds when it {doing} it"
            return f"`{name}` is {here} here without `{self.lock(race)}`, which {rival}"
        who, rival = self.who(race.site), self.rival(race)
        if race.against.access.how == "augment":
            return f"{who} and {rival} update `{name}` without a common lock: updates are lost {self.build(race)}"
        return f"{who} updates `{name}` while {rival} {doing} it: one of the two is lost {self.build(race)}"

    def place(self, site: Site) -> Place:
        """Where a site is."""
        return self._program.place(site.function, site.event.at)

    def finding(self, rule: Rule, race: Race, message: str, help: str, label: str = "") -> Finding:
        """The finding of a race, with its story."""
        name = self.spelling(race)
        subjects = [name.full]
        return rule.finding(
            self.place(race.site), message, subjects=tuple(subjects), scope=race.site.function.qualname,
            story=self.steps(race), notes=self._notes(race), help=help, confidence=race.confidence, label=label,
        )  # fmt: skip

    def steps(self, race: Race) -> tuple[Step, ...]:
        """Where the threads start, the test that is relied on, what the other thread does."""
        here = self.place(race.site)
        steps: list[Step] = []
        begun: set[object] = set()
        for site in (race.site, race.against):
            step = self._traces.beginning(site.root)
            if step is not None and site.root not in begun:
                begun.add(site.root)
                steps.append(step)
        check = race.found.relies.check if race.found is not None else None
        if check is not None and race.found is not None:
            at = self._program.place(race.found.site.function, check.at)
            word = (
                "emptied later, but used"
                if race.kind == "drain"
                else "read"
                if check.form in ("copy", "value", "item")
                else "tested"
            )
            held = self._traces.held_names(check.held)
            steps.append(
                Step(at, f"`{self.spelling(race).short}` is {word} here", self._root(race.found.site).name, held)
            )
        if race.unguarded is not None:
            for usage in race.unguarded.locked[:3]:
                site = usage.sites[0]
                locks = self._traces.held_names(site.event.held)
                steps.append(
                    Step(self.place(site), f"with `{self.lock(race)}` held here", self._root(site).name, locks)
                )
        else:
            steps.append(self._other(race))
        told: list[Step] = []
        for step in steps:
            if step.at != here and all(step.at != each.at for each in told):
                told.append(step)
        return tuple(told)

    def _other(self, race: Race) -> Step:
        site = race.against
        doing = _DOING[site.access.how]
        held = self._traces.held_names(site.event.held)
        return Step(
            self.place(site),
            f"{self.rival(race)} {doing} `{self.spelling(race).short}` here",
            self._root(site).name,
            held,
        )

    def _notes(self, race: Race) -> tuple[str, ...]:
        if race.unguarded is None:
            return ()
        found = race.unguarded
        return (f"`{self.lock(race)}` is held in {len(found.locked)} of {found.total} functions that use it",)


def race_stories(program: Program) -> RaceStories:
    """How races are told."""
    return RaceStories(program)
