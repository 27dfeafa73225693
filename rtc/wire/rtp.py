"""RTP packets: RFC 3550 5.1, header extensions of RFC 8285, retransmission payloads of RFC 4588.

`parse` runs once for every packet that the server receives, so it is written for speed: one pass, few objects.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from rtc.wire.errors import WireError

_FIXED = struct.Struct("!BBHII")
_EXTENSION_HEADER = struct.Struct("!HH")
_FIXED_SIZE = 12
_ONE_BYTE = 0xBEDE
_TWO_BYTE = 0x1000  # the low four bits are "appbits", free to the application
_ONE_BYTE_MAX_ID = 14
_ONE_BYTE_MAX_SIZE = 16
_TWO_BYTE_MAX_SIZE = 255
_OSN_SIZE = 2  # original sequence number, RFC 4588 4


class RtpPacket:
    """A parsed packet: fields of the header, and where the payload lies in `data`.

    `extensions` maps local ids to values (the last one wins if an id is repeated); CSRCs are skipped. The payload is
    `data[payload_start:payload_end]`; `padding` bytes follow it. `data` is the packet as it was received, also where
    fields differ from it (`unwrap_rtx`).
    """

    __slots__ = (
        "data",
        "extensions",
        "marker",
        "padding",
        "payload_end",
        "payload_start",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
    )

    def __init__(
        self,
        data: bytes,
        marker: bool,
        payload_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        extensions: dict[int, bytes],
        payload_start: int,
        payload_end: int,
        padding: int,
    ) -> None:
        self.data = data
        self.marker = marker
        self.payload_type = payload_type
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.extensions = extensions
        self.payload_start = payload_start
        self.payload_end = payload_end
        self.padding = padding

    @property
    def payload(self) -> bytes:
        """A copy of the payload, without padding."""
        return self.data[self.payload_start : self.payload_end]

    def __repr__(self) -> str:
        size = self.payload_end - self.payload_start
        return (
            f"RtpPacket(ssrc={self.ssrc:08x}, sequence={self.sequence}, timestamp={self.timestamp}, "
            f"payload_type={self.payload_type}, marker={self.marker}, size={size}, padding={self.padding})"
        )


def parse(data: bytes) -> RtpPacket:
    """The packet in `data` (after SRTP unprotect). Raises `WireError` if any length in it points outside of it.

    An extension block that follows no form of RFC 8285 is skipped.
    """
    end = len(data)
    if end < _FIXED_SIZE:
        raise WireError("RTP packet shorter than its header")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first & 0xC0 != 0x80:
        raise WireError("RTP version is not 2")
    start = _FIXED_SIZE + ((first & 0x0F) << 2)
    extensions: dict[int, bytes] = {}
    if first & 0x10:
        position = start + 4
        if position > end:
            raise WireError("RTP extension header is cut short")
        profile, words = _EXTENSION_HEADER.unpack_from(data, start)
        start = position + (words << 2)
        if start > end:
            raise WireError("RTP extensions are cut short")
        if profile == _ONE_BYTE:
            while position < start:
                head = data[position]
                position += 1
                if not head:
                    continue  # padding between elements
                value_end = position + (head & 0x0F) + 1
                identifier = head >> 4
                # RFC 8285 4.2: id 15, and id 0 with a length, end the whole block.
                if identifier == 15 or identifier == 0:
                    break
                if value_end > start:
                    raise WireError("RTP extension element is cut short")
                extensions[identifier] = data[position:value_end]
                position = value_end
        elif profile & 0xFFF0 == _TWO_BYTE:
            _read_two_byte(data, position, start, extensions)
    elif start > end:
        raise WireError("RTP CSRC list is cut short")
    padding = 0
    if first & 0x20:
        padding = data[-1]
        end -= padding
        if not padding or end < start:
            raise WireError("RTP padding does not fit")
    return RtpPacket(data, second > 0x7F, second & 0x7F, sequence, timestamp, ssrc, extensions, start, end, padding)


def _read_two_byte(data: bytes, position: int, end: int, extensions: dict[int, bytes]) -> None:
    while position < end:
        identifier = data[position]
        position += 1
        if identifier == 0:
            continue  # padding between elements
        if position == end:
            raise WireError("RTP extension element is cut short")
        value_end = position + 1 + data[position]
        if value_end > end:
            raise WireError("RTP extension element is cut short")
        extensions[identifier] = data[position + 1 : value_end]
        position = value_end


def build_header(
    marker: bool,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    extensions: Sequence[tuple[int, bytes]],
) -> bytes:
    """A header without CSRCs or padding; a payload may follow at once.

    Elements stand in the order given, with no padding between them: the value of the first is at offset 17 (one-byte
    form: ids 1 to 14, values of 1 to 16 bytes, taken when all fit) or 18 (two-byte form: ids 1 to 255, values of up to
    255 bytes). Raises `ValueError` for a value or id that fits neither.
    """
    second = payload_type | 0x80 if marker else payload_type
    if not extensions:
        return _FIXED.pack(0x80, second, sequence, timestamp, ssrc)
    block = build_extensions(extensions)
    return _FIXED.pack(0x90, second, sequence, timestamp, ssrc) + block


def build_extensions(extensions: Sequence[tuple[int, bytes]]) -> bytes:
    """The extension block, its 4-byte header included (RFC 8285 4.2, 4.3)."""
    one_byte = all(1 <= i <= _ONE_BYTE_MAX_ID and 1 <= len(v) <= _ONE_BYTE_MAX_SIZE for i, v in extensions)
    block = bytearray()
    for identifier, value in extensions:
        if one_byte:
            block.append(identifier << 4 | len(value) - 1)
        elif 1 <= identifier <= 255 and len(value) <= _TWO_BYTE_MAX_SIZE:
            block += bytes((identifier, len(value)))
        else:
            raise ValueError(f"no header extension form holds id {identifier} with {len(value)} bytes")
        block += value
    block += bytes(-len(block) % 4)
    return _EXTENSION_HEADER.pack(_ONE_BYTE if one_byte else _TWO_BYTE, len(block) >> 2) + block


def build(
    marker: bool,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    extensions: Sequence[tuple[int, bytes]],
    payload: bytes,
) -> bytes:
    """A whole packet: `build_header` and the payload."""
    return build_header(marker, payload_type, sequence, timestamp, ssrc, extensions) + payload


def unwrap_rtx(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket | None:
    """The original packet inside a retransmission (RFC 4588 4): original sequence number, and the type and SSRC given.

    Shares `data` and `extensions` with `packet`. None if there is no original in it: browsers probe with RTX packets of
    padding only.
    """
    start = packet.payload_start
    data_start = start + _OSN_SIZE
    if data_start > packet.payload_end:
        return None
    original = packet.data[start] << 8 | packet.data[start + 1]
    return RtpPacket(
        packet.data,
        packet.marker,
        payload_type,
        original,
        packet.timestamp,
        ssrc,
        packet.extensions,
        data_start,
        packet.payload_end,
        packet.padding,
    )
