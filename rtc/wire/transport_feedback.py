"""Transport-wide congestion control feedback: draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.

Times are integers in microseconds on the feedback sender's own clock, which nobody else knows; the wire holds them in
ticks of 250 us. What is lost on the way there is at most one tick, and never adds up.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Final

from rtc.wire.errors import WireError
from rtc.wire.frozen import Frozen
from rtc.wire.steps import TICK, Steps

REFERENCE_UNIT: Final = 64_000  # microseconds
# A status costs a hostile sender next to nothing (5 bytes say 8191 "not received") and us 100 bytes: more is refused.
MAX_STATUSES: Final = 8192
# What `report` puts into one message: at most 1,200 bytes, however it is mixed, so that it fits a datagram.
MAX_REPORTED: Final = 450  # packets received
MAX_COVERED: Final = 900  # packets received or not

_FIXED: Final = struct.Struct("!IIHHI")
_TICKS_PER_REFERENCE: Final = REFERENCE_UNIT // TICK
_REFERENCE_MASK: Final = 0xFFFFFF  # 24 bits: 12 days
_NOT_RECEIVED, _SMALL, _LARGE, _RESERVED = range(4)
_MAX_RUN: Final = 0x1FFF
_VECTOR_1: Final = 14  # symbols in a status vector chunk, by bits of a symbol
_VECTOR_2: Final = 7


class TransportFeedback(Frozen, frozen=True):
    """Which packets arrived, and when.

    `arrivals` has one, in us or None if not received, for each transport-wide number from `base_sequence` on.
    `reference_time` counts units of 64 ms (24 bits on the wire, here what an arrival
    divided by `REFERENCE_UNIT` gives); `feedback_count` (8 bits) is one more in each message.
    """

    sender_ssrc: int
    media_ssrc: int
    base_sequence: int
    reference_time: int
    feedback_count: int
    arrivals: Sequence[int | None]

    @property
    def packets(self) -> list[tuple[int, int | None]]:
        """(number, arrival). The path of viewers' feedback does without, since it speaks of all that is sent."""
        return [(self.base_sequence + i & 0xFFFF, arrival) for i, arrival in enumerate(self.arrivals)]


def report(
    sender_ssrc: int,
    media_ssrc: int,
    feedback_count: int,
    received: Iterable[tuple[int, int]],
    base: int | None = None,
) -> list[TransportFeedback]:
    """Feedback on the packets `received`: (transport-wide number, arrival in us), in the order of their numbers.

    `base` is the first number to speak of: the one after the last report, or the first of `received` if it is None.
    Every number from there on that is not among `received` is reported as not received. Several messages, counted on
    from `feedback_count`, if they are too many for a datagram or too far apart in time (8 s). Numbers before a leap of
    `MAX_COVERED` or more are left out. `media_ssrc` must be one that the receiver of the feedback sends, or browsers
    ignore it.
    """
    messages: list[TransportFeedback] = []
    for group in _groups(received):
        if base is None or (group[0][0] - base) & 0xFFFF >= MAX_COVERED:
            base = group[0][0]
        arrivals = _fill(base, group)
        count = (feedback_count + len(messages)) & 0xFF
        reference = group[0][1] // REFERENCE_UNIT
        messages.append(TransportFeedback(sender_ssrc, media_ssrc, base, reference, count, arrivals))
        base = (group[-1][0] + 1) & 0xFFFF
    return messages


def report_run(
    sender_ssrc: int, media_ssrc: int, feedback_count: int, base: int, times: Sequence[int]
) -> TransportFeedback | None:
    """What `report` makes of packets that all arrived, from `base` on, in microseconds: with `Steps`, which are written
    as they are. None if one message with small steps does not hold them.
    """
    if len(times) > MAX_REPORTED:
        return None
    reference = times[0] // REFERENCE_UNIT
    before = reference * _TICKS_PER_REFERENCE
    steps: list[int] = []
    for at in times:
        tick = at // TICK
        if not 0 <= tick - before <= 0xFF:
            return None
        steps.append(tick - before)
        before = tick
    arrivals = Steps(reference * REFERENCE_UNIT, bytes(steps))
    return TransportFeedback(sender_ssrc, media_ssrc, base, reference, feedback_count, arrivals)


