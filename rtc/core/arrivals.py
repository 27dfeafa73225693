"""Arrival times of a peer's packets by transport-wide number, for the feedback that its browser's estimator needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rtc.wire.seqnum import Unwrapper
from rtc.wire.transport_feedback import TransportFeedback, report

# As libwebrtc does by default, of 50 to 250 ms; sooner makes the browser's estimate rise sooner, and costs twice: a
# message is a tenth of a millisecond of work.
FEEDBACK_EVERY: Final = 0.100  # seconds
MAX_PENDING: Final = 2000  # packets between two reports; a peer may send 1,500 a second


class ArrivalLog:
    """Collects arrivals and reports each transport-wide number (draft-holmer-rmcat-transport-wide-cc).

    A packet that came after it was reported lost is reported again, as in libwebrtc: to the browser's estimator, what
    was only overtaken would be loss. That goes back to the start of the last report.
    """

    def __init__(self) -> None:
        self.sent = 0  # feedback messages
        self._numbers = Unwrapper()
        self._pending: dict[int, int] = {}  # unbounded number -> arrival, microseconds
        self._reported: dict[int, int] = {}  # those of the last report
        self._first: int | None = None  # where the last report began
        self._next: int | None = None  # where the next one goes on

    def record(self, now: float, number: int) -> None:
        """`number` is the 16-bit one of the packet's header extension."""
        self.record_all(((int(now * 1_000_000), number),))

    def record_all(self, arrivals: Iterable[tuple[int, int]]) -> None:
        """The same for many, as (microseconds, number)."""
        unwrap, pending, reported, first = self._numbers.unwrap, self._pending, self._reported, self._first
        for at, number in arrivals:
            unbounded = unwrap(number)
            if first is not None and (unbounded < first or unbounded in reported):
                continue
            if len(pending) < MAX_PENDING:
                pending.setdefault(unbounded, at)

    def take(self, sender_ssrc: int, media_ssrc: int) -> list[TransportFeedback]:
        """Feedback for all that arrived since the last call. With a media SSRC of 0 browsers ignore it."""
        arrivals = self._pending
        if not arrivals:
            return []
        first = min(arrivals)
        if self._next is not None and first >= self._next:
            first = self._next
        elif self._next is not None:
            arrivals |= {number: at for number, at in self._reported.items() if number > first}
        order = sorted(arrivals)
        received = [(number & 0xFFFF, arrivals[number]) for number in order]
        messages = report(sender_ssrc, media_ssrc, self.sent & 0xFF, received, first & 0xFFFF)
        self._pending = {}
        self._reported = arrivals if len(arrivals) <= MAX_PENDING else {}
        self._next = order[-1] + 1
        self._first = first if self._reported else self._next
        self.sent += len(messages)
        return messages
