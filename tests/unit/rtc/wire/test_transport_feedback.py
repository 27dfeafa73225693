"""Vectors: the draft's own chunks, pion/rtcp transport_layer_cc_test.go, libwebrtc's RTCP fuzzing corpus, mediasoup.

`decode` below is a second reader of the format, written from the draft over a string of bits, that shares nothing with
the one under test.
"""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.wire import transport_feedback
from rtc.wire.errors import WireError
from rtc.wire.rtcp import TransportFeedback, build_compound, parse_compound

MS = 1000  # microseconds


def decode(data: bytes) -> dict[int, int | None]:
    """Number -> arrival in us, of one RTCP packet of transport feedback."""
    bits = "".join(f"{octet:08b}" for octet in data)

    def take(size: int) -> int:
        nonlocal bits
        value, bits = bits[:size], bits[size:]
        assert len(value) == size
        return int(value, 2)

    assert take(2) == 2
    padded = take(1)
    assert take(5) == 15
    assert take(8) == 205
    assert (take(16) + 1) * 4 == len(data)
    take(64)
    base, count = take(16), take(16)
    time = take(24) * 64 * MS
    take(8)
    symbols: list[int] = []
    while len(symbols) < count:
        match take(1), take(1):
            case 0, high:
                symbols += [high << 1 | take(1)] * take(13)
            case 1, 0:
                symbols += [take(1) for _ in range(14)]
            case 1, 1:
                symbols += [take(2) for _ in range(7)]
    result: dict[int, int | None] = {}
    for index, symbol in enumerate(symbols[:count]):
        number = (base + index) % 65536
        result[number] = None
        if symbol:
            step = take(8) if symbol == 1 else take(16)
            time += 250 * (step - 65536 if symbol == 2 and step > 32767 else step)
            result[number] = time
    rest = len(bits) // 8
    assert rest == (data[-1] if padded else 0)
    assert set(bits[:-8]) <= {"0"}
    return result


def parse(text: str) -> TransportFeedback:
    (packet,) = parse_compound(bytes.fromhex(text))
    assert isinstance(packet, TransportFeedback)
    return packet


def steps(feedback: TransportFeedback) -> list[int | None]:
    """Milliseconds from the reference time to the first arrival, then from each to the next."""
    time = feedback.reference_time * 64 * MS
    result: list[int | None] = []
    for _, arrival in feedback.packets:
        result.append(None if arrival is None else (arrival - time) / MS)
        time = time if arrival is None else arrival
    return result


@pytest.mark.parametrize(
    ("text", "base", "reference", "count", "expected"),
    [
        ("afcd0005fa17fa1743032fa0 0099 0001 3de802 17 2001 9401", 153, 4057090, 23, [37]),
        (
            "8fcd0007fa17fa17193dd8bb 0174 0006 45b15a 40 4002 2004 1ffe 1f9a d0 00 d0 00",
            372,
            4567386,
            64,
            [2047.5, 2022.5, 52, 0, 52, 0],
        ),
        (
            "afcd0007fa17fa17193dd8bb 0004 0007 10636e 01 2007 4c 24 24 10 0c 0c 10 000003",
            4,
            1074030,
            1,
            [19, 9, 9, 4, 3, 3, 4],
        ),
        (
            "afcd0006fa17fa17193dd8bb 0001 000e 10636d 00 ba00 10 0c 0c 10 0002",
            1,
            1074029,
            0,
            [4, 3, 3, None, 4, *[None] * 9],
        ),
        (
            "afcd00079b74f61f9371dcbc 853c 0009 63f916 b3 d552 0030 9b aa 6a aa 7b 0109 01",
            34108,
            6551830,
            179,
            [38.75, 42.5, 26.5, 42.5, 30.75, None, 66.25, None, None],
        ),
        (
            "8fcd000716ca50ceae657257 0a74 000a 053f58 bb 200a e0 00 04 00 00 00 00 00 14 00",
            2676,
            343896,
            187,
            [56, 0, 1, 0, 0, 0, 0, 0, 5, 0],
        ),
    ],
)
def test_vectors(text: str, base: int, reference: int, count: int, expected: list[float | None]) -> None:
    feedback = parse(text)
    assert (feedback.base_sequence, feedback.reference_time, feedback.feedback_count) == (base, reference, count)
    assert steps(feedback) == expected
    assert decode(bytes.fromhex(text)) == dict(feedback.packets)


