"""Loss: whether a line that shows no queue loses what it cannot carry, or loses whatever is sent.

A policer or a very short queue drops what is too much, and sending less ends it. A lossy Wi-Fi loses its share of
anything, and sending less only makes the picture worse. So a loss that nobody knows yet is answered by one small step
down: if it ends, the line was full; if it stays, it is the line's own, and the step is taken back.
"""

from __future__ import annotations

import enum
import math
from typing import Final

WINDOW: Final = 0.5  # seconds
MIN_PACKETS: Final = 30
NOTABLE: Final = 0.02  # share over the line's own
SIGMAS: Final = 2.5  # of chance, over the line's own
HIGHEST_OWN: Final = 0.30  # over this nothing is called the line's own
EASE: Final = 0.2  # of the way down to a smaller loss, a window


class Verdict(enum.Enum):
    CLEAR = enum.auto()
    TRY_LESS = enum.auto()  # send less, and see whether it ends
    OWN = enum.auto()  # it did not end: back to what was sent before


class Loss:
    """`now` is monotonic seconds."""

    def __init__(self) -> None:
        self.own = 0.0  # share that the line loses whatever is sent
        self._arrived = self._lost = 0
        self._since = float("-inf")
        self._tried: float | None = None  # the loss that a step down should end

    def add(self, now: float, arrived: int, lost: int, late: int, queue_stands: bool) -> Verdict:
        """One feedback message. While a queue stands, loss is of its overflow, and nothing is learned."""
        self._arrived += arrived + late
        self._lost = max(0, self._lost + lost - late)
        count = self._arrived + self._lost
        if now - self._since < WINDOW or count < MIN_PACKETS:
            return Verdict.CLEAR
        share = self._lost / count
        self._since, self._arrived, self._lost = now, 0, 0
        if queue_stands:
            self._tried = None
            return Verdict.CLEAR
        return self._judge(share, count)

    def skip(self, now: float) -> None:
        """What is reported in the next window was sent before something changed."""
        self._since, self._arrived, self._lost = now, 0, 0

    def _judge(self, share: float, count: int) -> Verdict:
        tried, self._tried = self._tried, None
        chance = SIGMAS * math.sqrt(max(self.own, 0.01) * (1 - self.own) / count)
        if share <= self.own + max(NOTABLE, chance):
            self.own += EASE * (min(share, self.own) - self.own)
            return Verdict.CLEAR
        if tried is None or share > HIGHEST_OWN:
            self._tried = share
            return Verdict.TRY_LESS
        if share - self.own < (tried - self.own) / 2:
            return Verdict.CLEAR
        self.own = (share + tried) / 2
        return Verdict.OWN
