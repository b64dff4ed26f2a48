"""A file of findings that are known: they are not shown again until their cause is gone and comes back.

Each line of the file stands for one finding, told by fingerprint, so that neither moved lines nor renamed files bring
it back. What else it says is for readers.
"""
from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..config.loading import printed
from ..model.finding import Fate, Verdict

VERSION = 1
TELLING = (Fate.SHOWN, Fate.BASELINED)
"""Fates of the findings that belong into a baseline: what is held back for other reasons is not shown anyway."""


class BaselineError(ValueError):
    """A baseline that cannot be used; the text says which file and why."""


def known(path: Path | None) -> frozenset[str]:
    """The fingerprints in a baseline; none without one. Raises BaselineError."""
    if path is None:
        return frozenset()
    try:
        document: Any = json.loads(path.read_text("utf-8"))
        if document["version"] != VERSION:
            raise BaselineError(f"{printed(path)}: is a baseline of version {document['version']}, expected {VERSION}")
        return frozenset(each["fingerprint"] for each in document["findings"])
    except FileNotFoundError:
        raise BaselineError(f"{printed(path)}: no such file; `threadlint baseline` writes it") from None
    except OSError as error:
        raise BaselineError(f"{printed(path)}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise BaselineError(f"{printed(path)}: is no baseline; `threadlint baseline` writes one") from None


def written(verdicts: Iterable[Verdict], keep: frozenset[str] | None = None) -> tuple[str, int]:
    """The text of a baseline of these findings, and how many they are. With `keep` only those that it names."""
    told = [
        {
            "fingerprint": verdict.fingerprint,
            "code": verdict.finding.rule.code,
            "path": verdict.finding.at.path,
            "message": verdict.finding.message,
        }
        for verdict in verdicts
        if verdict.fate in TELLING and (keep is None or verdict.fingerprint in keep)
    ]
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in told)
    inner = f"\n  {lines}\n " if told else ""
    return f'{{"version": {VERSION},\n "findings": [{inner}]}}\n', len(told)
