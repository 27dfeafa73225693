"""The little RTCP that a raw peer needs: reports out, key frame requests and report times in (RFC 3550, RFC 4585)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from msgspec import Struct

_SR, _RR, _SDES, _RTPFB, _PSFB = 200, 201, 202, 205, 206
_PLI, _FIR = 1, 4
_NACK, _TRANSPORT_CC = 1, 15
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


class Received(Struct, frozen=True):
    """What one compound packet said."""

    key_frame_wanted: list[int]  # media SSRCs
    nacks: int
    feedback: int  # transport-cc messages
    reports: list[tuple[int, int]]  # (SSRC, middle 32 bits of the NTP time) of sender reports
    losses: list[tuple[int, float]]  # (SSRC, fraction lost since the report before) of report blocks


def ntp(wall: float) -> int:
    """64-bit NTP time."""
    return int((wall + _NTP_EPOCH) * (1 << 32))


def read(compound: bytes) -> Received:
    """Unknown and broken parts are skipped: the server's RTCP is judged elsewhere."""
    wanted: list[int] = []
    reports: list[tuple[int, int]] = []
    losses: list[tuple[int, float]] = []
    nacks = feedback = 0
    for kind, form, body in _parts(compound):
        if kind in (_SR, _RR):
            first = 24 if kind == _SR else 4
            blocks = (body[n : n + 24] for n in range(first, min(len(body) - 23, first + 24 * form), 24))
            losses += [(int.from_bytes(block[:4], "big"), block[4] / 256) for block in blocks]
        if kind == _SR and len(body) >= 12:
            reports.append((int.from_bytes(body[:4], "big"), int.from_bytes(body[6:10], "big")))
        elif kind == _PSFB and form == _PLI and len(body) >= 8:
            wanted.append(int.from_bytes(body[4:8], "big"))
        elif kind == _PSFB and form == _FIR:
            wanted += [int.from_bytes(body[n : n + 4], "big") for n in range(8, len(body) - 3, 8)]
        elif kind == _RTPFB and form == _NACK:
            nacks += 1
        elif kind == _RTPFB and form == _TRANSPORT_CC:
            feedback += 1
    return Received(wanted, nacks, feedback, reports, losses)


class Sent(Struct, frozen=True):
    """What a sender report says of one stream."""

    ssrc: int
    timestamp: int  # RTP time at `wall`
    packets: int
    octets: int


class Heard(Struct, frozen=True):
    """A report block without loss."""

    ssrc: int
    highest: int  # extended sequence number
    report_middle: int  # of the newest sender report; 0: none yet
    report_age: float  # seconds since it came


def sender_report(wall: float, sent: Sent, blocks: Sequence[Heard] = ()) -> bytes:
    body = struct.pack("!IQIII", sent.ssrc, ntp(wall), sent.timestamp & 0xFFFFFFFF, sent.packets, sent.octets)
    return _part(_SR, len(blocks), body + b"".join(map(_block, blocks))) + _description(sent.ssrc)


def receiver_reports(ssrc: int, blocks: Sequence[Heard]) -> list[bytes]:
    """Compound packets, as many as needed: a report holds 31 blocks."""
    return [
        _part(_RR, len(some), struct.pack("!I", ssrc) + b"".join(map(_block, some))) + _description(ssrc)
        for some in (blocks[n : n + 31] for n in range(0, max(1, len(blocks)), 31))
    ]


def feedback(body: bytes) -> bytes:
    """Transport-wide feedback, alone in its datagram (RFC 5506)."""
    return _part(_RTPFB, _TRANSPORT_CC, body)


def _block(heard: Heard) -> bytes:
    delay = int(heard.report_age * 65536) if heard.report_middle else 0
    return struct.pack("!IIIIII", heard.ssrc, 0, heard.highest, 0, heard.report_middle, delay)


def _description(ssrc: int) -> bytes:
    name = b"\x01\x03raw\x00"  # CNAME "raw", end of list
    return _part(_SDES, 1, struct.pack("!I", ssrc) + name + bytes(-len(name) % 4))


def _part(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def _parts(compound: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(compound):
        end = at + 4 + int.from_bytes(compound[at + 2 : at + 4], "big") * 4
        yield compound[at + 1], compound[at] & 0x1F, compound[at + 4 : end]
        at = end
