"""A source that a peer offers: its encodings, and which of them feeds each viewer."""

from __future__ import annotations

from rtc.core.batch import Batch
from rtc.core.encoding import Encoding
from rtc.core.model import PeerId, Source
from rtc.core.rtp_stream import RtpStream
from rtc.core.stats import PublicationStats
from rtc.core.subscription import Forwarding, Subscription


class Publication:
    """Its viewers see the lowest encoding."""

    def __init__(self, publisher: PeerId, source: Source, clock_rate: int) -> None:
        self.publisher = publisher
        self.source = source
        self.is_video = not source.is_audio
        self.clock_rate = clock_rate
        self.audio_level_id: int | None = None  # the publisher's header extension ids
        self.held = False
        self.encodings = [Encoding(self, 0)]  # by layer; without simulcast it is one
        self.subscriptions: list[Subscription] = []

    def begin(self, now: float, layer: int, stream: RtpStream) -> Encoding:
        """Something has come of this encoding under an SSRC that is new."""
        while layer >= len(self.encodings):
            self.encodings.append(Encoding(self, len(self.encodings)))
        encoding = self.encodings[layer]
        encoding.take_over(now, stream)
        return encoding

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
        if now < subscription.starts_at:
            return
        self.encodings[0].wait(now, subscription, batch)

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
        """The worst fraction lost among the viewers, so that a microphone's Opus FEC serves the one who needs it."""
        return max((s.loss for s in self.subscriptions), default=0.0)

    def stats(self) -> PublicationStats | None:
        """None before the first packet."""
        encodings = self.encodings
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
        )
