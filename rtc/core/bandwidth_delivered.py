"""How much of what was sent arrives in a second, by the viewer's clock."""

from __future__ import annotations

from collections import deque
from typing import Final

from rtc.core.bandwidth_slices import Slice

# Shorter swings with each picture, longer is late when the line changes.
WINDOW: Final = 500_000  # microseconds
KEPT: Final = 1_000_000  # microseconds
# Less says nothing: what came at once may have waited somewhere together.
SHORTEST: Final = 100_000  # microseconds


class Delivered:
    """Rates are bits/s, of what arrived; times are microseconds of the viewer's clock."""

    def __init__(self) -> None:
        self._slices: deque[tuple[int, int]] = deque()  # (arrived, octets)
        self.rate = 0.0  # over the newest window

    def add(self, piece: Slice) -> None:
        slices = self._slices
        if not piece.whole:
            slices.clear()
        slices.append((piece.arrived_at, piece.octets))
        while slices[0][0] < piece.arrived_at - KEPT:
            slices.popleft()
        rate = self.since(piece.arrived_at - WINDOW)
        if rate is not None:
            self.rate = rate

    def since(self, at: int) -> float | None:
        """Of what arrived after the first slice that arrived at or after `at`; None: that is too short to tell."""
        total, start = 0, None
        last = 0
        for arrived, octets in self._slices:
            if arrived < at:
                continue
            if start is None:
                start = arrived
            else:
                total += octets
            last = max(last, arrived)
        if start is None or last - start < SHORTEST:
            return None
        return total * 8_000_000 / (last - start)
