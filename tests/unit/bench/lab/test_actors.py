"""People of packets do what a browser does, packet by packet."""

from __future__ import annotations

import pytest

from bench.lab.actors import KEY_FRAME_EVERY, PACE, Picture, Voice
from bench.lab.media import TransportCounter
from bench.lab.recorded import Recorded
from bench.lab.sdp import RID
from rtc.wire import rtp, vp8

KEY, DELTA = b"\x10\x00\x00\x9d\x01\x2a\x80\x02\x68\x01", b"\x11\x00\x00"
RECORDED = Recorded([], [b"plain"] * 5, [b"robust"] * 5, [20] * 5, b"\xf8\xff\xfe", b"\xf8")


def picture(frames: list[bytes]) -> Picture:
    return Picture("1", TransportCounter(), "h", frames)


def voice(talks: bool) -> Voice:
    made = Voice("0", TransportCounter(), RECORDED)
    made.talks = talks
    return made


def sent(one: Picture, now: float) -> list[rtp.Packet]:
    one.frame(now)
    return [rtp.parse(packet) for packet in one.due(now + 1)]


def is_key(packets: list[rtp.Packet]) -> bool:
    return vp8.is_key_frame(packets[0].payload)


def test_an_encoding_says_which_it_is() -> None:
    (packet,) = sent(picture([KEY]), 0)
    assert bytes(packet.extensions[RID]) == b"h"


def test_it_begins_anew_for_who_asks_and_at_its_end_but_not_too_often() -> None:
    one = picture([KEY, DELTA, DELTA])
    assert [is_key(sent(one, n)) for n in range(5)] == [True, False, False, True, False]
    one.key_frame_wanted = True
    assert is_key(sent(one, 5))
    one.key_frame_wanted = True
    assert not is_key(sent(one, 5 + KEY_FRAME_EVERY / 2))
    assert is_key(sent(one, 5.01 + KEY_FRAME_EVERY))


def test_an_encoding_that_was_off_begins_with_a_key_frame() -> None:
    one = picture([KEY, DELTA, DELTA])
    sent(one, 0)
    one.sends = False
    assert sent(one, 1) == []
    one.sends = True
    assert is_key(sent(one, 2))


def test_a_large_frame_leaves_bit_by_bit() -> None:
    one = picture([KEY + bytes(20_000)])
    one.frame(10.0)
    at_once = one.due(10.0)
    later = one.due(10.0 + 20_000 * 8 / PACE)
    assert (len(at_once), one.due(11.0)) == (1, [])
    packets = [rtp.parse(packet) for packet in at_once + later]
    assert b"".join(bytes(packet.payload)[4:] for packet in packets) == KEY + bytes(20_000)
    assert [packet.marker for packet in packets] == [False] * (len(packets) - 1) + [True]


@pytest.mark.parametrize(("fraction", "body"), [(0.0, b"plain"), (0.1, b"robust")])
def test_a_voice_repeats_itself_once_listeners_lose_packets(fraction: float, body: bytes) -> None:
    one = voice(talks=True)
    one.lost(fraction)
    assert rtp.parse(one.packets_at(1.0)[0]).payload == body


def test_who_is_silent_shows_signs_of_life_and_begins_to_speak_with_a_marker() -> None:
    one = voice(talks=False)
    bodies = [[bytes(rtp.parse(packet).payload) for packet in one.packets_at(n * 0.02)] for n in range(40)]
    signs = [[RECORDED.silence], [RECORDED.pause], *[[]] * 18]
    assert bodies == signs * 2
    one.talks = True
    first, second = (rtp.parse(one.packets_at(0.8 + n * 0.02)[0]) for n in range(2))
    assert (first.marker, second.marker) == (True, False)
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 960
