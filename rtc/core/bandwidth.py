"""How much one viewer's line carries: one target, from delays, losses and probes of what was sent to that viewer.

docs/congestion.md has the method and its figures. `now` is monotonic seconds, rates are bits/s on the wire (IP and UDP
headers included), and packets are told by their transport-wide numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rtc.core.bandwidth_delay import FOLLOWS, SETTLES, DelayControl, Sign
from rtc.core.bandwidth_delivered import Delivered
from rtc.core.bandwidth_loss import Loss, Verdict
from rtc.core.bandwidth_probe import Probe, Probes
from rtc.core.bandwidth_queue import Queue
from rtc.core.bandwidth_rate import SHOWS, RateControl
from rtc.core.bandwidth_slices import Digest, Packet, Slices, Stretched, Taken
from rtc.core.sent_log import SentLog
from rtc.wire.frozen import Frozen
from rtc.wire.steps import Steps
from rtc.wire.transport_feedback import TransportFeedback

NEVER: Final = float("-inf")
STALE: Final = 1.0  # seconds without feedback, after which nothing is probed
# Seconds after trouble, in which a probe that left before it proves nothing.
DOUBTFUL: Final = 1.0
# Seconds. With luck a lossy line seems to get better by less, so it may take several steps down to know it.
REMEMBERED: Final = 10.0
# Of the target: the line is slower than the first look at its fall said.
SLOWER: Final = 0.75
# Where only receiver reports tell of loss (draft-ietf-rmcat-gcc-02, section 6).
HIGH_LOSS, LOW_LOSS = 0.10, 0.02
REPORTED: Final = 200  # packets to judge by: of fewer, one in twenty that is lost is one in ten by chance
REGAIN: Final = 1.05  # with each time of low loss
LEAST_KEPT: Final = 0.1
FALL: Final = 0.95  # of the viewer's own estimate: if it becomes less, the line is full


class _Before(Frozen, frozen=True):
    """What steps down for loss alone have changed, if the loss turns out to be the line's own."""

    target: float
    limit: float | None
    troubled_at: float
    until: float


