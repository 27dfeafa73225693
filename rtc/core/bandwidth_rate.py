"""The rate itself: how it grows while the line is clear, and how far it falls when the line is full.

Additive increase and multiplicative decrease (draft-ietf-rmcat-gcc-02, 5.5), so that two who share a line come to like
shares. What the line carries is measured while its queue stands, since then it is the line that sets the pace.
"""

from __future__ import annotations

from typing import Final

LEAST: Final = 30_000.0  # bits/s: one voice
# Of what the line was found to carry.
SHARE_AFTER_CUT: Final = 0.85
SHARE_TO_DRAIN: Final = 0.5  # at the least, while a long queue drains
DRAINED_WITHIN: Final = 1.0  # seconds
SHARE_AFTER_LOSS: Final = 0.95
# Growth far from any known limit, a second.
GROWTH: Final = 1.15
# Near a known limit: bits/s each second, at 1 Mbit/s. It follows the square root of the rate: so slow lines are not
# flooded, fast ones are tried anew after some seconds, and the slower of two flows grows faster for its size.
STEP: Final = 80_000.0
NEAR, BEYOND = 0.75, 1.2  # of the known limit
KNOWN: Final = 10.0  # seconds after which a limit is no longer believed in
# Of the target. A source that sends less shows nothing about the line.
SHOWS: Final = 0.8
# Of what arrives: so far the target may grow ahead of it, and so much of it surely fits.
AHEAD: Final = 1 / SHOWS
FITS: Final = 0.9


class RateControl:
    """`now` is monotonic seconds, rates are bits/s."""

    def __init__(self, now: float, delivered: float) -> None:
        self.target = max(LEAST, AHEAD * delivered)
        self.limit: float | None = None  # what the line was last found to carry
        self._limit_at = self._grown_at = now

    def cut(self, now: float, carried: float, queue: float) -> None:
        """The line is full: it carries so much, and so long a queue stands, seconds."""
        self._limit(now, carried)
        self._lower(carried * min(SHARE_AFTER_CUT, max(SHARE_TO_DRAIN, 1 - queue / DRAINED_WITHIN)))

    def ease(self, now: float, carried: float) -> None:
        """Without a queue something is lost: less than what the line carries shows whether the line is full."""
        self._limit(now, carried)
        self._lower(SHARE_AFTER_CUT * carried)

    def drained(self) -> None:
        """The queue is gone."""
        if self.limit is not None:
            self.show(SHARE_AFTER_CUT * self.limit)

    def eased(self) -> None:
        """It was full, and less ended the loss."""
        if self.limit is not None:
            self.show(SHARE_AFTER_LOSS * self.limit)

    def hold(self, now: float) -> None:
        self._grown_at = now

    def show(self, rate: float) -> None:
        """The line has carried this without a queue."""
        self.target = max(self.target, rate)

    def grow(self, now: float, delivered: float) -> None:
        """The line is clear, and so much arrives."""
        seconds, self._grown_at = min(now - self._grown_at, 0.5), now
        self.show(FITS * delivered)
        if self.limit is not None and (self.target > BEYOND * self.limit or now > self._limit_at + KNOWN):
            self.limit = None
        if self.limit is not None and self.target > NEAR * self.limit:
            grown = self.target + seconds * STEP * (self.target / 1e6) ** 0.5
        else:
            grown = self.target * GROWTH**seconds
        self.show(min(grown, AHEAD * delivered))

    def _limit(self, now: float, carried: float) -> None:
        self.limit, self._limit_at, self._grown_at = carried, now, now

    def _lower(self, rate: float) -> None:
        self.target = max(LEAST, min(self.target, rate))
