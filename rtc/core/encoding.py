"""One simulcast rendition of a publication: its stream, whom it feeds, and the fan-out of each packet."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rtc.core.allocator import Rendition
from rtc.core.batch import Batch, Fan, Form, form_of
from rtc.core.keyframes import KeyFrameRequests
from rtc.core.rates import Rate
from rtc.core.rtp_stream import CachedPacket, Ledger, RtpStream
from rtc.core.slot import ReceiverClass
from rtc.core.stats import EncodingStats
from rtc.core.subscription import Subscription
from rtc.core.thinning import Thinned, offers
from rtc.wire import red, vp8
from rtc.wire.errors import WireError
from rtc.wire.rtp import RtpPacket
from rtc.wire.vp8 import Vp8Descriptor

if TYPE_CHECKING:
    from rtc.core.publication import Publication

# A hold shorter than this is the work of one batch; the packet path looks no closer.
NOTABLE_HOLD: Final = 0.005  # seconds
LOOK_BACK: Final = 90  # packets: of the lowest encoding a second or two
OVERHEAD: Final = 64  # octets of a viewer's packet beside its payload: RTP with extensions 20, SRTP 16, IP and UDP 28


class _Flow:
    """The viewers of one class who are fed now."""

    __slots__ = ("_fan", "_subscriptions")

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._fan: Fan | None = None

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._subscriptions)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def add(self, subscription: Subscription) -> None:
        self._subscriptions.append(subscription)
        self._fan = None

    def remove(self, subscription: Subscription) -> None:
        self._subscriptions.remove(subscription)
        self._fan = None

    def drop(self, number: int) -> None:
        for subscription in self._subscriptions:
            subscription.drop(number)
        self._fan = None

    @property
    def fan(self) -> Fan:
        if self._fan is None:
            self._fan = Fan(tuple(subscription.target for subscription in self._subscriptions))
        return self._fan


class Encoding:
    """Receives packets and puts a copy for each subscription that it feeds into the batch.

    A subscription that waits here starts with the next key frame (pictures) or packet (sound). Meanwhile another
    encoding of the publication may feed it; with the start that ends.
    """

    def __init__(self, publication: Publication, layer: int) -> None:
        """`layer`: from 0, the lowest."""
        self.publication = publication
        self.layer = layer
        self.is_video = publication.is_video
        self.stream: RtpStream | None = None  # of the SSRC that came last
        self.requests = KeyFrameRequests()
        self.sent_packets = 0  # given to the fan-out, whoever watched
        self.sent_octets = 0
        self.padding = 0
        self.key_frames = 0
        self.height = 0  # lines, of the newest key frame; 0: none came
        self.fed = 0  # subscriptions
        self._rate = Rate()
        self._waiting: list[Subscription] = []
        self._flowing: dict[ReceiverClass, _Flow] = {}
        self._last_delay = 0.0
        self._before: tuple[int, RtpPacket] | None = None  # sound that was forwarded last, and its number

    # --- viewers -----------------------------------------------------------------------------------------------------

    @property
    def used(self) -> bool:
        """Somebody is fed from here, or waits to be."""
        return self.fed > 0 or bool(self._waiting)

    @property
    def keeps(self) -> bool:
        """Whether packets are kept: to be sent again, or to start newcomers at once, who come to the lowest."""
        return self.is_video and (self.layer == 0 or self.used)

    @property
    def asks_for_key_frame(self) -> bool:
        return self.requests.waiting and self.used

    def changed(self) -> None:
        """What `ordinary` said holds no longer."""
        if self.stream is not None:
            self.stream.close_lane()

    def wait(self, now: float, subscription: Subscription, batch: Batch) -> None:
        """Feed it as soon as media allows."""
        self.changed()
        self._waiting.append(subscription)
        subscription.awaited = self
        if self.is_video and not self._start_from_cache(now, subscription, batch):
            self.requests.want()

    def leave(self, now: float, subscription: Subscription) -> None:
        """It is neither fed from here any more, nor does it wait for it."""
        self.changed()
        if subscription.awaited is self:
            self._waiting.remove(subscription)
            subscription.awaited = None
        if subscription.encoding is self:
            self._unfeed(subscription)
            self.fed -= 1
            subscription.stop(now)

    def regroup(self, subscription: Subscription, receivers: ReceiverClass) -> None:
        """It is fed from here, and gets the same in another form from now on."""
        self.changed()
        self._unfeed(subscription)
        subscription.slot.receivers = receivers
        self._flowing.setdefault(receivers, _Flow()).add(subscription)

    def _unfeed(self, subscription: Subscription) -> None:
        receivers = subscription.slot.receivers
        flow = self._flowing[receivers]
        flow.remove(subscription)
        if not len(flow):
            del self._flowing[receivers]

    def take_over(self, now: float, stream: RtpStream) -> None:
        """The publisher began a new SSRC: viewers continue at its first (key) frame."""
        self.changed()
        self._restart_flows(now)
        self.stream = stream

    def forget(self) -> None:
        """Nothing of what has come is shown or sent again."""
        self._before = None
        if self.stream is not None:
            self.stream.close_lane()
            self.stream.forget()

    def _start_from_cache(self, now: float, subscription: Subscription, batch: Batch) -> bool:
        stream = self.stream
        if stream is None or subscription.encoding is not None:
            return False  # who watches another encoding has seen later frames than what is kept
        recent = stream.fresh_key_frame(now)
        if not recent:
            return False
        self._start(now, stream, subscription, *recent[0], batch)
        for number, cached in recent:
            form = self._form(cached, subscription.slot.receivers)
            subscription.forward_late(number, form, cached, batch)
            subscription.count(1, len(cached.packet.payload))
        return True

    def _start(
        self, now: float, stream: RtpStream, subscription: Subscription, number: int, first: CachedPacket, batch: Batch
    ) -> None:
        self.changed()
        self._waiting.remove(subscription)
        self._before = None  # they hear nothing from before they came
        subscription.awaited = None
        before = subscription.encoding
        if before is not None:
            before.leave(now, subscription)
        subscription.start(now, self, stream, number, first, batch, switches=before is not None)
        self._flowing.setdefault(subscription.slot.receivers, _Flow()).add(subscription)
        self.fed += 1

    def _restart_flows(self, now: float) -> None:
        """What comes next does not follow on what was sent."""
        for flow in list(self._flowing.values()):
            for subscription in list(flow):
                self.leave(now, subscription)
                if subscription.awaited is None:
                    self._waiting.append(subscription)
                    subscription.awaited = self
        if self.is_video and self._waiting:
            self.requests.want()

    # --- the packet path ---------------------------------------------------------------------------------------------

    def receive(self, now: float, stream: RtpStream, packet: RtpPacket, repair: bool, batch: Batch) -> bool:
        """Take a packet of `stream`; False if it was a duplicate. Raises WireError for a payload that is not VP8."""
        descriptor: Vp8Descriptor | None = None
        size = packet.payload_end - packet.payload_start
        if self.is_video and size:
            descriptor = vp8.parse(
                packet.data[packet.payload_start : min(packet.payload_end, packet.payload_start + vp8.MAX_PREFIX)]
            )
        stream.close_lane()  # what follows may change what is next
        log = stream.log
        if not repair and stream is self.stream and log.leaps(packet.sequence):
            # Viewers see no leap: after two with loss between they would miss a roll-over and decrypt nothing more.
            self._restart_flows(now)
        number = log.receive(now, packet.sequence, packet.timestamp, repair)
        if number is None:
            return False
        newest = number == log.highest
        cached = CachedPacket(packet, descriptor)
        if not size:
            self._receive_padding(stream, number, cached, newest, batch)
            return True
        if self.keeps and not self.publication.held and stream is self.stream:
            stream.remember(number, cached)
        if newest:
            if stream is self.stream:
                if descriptor is not None and descriptor.key_frame:
                    self._key_frame_started(now, stream, number, cached, batch)
                elif self._waiting and not self.is_video:
                    self._start_waiting(now, stream, number, cached, batch)
                self._fan_out(number, cached, batch)
            stream.came_last(packet.timestamp, cached if self.is_video else None)
        elif stream is self.stream:
            self._fan_out_late(number, cached, batch)
            if self.is_video:
                self._start_late(now, stream, number, cached, batch)
        return True

    def ordinary(self, stream: RtpStream) -> list[tuple[ReceiverClass, Fan]] | None:
        """What becomes of each next ordinary packet of `stream`; None while all of them need a look.

        It holds until the stream's lane is closed, and so does what `keeps` says.
        """
        if self.publication.held or (self._waiting and not self.is_video):
            return None
        if any(one.red_payload_type is not None or one.alone is not None for one in self._flowing):
            return None
        if stream is not self.stream:
            return []
        return [(receivers, flow.fan) for receivers, flow in self._flowing.items()]

    def settle(self) -> None:
        """Before a look at what was sent."""
        if self.stream is not None:
            self.stream.settle()

    def settled(self, stream: RtpStream, ledger: Ledger) -> None:
        """Take over the books of what the lane of `stream` has forwarded, as if it had come to `receive`."""
        number = stream.log.follow(ledger.packets, ledger.reception)
        stream.came_last(ledger.timestamp, ledger.kept[-1] if ledger.kept else None)
        self._last_delay = ledger.last_delay
        if ledger.largest_hold > NOTABLE_HOLD:
            self._held_up(ledger.largest_hold)
        if stream is self.stream:
            for data in ledger.kept:
                stream.remember(number, data)
                number += 1
            self.sent_packets += ledger.packets
            self.sent_octets += ledger.payload

    def _receive_padding(
        self, stream: RtpStream, number: int, cached: CachedPacket, newest: bool, batch: Batch
    ) -> None:
        self.padding += 1
        if stream is not self.stream:
            return
        if not newest:
            self._fan_out_late(number, cached, batch)  # its number is taken already: without it there would be a hole
            return
        self.changed()
        for flow in self._flowing.values():
            flow.drop(number)

    def _key_frame_started(
        self, now: float, stream: RtpStream, number: int, cached: CachedPacket, batch: Batch
    ) -> None:
        self._note_key_frame(now, stream, number, cached)
        self.requests.arrived()
        if self._waiting:
            self._start_waiting(now, stream, number, cached, batch)

    def _start_late(self, now: float, stream: RtpStream, number: int, cached: CachedPacket, batch: Batch) -> None:
        """A late packet may be the beginning of a key frame, or complete one that others wait for."""
        begins = cached.descriptor is not None and cached.descriptor.key_frame and stream.is_newer_key_frame(number)
        if begins:
            self._note_key_frame(now, stream, number, cached)
        for subscription in list(self._waiting):
            self._start_from_cache(now, subscription, batch)
        if begins and not self._waiting:
            self.requests.arrived()

    def _note_key_frame(self, now: float, stream: RtpStream, number: int, cached: CachedPacket) -> None:
        self.key_frames += 1
        stream.key_frame_started(now, number)
        if cached.descriptor is not None:
            with contextlib.suppress(WireError):  # of a picture that no decoder takes
                _, self.height = vp8.frame_size(cached.packet.payload, cached.descriptor) or (0, self.height)

    def _start_waiting(self, now: float, stream: RtpStream, number: int, cached: CachedPacket, batch: Batch) -> None:
        for subscription in list(self._waiting):
            self._start(now, stream, subscription, number, cached, batch)

    def _form(self, cached: CachedPacket, receivers: ReceiverClass, number: int | None = None) -> Form:
        """`number`: of the packet, where it may have the one before with it."""
        packet = cached.packet
        extensions: list[tuple[int, bytes]] = []
        audio_level_id = self.publication.audio_level_id
        if audio_level_id is not None and receivers.audio_level_id is not None:
            level = packet.extensions.get(audio_level_id)
            if level:
                extensions.append((receivers.audio_level_id, level[:1]))
        if receivers.red_payload_type is not None and self._before is not None and self._before[0] + 1 == number:
            before = self._before[1]
            offset = (packet.timestamp - before.timestamp) & 0xFFFFFFFF
            if red.fits(before.payload, offset):
                twice = red.build(receivers.payload_type, packet.payload, before.payload, offset)
                transport_id = receivers.transport_id
                return Form(packet.marker, receivers.red_payload_type, extensions, twice, transport_id=transport_id)
        return form_of(packet, cached.descriptor, receivers.payload_type, extensions, receivers.transport_id)

    def _fan_out(self, number: int, cached: CachedPacket, batch: Batch) -> None:
        packet = cached.packet
        for receivers, flow in self._flowing.items():
            form = self._form(cached, receivers, number)
            if receivers.alone is None:
                batch.entries.append((form, flow.fan, number, packet.timestamp))
                continue
            for subscription in flow:
                subscription.forward_alone(number, form, cached, batch)
        if not self.is_video:
            self._before = (number, packet)
        self.sent_packets += 1
        self.sent_octets += packet.payload_end - packet.payload_start

    def _fan_out_late(self, number: int, cached: CachedPacket, batch: Batch) -> None:
        size = cached.packet.payload_end - cached.packet.payload_start
        for receivers, flow in self._flowing.items():
            form = self._form(cached, receivers)
            for subscription in flow:
                if not subscription.forward_late(number, form, cached, batch):
                    subscription.count(-1, -size)
        self.sent_packets += 1
        self.sent_octets += size

    # --- reports -----------------------------------------------------------------------------------------------------

    def measure(self, now: float) -> Rendition:
        """What a viewer gets of it. Call about every 100 ms, as often as the books are settled: the rate is of now."""
        rate = self._rate.sample(now, self.sent_octets + self.sent_packets * OVERHEAD)
        return Rendition(self.layer, self.height, rate)

    def thinner(self) -> tuple[Thinned, ...]:
        """What a viewer may be given of it that takes less."""
        stream = self.stream
        if stream is None or not self.keeps:
            return ()
        stream.settle()
        recent = stream.recent(LOOK_BACK)
        return offers(
            (
                (one.packet.timestamp, one.packet.payload_end - one.packet.payload_start + OVERHEAD, _layer(one))
                for one in recent
            ),
            self.publication.clock_rate,
        )

    def stats(self) -> EncodingStats:
        return EncodingStats(self.layer, self.height, self.sent_packets, self.sent_octets, self.fed)

    @property
    def last_delay(self) -> float:
        """As noted last."""
        return self._last_delay

    def note_delay(self, delay: float) -> None:
        """Seconds from the kernel's receipt to the send of a batch in which this encoding had packets."""
        hold = delay - self._last_delay
        self._last_delay = delay
        if hold > NOTABLE_HOLD:
            self._held_up(hold)

    def _held_up(self, hold: float) -> None:
        for flow in self._flowing.values():
            for subscription in flow:
                subscription.largest_hold = max(subscription.largest_hold, hold)


def _layer(cached: CachedPacket) -> int | None:
    return None if cached.descriptor is None else cached.descriptor.tid