def _groups(received: Iterable[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    group: list[tuple[int, int]] = []
    for number, arrival in received:
        if group:
            covered = (number - group[0][0]) & 0xFFFF
            ticks = arrival // TICK - group[-1][1] // TICK
            if covered >= MAX_COVERED or len(group) >= MAX_REPORTED or not -0x8000 <= ticks <= 0x7FFF:
                yield group
                group = []
        group.append((number, arrival))
    if group:
        yield group


def _fill(base: int, group: list[tuple[int, int]]) -> tuple[int | None, ...]:
    arrivals = dict(group)
    count = ((group[-1][0] - base) & 0xFFFF) + 1
    return tuple(arrivals.get((base + i) & 0xFFFF) for i in range(count))


def parse_body(body: bytes) -> TransportFeedback:
    """The feedback in an RTCP packet's body (header and padding removed)."""
    if len(body) < _FIXED.size:
        raise WireError("transport feedback is cut short")
    sender_ssrc, media_ssrc, base, count, last = _FIXED.unpack_from(body)
    if count > MAX_STATUSES:
        raise WireError("transport feedback covers too many packets")
    reference = last >> 8
    symbols, position = _read_symbols(body, count)
    arrivals = _read_deltas(body, position, reference * REFERENCE_UNIT, symbols)
    return TransportFeedback(sender_ssrc, media_ssrc, base, reference, last & 0xFF, arrivals)


def _read_symbols(body: bytes, count: int) -> tuple[list[int], int]:
    """The first `count` statuses, and where the deltas begin."""
    symbols: list[int] = []
    position = _FIXED.size
    while len(symbols) < count:
        if position + 2 > len(body):
            raise WireError("transport feedback chunks are cut short")
        symbols += _read_chunk(body[position] << 8 | body[position + 1])
        position += 2
    # The last chunk may say more than the count does: a vector has a fixed size.
    del symbols[count:]
    return symbols, position


def _read_chunk(chunk: int) -> list[int]:
    if not chunk & 0x8000:
        return [chunk >> 13] * (chunk & _MAX_RUN)
    if not chunk & 0x4000:
        return [chunk >> shift & 1 for shift in range(13, -1, -1)]
    return [chunk >> shift & 3 for shift in range(12, -1, -2)]


def _read_deltas(body: bytes, position: int, at: int, symbols: list[int]) -> Sequence[int | None]:
    """`at`: the reference time in us."""
    end = len(body)
    if symbols.count(_SMALL) == len(symbols):
        if position + len(symbols) > end:
            raise WireError("transport feedback deltas are cut short")
        return Steps(at, body[position : position + len(symbols)])
    arrivals: list[int | None] = []
    for symbol in symbols:
        if not symbol:
            arrivals.append(None)
            continue
        if symbol == _RESERVED:
            raise WireError("transport feedback has a reserved status")
        size = 1 if symbol == _SMALL else 2
        if position + size > end:
            raise WireError("transport feedback deltas are cut short")
        at += int.from_bytes(body[position : position + size], "big", signed=symbol == _LARGE) * TICK
        position += size
        arrivals.append(at)
    return tuple(arrivals)


def build_body(feedback: TransportFeedback) -> bytes:
    """The body of an RTCP packet, not padded.

    Raises `ValueError` for a step in time that 16 bits of ticks do not hold (from `reference_time` to the first arrival
    too): `report` makes none.
    """
    arrivals = feedback.arrivals
    if isinstance(arrivals, Steps) and arrivals.start == feedback.reference_time * REFERENCE_UNIT:
        return _fixed(feedback) + _write_run(_SMALL, len(arrivals)) + arrivals.ticks
    symbols: list[int] = []
    deltas = bytearray()
    ticks = feedback.reference_time * _TICKS_PER_REFERENCE
    for arrival in arrivals:
        if arrival is None:
            symbols.append(_NOT_RECEIVED)
            continue
        delta = arrival // TICK - ticks
        ticks += delta
        small = 0 <= delta <= 0xFF
        if not small and not -0x8000 <= delta <= 0x7FFF:
            raise ValueError("an arrival is too far from the one before it")
        symbols.append(_SMALL if small else _LARGE)
        deltas += delta.to_bytes(1) if small else delta.to_bytes(2, "big", signed=True)
    return _fixed(feedback) + _write_chunks(symbols) + deltas


def _fixed(feedback: TransportFeedback) -> bytes:
    last = (feedback.reference_time & _REFERENCE_MASK) << 8 | feedback.feedback_count
    count = len(feedback.arrivals)
    return _FIXED.pack(feedback.sender_ssrc, feedback.media_ssrc, feedback.base_sequence, count, last)


def _write_run(symbol: int, count: int) -> bytes:
    """Chunks of `count` equal statuses."""
    chunks = bytearray()
    while count:
        run = min(count, _MAX_RUN)
        chunks += (symbol << 13 | run).to_bytes(2, "big")
        count -= run
    return bytes(chunks)


def _write_chunks(symbols: Sequence[int]) -> bytes:
    chunks = bytearray()
    position = 0
    while position < len(symbols):
        chunk, covered = _next_chunk(symbols, position)
        chunks += chunk.to_bytes(2, "big")
        position += covered
    return bytes(chunks)


def _next_chunk(symbols: Sequence[int], position: int) -> tuple[int, int]:
    """The chunk that says most from `position` on, and how many statuses that is."""
    first = symbols[position]
    run = 1
    limit = min(len(symbols) - position, _MAX_RUN)
    while run < limit and symbols[position + run] == first:
        run += 1
    vector = symbols[position : position + _VECTOR_1]
    one_bit = _LARGE not in vector
    covered = len(vector) if one_bit else min(len(vector), _VECTOR_2)
    if run >= covered:
        return first << 13 | run, run
    chunk = 0
    for i in range(covered):
        chunk |= vector[i] << (13 - i if one_bit else 12 - 2 * i)
    return chunk | (0x8000 if one_bit else 0xC000), covered
