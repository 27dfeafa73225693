"""RTCP packets: RFC 3550 6 (SR, RR, SDES, BYE), RFC 4585 and 5104 (feedback), RFC 3611 (XR), REMB, transport-cc.

Reduced-size compounds (RFC 5506) are read and written. What this server has no use for comes out as `Unknown`. Profile
extensions after the report blocks of SR and RR are skipped.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias, assert_never

from rtc.wire import transport_feedback
from rtc.wire.errors import WireError, need
from rtc.wire.extended_report import (
    DelaySinceLastReport,
    ExtendedReport,
    LastReceiverReport,
    OpaqueBlock,
    ReceiverReferenceTime,
    XrBlock,
    read_extended_report,
    write_extended_report,
)
from rtc.wire.feedback import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    Remb,
    is_remb,
    read_full_intra,
    read_nack,
    read_picture_loss,
    read_remb,
    write_full_intra,
    write_nack,
    write_picture_loss,
    write_remb,
)
from rtc.wire.frozen import Frozen
from rtc.wire.transport_feedback import TransportFeedback

__all__ = [
    "CNAME",
    "MAX_COUNT",
    "Bye",
    "DelaySinceLastReport",
    "ExtendedReport",
    "FullIntraRequest",
    "LastReceiverReport",
    "Nack",
    "OpaqueBlock",
    "PictureLossIndication",
    "ReceiverReferenceTime",
    "ReceiverReport",
    "Remb",
    "ReportBlock",
    "Rtcp",
    "SenderReport",
    "SourceChunk",
    "SourceDescription",
    "TransportFeedback",
    "Unknown",
    "XrBlock",
    "build_compound",
    "build_sender_reports",
    "compact_ntp",
    "parse_compound",
]

CNAME: Final = 1  # SDES item, RFC 3550 6.5.1
MAX_COUNT: Final = 31  # of report blocks, SDES chunks or BYE sources in one packet: the field has 5 bits

_SR, _RR, _SDES, _BYE, _RTPFB, _PSFB, _XR = 200, 201, 202, 203, 205, 206, 207
_NACK, _TRANSPORT_CC = 1, 15  # formats of RTPFB
_PLI, _FIR, _APPLICATION = 1, 4, 15  # formats of PSFB

_HEADER: Final = struct.Struct("!BBH")
_SENDER: Final = struct.Struct("!IQIII")
_REPORT: Final = struct.Struct("!IIIIII")
_WORD: Final = struct.Struct("!I")
_BARE_SENDER: Final = struct.Struct("!BBHIQIII")  # a whole sender report without blocks


class ReportBlock(Frozen, frozen=True):
    """What a receiver says of one source (RFC 3550 6.4.1)."""

    ssrc: int
    fraction_lost: int  # in 256ths, since the last report
    packets_lost: int  # signed, 24 bits; duplicates can make it negative
    highest_sequence: int  # 32 bits: cycles and sequence number
    jitter: int  # in units of the RTP clock
    last_sender_report: int  # `compact_ntp` of the last SR; 0 if none came
    delay_since: int  # since that SR, in 1/65536 s


class SenderReport(Frozen, frozen=True):
    ssrc: int
    ntp_time: int  # 64 bits: 32.32 seconds since 1900
    rtp_time: int
    packet_count: int
    octet_count: int
    reports: tuple[ReportBlock, ...] = ()


class ReceiverReport(Frozen, frozen=True):
    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


class SourceChunk(Frozen, frozen=True):
    """One source's (item type, value) pairs; values are UTF-8 by the RFC, and left as bytes."""

    ssrc: int
    items: tuple[tuple[int, bytes], ...]


class SourceDescription(Frozen, frozen=True):
    chunks: tuple[SourceChunk, ...]


class Bye(Frozen, frozen=True):
    ssrcs: tuple[int, ...]
    reason: bytes = b""


class Unknown(Frozen, frozen=True):
    """A packet that we do not read: `count` is its 5-bit field, `body` what follows the header, without padding."""

    packet_type: int
    count: int
    body: bytes


Rtcp: TypeAlias = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Bye
    | Nack
    | PictureLossIndication
    | FullIntraRequest
    | Remb
    | TransportFeedback
    | ExtendedReport
    | Unknown
)


def compact_ntp(ntp_time: int) -> int:
    """The middle 32 bits of an NTP time, as LSR and LRR carry them."""
    return ntp_time >> 16 & 0xFFFFFFFF


