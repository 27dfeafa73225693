"""How much one viewer's line carries: one target, from delays, losses and probes of what was sent to that viewer.

docs/congestion.md has the method and its figures. `now` is monotonic seconds, rates are bits/s on the wire (IP and UDP
headers included), and packets are told by their transport-wide numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rtc.core.bandwidth_delivered import Delivered
from rtc.core.bandwidth_loss import Loss, Verdict
from rtc.core.bandwidth_probe import Probe, Probes
from rtc.core.bandwidth_queue import Queue
from rtc.core.bandwidth_rate import AHEAD, RateControl
from rtc.core.bandwidth_slices import Packet, Slice, Slices

STALE: Final = 1.0  # seconds without feedback, after which nothing is probed
# Slower than this towards an empty queue, and it is not draining.
FALLING: Final = -0.05  # seconds a second
SETTLES: Final = 0.2  # seconds from a new target until what is sent follows it
# A queue that stands so long after less was sent is not ours.
NOT_OURS_AFTER: Final = 1.0  # seconds
# Of the loss-driven step down.
LESS: Final = 0.95
# Receiver reports, where nothing else tells (draft-ietf-rmcat-gcc-02, section 6).
HIGH_LOSS, LOW_LOSS = 0.10, 0.02
REGAIN: Final = 1.05  # a report with low loss


class Estimator:
    def __init__(self) -> None:
        self._slices = Slices()
        self._delivered = Delivered()
        self._queue = Queue()
        self._loss = Loss()
        self._probes = Probes()
        self._rate: RateControl | None = None  # from the first word on
        self._round_trip = 0.0
        self._heard_at = self._cut_at = self._troubled_at = float("-inf")
        self._before = 0.0  # bits/s, before a step down that loss alone asked for
        self._drains = False
        self._remb: float | None = None
        self._kept = 1.0  # share of the REMB that reported loss leaves

    @property
    def target(self) -> float | None:
        """Bits/s that the line carries; None before the first word."""
        if self._rate is not None:
            return self._rate.rate
        return None if self._remb is None else self._remb * self._kept

    @property
    def troubled_at(self) -> float:
        """When the line was last found to be full; -inf: never."""
        return self._troubled_at

    def feedback(self, now: float, packets: Sequence[Packet], round_trip: float) -> None:
        """One transport-wide feedback message, by number."""
        if not packets:
            return
        self._heard_at, self._round_trip = now, round_trip
        taken = self._slices.take(packets)
        for piece in taken.slices:
            self._delivered.add(piece)
            self._queue.add(piece)
        rate = self._rate
        if rate is None:
            if self._delivered.rate > 0.0:
                self._rate = RateControl(now, AHEAD * self._delivered.rate)
            return
        if taken.slices:
            self._watch_queue(now, rate, taken.slices[-1])
        stands = self._queue.stands_since is not None or self._drains
        self._watch_loss(now, rate, self._loss.add(now, taken.arrived, taken.lost, taken.late, stands))
        shown = self._probes.feedback(packets)
        if shown is not None and now - self._troubled_at > 1.0:
            rate.show(shown)

    def remb(self, now: float, bitrate: float) -> None:
        """The viewer's own estimate, where that is all there is."""
        if self._remb is not None and bitrate < LESS * self._remb:
            self._troubled_at = now
        self._remb = bitrate

    def loss(self, now: float, fraction: float) -> None:
        """The worst loss of a receiver report, where there is no transport-wide feedback."""
        if fraction > HIGH_LOSS:
            self._kept = max(0.1, self._kept * (1 - fraction / 2))
            self._troubled_at = now
        elif fraction < LOW_LOSS:
            self._kept = min(1.0, self._kept * REGAIN)

    def probe(self, now: float, wanted: float, sent_rate: float) -> Probe | None:
        """A cluster to send now. `wanted`: what everything would take; `sent_rate`: what is sent."""
        if self._rate is None or now - self._heard_at > STALE or self._queue.stands_since is not None:
            return None
        return self._probes.ask(now, self._rate.rate, wanted, self._troubled_at, self._queue.noise, self._round_trip)

    def probing(self, number_from: int, number_to: int, probe: Probe) -> None:
        """The cluster has left with these transport-wide numbers, the last one excluded."""
        self._probes.sent(number_from, number_to, probe)

    def _watch_queue(self, now: float, rate: RateControl, piece: Slice) -> None:
        queue = self._queue
        follows = piece.sent_at / 1e6 >= self._cut_at + SETTLES
        if queue.delay <= queue.limit:
            if queue.stands_since is not None:
                rate.hold(now)
                return
            if self._drains:
                self._drains = False
                rate.drained()
            rate.grow(now, self._delivered.rate)
            return
        rate.hold(now)
        if not follows or queue.slope < FALLING or queue.stands_since is None:
            return
        if self._drains and now - self._cut_at > NOT_OURS_AFTER and queue.slope < -FALLING:
            queue.accept()
            return
        carried = self._delivered.since(queue.stands_since)
        if carried is None:
            return
        rate.cut(now, carried / (1 - self._loss.own), queue.delay)
        self._drains = True
        self._cut_at = self._troubled_at = now
        self._loss.skip(now)

    def _watch_loss(self, now: float, rate: RateControl, verdict: Verdict) -> None:
        if verdict is Verdict.TRY_LESS:
            self._before = rate.rate
            rate.cut(now, self._delivered.rate, 0.0)
            self._troubled_at = now
            self._loss.skip(now + SETTLES + self._round_trip)
        elif verdict is Verdict.OWN:
            rate.show(self._before)
