"""The forwarding table of one worker: peers, what each publishes, and what sits on each slot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, assert_never

from rtc.core import pacing
from rtc.core.bandwidth_slices import Digest
from rtc.core.batch import Batch
from rtc.core.changes import Attach, Change, Detach, Hold, Rank, Release, Renew
from rtc.core.model import Grant, PeerId, Source
from rtc.core.pacing import PICTURE_EVERY
from rtc.core.peer import Peer
from rtc.core.publication import Publication
from rtc.core.slot import Slot
from rtc.core.speakers import Speakers
from rtc.core.subscription import Subscription
from rtc.wire.frozen import Frozen

AUDIO_CLOCK: Final = 48_000  # Hz, Opus (RFC 7587 4.1)
VIDEO_CLOCK: Final = 90_000  # Hz, VP8 (RFC 7741 4.1)
TEND_EVERY: Final = 0.100  # seconds


class Refusal(Frozen, frozen=True):
    """A change that was not applied; nothing else is touched by it."""

    peer: PeerId
    text: str


class Router:
    """`now` is monotonic seconds. `random_32` gives SSRCs and first sequence numbers.

    `trace`: slots remember their runs (`PeerStats.runs`); it is the wall clock minus monotonic seconds. None: they
    do not. `digest` reads viewers' reports of the usual kind; without it all are read here.
    """

    def __init__(self, random_32: Callable[[], int], trace: float | None = None, digest: Digest | None = None) -> None:
        self.peers: dict[PeerId, Peer] = {}
        self.speakers = Speakers()
        self._random_32 = random_32
        self._trace = trace
        self._digest = digest
        self._later: list[Subscription] = []  # pictures whose step has not come
        self._next_tending = float("-inf")

    def add_peer(self, now: float, peer: PeerId, grant: Grant) -> Peer:
        numbers = self._random_32
        added = self.peers[peer] = Peer(
            now, peer, grant, numbers(), lambda: numbers() & 0xFFFF, self._trace, self._digest
        )
        return added

    def remove_peer(self, now: float, peer: PeerId) -> None:
        """Its slots go with it; whoever watched it keeps an empty slot."""
        removed = self.peers.pop(peer, None)
        if removed is None:
            return
        self.speakers.forget(peer)
        for slot in removed.slots.values():
            self._empty(now, slot)
        for publication in removed.publications.values():
            for subscription in list(publication.subscriptions):
                self._empty(now, subscription.slot)

    def connected(self, now: float, peer: Peer, batch: Batch) -> None:
        """The peer's slots have sinks now: what waits for them may start."""
        peer.connected = True
        for slot in peer.slots.values():
            subscription = slot.subscription
            if subscription is not None:
                subscription.publication.resume(now, subscription, batch)

    def block(self, now: float, peer: Peer, blocked: bool, batch: Batch) -> None:
        """Whether the peer's line takes no pictures now. They stop, and begin again with a key frame; sound goes on."""
        peer.blocked = blocked
        peer.downlink.decide_soon()
        for slot in peer.slots.values():
            if not slot.is_video:
                continue
            slot.blocked = blocked
            subscription = slot.subscription
            if subscription is None:
                continue
            if blocked:
                subscription.publication.pause(now, subscription)
                subscription.announced = False  # its page shows something else meanwhile
            else:
                subscription.publication.resume(now, subscription, batch)

    def apply(self, now: float, changes: Iterable[Change], batch: Batch) -> list[Refusal]:
        """All changes of one command, sound before pictures, and of those one for each viewer at a time."""
        ordered = sorted(changes, key=_audio_first)
        steps = pacing.steps(change for change in ordered if isinstance(change, Attach) and self._is_seen_anew(change))
        refusals = [self._apply(now, change, steps, batch) for change in ordered]
        return [refusal for refusal in refusals if refusal is not None]

    def wake(self, now: float, batch: Batch) -> bool:
        """Call every 10 ms, and flush the batch. Whether pictures start or come from elsewhere."""
        for peer in self.peers.values():
            peer.downlink.pacer.release(now, batch.entries)
        changed = now >= self._next_tending and self._tend(now, batch)
        due = [subscription for subscription in self._later if subscription.starts_at <= now]
        if not due:
            return changed
        self._later = [subscription for subscription in self._later if subscription.starts_at > now]
        for subscription in due:
            if subscription.slot.subscription is subscription:  # else something else came, or it was taken off
                subscription.publication.resume(now, subscription, batch)
        return True

    def _tend(self, now: float, batch: Batch) -> bool:
        self._next_tending = now + TEND_EVERY
        changed = [p for peer in self.peers.values() for p in peer.publications.values() if p.tend(now, batch)]
        for publication in changed:
            for subscription in publication.subscriptions:
                self.peers[subscription.viewer].downlink.decide_soon()
        return bool(changed)

    def _is_seen_anew(self, change: Attach) -> bool:
        """Whether a picture begins with this for somebody who is there to receive it."""
        viewer = self.peers.get(change.peer)
        slot = viewer.slots.get(change.mid) if viewer is not None else None
        if change.source.is_audio or viewer is None or not viewer.connected or slot is None:
            return False
        present = slot.subscription.publication if slot.subscription is not None else None
        return present is None or (present.publisher, present.source) != (change.publisher, change.source)

    def _apply(self, now: float, change: Change, steps: Mapping[PeerId, int], batch: Batch) -> Refusal | None:
        match change:
            case Attach():
                step = 0 if change.source.is_audio else steps.get(change.publisher, 0)
                return self._attach(now, change, now + step * PICTURE_EVERY, batch)
            case Detach():
                peer = self.peers.get(change.peer)
                slot = peer.slots.get(change.mid) if peer is not None else None
                if peer is not None and slot is not None:
                    self._empty(now, slot)
                    peer.downlink.emptied(slot.mid)
            case Hold():
                if (publication := self._publication(change.publisher, change.source)) is not None:
                    publication.hold(now)
                    if change.source is Source.MICROPHONE:
                        self.speakers.forget(change.publisher)
            case Release():
                if (publication := self._publication(change.publisher, change.source)) is not None:
                    publication.release(now, batch)
            case Renew():
                if (publication := self._publication(change.publisher, change.source)) is not None:
                    publication.renew()
            case Rank():
                self._rank(change)
            case _:
                assert_never(change)
        return None

    def _attach(self, now: float, change: Attach, step_at: float, batch: Batch) -> Refusal | None:
        viewer, publisher = self.peers.get(change.peer), self.peers.get(change.publisher)
        if viewer is None or publisher is None:
            return None  # gone meanwhile
        slot = viewer.slots.get(change.mid)
        # Support staff have no grant for either: the refusal here is what keeps them blind, whatever signaling says.
        if not viewer.grant.may_receive or change.source not in publisher.grant.may_send:
            return Refusal(change.peer, "the grant does not allow it")
        if slot is None or slot.is_video == change.source.is_audio or viewer is publisher:
            return Refusal(change.peer, "no such slot for this source")
        present = slot.subscription
        publication = self._publication(change.publisher, change.source)
        assert publication is not None
        if present is not None and present.publication is publication:
            return None
        self._empty(now, slot)
        # The lowest of several is small enough to start at once.
        starts_at = now if len(publication.live) > 1 else step_at
        slot.subscription = Subscription(change.peer, slot, publication, starts_at, rises_at=step_at)
        if not viewer.downlink.begins(now, slot.mid):
            slot.subscription.wanted = None
        if starts_at > now:
            self._later.append(slot.subscription)
        publication.goes_first = publisher.grant.goes_first
        publication.subscribe(now, slot.subscription, batch)
        publisher.supply.decide_soon()
        return None

    def _rank(self, change: Rank) -> None:
        viewer = self.peers.get(change.peer)
        if viewer is None:
            return
        viewer.downlink.rank(change.wants)
        for slot in viewer.slots.values():
            publisher = self.peers.get(slot.subscription.publication.publisher) if slot.subscription else None
            if publisher is not None:
                publisher.supply.decide_soon()

    def _publication(self, publisher: PeerId, source: Source) -> Publication | None:
        """Made on demand: its viewers may be attached before its offer is here."""
        peer = self.peers.get(publisher)
        if peer is None:
            return None
        publication = peer.publications.get(source)
        if publication is None:
            clock_rate = AUDIO_CLOCK if source.is_audio else VIDEO_CLOCK
            publication = peer.publications[source] = Publication(publisher, source, clock_rate)
        return publication

    @staticmethod
    def _empty(now: float, slot: Slot) -> None:
        if slot.subscription is not None:
            slot.subscription.publication.unsubscribe(now, slot.subscription)
            slot.subscription = None


def _audio_first(change: Change) -> int:
    match change:
        case Attach(source=source) | Hold(source=source) | Release(source=source):
            return 1 if source.is_audio else 2
        case Detach() | Renew():
            return 0
        case Rank():
            return 3
        case _:
            assert_never(change)
