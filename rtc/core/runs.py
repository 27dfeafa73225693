"""Who was on one slot from which timestamp to which: what tests and benches hold against what browsers received.

Written when a flow starts and when it stops, so that a packet costs nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec.structs import replace

from rtc.core.model import Mid, PeerId, Source
from rtc.core.stats import Run

KEPT: Final = 64  # ended runs of a slot: half a minute of a bench that moves everybody twice a second


class Runs:
    """Of one slot. `now` is monotonic seconds; `wall_offset` is what makes wall clock of it."""

    def __init__(self, mid: Mid, wall_offset: float) -> None:
        self._mid = mid
        self._wall_offset = wall_offset
        self._ended: deque[Run] = deque(maxlen=KEPT)
        self._present: Run | None = None

    def begin(self, now: float, publisher: PeerId, source: Source, first: int) -> None:
        """`first`: outgoing timestamp of the packet that is about to leave."""
        self._present = Run(self._mid, publisher, source, first, first, 0, now + self._wall_offset, None)

    def end(self, now: float, last: int, packets: int) -> None:
        if self._present is not None:
            self._ended.append(
                replace(self._present, last=last, packets=packets, until=now + self._wall_offset),
            )
            self._present = None

    def so_far(self, flow: tuple[int, int] | None) -> list[Run]:
        """Oldest first. `flow`: newest timestamp and packets of what flows now, if anything does."""
        if self._present is None or flow is None:
            return list(self._ended)
        last, packets = flow
        return [*self._ended, replace(self._present, last=last, packets=packets)]
