"""What a rule says: a finding with its story, and what became of it (a verdict)."""
from __future__ import annotations

from enum import StrEnum

import msgspec

from .place import Place


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """3 for high, 2 for medium, 1 for low."""
        return {"high": 3, "medium": 2, "low": 1}[self.value]


class Tier(StrEnum):
    """Who hears a rule: everybody, those who ask for opinions, or targets of a free-threaded build."""

    ON = "on"
    STRICT = "strict"
    FT = "ft"


class Step(msgspec.Struct, frozen=True):
    """One step of a story: where, what happens there, on which thread, and the locks held then (as they are
    printed)."""

    at: Place
    message: str
    thread: str = ""
    held: tuple[str, ...] = ()


class Edit(msgspec.Struct, frozen=True):
    """Replace the text at a place."""

    at: Place
    text: str


class Fix(msgspec.Struct, frozen=True):
    """A change that cures a finding. Safe ones keep the meaning of correct programs; the message says what is done."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Rule(msgspec.Struct, frozen=True):
    """The card of a rule. Its page is the docstring of the module that holds it."""

    code: str
    name: str
    severity: Severity = Severity.WARNING
    tier: Tier = Tier.ON

    def finding(
        self,
        at: Place,
        message: str,
        *,
        subjects: tuple[str, ...] = (),
        scope: str = "",
        story: tuple[Step, ...] = (),
        notes: tuple[str, ...] = (),
        help: str = "",
        confidence: Confidence = Confidence.HIGH,
        fix: Fix | None = None,
        label: str = "",
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self, at, message, subjects, scope, story, notes, help, confidence, fix, label)


class Finding(msgspec.Struct, frozen=True):
    """One offence, at the place to fix.

    `subjects` are the qualified names of what it is about (locks, variables, threads); `scope` the qualified name of
    the module and function it stands in; `label` the short text under the primary place in a code frame; `notes` are
    printed one by one after the story; `help` says what to do. `similar` are the subjects of others of its rule at the
    same place that were folded into it.
    """

    rule: Rule
    at: Place
    message: str
    subjects: tuple[str, ...] = ()
    scope: str = ""
    story: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    confidence: Confidence = Confidence.HIGH
    fix: Fix | None = None
    label: str = ""
    similar: tuple[tuple[str, ...], ...] = ()


class Fate(StrEnum):
    """What became of a finding."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    BASELINED = "baselined"
    LOW_CONFIDENCE = "low confidence"
    NOT_SELECTED = "not selected"


class Verdict(msgspec.Struct, frozen=True):
    """A finding, its fate, and a fingerprint that survives moved lines."""

    finding: Finding
    fate: Fate
    fingerprint: str
