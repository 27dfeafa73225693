"""How much of something comes in a second, from a counter that only grows."""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW: Final = 1.0  # seconds; shorter swings with each key frame, longer is late


class Rate:
    """Of a counter of octets. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def sample(self, now: float, octets: int) -> float:
        """Bits a second over about the newest second; of a younger counter, over its life."""
        samples = self._samples
        samples.append((now, octets))
        while len(samples) > 2 and samples[1][0] <= now - WINDOW:
            samples.popleft()
        since, before = samples[0]
        return (octets - before) * 8 / (now - since) if now > since else 0.0
