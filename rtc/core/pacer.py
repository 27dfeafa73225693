"""Pictures on one viewer's narrow line leave evenly, so that sound never waits behind a key frame.

A key frame is ten times a frame's size: at once it fills the queue of a line of some hundred kbit/s for a third of a
second, and every voice stands behind it. Here it waits instead, and sound goes past. The rate is above what the line is
found to carry, so that nothing is held back that would not have waited there.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from rtc.core.batch import Entry

if TYPE_CHECKING:
    from rtc.core.slot import Slot

OVER_TARGET: Final = 1.5  # times the line's estimate: the estimate may be low, and what is not sent cannot raise it
LONGEST: Final = 0.5  # seconds that anything waits, whatever the rate
# Seconds' worth that leaves at once, and a packet at least: an ordinary frame, so that it goes on telling how fast the
# line is (`bandwidth_slices`), while a key frame does not.
AT_ONCE: Final = 0.100
OVERHEAD: Final = 44  # octets of a packet on the wire that its form lacks: SRTP's tag, UDP, IPv4
_Waiting = tuple["Slot", Entry]


class Pacer:
    """Of one viewer. Repairs go before pictures; each in order."""

    __slots__ = ("_credit", "_least", "_octets", "_pictures", "_refilled_at", "_repairs", "target")

    def __init__(self) -> None:
        self.target: float | None = None  # bits/s that the line carries; None: it is wide, and nothing is put here
        self._credit = 0.0  # octets that may leave now
        self._refilled_at: float | None = None
        self._repairs: deque[_Waiting] = deque()
        self._pictures: deque[_Waiting] = deque()
        self._octets = 0  # that wait
        self._least = 0.0  # octets/s, so that what waits has gone in time

    def put(self, slot: Slot, entry: Entry, entries: list[Entry], *, repair: bool = False) -> None:
        """Into `entries`, or to wait for `release`."""
        if self._credit > 0 and not self._octets:
            self._credit -= _octets_of(entry)
            entries.append(entry)
        else:
            (self._repairs if repair else self._pictures).append((slot, entry))
            self._octets += _octets_of(entry)

    def release(self, now: float, entries: list[Entry]) -> None:
        """What may leave by now. Call every 10 ms; `now` is monotonic seconds."""
        if self.target is None:
            return
        self._least = max(self._least, self._octets / LONGEST) if self._octets else 0.0
        rate = max(OVER_TARGET * self.target / 8, self._least)  # octets/s
        passed = 0.0 if self._refilled_at is None else now - self._refilled_at
        self._refilled_at = now
        self._credit = min(self._credit + passed * rate, max(AT_ONCE * rate, 1.0))
        while self._octets and self._credit > 0:
            self._credit -= self._take(entries)

    def release_all(self, entries: list[Entry]) -> None:
        """The line is wide enough."""
        while self._octets:
            self._take(entries)

    def forget(self, slot: Slot) -> list[Entry]:
        """What waits for this slot never leaves. Its pictures, without repairs."""
        forgotten = [entry for one, entry in self._pictures if one is slot]
        for waiting in (self._repairs, self._pictures):
            kept = [(one, entry) for one, entry in waiting if one is not slot]
            waiting.clear()
            waiting.extend(kept)
        self._octets = sum(_octets_of(entry) for _, entry in (*self._repairs, *self._pictures))
        return forgotten

    def _take(self, entries: list[Entry]) -> int:
        _, entry = (self._repairs or self._pictures).popleft()
        octets = _octets_of(entry)
        self._octets -= octets
        entries.append(entry)
        return octets


def _octets_of(entry: Entry) -> int:
    return entry[0].size + OVERHEAD
