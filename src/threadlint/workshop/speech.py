"""How threadlint speaks: what is wrong with the words of a finding."""
from __future__ import annotations

import re
from collections.abc import Iterator

from ..model.finding import Finding

LONGEST = 160
WEAK = re.compile(
    r"\b(may possibly|might possibly|could potentially|potentially|may potentially|please|you should|simply|obviously|"
    r"very|seems? to|appears? to|warning|error:)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\w\(\)|\bself\.|\b\w+_\w+\b|__\w+__")
NAME = re.compile(r"[\w.<>\[\]*:()-]+")


def faults(finding: Finding) -> Iterator[str]:
    """Everything a reader would stumble over, in the message, the story, the notes and the help."""
    spoken = [("message", finding.message), ("label", finding.label), ("help", finding.help)]
    spoken += [("step", step.message) for step in finding.story] + [("note", note) for note in finding.notes]
    for what, text in spoken:
        for fault in faults_of(text):
            yield f"{what} {fault}: {text}"
    if not finding.message:
        yield "message is empty"
    if not finding.help:
        yield f"help is empty: {finding.message}"
    for subject in finding.subjects:
        if not NAME.fullmatch(subject):
            yield f"subject `{subject}` is no qualified name"


def faults_of(text: str) -> Iterator[str]:
    """What is wrong with one sentence."""
    if text.endswith((".", "!", " ", ":")) and not text.endswith("..."):
        yield "ends in a stop or a blank"
    if len(text) > LONGEST:
        yield f"is {len(text)} characters long"
    if text.count("`") % 2:
        yield "has an odd number of backticks"
    if "\n" in text or "  " in text:
        yield "has a line break or a double blank"
    if text[:1].isupper() and not re.match(r"[A-Z]+\b|Python\b", text):
        yield "begins with a capital"
    if match := WEAK.search(text):
        yield f"says `{match[0]}`"
    outside = re.sub(r"`[^`]*`", "", text)
    if match := CODE.search(outside):
        yield f"has code outside backticks (`{match[0]}`)"
