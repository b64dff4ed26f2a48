"""Reports made by hand, so that formats are judged without running anything."""
from __future__ import annotations

from threadlint.model.finding import Fate, Finding, Rule, Severity, Step, Verdict
from threadlint.model.place import Place
from threadlint.model.report import Report, Texts
from threadlint.model.sources import Source
from threadlint.verdicts.fingerprint import fingerprints

ORDER = Rule("THR101", "lock-order-inversion", severity=Severity.ERROR)
COUNT = Rule("THR202", "lost-update", severity=Severity.WARNING)


def source(path: str, text: str, cells: tuple[int, ...] = ()) -> Source:
    return Source(path, path.removesuffix(".py").replace("/", "."), text, b"", True, cells=cells)


def at(made: Source, words: str, nth: int = 0) -> Place:
    """The place of the nth occurrence of some words."""
    start = -1
    for _ in range(nth + 1):
        start = made.text.index(words, start + 1)
    return Place(made.path, start, start + len(words))


def report(sources: list[Source], findings: list[Finding], fates: list[Fate] | None = None) -> Report:
    given = fates or [Fate.SHOWN] * len(findings)
    verdicts = tuple(Verdict(*each) for each in zip(findings, given, fingerprints(findings), strict=True))
    return Report(verdicts, Texts(sources), files=len(sources), parsed=len(sources))


LEDGER = source(
    "app/ledger.py",
    """import threading


class Ledger:
    def __init__(self, log):
        self._mutex = threading.Lock()
        self._log = log

    def _note(self, amount):
        self._log.write(amount)

    def post(self, amount):
        with self._mutex:
            self._note(amount)

    def total(self):
        # the sum of everything
        # that was ever posted

        with self._mutex:
            return 0
""",
)
AUDIT = source(
    "app/audit.py",
    """import threading


class Log:
    def __init__(self):
        self.guard = threading.Lock()
        self.lines = []

    def write(self, amount):
        with self.guard:
            self.lines.append(amount)


def sweep(log, ledger):
    with log.guard:
        check(ledger)
""",
)

INVERSION = ORDER.finding(
    at(LEDGER, "self._note(amount)"),
    "`Ledger._mutex` and `Log.guard` are taken in opposite orders by threads that can run together",
    subjects=("app.audit.Log.guard", "app.ledger.Ledger._mutex"),
    scope="app.ledger.Ledger.post",
    label="and then wants `Log.guard`, through `_note` and `Log.write`",
    story=(
        Step(at(LEDGER, "self._mutex", 1), "thread `poster` takes `Ledger._mutex` here", "poster"),
        Step(at(AUDIT, "self.guard", 1), "here", "poster", ("Ledger._mutex",)),
        Step(at(AUDIT, "log.guard"), "thread `sweeper` takes `Log.guard` here", "sweeper"),
        Step(at(AUDIT, "check(ledger)"), "and then wants `Ledger._mutex`, through `check` and `Ledger.total`"),
        Step(at(LEDGER, "self._mutex", 2), "here", "sweeper", ("Log.guard",)),
    ),
    notes=(
        "threads: `poster` starts at app/main.py:11, `sweeper` at app/main.py:12; "
        "neither is joined before the other starts",
    ),
    help="take both locks in one order everywhere, or call `Log.write` after `_mutex` is released",
)
