"""What one wake-up of the worker sends: filled by the core, then protected and sent as a whole by the shell."""

from __future__ import annotations

import struct
from typing import Final, Protocol

from rtc.core.model import Mid, PeerId, Source
from rtc.core.picture_ids import Patch
from rtc.wire import rtp
from rtc.wire.rtp import RtpPacket


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
    """A packet made ready for one class of receivers: all but sequence number, timestamp and SSRC is in place."""

    __slots__ = ("head", "pack_into", "payload_at", "rest", "size")

    def __init__(self, marker: bool, payload_type: int, extensions: list[tuple[int, bytes]], payload: bytes) -> None:
        header = rtp.build_header(marker, payload_type, 0, 0, 0, extensions)
        self.head = header[:2]
        self.rest = header[12:] + payload
        self.payload_at = len(header)
        self.size = 12 + len(self.rest)  # bytes
        self.pack_into = _PACKERS[len(self.rest)].pack_into


Entry = tuple[Sink, Form, int, int, Patch]
"""(sink, form, 16-bit sequence number, 32-bit timestamp, bytes to write over it)"""

NO_PATCH: Final[Patch] = ()


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


def form_of(packet: RtpPacket, payload_type: int, extensions: list[tuple[int, bytes]]) -> Form:
    """The packet's payload under a receiver class's payload type and extension ids; padding is left behind."""
    return Form(packet.marker, payload_type, extensions, packet.data[packet.payload_start : packet.payload_end])
