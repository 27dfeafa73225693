"""RTCP feedback about pictures and packets: NACK and PLI (RFC 4585), FIR (RFC 5104), REMB.

A `read_` takes the body of an RTCP packet, header and padding removed; a `write_` makes it.
"""

from __future__ import annotations

import struct
from typing import Final

from rtc.wire.errors import WireError, need
from rtc.wire.frozen import Frozen

_WORD: Final = struct.Struct("!I")
_TWO_WORDS: Final = struct.Struct("!II")
_NACK_PAIR: Final = struct.Struct("!HH")
_FIR_ENTRY: Final = struct.Struct("!IB3x")
_REMB_MANTISSA_BITS: Final = 18
_REMB_TAG: Final = b"REMB"


class Nack(Frozen, frozen=True):
    """Sequence numbers that were not received (RFC 4585 6.2.1)."""

    sender_ssrc: int
    media_ssrc: int
    sequences: tuple[int, ...]


class PictureLossIndication(Frozen, frozen=True):
    sender_ssrc: int
    media_ssrc: int


class FullIntraRequest(Frozen, frozen=True):
    """RFC 5104 4.3.1. `media_ssrc` is 0; each entry is (SSRC asked for a key frame, command number of 8 bits)."""

    sender_ssrc: int
    media_ssrc: int
    entries: tuple[tuple[int, int], ...]


class Remb(Frozen, frozen=True):
    """draft-alvestrand-rmcat-remb. The bitrate is in bit/s; the wire keeps its first 18 bits, rounded down."""

    sender_ssrc: int
    media_ssrc: int
    bitrate: int
    ssrcs: tuple[int, ...]


def read_nack(body: bytes) -> Nack:
    sender, media = _read_ssrcs(body)
    sequences: list[int] = []
    for pid, bitmask in _NACK_PAIR.iter_unpack(_rest(body, _NACK_PAIR.size)):
        sequences.append(pid)
        sequences += [pid + 1 + bit & 0xFFFF for bit in range(16) if bitmask >> bit & 1]
    return Nack(sender, media, tuple(sequences))


def _read_ssrcs(body: bytes) -> tuple[int, int]:
    need(body, _TWO_WORDS.size)
    sender, media = _TWO_WORDS.unpack_from(body)
    return sender, media


def _rest(body: bytes, size: int) -> bytes:
    """What follows the two SSRCs, checked to be whole entries of `size`."""
    rest = body[_TWO_WORDS.size :]
    if len(rest) % size:
        raise WireError("RTCP feedback entry is cut short")
    return rest


def read_picture_loss(body: bytes) -> PictureLossIndication:
    return PictureLossIndication(*_read_ssrcs(body))


def read_full_intra(body: bytes) -> FullIntraRequest:
    entries = _FIR_ENTRY.iter_unpack(_rest(body, _FIR_ENTRY.size))
    return FullIntraRequest(*_read_ssrcs(body), tuple((ssrc, number) for ssrc, number in entries))


def read_remb(body: bytes) -> Remb:
    sender, media = _read_ssrcs(body)
    need(body, 16)
    count = body[12]
    need(body, 16 + count * _WORD.size)
    rate = int.from_bytes(body[13:16], "big")
    bitrate = (rate & (1 << _REMB_MANTISSA_BITS) - 1) << (rate >> _REMB_MANTISSA_BITS)
    return Remb(sender, media, bitrate, struct.unpack_from(f"!{count}I", body, 16))


def is_remb(body: bytes) -> bool:
    """Whether the body of an application-layer feedback is a REMB: others share its packet type and format."""
    return body[8:12] == _REMB_TAG


def write_nack(nack: Nack) -> bytes:
    pairs: list[list[int]] = []
    last = 0  # distance of the number before from the pair's first
    for sequence in nack.sequences:
        distance = sequence - pairs[-1][0] & 0xFFFF if pairs else 0
        if last < distance <= 16:
            pairs[-1][1] |= 1 << distance - 1
            last = distance
        else:
            pairs.append([sequence, 0])
            last = 0
    return _TWO_WORDS.pack(nack.sender_ssrc, nack.media_ssrc) + b"".join(_NACK_PAIR.pack(*pair) for pair in pairs)


def write_picture_loss(request: PictureLossIndication) -> bytes:
    return _TWO_WORDS.pack(request.sender_ssrc, request.media_ssrc)


def write_full_intra(request: FullIntraRequest) -> bytes:
    ssrcs = _TWO_WORDS.pack(request.sender_ssrc, request.media_ssrc)
    return ssrcs + b"".join(_FIR_ENTRY.pack(*entry) for entry in request.entries)


def write_remb(remb: Remb) -> bytes:
    exponent = max(0, remb.bitrate.bit_length() - _REMB_MANTISSA_BITS)
    rate = exponent << _REMB_MANTISSA_BITS | remb.bitrate >> exponent
    fixed = _TWO_WORDS.pack(remb.sender_ssrc, remb.media_ssrc) + _REMB_TAG
    return (
        fixed + bytes((len(remb.ssrcs),)) + rate.to_bytes(3, "big") + struct.pack(f"!{len(remb.ssrcs)}I", *remb.ssrcs)
    )
