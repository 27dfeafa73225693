"""RTCP extended reports (RFC 3611): the two blocks that measure a receiver's round trip; others stay opaque."""

from __future__ import annotations

import struct
from typing import Final, TypeAlias, assert_never

from rtc.wire.errors import need
from rtc.wire.frozen import Frozen

_RRTR, _DLRR = 4, 5  # block types

_WORD: Final = struct.Struct("!I")
_BLOCK: Final = struct.Struct("!BBH")
_DLRR_ENTRY: Final = struct.Struct("!III")


class ReceiverReferenceTime(Frozen, frozen=True):
    """RFC 3611 4.4: asks for a DLRR, so that a receiver can measure its round trip."""

    ntp_time: int


class LastReceiverReport(Frozen, frozen=True):
    ssrc: int
    last_reference: int  # `compact_ntp` of the reference time received from it
    delay_since: int  # in 1/65536 s


class DelaySinceLastReport(Frozen, frozen=True):
    """RFC 3611 4.5 (DLRR): the answer to a reference time."""

    reports: tuple[LastReceiverReport, ...]


class OpaqueBlock(Frozen, frozen=True):
    """Any other XR block, or one of a size that its type does not have."""

    block_type: int
    specific: int
    data: bytes


XrBlock: TypeAlias = ReceiverReferenceTime | DelaySinceLastReport | OpaqueBlock


class ExtendedReport(Frozen, frozen=True):
    ssrc: int
    blocks: tuple[XrBlock, ...]


def read_extended_report(body: bytes) -> ExtendedReport:
    need(body, _WORD.size)
    (ssrc,) = _WORD.unpack_from(body)
    blocks: list[XrBlock] = []
    position = _WORD.size
    while position < len(body):
        need(body, position + _BLOCK.size)
        block_type, specific, words = _BLOCK.unpack_from(body, position)
        start = position + _BLOCK.size
        position = start + (words << 2)
        need(body, position)
        blocks.append(_read_block(block_type, specific, body[start:position]))
    return ExtendedReport(ssrc, tuple(blocks))


def _read_block(block_type: int, specific: int, data: bytes) -> XrBlock:
    if block_type == _RRTR and len(data) == 8:
        return ReceiverReferenceTime(int.from_bytes(data, "big"))
    if block_type == _DLRR and len(data) % _DLRR_ENTRY.size == 0:
        return DelaySinceLastReport(tuple(LastReceiverReport(*entry) for entry in _DLRR_ENTRY.iter_unpack(data)))
    return OpaqueBlock(block_type, specific, data)


def write_extended_report(report: ExtendedReport) -> bytes:
    return _WORD.pack(report.ssrc) + b"".join(_write_block(block) for block in report.blocks)


def _write_block(block: XrBlock) -> bytes:
    match block:
        case ReceiverReferenceTime():
            return _BLOCK.pack(_RRTR, 0, 2) + block.ntp_time.to_bytes(8, "big")
        case DelaySinceLastReport():
            entries = (_DLRR_ENTRY.pack(r.ssrc, r.last_reference, r.delay_since) for r in block.reports)
            return _BLOCK.pack(_DLRR, 0, 3 * len(block.reports)) + b"".join(entries)
        case OpaqueBlock():
            return _BLOCK.pack(block.block_type, block.specific, len(block.data) >> 2) + block.data
        case _:
            assert_never(block)
