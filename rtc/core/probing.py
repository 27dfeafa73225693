"""Padding that shows what a line carries beyond what media needs now: a probe, sent at its rate.

Packets of nothing but padding on the retransmission stream of a picture's slot (RFC 4588). Browsers acknowledge them
like all that is numbered and show nothing of them, also where nothing is attached to the slot (tried in Chromium and
Firefox).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rtc.core.bandwidth import Estimator
from rtc.core.bandwidth_probe import Probe
from rtc.core.batch import Batch, Fan, padding_of
from rtc.core.sent_log import SentLog
from rtc.core.slot import Slot

PADDING: Final = 255  # octets, the most that one packet can have (RFC 3550 5.1)
STEP: Final = 0.002  # seconds between two portions: what comes in bursts looks faster than it is
LARGEST: Final = 0.010  # seconds' worth in one portion, after a worker was late
# SRTP's tag and the headers of IP and UDP.
AROUND: Final = 16 + 28  # octets


class _Run:
    """One probe on its way."""

    def __init__(self, now: float, probe: Probe, slot: Slot, number: int, octets: int) -> None:
        """`number` and `octets`: of the log as it begins."""
        assert slot.rtx_payload_type is not None
        assert slot.rtx_sink is not None
        self.probe = probe
        self.slot = slot
        self.form = padding_of(PADDING, slot.rtx_payload_type, slot.receivers.transport_id)
        self.fan = Fan(((slot.rtx_sink, 0, 0, 0, 0),))
        self.began_at = now
        self.number, self.octets = number, octets

    def missing(self, now: float, octets: int) -> int:
        """Packets that are due, where `octets` have left by now."""
        probe = self.probe
        due = min(probe.duration, now - self.began_at + STEP) * probe.rate / 8
        portion = min(due - (octets - self.octets), LARGEST * probe.rate / 8)
        return round(portion / (self.form.size + AROUND))


class Probing:
    """Of one viewer, one probe at a time. `now` is monotonic seconds."""

    def __init__(self, sent_log: SentLog, estimator: Estimator) -> None:
        self.count = 0  # probes so far
        self._sent_log = sent_log
        self._estimator = estimator
        self._run: _Run | None = None

    @property
    def active(self) -> bool:
        return self._run is not None

    @property
    def rate(self) -> float:
        """Bits/s of the probe that is under way."""
        return 0.0 if self._run is None else self._run.probe.rate

    def begin(self, now: float, probe: Probe, slot: Slot) -> None:
        """`slot`: see `usable`."""
        self.count += 1
        self._run = _Run(now, probe, slot, self._sent_log.next, self._sent_log.octets)

    def put(self, now: float, batch: Batch) -> None:
        """What is due now, so that with the media which leaves meanwhile it is at the probe's rate. Call every `STEP`,
        and then `noted` as soon as it has left.
        """
        run = self._run
        if run is None:
            return
        slot = run.slot
        for _ in range(run.missing(now, self._sent_log.octets)):
            batch.entries.append((run.form, run.fan, slot.next_rtx_sequence(), slot.last_timestamp or 0))

    def noted(self, now: float) -> None:
        """What was put has left, and has its numbers."""
        run = self._run
        if run is None:
            return
        if now - run.began_at >= run.probe.duration - STEP:
            self._estimator.probing(run.number, self._sent_log.next, run.probe)
            self._run = None


def usable(slots: Iterable[Slot]) -> Slot | None:
    """One that can carry padding with transport-wide numbers."""
    fits = (s for s in slots if s.rtx_sink is not None and s.receivers.transport_id is not None)
    return next(fits, None)
