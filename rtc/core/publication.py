"""A source that a peer offers: its encodings, and which of them feeds each viewer."""

from __future__ import annotations

from typing import Final

from rtc.core.allocator import Rendition
from rtc.core.batch import Batch
from rtc.core.encoding import Encoding
from rtc.core.model import PeerId, Source
from rtc.core.rtp_stream import RtpStream
from rtc.core.stats import PublicationStats
from rtc.core.subscription import Forwarding, Subscription
from rtc.core.thinning import Thinned

# An encoding without packets for so long has ended, if another has some: browsers stop the upper ones by themselves.
# Lower shortens the freeze of those who watch it; a camera in the dark makes five frames a second.
CAMERA_ENDS_AFTER: Final = 0.7  # seconds
SCREEN_ENDS_AFTER: Final = 2.5  # seconds: of a page that nobody scrolls a frame is sent each second
MEASURE_EVERY: Final = 0.100  # seconds
THIN_EVERY: Final = 1.0  # seconds: a browser keeps to one pattern


class Publication:
    """Each viewer is fed from one encoding: the one that was selected or, while that does not live, the next lower one.

    Without any word of `select` that is the lowest.
    """

    def __init__(self, publisher: PeerId, source: Source, clock_rate: int) -> None:
        self.publisher = publisher
        self.source = source
        self.is_video = not source.is_audio
        self.clock_rate = clock_rate
        self.audio_level_id: int | None = None  # the publisher's header extension ids
        self.held = False
        self.goes_first = False  # its voice, where a listener's line carries few
        self.layers = 1  # encodings that were negotiated
        self.encodings = [Encoding(self, 0)]  # by layer; without simulcast it is one
        self.subscriptions: list[Subscription] = []
        self._ends_after = SCREEN_ENDS_AFTER if source is Source.SCREEN else CAMERA_ENDS_AFTER
        self._renditions: tuple[Rendition, ...] = ()
        self._measures_at = float("-inf")
        self._thinner: tuple[Thinned, ...] = ()
        self._thins_at = float("-inf")
        self._live_before: list[Encoding] = []

    def begin(self, now: float, layer: int, stream: RtpStream) -> Encoding:
        """Something has come of this encoding under an SSRC that is new."""
        while layer >= len(self.encodings):
            self.encodings.append(Encoding(self, len(self.encodings)))
        encoding = self.encodings[layer]
        encoding.take_over(now, stream)
        return encoding

    @property
    def live(self) -> list[Encoding]:
        """Those of which something comes, lowest first. Where nothing comes at all, of which it came last.

        By their books as last settled: all of one publisher are at once, and what ends is silent for longer than that.
        """
        arrivals = [(e, e.stream.log.last_arrival) for e in self.encodings if e.stream is not None]
        newest = max((at for _, at in arrivals), default=0.0)
        return [encoding for encoding, at in arrivals if newest - at < self._ends_after]

    def renditions(self, now: float) -> tuple[Rendition, ...]:
        """What of it a viewer may be given, lowest first."""
        if now >= self._measures_at:
            self._measures_at = now + MEASURE_EVERY
            measured = [encoding.measure(now) for encoding in self.encodings]
            self._renditions = tuple(measured[encoding.layer] for encoding in self.live)
        return self._renditions

    def thinner(self, now: float) -> tuple[Thinned, ...]:
        """What a viewer may be given in place of its lowest rendition, most frames first."""
        if now >= self._thins_at:
            self._thins_at = now + THIN_EVERY
            live = self.live
            self._thinner = live[0].thinner() if live and self.is_video else ()
        return self._thinner

    def tend(self, now: float, batch: Batch) -> bool:
        """Call about every 100 ms. Whether viewers had to be led elsewhere, as encodings have ended or come back."""
        if not self.is_video:
            return False
        self.renditions(now)
        live = self.live
        if live == self._live_before:
            return False
        self._live_before = list(live)
        for subscription in self.subscriptions:
            if subscription.forwarding is not Forwarding.PAUSED:
                self._lead(now, subscription, batch)
        return True

    # --- viewers -----------------------------------------------------------------------------------------------------

    def subscribe(self, now: float, subscription: Subscription, batch: Batch) -> None:
        self.subscriptions.append(subscription)
        self.resume(now, subscription, batch)

    def unsubscribe(self, now: float, subscription: Subscription) -> None:
        self.pause(now, subscription)
        self.subscriptions.remove(subscription)

    def hold(self, now: float) -> None:
        self.held = True
        for encoding in self.encodings:
            encoding.forget()  # nothing from before the hold is shown after it
        for subscription in self.subscriptions:
            self.pause(now, subscription)

    def release(self, now: float, batch: Batch) -> None:
        self.held = False
        for encoding in self.encodings:
            encoding.changed()
        for subscription in self.subscriptions:
            self.resume(now, subscription, batch)

    def renew(self) -> None:
        """Whoever starts to watch from now on is shown nothing of what is there. Who watches goes on."""
        for encoding in self.encodings:
            if encoding.stream is not None:
                encoding.stream.begin_anew()

    def resume(self, now: float, subscription: Subscription, batch: Batch) -> None:
        """Start as soon as media allows; call again when the viewer's transport is up or has room again, and when its
        step has come.
        """
        slot = subscription.slot
        if self.held or slot.sink is None or slot.blocked or subscription.forwarding is not Forwarding.PAUSED:
            return
        if now < subscription.starts_at or subscription.wanted is None:
            return
        self._lead(now, subscription, batch)

    def select(self, now: float, subscription: Subscription, layer: int | None, batch: Batch) -> None:
        """Feed it from this encoding from its next key frame on, and as now until then. None: nothing more is sent."""
        if layer == subscription.wanted:
            return
        subscription.wanted = layer
        if layer is None:
            self.pause(now, subscription)
            subscription.announced = False  # its page shows something else meanwhile
        elif subscription.forwarding is Forwarding.PAUSED:
            self.resume(now, subscription, batch)
        else:
            self._lead(now, subscription, batch)

    def _lead(self, now: float, subscription: Subscription, batch: Batch) -> None:
        """To the encoding that should feed it now."""
        assert subscription.wanted is not None
        encoding = self._nearest(subscription.wanted)
        if encoding is subscription.awaited:
            return
        if subscription.awaited is not None:
            subscription.awaited.leave(now, subscription)
        if encoding is not subscription.encoding:
            encoding.wait(now, subscription, batch)

    def _nearest(self, layer: int) -> Encoding:
        """The highest that lives up to `layer`, else the lowest above."""
        live = self.live or self.encodings
        return next((encoding for encoding in reversed(live) if encoding.layer <= layer), live[0])

    def pause(self, now: float, subscription: Subscription) -> None:
        for encoding in (subscription.awaited, subscription.encoding):
            if encoding is not None:
                encoding.leave(now, subscription)
        subscription.rest()

    # --- reports -----------------------------------------------------------------------------------------------------

    @property
    def asks_for_key_frame(self) -> bool:
        """Somebody who may see this waits for one."""
        return any(encoding.asks_for_key_frame for encoding in self.encodings)

    @property
    def worst_loss(self) -> float:
        """The worst fraction lost among the viewers, so that a microphone's Opus FEC serves the one who needs it. What
        their lines lose is known at once, where browsers report on a voice each five seconds.
        """
        return max((max(s.loss, s.slot.line_loss) for s in self.subscriptions), default=0.0)

    def stats(self) -> PublicationStats | None:
        """None before the first packet."""
        encodings = self.encodings
        for encoding in encodings:
            encoding.settle()
        logs = [encoding.stream.log for encoding in encodings if encoding.stream is not None]
        if not logs:
            return None
        return PublicationStats(
            source=self.source,
            packets=sum(encoding.sent_packets for encoding in encodings),
            octets=sum(encoding.sent_octets for encoding in encodings),
            lost=sum(log.lost for log in logs),
            repaired=sum(log.repaired for log in logs),
            duplicates=sum(log.duplicates for log in logs),
            padding=sum(encoding.padding for encoding in encodings),
            jitter_ms=max(log.jitter for log in logs) * 1000,
            key_frames=sum(encoding.key_frames for encoding in encodings),
            key_frame_requests=sum(encoding.requests.sent for encoding in encodings),
            largest_gap_ms=max(log.largest_gap for log in logs) * 1000,
            encodings=[encoding.stats() for encoding in encodings if encoding.stream is not None],
        )
