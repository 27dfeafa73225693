"""One viewer's view of one publication: its numbers on the viewer's slot, and sending again what was lost."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rtc.core.batch import Batch, Entry, Fan, FlowStarted, Form, Sink, Target
from rtc.core.model import PeerId
from rtc.core.rtp_stream import CachedPacket, RtpStream
from rtc.core.slot import Slot
from rtc.core.stats import SubscriptionStats

if TYPE_CHECKING:
    from rtc.core.encoding import Encoding
    from rtc.core.publication import Publication


class Forwarding(enum.Enum):
    PAUSED = "paused"  # held, or the viewer's transport is not there yet
    AWAITING = "awaiting"  # the next key frame (video) or packet (audio) starts it
    FLOWING = "flowing"


class Subscription:
    """The packet path reads `target` when it has changed; all else happens at starts and stops."""

    __slots__ = (
        "_base_octets",
        "_base_packets",
        "_fan",
        "_stopped_at",
        "announced",
        "awaited",
        "encoding",
        "largest_hold",
        "loss",
        "nacked",
        "octets",
        "packets",
        "publication",
        "retransmitted",
        "rises_at",
        "seq_delta",
        "slot",
        "starts_at",
        "stream",
        "ts_delta",
        "viewer",
        "wanted",
    )

    def __init__(self, viewer: PeerId, slot: Slot, publication: Publication, starts_at: float, rises_at: float) -> None:
        """`starts_at`: not before then; `rises_at`: not above the lowest encoding before then. Monotonic seconds
        (`pacing`).
        """
        self.viewer = viewer
        self.slot = slot
        self.publication = publication
        self.starts_at = starts_at
        self.rises_at = rises_at
        self.wanted: int | None = 0  # the layer that was selected last; None: squeezed
        self.encoding: Encoding | None = None  # what feeds it
        self.awaited: Encoding | None = None  # what will, as soon as media allows; meanwhile another may feed it
        self.stream: RtpStream | None = None  # of what feeds it
        self.seq_delta = 0
        self.ts_delta = 0
        self.packets = 0  # of ended flows of this attachment
        self.octets = 0
        self.nacked = 0
        self.retransmitted = 0
        self.loss = 0.0
        self.largest_hold = 0.0  # seconds
        self.announced = False  # its page was told of the first packet
        self._stopped_at: float | None = None
        self._base_packets = 0
        self._base_octets = 0
        self._fan: Fan | None = None  # of `forward_alone`

    @property
    def forwarding(self) -> Forwarding:
        if self.encoding is not None:
            return Forwarding.FLOWING
        return Forwarding.PAUSED if self.awaited is None else Forwarding.AWAITING

    @property
    def layer(self) -> int | None:
        """What flows now."""
        return None if self.encoding is None else self.encoding.layer

    def start(
        self,
        now: float,
        encoding: Encoding,
        stream: RtpStream,
        number: int,
        first: CachedPacket,
        batch: Batch,
        switches: bool,
    ) -> None:
        """`number` will be the first packet sent; the encoding has not counted it yet.

        `switches`: until now it was fed from another encoding of the same source.
        """
        slot = self.slot
        slot.munger.sync(number)
        rtp = first.packet.timestamp
        captured_at = stream.clock.captured_at(now, rtp)
        if switches:
            # Encodings have the same frames, and the newest may have left already: then its other rendition follows.
            out = slot.place(captured_at, rtp, minimum_step=1)
        else:
            # A frame of 30 a second, or one Opus packet: the least step that a decoder takes for the next one.
            out = slot.place(captured_at or now, rtp, minimum_step=3000 if slot.is_video else 960)
        self.seq_delta = slot.munger.delta
        self.ts_delta = (out - rtp) & 0xFFFFFFFF
        if first.descriptor is not None:
            slot.pictures.sync(first.descriptor)
        self._fan = None
        self.encoding, self.stream = encoding, stream
        self._base_packets, self._base_octets = encoding.sent_packets, encoding.sent_octets
        if self._stopped_at is not None:
            self.largest_hold = max(self.largest_hold, now - self._stopped_at)
            self._stopped_at = None
        publication = self.publication
        if slot.runs is not None:
            slot.runs.begin(now, publication.publisher, publication.source, out)
        if not self.announced:
            self.announced = True
            batch.started.append(FlowStarted(self.viewer, slot.mid, publication.publisher, publication.source, out))

    def stop(self, now: float) -> None:
        """Nothing more of the present flow is sent, not even again."""
        stream, slot = self.stream, self.slot
        if stream is None:
            return
        slot.munger.stop(stream.log.highest)
        if slot.pacer is not None:
            self._take_back(slot.pacer.forget(slot))
        slot.last_timestamp = self._newest_timestamp(stream)
        captured_at = stream.clock.captured_at(now, stream.last_timestamp)
        if slot.line is not None and captured_at is not None:
            # Another encoding has the same clock: then both sender reports say exactly where its frames lie.
            slot.line.anchor(captured_at, slot.last_timestamp)
        if stream.last_descriptor is not None:
            slot.pictures.stop(stream.last_descriptor)
        slot.forget_resends()
        packets, octets = self._flow()
        if slot.runs is not None:
            slot.runs.end(now, slot.last_timestamp, packets)
        self.packets += packets
        self.octets += octets
        slot.packets += packets
        slot.octets += octets
        self.encoding = self.stream = None
        self._stopped_at = now

    def _take_back(self, entries: list[Entry]) -> None:
        """They have been counted, and will not be sent."""
        for form, _, _, _ in entries:
            self.count(-1, -form.payload_size)
        self.slot.munger.take_back({number + fan.targets[0][1] for _, fan, number, _ in entries})

    def rest(self) -> None:
        """It stopped because it should: from here on nothing is held up."""
        self._stopped_at = None

    def _newest_timestamp(self, stream: RtpStream) -> int:
        return (stream.last_timestamp + self.ts_delta) & 0xFFFFFFFF

    @property
    def flow(self) -> tuple[int, int] | None:
        """(newest outgoing timestamp, packets) of the present flow; None while nothing flows."""
        if self.stream is None:
            return None
        self.stream.settle()
        return self._newest_timestamp(self.stream), self._flow()[0]

    def _flow(self) -> tuple[int, int]:
        """(packets, octets) of the present flow, as last settled.

        Counted by the encoding, so that a packet costs nothing here.
        """
        encoding = self.encoding
        if encoding is None:
            return 0, 0
        return encoding.sent_packets - self._base_packets, encoding.sent_octets - self._base_octets

    def totals(self) -> tuple[int, int]:
        """(packets, octets) of this attachment."""
        packets, octets = self._flow()
        return self.packets + packets, self.octets + octets

    def slot_totals(self) -> tuple[int, int]:
        """(packets, octets) since the slot's SSRC began, for its sender report."""
        packets, octets = self._flow()
        return self.slot.packets + packets, self.slot.octets + octets

    def drop(self, number: int) -> None:
        """The newest incoming packet `number` is not forwarded."""
        self.slot.munger.drop(number)
        self.seq_delta = self.slot.munger.delta
        self._fan = None

    def count(self, packets: int, octets: int) -> None:
        """Correct the totals by what this subscription alone was sent (or, negative, was not)."""
        self._base_packets -= packets
        self._base_octets -= octets

    @property
    def target(self) -> Target:
        """For every packet newer than all before, until the flow stops or one is dropped."""
        slot = self.slot
        assert slot.sink is not None  # who flows has one
        return slot.sink, self.seq_delta, self.ts_delta, slot.pictures.id_delta, slot.pictures.tl0_delta

    def forward_alone(self, number: int, form: Form, cached: CachedPacket, batch: Batch) -> None:
        """Send the newest packet, if it is for this viewer."""
        slot, packet, descriptor = self.slot, cached.packet, cached.descriptor
        if descriptor is not None and slot.thinning.drops(descriptor, packet.timestamp):
            slot.pictures.drop(descriptor)
            self.drop(number)
            self.count(-1, packet.payload_start - packet.payload_end)
            return
        if self._fan is None:
            self._fan = Fan((self.target,))
        self._put((form, self._fan, number, packet.timestamp), batch)

    def forward_late(self, number: int, form: Form, cached: CachedPacket, batch: Batch) -> bool:
        """Send a packet that is not the newest, in its own place. False if it has none here."""
        out = self.slot.munger.out(number)
        if out is None or self.slot.sink is None:
            return False
        self._put((form, self._fan_of(self.slot.sink, cached), out, cached.packet.timestamp), batch)
        return True

    def _put(self, entry: Entry, batch: Batch, *, repair: bool = False) -> None:
        if self.slot.pacer is None:
            batch.entries.append(entry)
        else:
            self.slot.pacer.put(self.slot, entry, batch.entries, repair=repair)

    def _fan_of(self, sink: Sink, cached: CachedPacket) -> Fan:
        """For one packet, which need not be the newest, whose sequence number is known."""
        _, _, ts_delta, _, tl0_delta = self.target
        return Fan(((sink, 0, ts_delta, self.slot.pictures.id_delta_of(cached.descriptor), tl0_delta),))

    def retransmit(self, now: float, sequences: Iterable[int], round_trip: float, batch: Batch) -> int:
        """Answer a NACK over the slot's RTX stream (RFC 4588); returns the octets put into the batch."""
        stream, slot = self.stream, self.slot
        if stream is None or slot.rtx_sink is None or slot.rtx_payload_type is None:
            return 0
        stream.settle()
        newest = stream.log.highest + self.seq_delta
        octets = 0
        for sequence in sequences:
            self.nacked += 1
            out = newest - ((newest - sequence) & 0xFFFF)
            number = slot.munger.origin(out)
            cached = stream.recall(number) if number is not None else None
            if cached is None or not slot.may_resend(now, out, round_trip):
                continue
            self.retransmitted += 1
            form = self._rtx_form(cached, out, slot.rtx_payload_type, slot.receivers.transport_id)
            fan = self._fan_of(slot.rtx_sink, cached)
            self._put((form, fan, slot.next_rtx_sequence(), cached.packet.timestamp), batch, repair=True)
            octets += form.size
        return octets

    @staticmethod
    def _rtx_form(cached: CachedPacket, out: int, payload_type: int, transport_id: int | None) -> Form:
        packet = cached.packet
        original = (out & 0xFFFF).to_bytes(2, "big")
        payload = original + packet.payload
        return Form(packet.marker, payload_type, [], payload, cached.descriptor, len(original), transport_id)

    def stats(self) -> SubscriptionStats:
        packets, octets = self.totals()
        return SubscriptionStats(
            mid=self.slot.mid,
            publisher=self.publication.publisher,
            source=self.publication.source,
            packets=packets,
            octets=octets,
            nacked=self.nacked,
            retransmitted=self.retransmitted,
            largest_hold_ms=self.largest_hold * 1000,
            loss=self.loss,
            layer=self.layer,
            wanted=self.wanted,
        )
