"""One viewer's line: what it is found to carry, and what of each picture and voice goes through it.

Sound is paid for first (`hearing`), then pictures in the order of the viewer's page (`allocator`). `now` is monotonic
seconds, rates are bits/s on the wire.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rtc.core.allocator import CALM, SHARE_OF_TARGET, Allocator, Candidate, Decision
from rtc.core.bandwidth import Estimator
from rtc.core.bandwidth_slices import Digest
from rtc.core.batch import Batch
from rtc.core.changes import Want
from rtc.core.hearing import Hearing, Voice
from rtc.core.model import Band, Mid, Source
from rtc.core.pacer import Pacer
from rtc.core.probing import Probing, usable
from rtc.core.rates import Rate
from rtc.core.sent_log import SentLog
from rtc.core.slot import NOT_RANKED, ReceiverClass, Slot
from rtc.core.speakers import Speakers
from rtc.core.stats import DownlinkStats
from rtc.core.subscription import Subscription
from rtc.core.thinning import ALL
from rtc.wire.transport_feedback import TransportFeedback

DECIDE_EVERY: Final = 0.200  # seconds, while something is short, or changes
# A decision for a viewer of twenty takes 0.2 ms. Who has all that fits its tiles waits for nothing.
LOOK_EVERY: Final = 2.0  # seconds
# Feedback comes up to twenty times a second, and on a line that is full each says so.
NOT_WITHIN: Final = 0.050  # seconds of the last decision
# Sound is sent twice where a line loses so much of whatever is sent; until it loses less than the second.
TWICE_FROM, TWICE_UNTIL = 0.02, 0.01
TWICE_FITS: Final = 4.0  # times what all voices take must be there: else it would only take the room of other things
# Pictures are paced on lines below this: a key frame of 12 kB passes it in 0.1 s.
NARROW: Final = 1e6  # bits/s
NARROW_FOR: Final = 30.0  # seconds after the line was found full; what was never full needs no care


class Downlink:
    def __init__(self, slots: Mapping[Mid, Slot], sent_log: SentLog, digest: Digest | None = None) -> None:
        self._slots = slots
        self._sent_log = sent_log
        self._estimator = Estimator(digest)
        self._allocator = Allocator()
        self._hearing = Hearing()
        self._sent = Rate()
        self.probing = Probing(sent_log, self._estimator)
        self.pacer = Pacer()
        self.stats = DownlinkStats()
        self._decided_at = self._next = float("-inf")
        self._told: list[Mid] = []
        self._lost = 0.0
        self._twice = False  # sound is sent

    # --- what the viewer's browser says ------------------------------------------------------------------------------

    def receive(self, now: float, feedback: TransportFeedback, round_trip: float) -> None:
        self._estimator.report(now, self._sent_log, feedback, round_trip)
        if self._lost != self._estimator.lost:
            self._lost = self._estimator.lost
            self._note_loss()
        self._heard(now)

    def remb(self, now: float, bitrate: float) -> None:
        if not self._numbered:
            self._estimator.remb(now, bitrate)
            self._heard(now)

    def lost(self, now: float, packets: int, lost: float) -> None:
        """What receiver reports say: `lost` of so many that went to its slots."""
        if not self._numbered:
            self._estimator.loss(now, packets, lost, self.stats.allocated)
            self._heard(now)

    @property
    def narrow(self) -> float | None:
        """Bits/s, of a line that is known to carry little; None: it carries enough, or is not known yet."""
        return self.pacer.target

    def _note_loss(self) -> None:
        for slot in self._slots.values():
            slot.line_loss = self._lost

    @property
    def _numbered(self) -> bool:
        """There is better than REMB and receiver reports."""
        return any(slot.receivers.transport_id is not None for slot in self._slots.values())

    def _heard(self, now: float) -> None:
        """Trouble, and the first word, wait for nothing."""
        target = self._estimator.target
        if self._estimator.troubled_at == now or self.stats.target is None is not target:
            self.decide_soon()

    # --- what is asked -----------------------------------------------------------------------------------------------

    def rank(self, wants: Sequence[Want]) -> None:
        """Its pictures, most important first; the others come behind."""
        wanted = {want.mid: (place, want) for place, want in enumerate(wants)}
        for mid, slot in self._slots.items():
            place, want = wanted.get(mid, (NOT_RANKED, Want(mid, 0)))
            slot.rank, slot.height, slot.band = place, want.height, want.band
        self.decide_soon()

    def emptied(self, mid: Mid) -> None:
        self._allocator.forget(mid)
        self.decide_soon()

    def begins(self, now: float, mid: Mid) -> bool:
        """Something else comes on this slot. Whether it may flow before it is known to fit: not while others wait."""
        self._allocator.forget(mid)
        self.decide_soon()
        if not self._slots[mid].is_video or not (self.stats.troubled or self._told):
            return True
        self._allocator.wait(now, mid)
        return False

    def decide_soon(self) -> None:
        self._next = self._decided_at + NOT_WITHIN

    # --- decisions ---------------------------------------------------------------------------------------------------

    def decide(self, now: float, speakers: Speakers, batch: Batch, *, may_probe: bool = True) -> list[Mid] | None:
        """Call every 20 ms. The slots whose pictures or sound wait for room, when that has changed; else None."""
        if now < self._next:
            return None
        self._decided_at = now
        self._note_loss()  # of slots that are new, too
        fed = [
            (slot, subscription)
            for slot in self._slots.values()
            if (subscription := slot.subscription) is not None and not subscription.publication.held
        ]
        short = self._share(now, fed, speakers, batch)
        known = self._estimator.target is not None
        changes = any(subscription.layer != subscription.wanted for _, subscription in fed)
        calm = known and not short and not changes and not self.stats.troubled
        self._next = now + (LOOK_EVERY if calm or not fed else DECIDE_EVERY)
        sent = self._sent.sample(now, self._sent_log.octets)
        if short and may_probe:  # else there is nothing to be gained
            self._probe(now, sent)
        blocked = [slot.mid for slot, _ in fed if slot.blocked]
        waiting = {*self._allocator.squeezed, *self._hearing.waiting, *blocked}
        told = [mid for mid in self._slots if mid in waiting]
        if told == self._told:
            return None
        self._told = told
        return told

    def _share(self, now: float, fed: Sequence[tuple[Slot, Subscription]], speakers: Speakers, batch: Batch) -> bool:
        """Give each its layer. Whether something is short of what its tile can show, or waits."""
        target, troubled_at = self._estimator.target, self._estimator.troubled_at
        pictures = {slot.mid: s for slot, s in fed if slot.is_video}
        sounds = {slot.mid: s for slot, s in fed if not slot.is_video}
        self._send_sound_twice(now, sounds.values(), full=now - troubled_at < CALM)
        thinner = target is not None and not self._all_fit(now, target, fed)
        candidates = [_candidate(now, slot, s, speakers, thinner=thinner) for slot, s in fed if slot.is_video]
        voices = [_voice(now, mid, s, speakers) for mid, s in sounds.items()]
        needed = math.fsum(c.renditions[0].rate for c in candidates if c.band is Band.NEEDED and c.renditions)
        full = now - troubled_at < CALM
        self._hearing.decide(now, float("inf") if target is None else target - needed, full, voices)
        waiting = self._hearing.waiting
        sound = math.fsum(voice.rate for voice in voices if voice.mid not in waiting)
        decision = self._allocator.decide(now, target, troubled_at, sound, candidates)
        for mid, subscription in sounds.items():
            _select(now, subscription, None if mid in waiting else 0, batch)
        self._pace(now, target, troubled_at, batch)
        for mid, layer in decision.layers.items():
            thinned = decision.thinned.get(mid)
            thin(pictures[mid].slot, ALL if thinned is None else thinned.temporal)
            _select(now, pictures[mid], layer, batch)
        self.stats = DownlinkStats(
            target=target,
            ideal=decision.want + math.fsum(voice.rate for voice in voices if voice.mid in waiting),
            allocated=sound + math.fsum(_granted(c, decision) for c in candidates),
            troubled=full,
            probes=self.probing.count,
        )
        return decision.short or bool(waiting)

    @staticmethod
    def _all_fit(now: float, target: float, fed: Sequence[tuple[Slot, Subscription]]) -> bool:
        """Whether nothing has to be thinned, nor is."""
        if any(slot.thinning.active for slot, _ in fed):
            return False
        lowest = [renditions[0].rate for _, s in fed if (renditions := s.publication.renditions(now))]
        return math.fsum(lowest) <= SHARE_OF_TARGET * target

    def _pace(self, now: float, target: float | None, troubled_at: float, batch: Batch) -> None:
        """Of a line that is known to be narrow, and of no other: packets that do not leave at once cost more."""
        if target is not None and target < NARROW and now - troubled_at < NARROW_FOR:
            self.pacer.target = target
        else:
            self.pacer.target = None
            self.pacer.release_all(batch.entries)
        pacer = None if self.pacer.target is None else self.pacer
        for slot in self._slots.values():
            if slot.is_video and slot.pacer is not pacer:
                slot.pacer = pacer
                _set_alone(slot)

    def _send_sound_twice(self, now: float, sounds: Iterable[Subscription], *, full: bool) -> None:
        """Where it helps: not where what is lost is only what the line has no room for."""
        before, least = self._twice, TWICE_UNTIL if self._twice else TWICE_FROM
        lossy = self._estimator.own_loss >= least and not full and not self._hearing.waiting
        self._twice = lossy and self._fits_twice(now, sounds)
        if not (before or self._twice):
            return
        for slot in self._slots.values():
            if slot.red_payload_type is not None:
                twice = slot.red_payload_type if self._twice else None
                _regroup(slot, slot.receivers._replace(red_payload_type=twice))

    def _fits_twice(self, now: float, sounds: Iterable[Subscription]) -> bool:
        target = self._estimator.target
        rate = math.fsum(rendition.rate for one in sounds for rendition in one.publication.renditions(now))
        return target is None or target >= TWICE_FITS * rate

    def _probe(self, now: float, sent: float) -> None:
        slot = usable(self._slots.values())
        if slot is None or self.probing.active:
            return
        probe = self._estimator.probe(now, self.stats.ideal, sent)
        if probe is not None:
            self.probing.begin(now, probe, slot)


def thin(slot: Slot, up_to: int) -> None:
    """Only frames up to this temporal layer leave there, as soon as a decoder can follow."""
    slot.thinning.limit = up_to
    _set_alone(slot)


def _set_alone(slot: Slot) -> None:
    alone = slot if slot.thinning.active or slot.pacer is not None else None
    if slot.receivers.alone is not alone:
        _regroup(slot, slot.receivers._replace(alone=alone))


def _regroup(slot: Slot, receivers: ReceiverClass) -> None:
    if receivers == slot.receivers:
        return
    subscription = slot.subscription
    if subscription is None or subscription.encoding is None:
        slot.receivers = receivers
    else:
        subscription.encoding.regroup(subscription, receivers)


def _candidate(now: float, slot: Slot, subscription: Subscription, speakers: Speakers, *, thinner: bool) -> Candidate:
    publication = subscription.publication
    band = slot.band
    if band is Band.REST and publication.source is Source.CAMERA and publication.publisher in speakers.shown:
        band = Band.FRONT
    renditions = publication.renditions(now)
    return Candidate(
        slot.mid,
        band,
        slot.rank,
        slot.height,
        renditions,
        subscription.layer,
        subscription.rises_at,
        publication.thinner(now) if thinner else (),
        slot.thinning.limit,
    )


def _granted(candidate: Candidate, decision: Decision) -> float:
    layer, thinned = decision.layers.get(candidate.mid), decision.thinned.get(candidate.mid)
    rate = math.fsum(rendition.rate for rendition in candidate.renditions if rendition.layer == layer)
    return rate if thinned is None else rate * thinned.share


def _voice(now: float, mid: Mid, subscription: Subscription, speakers: Speakers) -> Voice:
    publication = subscription.publication
    rate = math.fsum(rendition.rate for rendition in publication.renditions(now))
    if subscription.slot.receivers.red_payload_type is not None:
        rate *= 2
    loudness = speakers.loudness(publication.publisher) if publication.source is Source.MICROPHONE else 0.0
    return Voice(mid, publication.goes_first, loudness, rate)


def _select(now: float, subscription: Subscription, layer: int | None, batch: Batch) -> None:
    if subscription.wanted != layer:
        subscription.publication.select(now, subscription, layer, batch)
