"""Whether packets stand in a queue on their way, from how their delay grew over the least that was seen.

The clocks of both ends differ, so only the difference to the least delay of the last half minute means anything. What
delays swing by without any queue (Wi-Fi, mobile networks) is learned from how far they fall from slice to slice: a
queue that fills only makes them rise.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from rtc.core.bandwidth_slices import Slice

LEAST: Final = 0.015  # seconds of queue that are none: what pictures in the same line make of it
NOISE_FACTOR: Final = 6.0
NOISE_GAIN: Final = 1 / 16
LARGEST_FALL: Final = 0.100  # seconds, that counts as noise
# Of sending. A queue that stood for so long is one; a shorter hiccup of the air is none.
RECENT: Final = 100_000  # microseconds
# Clocks drift by 0.1 ms a second at worst, which makes 3 ms of it.
BUCKET, BUCKETS = 1_000_000, 30  # microseconds, of the least delays that are remembered
TREND: Final = 10  # slices, half a second


class Queue:
    def __init__(self) -> None:
        self.delay = 0.0  # seconds that packets stand in the queue
        self.noise = 0.0  # seconds
        self.stands_since: int | None = None  # arrival of the first packet that stood in it, microseconds
        self._recent: deque[tuple[int, int]] = deque()  # (sent, delay)
        self._least: deque[tuple[int, int]] = deque()  # (bucket, delay)
        self._trend: deque[tuple[float, float]] = deque(maxlen=TREND)  # (sent, delay), seconds

    @property
    def limit(self) -> float:
        """Seconds of delay that swings alone do not explain."""
        return LEAST + NOISE_FACTOR * self.noise

    @property
    def slope(self) -> float:
        """Seconds a second by which the delay grows (least squares over the newest slices)."""
        points = self._trend
        if len(points) < 3:
            return 0.0
        count = len(points)
        mean_x = sum(x for x, _ in points) / count
        mean_y = sum(y for _, y in points) / count
        across = sum((x - mean_x) ** 2 for x, _ in points)
        return sum((x - mean_x) * (y - mean_y) for x, y in points) / across

    def add(self, piece: Slice) -> None:
        recent = self._recent
        recent.append((piece.sent_at, piece.delay))
        while recent[0][0] < piece.sent_at - RECENT:
            recent.popleft()
        stands = min(delay for _, delay in recent)
        delay = (stands - self._base(piece)) / 1e6
        fall = min(max(0.0, self.delay - delay), LARGEST_FALL)
        self.noise += NOISE_GAIN * (fall - self.noise)
        self.delay = delay
        self._trend.append((piece.sent_at / 1e6, delay))
        if delay < self.limit / 2:
            self.stands_since = None
        elif self.stands_since is None:
            self.stands_since = piece.arrived_at

    def accept(self) -> None:
        """What stands there now is not ours to drain, or the way has become longer: count from here."""
        self._least.clear()
        self._trend.clear()
        self.delay = 0.0
        self.stands_since = None

    def _base(self, piece: Slice) -> int:
        least, bucket = self._least, piece.sent_at // BUCKET
        while least and least[-1][1] >= piece.delay:
            least.pop()
        least.append((bucket, piece.delay))
        while least[0][0] <= bucket - BUCKETS:
            least.popleft()
        return least[0][1]
