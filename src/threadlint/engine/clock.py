"""How long the floors of a run took."""
from __future__ import annotations

from time import perf_counter


class Clock:
    """How long each floor took, in seconds, summed up over the rounds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, floor: str) -> None:
        """Everything since the last lap was this floor's."""
        now = perf_counter()
        self.laps[floor] = self.laps.get(floor, 0.0) + now - self._last
        self._last = now
