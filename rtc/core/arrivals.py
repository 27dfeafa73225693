"""Arrival times of a peer's packets by transport-wide number, for the feedback that its browser's estimator needs."""

from __future__ import annotations

from typing import Final

from rtc.wire.seqnum import Unwrapper
from rtc.wire.transport_feedback import TransportFeedback, report

# libwebrtc sends every 50 to 250 ms; sooner makes the browser's estimate rise sooner, costs packets.
FEEDBACK_EVERY: Final = 0.050  # seconds
MAX_PENDING: Final = 2000  # packets between two reports; a peer may send 1,500 a second


class ArrivalLog:
    """Collects arrivals and reports each transport-wide number once (draft-holmer-rmcat-transport-wide-cc)."""

    def __init__(self) -> None:
        self.sent = 0  # feedback messages
        self._numbers = Unwrapper()
        self._pending: dict[int, int] = {}  # unbounded number -> arrival, microseconds
        self._next: int | None = None  # the first number not reported yet

    def record(self, now: float, number: int) -> None:
        """`number` is the 16-bit one of the packet's header extension."""
        unbounded = self._numbers.unwrap(number)
        if (self._next is None or unbounded >= self._next) and len(self._pending) < MAX_PENDING:
            self._pending.setdefault(unbounded, int(now * 1_000_000))

    def take(self, sender_ssrc: int, media_ssrc: int) -> list[TransportFeedback]:
        """Feedback for all that arrived since the last call. With a media SSRC of 0 browsers ignore it."""
        if not self._pending:
            return []
        order = sorted(self._pending)
        received = [(number & 0xFFFF, self._pending[number]) for number in order]
        base = None if self._next is None else self._next & 0xFFFF
        messages = report(sender_ssrc, media_ssrc, self.sent & 0xFF, received, base)
        self._pending.clear()
        self._next = order[-1] + 1
        self.sent += len(messages)
        return messages