@pytest.mark.parametrize(
    "text",
    [
        # Byte for byte as others build it.
        "afcd0005fa17fa1743032fa0009900013de8021720019401",
        "afcd0007fa17fa17193dd8bb0004000710636e0120074c2424100c0c10000003",
        "8fcd000716ca50ceae6572570a74000a053f58bb200ae0000400000000001400",
        "afcd0007fa17fa1743032fa09c14000c75842000bec0c13f3b3f53903b000003",
    ],
)
def test_building_gives_the_vectors_back(text: str) -> None:
    assert build_compound([parse(text)]).hex() == text


def test_ssrcs() -> None:
    feedback = parse("8fcd000716ca50ceae6572570a74000a053f58bb200ae0000400000000001400")
    assert (feedback.sender_ssrc, feedback.media_ssrc) == (0x16CA50CE, 0xAE657257)


@pytest.mark.parametrize(
    ("chunk", "symbols"),
    [
        ("00dd", [0] * 221),  # the draft's examples, 3.1.3 and 3.1.4
        ("9f1c", [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]),
    ],
)
def test_chunks_of_the_draft(chunk: str, symbols: list[int]) -> None:
    body = bytes(8) + (7).to_bytes(2) + len(symbols).to_bytes(2) + bytes(4) + bytes.fromhex(chunk) + bytes(sum(symbols))
    packets = transport_feedback.parse_body(body).packets
    assert [int(arrival is not None) for _, arrival in packets] == symbols


@pytest.mark.parametrize(
    "text",
    [
        "8fcd0003fa17fa1743032fa000990001",
        "afcd0005fa17fa1743032fa0009900033de8021720039401",  # two deltas missing
        "afcd0005fa17fa1743032fa0009900023de8021740029401",
        "8fcd0004fa17fa1743032fa0009900013de80217",  # no chunk
        "8fcd0005fa17fa1743032fa0009900013de8021760010000",  # reserved status 3
        "8fcd0005fa17fa1743032fa0009920013de802171fff0002",  # more statuses than we take
    ],
)
def test_broken(text: str) -> None:
    with pytest.raises(WireError):
        parse(text)


def test_a_hostile_message_costs_no_more_than_the_limit() -> None:
    body = bytes(8) + bytes(2) + transport_feedback.MAX_STATUSES.to_bytes(2) + bytes(4) + bytes.fromhex("1fff0001")
    assert len(transport_feedback.parse_body(body).packets) == transport_feedback.MAX_STATUSES


def feedback(reference: int, *packets: tuple[int, int | None], base: int = 0) -> TransportFeedback:
    return TransportFeedback(1, 2, base, reference, 3, tuple(arrival for _, arrival in packets))


@pytest.mark.parametrize(
    ("arrivals", "deltas"),
    [
        ([0], "00"),
        ([63_750], "ff"),  # the longest small step
        ([64_000], "0100"),
        ([63_999], "ff"),  # what is below a tick is left out
        ([-250], "ffff"),
        ([8_191_750], "7fff"),
        ([-8_192_000], "8000"),
        ([100, 200, 300, 400, 500], "0000010001"),  # and never adds up: 500 us are two ticks
        ([1000, 500], "04fffe"),  # overtaken on the way
    ],
)
def test_steps_in_time(arrivals: list[int], deltas: str) -> None:
    body = transport_feedback.build_body(feedback(0, *enumerate(arrivals)))
    chunk_bytes = 2
    assert body[16 + chunk_bytes :].hex() == deltas


