"""What a browser tells of the packets it received: transport-wide feedback (draft-holmer-rmcat-transport-wide-cc)

Written apart from `rtc/wire/transport_feedback.py` on purpose, and in whole arrays, since a bench counts 50,000
packets a second.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

TICK = 0.000250  # seconds
REFERENCE = 256  # ticks
LONGEST_RUN = 8191  # statuses of one chunk
LARGEST_DELTA = 255  # ticks, within one message
MOST = 4000  # statuses of one message


class Heard:
    """Of one connection. Numbers may come in any order within a report; what comes after one is passed over."""

    def __init__(self) -> None:
        self._next: int | None = None  # the first number of the next report, unbounded
        self._numbers: list[NDArray[np.int64]] = []
        self._times: list[NDArray[np.float64]] = []
        self._sent = 0

    def note(self, numbers: NDArray[np.uint16], at: float) -> None:
        """`at`: seconds, for all of them."""
        self.note_each(numbers, np.full(len(numbers), at))

    def note_each(self, numbers: NDArray[np.uint16], times: NDArray[np.float64]) -> None:
        """Each came at its own time."""
        if not len(numbers):
            return
        if self._next is None:
            self._next = int(numbers[0])
        steps = (numbers.astype(np.int64) - self._next + 0x8000 & 0xFFFF) - 0x8000
        self._numbers.append(self._next + steps)
        self._times.append(times)

    def due(self, sender_ssrc: int, media_ssrc: int) -> bytes | None:
        """The body of a feedback message about all that came since the last one; None if nothing did."""
        if self._next is None or not self._numbers:
            return None
        numbers, firsts = np.unique(np.concatenate(self._numbers), return_index=True)
        times = np.concatenate(self._times)[firsts]
        self._numbers, self._times = [], []
        wanted = (numbers >= self._next) & (numbers < self._next + MOST)
        numbers, times = numbers[wanted], times[wanted]
        if not len(numbers):
            return None
        ticks = (np.maximum.accumulate(times) / TICK).astype(np.int64)
        far = np.flatnonzero(np.diff(ticks) > LARGEST_DELTA) + 1
        if len(far):  # the next report has a reference of its own: told as less, it would have come too early
            self._numbers, self._times = [numbers[far[0] :]], [times[far[0] :]]
            numbers, ticks = numbers[: far[0]], ticks[: far[0]]
        base, self._next = self._next, int(numbers[-1]) + 1
        reference = int(ticks[0]) // REFERENCE
        deltas = np.diff(ticks, prepend=reference * REFERENCE).astype(np.uint8)
        head = struct.pack(
            "!IIHHI",
            sender_ssrc,
            media_ssrc,
            base & 0xFFFF,
            self._next - base,
            (reference & 0xFFFFFF) << 8 | self._sent & 0xFF,
        )
        self._sent += 1
        body = head + _chunks(numbers - base) + deltas.tobytes()
        return body + bytes(-len(body) % 4)


def _chunks(received: NDArray[np.int64]) -> bytes:
    """Run-length chunks; `received`: places of what came, rising."""
    chunks: list[int] = []
    ends = np.flatnonzero(np.diff(received) > 1)
    at = 0
    for run in np.split(received, ends + 1):
        for symbol, count in ((0, int(run[0]) - at), (1, len(run))):
            for start in range(0, count, LONGEST_RUN):
                chunks.append(symbol << 13 | min(LONGEST_RUN, count - start))
        at = int(run[-1]) + 1
    return struct.pack(f"!{len(chunks)}H", *chunks)