def parse_compound(data: bytes) -> list[Rtcp]:
    """All packets of a datagram (after SRTCP unprotect). Raises `WireError` if any of them is broken."""
    if not data:
        raise WireError("RTCP datagram is empty")
    packets: list[Rtcp] = []
    position = 0
    while position < len(data):
        if position + _HEADER.size > len(data):
            raise WireError("RTCP header is cut short")
        first, packet_type, words = _HEADER.unpack_from(data, position)
        if first & 0xC0 != 0x80:
            raise WireError("RTCP version is not 2")
        start = position + _HEADER.size
        position = start + (words << 2)
        if position > len(data):
            raise WireError("RTCP packet is cut short")
        body = data[start:position]
        if first & 0x20:
            body = _strip_padding(body)
        packets.append(_parse(packet_type, first & 0x1F, body))
    return packets


def _strip_padding(body: bytes) -> bytes:
    # RFC 3550 6.4.1 wants a multiple of four; libwebrtc pads transport feedback by less.
    if not body or not 0 < body[-1] <= len(body):
        raise WireError("RTCP padding does not fit")
    return body[: -body[-1]]


def _parse(packet_type: int, count: int, body: bytes) -> Rtcp:
    if reader := _READERS.get(packet_type):
        return reader(count, body)
    if body_reader := _BODY_READERS.get((packet_type, count)):
        return body_reader(body)
    if packet_type == _XR:
        return read_extended_report(body)
    if (packet_type, count) == (_PSFB, _APPLICATION) and is_remb(body):
        return read_remb(body)
    return Unknown(packet_type, count, body)


def _read_reports(body: bytes, position: int, count: int) -> tuple[ReportBlock, ...]:
    need(body, position + count * _REPORT.size)
    return tuple(_read_report(body, position + i * _REPORT.size) for i in range(count))


def _read_report(body: bytes, position: int) -> ReportBlock:
    ssrc, loss, highest, jitter, last, delay = _REPORT.unpack_from(body, position)
    lost = ((loss & 0xFFFFFF) ^ 0x800000) - 0x800000
    return ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last, delay)


def _read_sender_report(count: int, body: bytes) -> SenderReport:
    need(body, _SENDER.size)
    ssrc, ntp_time, rtp_time, packets, octets = _SENDER.unpack_from(body)
    return SenderReport(ssrc, ntp_time, rtp_time, packets, octets, _read_reports(body, _SENDER.size, count))


def _read_receiver_report(count: int, body: bytes) -> ReceiverReport:
    need(body, _WORD.size)
    (ssrc,) = _WORD.unpack_from(body)
    return ReceiverReport(ssrc, _read_reports(body, _WORD.size, count))


def _read_source_description(count: int, body: bytes) -> SourceDescription:
    chunks: list[SourceChunk] = []
    position = 0
    for _ in range(count):
        need(body, position + _WORD.size)
        (ssrc,) = _WORD.unpack_from(body, position)
        items, position = _read_items(body, position + _WORD.size)
        chunks.append(SourceChunk(ssrc, items))
    return SourceDescription(tuple(chunks))


def _read_items(body: bytes, position: int) -> tuple[tuple[tuple[int, bytes], ...], int]:
    """The items up to the null octet, and where the next chunk begins (RFC 3550 6.5)."""
    items: list[tuple[int, bytes]] = []
    while position < len(body):
        kind = body[position]
        if kind == 0:
            return tuple(items), (position >> 2) + 1 << 2
        need(body, position + 2)
        end = position + 2 + body[position + 1]
        need(body, end)
        items.append((kind, body[position + 2 : end]))
        position = end
    raise WireError("SDES chunk has no end")


def _read_bye(count: int, body: bytes) -> Bye:
    end = count * _WORD.size
    need(body, end)
    ssrcs = struct.unpack_from(f"!{count}I", body)
    if len(body) == end:
        return Bye(ssrcs)
    reason_end = end + 1 + body[end]
    need(body, reason_end)
    return Bye(ssrcs, body[end + 1 : reason_end])


_READERS: Final[dict[int, Callable[[int, bytes], Rtcp]]] = {
    _SR: _read_sender_report,
    _RR: _read_receiver_report,
    _SDES: _read_source_description,
    _BYE: _read_bye,
}

_BODY_READERS: Final[dict[tuple[int, int], Callable[[bytes], Rtcp]]] = {
    (_RTPFB, _NACK): read_nack,
    (_RTPFB, _TRANSPORT_CC): transport_feedback.parse_body,
    (_PSFB, _PLI): read_picture_loss,
    (_PSFB, _FIR): read_full_intra,
}


