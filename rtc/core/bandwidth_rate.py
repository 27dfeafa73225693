"""The rate itself: how it grows while the line is clear, and how far it falls when its queue fills.

Additive increase and multiplicative decrease (draft-ietf-rmcat-gcc-02, 5.5), so that two who share a line come to like
shares. What the line carries is measured while its queue stands, since then it is the line that sets the pace.
"""

from __future__ import annotations

import math
from typing import Final

LEAST: Final = 30_000.0  # bits/s: one voice
# Of what the line was found to carry.
SHARE_AFTER_CUT: Final = 0.85
SHARE_TO_DRAIN: Final = 0.5  # at the least, while a long queue drains
DRAINED_WITHIN: Final = 1.0  # seconds
# Growth far from any known limit, a second.
GROWTH: Final = 1.15
# Near a known limit: bits/s each second, at 1 Mbit/s. By the square root of the rate, so that lines of all kinds are
# tried anew after some seconds, and the slower of two flows still grows faster for its size.
STEP: Final = 40_000.0
NEAR, BEYOND = 0.75, 1.2  # of the known limit
# Of the target. A source that sends less shows nothing about the line.
SHOWS: Final = 0.8
# Of what arrives: so far the rate may grow ahead of it.
AHEAD: Final = 1.25


class RateControl:
    def __init__(self, now: float, rate: float) -> None:
        self.rate = max(LEAST, rate)
        self.limit: float | None = None  # bits/s that the line was last found to carry
        self._grown_at = now

    def cut(self, now: float, carried: float, queue: float) -> None:
        """The line is full: it carries so much, bits/s, and so long a queue stands, seconds."""
        share = min(SHARE_AFTER_CUT, max(SHARE_TO_DRAIN, 1.0 - queue / DRAINED_WITHIN))
        self.limit = carried
        self.rate = max(LEAST, min(self.rate, share * carried))
        self._grown_at = now

    def drained(self) -> None:
        if self.limit is not None:
            self.rate = max(self.rate, SHARE_AFTER_CUT * self.limit)

    def hold(self, now: float) -> None:
        self._grown_at = now

    def show(self, rate: float) -> None:
        """The line has carried this without a queue."""
        self.rate = max(self.rate, rate)

    def grow(self, now: float, delivered: float) -> None:
        """The line is clear, and so much arrives."""
        seconds, self._grown_at = min(now - self._grown_at, 0.5), now
        self.show(delivered)
        if delivered < SHOWS * self.rate:
            return
        if self.limit is not None and self.rate > BEYOND * self.limit:
            self.limit = None
        if self.limit is not None and self.rate > NEAR * self.limit:
            grown = self.rate + seconds * STEP * math.sqrt(self.rate / 1e6)
        else:
            grown = self.rate * GROWTH**seconds
        self.rate = max(self.rate, min(grown, AHEAD * delivered))