@pytest.mark.parametrize(
    ("statuses", "chunks"),
    [
        ("1", "2001"),
        ("1" * 8191, "3fff"),
        ("1" * 8192, "3fff2001"),
        ("0" * 20 + "1", "0014" + "2001"),
        ("10" * 7, "aaaa"),  # one bit each: 10 1010 1010 1010
        ("10" * 7 + "1", "aaaa" + "2001"),
        ("1121100", "d650"),  # two bits each as soon as one is large
        ("2" * 7, "4007"),
        ("1" * 13 + "2", "200d" + "4001"),
        ("110", "b000"),  # the end of a vector may stay empty
    ],
)
def test_chunks(statuses: str, chunks: str) -> None:
    time = 0
    packets: list[tuple[int, int | None]] = []
    for number, status in enumerate(statuses):
        time += {"0": 0, "1": 1000, "2": 100_000}[status]
        packets.append((number, time if status != "0" else None))
    body = transport_feedback.build_body(feedback(0, *packets))
    assert body[16 : 16 + len(chunks) // 2].hex() == chunks
    assert len(body) == 16 + len(chunks) // 2 + statuses.count("1") + 2 * statuses.count("2")


def test_reference_time_keeps_24_bits() -> None:
    late = (1 << 24) + 5
    (packet,) = parse_compound(build_compound([feedback(late, (0, late * 64 * MS + 1000))]))
    assert packet == feedback(5, (0, 5 * 64 * MS + 1000))


@pytest.mark.parametrize(
    "wrong",
    [
        feedback(0, (0, 8_192_000)),
        feedback(0, (0, 0), (1, -8_192_250)),
    ],
)
def test_what_cannot_be_written(wrong: TransportFeedback) -> None:
    with pytest.raises(ValueError, match="too far"):
        transport_feedback.build_body(wrong)


def test_report_fills_gaps_and_takes_the_reference_from_the_first_arrival() -> None:
    (message,) = transport_feedback.report(1, 2, 9, [(65535, 130_000), (1, 131_000)])
    assert message == TransportFeedback(1, 2, 65535, 2, 9, (130_000, None, 131_000))


def test_report_reaches_back_to_what_is_missing_since_the_last() -> None:
    (message,) = transport_feedback.report(1, 2, 0, [(5, 1000)], base=3)
    assert message.packets == [(3, None), (4, None), (5, 1000)]
    (far,) = transport_feedback.report(1, 2, 0, [(5000, 1000)], base=3)
    assert far.packets == [(5000, 1000)]


def test_report_of_nothing() -> None:
    assert transport_feedback.report(1, 2, 0, []) == []


def test_report_splits_where_time_leaps() -> None:
    messages = transport_feedback.report(1, 2, 255, [(1, 0), (2, 8_192_000), (4, 8_193_000)])
    assert [(m.feedback_count, m.base_sequence, m.reference_time) for m in messages] == [(255, 1, 0), (0, 2, 128)]
    assert messages[1].packets == [(2, 8_192_000), (3, None), (4, 8_193_000)]


def test_a_split_at_the_wrap() -> None:
    messages = transport_feedback.report(1, 2, 0, [(65535, 0), (0, 9_000_000)])
    assert [m.base_sequence for m in messages] == [65535, 0]


def test_reports_join_without_a_gap() -> None:
    received = [(n, n * 1000) for n in range(0, 2000, 2)]
    messages = transport_feedback.report(1, 2, 0, received)
    assert len(messages) > 1
    assert [number for m in messages for number, _ in m.packets] == list(range(1999))


@pytest.mark.parametrize("seed", range(40))
def test_what_we_send_reads_the_same_elsewhere(seed: int) -> None:
    """Random traffic (bursts, losses, overtaking, pauses), read by the decoder above."""
    rng = random.Random(seed)
    number, arrival = rng.randrange(65536), rng.randrange(10**9)
    losses = rng.choice([(1,), (1, 1, 1, 2), (1, 2), (1, 8, 15), (1, 1, 40)])
    pauses = rng.choice([(200,), (0, 1000, 5000), (10, 100_000), (-3000, 20_000), (70_000,)])
    received: list[tuple[int, int]] = []
    for _ in range(1000):
        number, arrival = (number + rng.choice(losses)) % 65536, max(0, arrival + rng.choice(pauses))
        received.append((number, arrival))
    read: dict[int, int | None] = {}
    for message in transport_feedback.report(1, 2, 0, received):
        data = build_compound([message])
        assert len(data) <= 1200
        read |= decode(data)
        (back,) = parse_compound(data)
        assert isinstance(back, TransportFeedback)
        assert decode(data) == dict(back.packets)
    assert {n: a for n, a in read.items() if a is not None} == {n: a // 250 * 250 for n, a in received}


@given(
    base=st.integers(0, 0xFFFF),
    reference=st.integers(0, 0xFFFFFF),
    deltas=st.lists(st.integers(0, 255), min_size=1, max_size=60),
    cut=st.integers(0, 3),
)
def test_all_that_came_soon_is_read_as_one_by_one(base: int, reference: int, deltas: list[int], cut: int) -> None:
    """The short way for whole runs says what the general way says when one more packet is missing at the end."""
    count = len(deltas)
    head = struct.pack("!IIHH", 1, 2, base, count) + (reference << 8).to_bytes(4, "big")
    whole = head + struct.pack("!H", 1 << 13 | count) + bytes(deltas)
    longer = struct.pack("!IIHH", 1, 2, base, count + 1) + (reference << 8).to_bytes(4, "big")
    general = longer + struct.pack("!HH", 1 << 13 | count, 1) + bytes(deltas)
    assert transport_feedback.parse_body(whole).packets == transport_feedback.parse_body(general).packets[:-1]
    if cut:
        with pytest.raises(WireError):
            transport_feedback.parse_body(whole[:-cut])
