"""How long packets stand in a queue on their way, from how their delay grew over the least that was seen.

The clocks of both ends differ, so only the difference to the least delay of the last half minute means anything. What
delays swing by without any queue (Wi-Fi, mobile networks) is told from a queue by its shape: a queue fills and drains
over many slices, jitter turns at each.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from typing import Final

from rtc.core.bandwidth_slices import Slice

# What pictures that arrive in bursts make of an empty queue.
LEAST: Final = 0.015  # seconds
# Times the noise. Jitter of 200 ms has bends of 8 to 27 ms, and delays of up to five times as much over the least.
NOISE_FACTOR: Final = 4.0
ROUGH, ROUGH_FACTOR = 0.006, 5.0  # seconds of noise, and so many times more for what is over it
MOST: Final = 0.120  # seconds; talking suffers from more, wherever it comes from
BENDS: Final = 80  # slices, four seconds
# Slices in a row. A delay that all of them have is a queue; a hiccup of the air is over before.
ROW: Final = 3
# Clocks drift by 0.1 ms a second at worst, which makes 3 ms of it. Longer finds an empty queue more surely.
BUCKET, BUCKETS = 1_000_000, 30  # microseconds of sending; whose least delays are remembered
TREND: Final = 10  # slices, half a second
# Who shares a line with a download meets its queue whatever they do. Each time that is found, twice as much is borne.
MOST_PATIENCE: Final = 8.0
PATIENCE_HALVES: Final = 10_000_000  # microseconds


class Queue:
    def __init__(self) -> None:
        self.delay = 0.0  # seconds that packets stand in it
        self.noise = 0.0  # seconds by which delays swing
        self.stands_since: int | None = None  # arrival of the first packets that stood in it, microseconds
        self._row: deque[int] = deque(maxlen=ROW)  # delays
        self._least: deque[tuple[int, int]] = deque()  # (bucket, delay), both growing
        self._trend: deque[tuple[float, float]] = deque(maxlen=TREND)  # (sent, delay), seconds
        self._bends: deque[float] = deque()  # seconds, in the order of their slices
        self._sorted: list[float] = []  # the same
        self._patience = 1.0
        self._patient_since = 0

    @property
    def limit(self) -> float:
        """Seconds of delay that swings alone do not explain."""
        rough = max(0.0, self.noise - ROUGH)
        return min(MOST, LEAST * self._patience + NOISE_FACTOR * self.noise + ROUGH_FACTOR * rough)

    @property
    def rough(self) -> bool:
        """Whether delays swing so much that one look says little."""
        return self.noise > ROUGH

    @property
    def slope(self) -> float:
        """Seconds a second by which the delay grows: least squares over the newest slices, as in libwebrtc."""
        points = self._trend
        if len(points) < ROW:
            return 0.0
        x = math.fsum(sent for sent, _ in points) / len(points)
        y = math.fsum(delay for _, delay in points) / len(points)
        across = math.fsum((sent - x) ** 2 for sent, _ in points)
        return math.fsum((sent - x) * (delay - y) for sent, delay in points) / across

    def add(self, piece: Slice) -> None:
        row = self._row
        if len(row) >= 2:
            self._learn(abs(row[-1] - (row[-2] + piece.delay) / 2) / 1e6)
        row.append(piece.delay)
        if len(row) < ROW:
            return
        # The middle one: the very least of many swings is too lucky to compare with.
        self.delay = (min(row) - self._base(piece.sent_at, sorted(row)[ROW // 2])) / 1e6
        self._trend.append((piece.sent_at / 1e6, self.delay))
        if piece.sent_at - self._patient_since > PATIENCE_HALVES:
            self._patience, self._patient_since = max(1.0, self._patience / 2), piece.sent_at
        if self.delay < self.limit / 2:
            self.stands_since = None
        elif self.stands_since is None:
            self.stands_since = piece.arrived_at

    def bear_more(self) -> None:
        """Others fill the line, and whoever gives way to them each time is left with nothing."""
        if self._trend:
            self._patient_since = int(self._trend[-1][0] * 1e6)
        self._patience = min(MOST_PATIENCE, 2 * self._patience)

    def accept(self) -> None:
        """What stands there is not ours to drain, or the way has become longer: count from here."""
        self._least.clear()
        self._trend.clear()
        self.delay = 0.0
        self.stands_since = None

    def begin_anew(self) -> None:
        """On another way, whose delays are not to be held against those of the old one."""
        self.accept()
        self._row.clear()

    def _base(self, sent_at: int, delay: int) -> int:
        least, bucket = self._least, sent_at // BUCKET
        while least and least[-1][1] >= delay:
            least.pop()
        least.append((bucket, delay))
        while least[0][0] <= bucket - BUCKETS:
            least.popleft()
        return least[0][1]

    def _learn(self, bend: float) -> None:
        """By how much a slice lies off the line between its neighbours; half of all lie further off than `noise`."""
        bends = self._bends
        bends.append(bend)
        insort(self._sorted, bend)
        if len(bends) > BENDS:
            del self._sorted[bisect_left(self._sorted, bends.popleft())]
        self.noise = self._sorted[len(self._sorted) // 2]
