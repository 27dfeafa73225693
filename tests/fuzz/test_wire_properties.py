"""What we build, we read back: values -> bytes -> values, for values of every shape. (fuzz_*.py go the other way.)"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtc.wire import extensions, rtcp, rtp, transport_feedback
from rtc.wire.seqnum import Unwrapper, delta, newer

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
u64 = st.integers(0, (1 << 64) - 1)


def tuples(element: st.SearchStrategy, size: int = 31) -> st.SearchStrategy[tuple]:
    return st.lists(element, max_size=size).map(tuple)


def words(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(max_size=size).map(lambda data: data[: len(data) // 4 * 4])


blocks = st.builds(rtcp.ReportBlock, u32, u8, st.integers(-0x800000, 0x7FFFFF), u32, u32, u32, u32)
chunks = st.builds(rtcp.SourceChunk, u32, tuples(st.tuples(st.integers(1, 255), st.binary(max_size=255)), 4))
xr_blocks = st.one_of(
    st.builds(rtcp.ReceiverReferenceTime, u64),
    st.builds(rtcp.DelaySinceLastReport, tuples(st.builds(rtcp.LastReceiverReport, u32, u32, u32), 4)),
    st.builds(rtcp.OpaqueBlock, u8.filter(lambda kind: kind not in (4, 5)), u8, words(40)),
)
packets = st.one_of(
    st.builds(rtcp.SenderReport, u32, u64, u32, u32, u32, tuples(blocks)),
    st.builds(rtcp.ReceiverReport, u32, tuples(blocks)),
    st.builds(rtcp.SourceDescription, tuples(chunks, 4)),
    st.builds(rtcp.Bye, tuples(u32), st.binary(max_size=255)),
    st.builds(rtcp.Nack, u32, u32, tuples(u16, 60)),
    st.builds(rtcp.Nack, u32, u32, st.sets(st.integers(0, 200)).map(lambda found: tuple(sorted(found)))),
    st.builds(rtcp.PictureLossIndication, u32, u32),
    st.builds(rtcp.FullIntraRequest, u32, u32, tuples(st.tuples(u32, u8), 8)),
    st.builds(rtcp.Remb, u32, u32, st.integers(0, (1 << 18) - 1), tuples(u32, 8)),
    st.builds(rtcp.ExtendedReport, u32, tuples(xr_blocks, 4)),
    st.builds(rtcp.Unknown, st.sampled_from((192, 195, 204, 208, 209)), st.integers(0, 31), st.binary(max_size=64)),
)
elements = st.dictionaries(st.integers(1, 255), st.binary(max_size=40), max_size=8)


@given(st.lists(packets, min_size=1, max_size=6))
def test_rtcp(compound: list[rtcp.Rtcp]) -> None:
    assert rtcp.parse_compound(rtcp.build_compound(compound)) == compound


@given(st.booleans(), st.integers(0, 127), u16, u32, u32, elements, st.binary(max_size=100))
def test_rtp(
    marker: bool, kind: int, sequence: int, time: int, ssrc: int, found: dict[int, bytes], payload: bytes
) -> None:
    packet = rtp.parse(rtp.build(marker, kind, sequence, time, ssrc, list(found.items()), payload))
    assert (packet.marker, packet.payload_type, packet.sequence) == (marker, kind, sequence)
    assert (packet.timestamp, packet.ssrc) == (time, ssrc)
    assert (packet.extensions, packet.payload, packet.padding) == (found, payload, 0)


@given(u16, st.binary(max_size=50))
def test_rtx(sequence: int, payload: bytes) -> None:
    rtx = rtp.parse(rtp.build(False, 97, 1, 2, 3, [], sequence.to_bytes(2) + payload))
    original = rtp.unwrap_rtx(rtx, 96, 4)
    assert original is not None
    assert (original.sequence, original.payload) == (sequence, payload)


@given(u16, st.lists(st.tuples(st.integers(1, 60), st.integers(-20_000, 9_000_000)), min_size=1, max_size=80), u8)
def test_transport_feedback(first: int, steps: list[tuple[int, int]], count: int) -> None:
    """Each received packet is reported once, with its time to the tick, whatever the gaps and leaps."""
    received: dict[int, int] = {}
    number, time = first, 10**9
    for step, pause in steps:
        number, time = (number + step) & 0xFFFF, time + pause
        received[number] = time
    messages = transport_feedback.report(1, 2, count, received.items())
    read = rtcp.parse_compound(rtcp.build_compound(messages))
    found = {n: a for m in read if isinstance(m, rtcp.TransportFeedback) for n, a in m.packets if a is not None}
    assert found == {n: a // transport_feedback.TICK * transport_feedback.TICK for n, a in received.items()}
    assert [m.feedback_count for m in messages] == [(count + i) & 0xFF for i in range(len(messages))]


@given(st.booleans(), st.integers(0, 127))
def test_audio_level(voice: bool, level: int) -> None:
    assert extensions.read_audio_level(extensions.write_audio_level(voice, level)) == (voice, level)


@given(st.floats(0, 1e7))
def test_abs_send_time(seconds: float) -> None:
    read = extensions.read_abs_send_time(extensions.write_abs_send_time(seconds))
    assert 0 <= (seconds - read) % extensions.ABS_SEND_TIME_PERIOD < 1 / 2**17


@given(u16, u16)
def test_sequence_order(a: int, b: int) -> None:
    assert (b + delta(a, b)) & 0xFFFF == a
    assert not (newer(a, b) and newer(b, a))
    assert newer(a, b) == newer((a + 40_000) & 0xFFFF, (b + 40_000) & 0xFFFF)


@given(st.sampled_from((16, 32)), st.data())
def test_unwrapping_follows_any_way_of_short_steps(bits: int, data: st.DataObject) -> None:
    limit = (1 << bits - 1) - 1
    steps = data.draw(st.lists(st.integers(-limit, limit), max_size=50))
    start = data.draw(st.integers(0, (1 << bits) - 1))
    unwrapper = Unwrapper(bits)
    position = unwrapper.unwrap(start)
    assert position == start
    for step in steps:
        position += step
        assert unwrapper.unwrap(position % (1 << bits)) == position
