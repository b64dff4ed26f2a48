"""An identity for each finding that survives moved lines and renamed files."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from ..model.finding import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """One fingerprint per finding, 32 hexadecimal digits, of rule, scope and subjects. The n-th finding that agrees
    in all three differs by its n, so the order of findings must not depend on chance."""
    seen: Counter[str] = Counter()
    made: list[str] = []
    for finding in findings:
        identity = "|".join((finding.rule.code, finding.scope, *sorted(finding.subjects)))
        made.append(blake2b(f"{identity}|{seen[identity]}".encode(), digest_size=16).hexdigest())
        seen[identity] += 1
    return made
