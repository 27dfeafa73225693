"""What one wake-up of the worker sends: filled by the core, then protected and sent as a whole by the shell."""

from __future__ import annotations

import struct
from typing import Protocol

from rtc.core.model import Mid, PeerId, Source
from rtc.core.picture_ids import PictureFields, fields_of
from rtc.wire import rtp
from rtc.wire.rtp import RtpPacket
from rtc.wire.vp8 import Vp8Descriptor


class Sink(Protocol):
    """Where packets of one outgoing SSRC go: its SRTP stream and the peer's address. The shell's business."""

    ssrc: int


class _Packers(dict[int, struct.Struct]):
    """Writes a whole packet in one call: two bytes, sequence number, timestamp, SSRC, and all the rest."""

    def __missing__(self, rest: int) -> struct.Struct:
        self[rest] = packer = struct.Struct(f">2sHII{rest}s")
        return packer


_PACKERS = _Packers()


class Form:
    """A packet made ready for one class of receivers: all that one copy has alone is left open.

    `pictures`: where its picture ids stand; they are in place as the source wrote them. `transport_at`: octets to its
    transport-wide number, which the shell fills in as it sends; 0 if it has none.
    """

    __slots__ = ("head", "pack_into", "pictures", "rest", "size", "transport_at")

    def __init__(
        self,
        marker: bool,
        payload_type: int,
        extensions: list[tuple[int, bytes]],
        payload: bytes,
        descriptor: Vp8Descriptor | None = None,
        descriptor_at: int = 0,  # bytes into the payload
        transport_id: int | None = None,  # of the transport-wide number's header extension
    ) -> None:
        if transport_id is not None:
            extensions = [(transport_id, bytes(2)), *extensions]  # the first, so that its place is known
        header = rtp.build_header(marker, payload_type, 0, 0, 0, extensions)
        self.transport_at = 0 if transport_id is None else first_value_at(header[12:14])
        self.head = header[:2]
        self.rest = header[12:] + payload
        self.size = 12 + len(self.rest)  # bytes
        self.pictures: PictureFields | None = (
            None if descriptor is None else fields_of(descriptor, len(header) + descriptor_at)
        )
        self.pack_into = _PACKERS[len(self.rest)].pack_into

    @property
    def payload_size(self) -> int:
        """Octets behind the header and its extensions (RFC 3550 5.3.1)."""
        extensions = 4 + 4 * int.from_bytes(self.rest[2:4], "big") if self.head[0] & 0x10 else 0
        return len(self.rest) - extensions


def first_value_at(profile: bytes) -> int:
    """Octets from a packet's start to the value of its first header extension (RFC 8285 4.2, 4.3)."""
    return 17 if profile == b"\xbe\xde" else 18


Target = tuple[Sink, int, int, int, int]
"""Whom a copy goes to, and what is added to its sequence number, timestamp, picture id and TL0PICIDX."""


class Fan:
    """Those who get copies of the same packets. Never changed once made: the shell keeps what it `prepared` for it."""

    __slots__ = ("prepared", "targets")

    def __init__(self, targets: tuple[Target, ...]) -> None:
        self.targets = targets
        self.prepared: object | None = None


Entry = tuple[Form, Fan, int, int]
"""(form, those who get it, sequence number, timestamp); of the sums with a target's, the low 16 and 32 bits count."""


class FlowStarted:
    """First packet of an attachment is in the batch."""

    __slots__ = ("mid", "peer", "publisher", "source", "timestamp")

    def __init__(self, peer: PeerId, mid: Mid, publisher: PeerId, source: Source, timestamp: int) -> None:
        self.peer, self.mid = peer, mid
        self.publisher, self.source = publisher, source
        self.timestamp = timestamp


class Batch:
    """Entries in the order in which they must leave, and what is to be told once they have."""

    __slots__ = ("entries", "started")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.started: list[FlowStarted] = []

    def clear(self) -> None:
        self.entries.clear()
        self.started.clear()


def form_of(
    packet: RtpPacket,
    descriptor: Vp8Descriptor | None,
    payload_type: int,
    extensions: list[tuple[int, bytes]],
    transport_id: int | None,
) -> Form:
    """The packet's payload under a receiver class's payload type and extension ids; padding is left behind."""
    payload = packet.data[packet.payload_start : packet.payload_end]
    return Form(packet.marker, payload_type, extensions, payload, descriptor, transport_id=transport_id)


def padding_of(octets: int, payload_type: int, transport_id: int | None) -> Form:
    """A packet of nothing but padding, 1 to 255 octets of it (RFC 3550 5.1)."""
    form = Form(False, payload_type, [], bytes(octets - 1) + bytes((octets,)), transport_id=transport_id)
    form.head = bytes((form.head[0] | 0x20, form.head[1]))
    return form
