"""Arrival times of a peer's packets by transport-wide number, for the feedback that its browser's estimator needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rtc.wire.seqnum import Unwrapper
from rtc.wire.transport_feedback import TransportFeedback, report, report_run

# As libwebrtc does by default, of 50 to 250 ms; sooner makes the browser's estimate rise sooner, and costs twice: a
# message is a tenth of a millisecond of work.
FEEDBACK_EVERY: Final = 0.100  # seconds
# Ten messages a second take 8 kbit/s. Towards a line that is known to be narrow they are fewer, as in libwebrtc.
FEEDBACK_OCTETS: Final = 100  # of one, on the wire
FEEDBACK_SHARE: Final = 0.05  # of the line
SELDOM: Final = 0.250  # seconds
MAX_PENDING: Final = 2000  # packets between two reports; a peer may send 1,500 a second


def feedback_every(narrow: float | None) -> float:
    """Seconds between two messages. `narrow`: bits/s that the line carries towards who gets them; None: enough."""
    if narrow is None:
        return FEEDBACK_EVERY
    return min(SELDOM, max(FEEDBACK_EVERY, 8 * FEEDBACK_OCTETS / (FEEDBACK_SHARE * narrow)))


class ArrivalLog:
    """Collects arrivals and reports each transport-wide number (draft-holmer-rmcat-transport-wide-cc).

    A packet that came after it was reported lost is reported again, as in libwebrtc: to the browser's estimator, what
    was only overtaken would be loss. That goes back to the start of the last report.
    """

    def __init__(self) -> None:
        self.sent = 0  # feedback messages
        # Arrivals, microseconds, of what follows on the last report without a gap: the usual. Once something else came
        # all is in `_pending`, until the next report.
        self._run: list[int] = []
        self._expected = -1  # the 16-bit number that the run goes on with; -1: not now
        self._numbers = Unwrapper()
        self._pending: dict[int, int] = {}  # unbounded number -> arrival
        self._reported: dict[int, int] = {}  # those of the last report,
        self._reported_run: list[int] = []  # or, from `_first` on, these
        self._first: int | None = None  # where the last report began
        self._next: int | None = None  # where the next one goes on

    def record(self, now: float, number: int) -> None:
        """`number` is the 16-bit one of the packet's header extension."""
        self.record_all(((int(now * 1_000_000), number),))

    def record_all(self, arrivals: Iterable[tuple[int, int]]) -> None:
        """The same for many, as (microseconds, number)."""
        run, expected = self._run, self._expected
        for at, number in arrivals:
            if number == expected and len(run) < MAX_PENDING:
                run.append(at)
                expected = (expected + 1) & 0xFFFF
            else:
                if expected >= 0:
                    self._leave_run()
                    expected = -1
                self._record_unusual(at, number)
        self._expected = expected

    def _leave_run(self) -> None:
        """What follows is not told by its place."""
        first = self._next
        if first is None:
            return
        self._numbers.follow(first + len(self._run) - 1)
        self._pending.update(enumerate(self._run, first))
        self._run.clear()
        if self._reported_run and self._first is not None:
            self._reported = dict(enumerate(self._reported_run, self._first))
            self._reported_run = []

    def _record_unusual(self, at: int, number: int) -> None:
        unbounded = self._numbers.unwrap(number)
        if self._first is not None and (unbounded < self._first or unbounded in self._reported):
            return
        if len(self._pending) < MAX_PENDING:
            self._pending.setdefault(unbounded, at)

    def take(self, sender_ssrc: int, media_ssrc: int) -> list[TransportFeedback]:
        """Feedback for all that arrived since the last call. With a media SSRC of 0 browsers ignore it."""
        if self._run:
            feedback = self._take_run(sender_ssrc, media_ssrc)
            if feedback is not None:
                return [feedback]
            self._leave_run()
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
        self._expected = self._next & 0xFFFF
        self.sent += len(messages)
        return messages

    def _take_run(self, sender_ssrc: int, media_ssrc: int) -> TransportFeedback | None:
        """None where one message does not tell all of it."""
        run, first = self._run, self._next
        assert first is not None
        feedback = report_run(sender_ssrc, media_ssrc, self.sent & 0xFF, first & 0xFFFF, run)
        if feedback is not None:
            self._run, self._reported_run, self._reported = [], run, {}
            self._first, self._next = first, first + len(run)
            self.sent += 1
        return feedback