class Estimator:
    def __init__(self, digest: Digest | None = None) -> None:
        """`digest`: reads reports of the usual kind."""
        self._digest = digest
        self._slices = Slices()
        self._delivered = Delivered()
        self._queue = Queue()
        self._delay = DelayControl(self._queue)
        self._loss = Loss()
        self._probes = Probes()
        self._rate: RateControl | None = None  # from the first word on
        self._before: _Before | None = None
        self._burst_ended = 0  # last arrival of the one that was cut for last, microseconds
        self._steps = False  # less is sent for loss alone, to see whether it ends
        self._round_trip = 0.0  # seconds
        self._heard_at = self._troubled_at = NEVER
        self._remb: float | None = None
        self._told: float | None = None  # the REMB; without one, what was sent when it lost, growing
        self._kept = 1.0  # share of it that reported loss leaves
        self._reported = 0  # packets, of which receiver reports told since they were last judged by
        self._reported_lost = 0.0

    @property
    def target(self) -> float | None:
        """Bits/s that the line carries; None before the first word."""
        if self._rate is not None:
            return self._rate.target
        return None if self._told is None else self._told * self._kept

    @property
    def lost(self) -> float:
        """Share of what was sent lately, as transport-wide feedback tells."""
        return self._loss.share

    @property
    def own_loss(self) -> float:
        """Share that the line loses of whatever is sent, however little that is."""
        return self._loss.own

    @property
    def troubled_at(self) -> float:
        """When the line was last found to be full; -inf: never."""
        return self._troubled_at

    def report(self, now: float, log: SentLog, report: TransportFeedback, round_trip: float) -> None:
        """One transport-wide feedback message on what `log` has. `round_trip`: seconds."""
        at, base, arrivals = int(now * 1_000_000), report.base_sequence, report.arrivals
        if self._digest is not None and isinstance(arrivals, Steps) and not self._probes.waits:
            taken = self._slices.digest(self._digest, at, log, base, arrivals)
            if taken is not None:
                self._watch(now, taken, None, round_trip)
                return
        self.feedback(now, log.reported(at, base, arrivals), round_trip)

    def feedback(self, now: float, packets: Sequence[Packet], round_trip: float) -> None:
        """What is news in one message, by number."""
        if packets:
            taken = self._slices.take(packets)
            self._watch(now, taken, self._probes.feedback(packets), round_trip)

    def _watch(self, now: float, taken: Taken, shown: float | None, round_trip: float) -> None:
        """`shown`: by a probe, bits/s."""
        self._heard_at, self._round_trip = now, round_trip
        for piece in taken.slices:
            self._delivered.add(piece)
            self._queue.add(piece)
        if taken.resumed:
            self._queue.begin_anew()  # the way may be another one
        self._delivered.measure()
        delivered = self._delivered.rate
        if delivered is None:
            return
        if self._rate is None:
            self._rate = RateControl(now, delivered)
        if taken.slices:
            self._watch_queue(now, self._rate, taken.slices[-1].sent_at / 1e6, delivered)
        for burst in (taken.stretched, taken.starved):
            if burst is not None:
                self._watch_burst(now, self._rate, burst)
        self._watch_loss(now, self._rate, taken, delivered)
        if shown is not None and now > self._troubled_at + DOUBTFUL:
            self._rate.show(shown)

    def remb(self, now: float, bitrate: float) -> None:
        """The viewer's own estimate, where that is all there is."""
        if self._remb is not None and bitrate < FALL * self._remb:
            self._troubled_at = now
        self._remb = self._told = bitrate

    def loss(self, now: float, packets: int, lost: float, sent_rate: float) -> None:
        """A receiver report's `lost` of so many packets, where there is no transport-wide feedback. Without a REMB
        either, a line has no limit until it loses some of what is sent, `sent_rate` bits/s.
        """
        self._reported += packets
        self._reported_lost += lost
        if self._reported < REPORTED and self._reported_lost <= HIGH_LOSS * REPORTED:
            return
        fraction = self._reported_lost / self._reported
        self._reported, self._reported_lost = 0, 0.0
        if self._remb is None:
            told = float("inf") if self._told is None else self._told
            self._told = min(told, sent_rate) if fraction > HIGH_LOSS else told * REGAIN
        if fraction > HIGH_LOSS:
            self._kept = max(LEAST_KEPT, self._kept * (1 - fraction / 2))
            self._troubled_at = now
        elif fraction < LOW_LOSS:
            self._kept = min(1.0, self._kept * REGAIN)

    def probe(self, now: float, wanted: float, sent_rate: float) -> Probe | None:
        """A cluster to send now; None while nothing is to be gained, or too soon. `wanted`: what everything would take;
        `sent_rate`: what is sent without it.
        """
        if self._rate is None or now > self._heard_at + STALE or self._queue.stands_since is not None:
            return None
        if self._rate.limit is not None and sent_rate >= SHOWS * self._rate.target:
            return None  # what is sent tries that limit already, and others who share the line are not pushed aside
        return self._probes.ask(
            now,
            target=self._rate.target,
            wanted=wanted,
            sent=sent_rate,
            troubled_at=self._troubled_at,
            noise=self._queue.noise,
            round_trip=self._round_trip,
        )

    def probing(self, number_from: int, number_to: int, probe: Probe) -> None:
        """The cluster has left with these transport-wide numbers, the last one excluded. What else left in between
        counts as well.
        """
        self._probes.sent(number_from, number_to, probe)

    def _watch_queue(self, now: float, rate: RateControl, sent_at: float, delivered: float) -> None:
        drained = self._delay.drains
        sign = self._delay.judge(now, sent_at, self._delivered.sent, rate.target)
        if sign is Sign.CLEAR:
            if drained:
                rate.drained()
            if not self._steps:
                rate.grow(now, delivered / (1 - self._loss.own))
                return  # else what a step down shows would be blurred
        rate.hold(now)
        if sign is Sign.FULL and self._queue.stands_since is not None:
            carried = self._delivered.since(self._queue.stands_since, self._queue.noise)
            if carried is not None:
                self._cut(now, rate, carried)

    def _watch_burst(self, now: float, rate: RateControl, burst: Stretched) -> None:
        """The line's pace is known before its queue is: three slices take as long as they stand there.

        Of what left before such a cut came to be followed, only what arrived later counts, and if it is much slower:
        what came first may have come in part before the line fell.
        """
        later = not self._delay.judges(burst.sent_at / 1e6)
        if later and burst.began_at < self._burst_ended:
            return
        if burst.rate < rate.target * (SLOWER if later else 1) and not self._queue.rough:
            self._burst_ended = burst.ended_at
            self._cut(now, rate, burst.rate, ahead=True)

    def _watch_loss(self, now: float, rate: RateControl, taken: Taken, delivered: float) -> None:
        verdict = self._loss.add(
            now,
            taken.arrived,
            taken.lost,
            taken.late,
            delivered=delivered,
            queue_stands=self._queue.stands_since is not None,
            follows=self._delivered.sent < FOLLOWS * rate.target,
        )
        match verdict:
            case None | Verdict.TRYING:
                return
            case Verdict.TRY_LESS:
                if self._before is None or now > self._before.until:
                    self._before = _Before(rate.target, rate.limit, self._troubled_at, now + REMEMBERED)
                self._steps = True
                rate.ease(now, delivered / (1 - self._loss.own))
                self._trouble(now)
                return
            case Verdict.FULL:
                self._cut(now, rate, delivered)
            case Verdict.OWN if self._before is not None:
                rate.limit, self._troubled_at = self._before.limit, self._before.troubled_at
                rate.show(self._before.target)
                self._before = None
            case Verdict.CLEAR if self._steps:
                rate.eased()
        self._steps = False

    def _cut(self, now: float, rate: RateControl, carried: float, *, ahead: bool = False) -> None:
        rate.cut(now, carried / (1 - self._loss.own), self._queue.delay)
        self._delay.cut(now, ahead=ahead)
        self._trouble(now)
        self._before = None

    def _trouble(self, now: float) -> None:
        self._troubled_at = now
        self._loss.skip(now + SETTLES + self._round_trip)
