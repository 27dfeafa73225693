"""VP8 in RTP: the payload descriptor (RFC 7741 4.2) and what a key frame begins with (RFC 6386 9.1).

`parse` runs for every video packet. It looks at the first `MAX_PREFIX` bytes only: callers may pass no more than these.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from rtc.wire.errors import WireError

MAX_PREFIX: Final = 16  # bytes: a descriptor of 6 and the first 10 of a key frame

_START_CODE: Final = b"\x9d\x01\x2a"
_KEY_FRAME_HEADER: Final = 10  # bytes: 3 of frame tag, start code, 2 of width, 2 of height
_DIMENSION_MASK: Final = 0x3FFF  # the two bits above say how to upscale


class Vp8Descriptor(Struct, frozen=True, gc=False):
    """The fields of a payload descriptor. Offsets count from the start of the payload.

    `start`: the packet is the first of a partition; `begins_frame`: of the first partition, so of a frame. `picture_id`
    has `picture_id_bits` (7 or 15) at `picture_id_offset`; with 15 the first of its two bytes also holds the bit 0x80.
    `tid` is the temporal layer, `y` says that a receiver may switch up to it here. Fields that are absent are None, `y`
    False, offsets and bits 0.
    """

    start: bool
    partition: int
    discardable: bool  # N: no other frame needs this one
    picture_id: int | None
    picture_id_bits: Literal[0, 7, 15]
    picture_id_offset: int
    tl0picidx: int | None
    tl0picidx_offset: int
    tid: int | None
    y: bool
    keyidx: int | None
    size: int  # bytes: the frame's data begin here
    key_frame: bool  # a key frame begins in this packet

    @property
    def begins_frame(self) -> bool:
        return self.start and self.partition == 0


def parse(payload: bytes) -> Vp8Descriptor:
    """The descriptor at the start of an RTP payload. Raises `WireError` if it is cut short."""
    try:
        return _parse(payload)
    except IndexError:
        raise WireError("VP8 payload is cut short") from None


def _parse(payload: bytes) -> Vp8Descriptor:
    first = payload[0]
    picture_id = tl0picidx = tid = keyidx = None
    bits: Literal[0, 7, 15] = 0
    picture_id_offset = tl0picidx_offset = 0
    y = False
    position = 1
    if first & 0x80:
        present = payload[1]
        position = 2
        if present & 0x80:
            picture_id_offset = position
            picture_id = payload[position]
            bits = 7
            if picture_id & 0x80:
                position += 1
                picture_id = (picture_id & 0x7F) << 8 | payload[position]
                bits = 15
            position += 1
        if present & 0x40:
            tl0picidx_offset = position
            tl0picidx = payload[position]
            position += 1
        if present & 0x30:
            layers = payload[position]
            position += 1
            if present & 0x20:
                tid = layers >> 6
                y = bool(layers & 0x20)
            if present & 0x10:
                keyidx = layers & 0x1F
    # RFC 7741 4.3: P is 0 in the first byte of a key frame, and that byte is only in a frame's first packet.
    # Some senders' last packets are a descriptor and nothing else.
    key_frame = first & 0x17 == 0x10 and len(payload) > position and not payload[position] & 0x01
    return Vp8Descriptor(
        bool(first & 0x10),
        first & 0x07,
        bool(first & 0x20),
        picture_id,
        bits,
        picture_id_offset,
        tl0picidx,
        tl0picidx_offset,
        tid,
        y,
        keyidx,
        position,
        key_frame,
    )


def is_key_frame(payload: bytes) -> bool:
    """Whether a key frame begins in this packet. Raises `WireError` as `parse` does."""
    return parse(payload).key_frame


def frame_size(payload: bytes, descriptor: Vp8Descriptor) -> tuple[int, int] | None:
    """Width and height in pixels if a key frame begins here. Raises `WireError` if its header is broken."""
    if not descriptor.key_frame:
        return None
    header = payload[descriptor.size : descriptor.size + _KEY_FRAME_HEADER]
    if len(header) < _KEY_FRAME_HEADER or header[3:6] != _START_CODE:
        raise WireError("VP8 key frame without its start code")
    width = int.from_bytes(header[6:8], "little") & _DIMENSION_MASK
    return width, int.from_bytes(header[8:10], "little") & _DIMENSION_MASK
