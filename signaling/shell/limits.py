"""Token buckets: how often somebody may do something."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct

MOST_KEYS: Final = 10_000  # addresses remembered; the longest unseen is forgotten first


class Bucket(Struct):
    """`rate` a second in the long run, `burst` at once. `now`: monotonic seconds."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, now: float, cost: float = 1.0) -> bool:
        """False when there is not enough; nothing is then taken."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < cost:
            return False
        self.level -= cost
        return True


def full(rate: float, burst: float, now: float) -> Bucket:
    return Bucket(rate, burst, burst, now)


class Buckets:
    """One bucket per key."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, now: float, key: str, cost: float = 1.0) -> bool:
        bucket = self._buckets.pop(key, None) or full(self._rate, self._burst, now)
        self._buckets[key] = bucket
        while len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return bucket.take(now, cost)
