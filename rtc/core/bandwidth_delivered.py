"""How much is sent and how much arrives in a second, from what feedback says of the newest half second."""

from __future__ import annotations

from collections import deque
from typing import Final

from rtc.core.bandwidth_slices import Slice

# Shorter swings with each picture, longer is late when the line changes.
WINDOW: Final = 500_000  # microseconds
KEPT: Final = 1_000_000  # microseconds
# Less says nothing: what arrives at once may have waited together somewhere.
SHORTEST: Final = 100_000  # microseconds
BY_NOISE: Final = 15e6  # microseconds more, for each second of noise


class Delivered:
    """Rates are bits/s. Times are microseconds: sent by our clock, arrived by the viewer's."""

    def __init__(self) -> None:
        self.rate: float | None = None  # at which packets arrive; None: not known yet
        self.sent = 0.0  # at which they were sent, those that were lost included
        self._slices: deque[Slice] = deque()

    def add(self, piece: Slice) -> None:
        slices = self._slices
        if not piece.whole:
            slices.clear()
        slices.append(piece)
        while slices[0].arrived_at < piece.arrived_at - KEPT:
            slices.popleft()

    def measure(self) -> None:
        """Once for all that was added; where it is too little, the rates stay as they were."""
        if not self._slices:
            return
        last = self._slices[-1]
        window = self._from(last.arrived_at - WINDOW)
        took = last.arrived_at - window[0].arrived_at
        sending = last.sent_at - window[0].sent_at
        if took < SHORTEST or sending < SHORTEST:
            return
        octets = _octets(window)
        # What comes faster than it was sent has waited somewhere, and says nothing about the line.
        self.rate = 8e6 * octets / max(took, sending)
        self.sent = 8e6 * (octets + sum(piece.lost for piece in window)) / sending

    def since(self, at: int, noise: float) -> float | None:
        """Of what arrived after the first slice that arrived at or after `at`; None: that is too short to tell, where
        delays swing by `noise` seconds.
        """
        window = self._from(at)
        took = window[-1].arrived_at - window[0].arrived_at if window else 0
        return 8e6 * _octets(window) / took if took >= SHORTEST + BY_NOISE * noise else None

    def _from(self, at: int) -> list[Slice]:
        return [piece for piece in self._slices if piece.arrived_at >= at]


def _octets(window: list[Slice]) -> int:
    """Without the first slice, at whose end time begins to count."""
    return sum(piece.octets for piece in window[1:])