def build_compound(packets: Iterable[Rtcp]) -> bytes:
    """The datagram of `packets`, in their order.

    A full compound (RFC 3550 6.1) begins with a report and has a CNAME; a reduced one (RFC 5506) needs neither. Raises
    `ValueError` for more than `MAX_COUNT` report blocks, chunks or sources in a packet.
    """
    return b"".join(_build(packet) for packet in packets)


def build_sender_reports(reports: Sequence[SenderReport], cname: bytes) -> bytes:
    """The compound of these, without their blocks, and a description that gives each the same CNAME.

    As `build_compound` builds it, in a third of the time: a viewer of thirty gets sixty of them in a second. Raises
    `ValueError` for more than `MAX_COUNT`.
    """
    if len(reports) > MAX_COUNT:
        raise ValueError("too many parts for one RTCP packet")
    pack, word = _BARE_SENDER.pack, _WORD.pack
    parts = [pack(0x80, _SR, 6, r.ssrc, r.ntp_time, r.rtp_time, r.packet_count, r.octet_count) for r in reports]
    name = _write_chunk(SourceChunk(0, ((CNAME, cname),)))[_WORD.size :]
    parts.append(_HEADER.pack(0x80 | len(reports), _SDES, len(reports) * (1 + len(name) // 4)))
    parts += [word(r.ssrc) + name for r in reports]
    return b"".join(parts)


def _build(packet: Rtcp) -> bytes:
    match packet:
        case SenderReport():
            return _frame(_SR, len(packet.reports), _write_sender_report(packet))
        case ReceiverReport():
            return _frame(_RR, len(packet.reports), _WORD.pack(packet.ssrc) + _write_reports(packet.reports))
        case SourceDescription():
            return _frame(_SDES, len(packet.chunks), b"".join(_write_chunk(chunk) for chunk in packet.chunks))
        case Bye():
            return _frame(_BYE, len(packet.ssrcs), _write_bye(packet))
        case Nack():
            return _frame(_RTPFB, _NACK, write_nack(packet))
        case TransportFeedback():
            return _frame(_RTPFB, _TRANSPORT_CC, transport_feedback.build_body(packet))
        case PictureLossIndication():
            return _frame(_PSFB, _PLI, write_picture_loss(packet))
        case FullIntraRequest():
            return _frame(_PSFB, _FIR, write_full_intra(packet))
        case Remb():
            return _frame(_PSFB, _APPLICATION, write_remb(packet))
        case ExtendedReport():
            return _frame(_XR, 0, write_extended_report(packet))
        case Unknown():
            return _frame(packet.packet_type, packet.count, packet.body)
        case _:
            assert_never(packet)


def _frame(packet_type: int, count: int, body: bytes) -> bytes:
    """Header, body and padding to whole words: as libwebrtc does it, zeros and their number."""
    if count > MAX_COUNT:
        raise ValueError("too many parts for one RTCP packet")
    padding = -len(body) % 4
    first = 0xA0 if padding else 0x80
    tail = bytes(padding - 1) + bytes((padding,)) if padding else b""
    return _HEADER.pack(first | count, packet_type, len(body) + padding >> 2) + body + tail


def _write_sender_report(report: SenderReport) -> bytes:
    fixed = _SENDER.pack(report.ssrc, report.ntp_time, report.rtp_time, report.packet_count, report.octet_count)
    return fixed + _write_reports(report.reports)


def _write_reports(reports: Sequence[ReportBlock]) -> bytes:
    return b"".join(
        _REPORT.pack(
            r.ssrc,
            r.fraction_lost << 24 | r.packets_lost & 0xFFFFFF,
            r.highest_sequence,
            r.jitter,
            r.last_sender_report,
            r.delay_since,
        )
        for r in reports
    )


def _write_chunk(chunk: SourceChunk) -> bytes:
    items = b"".join(bytes((kind, len(value))) + value for kind, value in chunk.items)
    return _WORD.pack(chunk.ssrc) + items + bytes(4 - len(items) % 4)


def _write_bye(bye: Bye) -> bytes:
    ssrcs = struct.pack(f"!{len(bye.ssrcs)}I", *bye.ssrcs)
    if not bye.reason:
        return ssrcs
    reason = bytes((len(bye.reason),)) + bye.reason
    # RFC 3550 6.6: the reason is filled up with zeros, without the padding bit.
    return ssrcs + reason + bytes(-len(reason) % 4)
