"""What the raw peers send is what the server takes for VP8 and Opus."""

from __future__ import annotations

import pytest

from bench.lab.media import Camera, Microphone, TransportCounter, read_stamp
from bench.lab.sdp import ABS_SEND_TIME, AUDIO_LEVEL, MID, OPUS, TRANSPORT_CC, VP8
from rtc.wire import rtp, vp8
from rtc.wire.extensions import read_audio_level, read_transport_cc


def test_frames_have_the_rate_that_was_asked_for() -> None:
    camera = Camera(0, "1", TransportCounter(), kbps=800)
    octets = sum(len(rtp.parse(packet).payload) for n in range(30) for packet in camera.packets_at(n / 30))
    assert octets * 8 == pytest.approx(800_000, rel=0.001)


def test_a_frame_is_one_timestamp_with_the_marker_on_its_last_packet() -> None:
    camera = Camera(0, "1", TransportCounter(), kbps=800)
    first, second = [[rtp.parse(packet) for packet in camera.packets_at(at)] for at in (10.0, 10.0 + 1 / 30)]
    assert [packet.marker for packet in first] == [False, False, True]
    assert {packet.payload_type for packet in first} == {VP8}
    assert len({packet.timestamp for packet in first}) == 1
    assert (second[0].timestamp - first[0].timestamp) & 0xFFFFFFFF == 3000
    assert (second[0].sequence - first[-1].sequence) & 0xFFFF == 1


def test_key_frames_come_first_and_when_wanted() -> None:
    camera = Camera(0, "1", TransportCounter(), kbps=100)

    def is_key() -> bool:
        return vp8.is_key_frame(rtp.parse(camera.packets_at(1.0)[0]).payload)

    assert [is_key(), is_key()] == [True, False]
    camera.key_frame_wanted = True
    assert [is_key(), is_key()] == [True, False]
    assert camera.key_frames == 2


def test_key_frames_may_be_as_large_as_an_encoders() -> None:
    camera = Camera(0, "1", TransportCounter(), kbps=160, key_octets=12_000)
    frames = [[rtp.parse(packet) for packet in camera.packets_at(at)] for at in (1.0, 2.0)]
    assert [sum(len(packet.payload) for packet in frame) for frame in frames] == [12_000, 667]
    assert [packet.marker for packet in frames[0]].index(True) == len(frames[0]) - 1 == 10


def test_picture_ids_count_frames() -> None:
    camera = Camera(0, "1", TransportCounter(), kbps=800)
    ids = [[vp8.parse(rtp.parse(packet).payload).picture_id for packet in camera.packets_at(1.0)] for _ in range(2)]
    assert [len(set(frame)) for frame in ids] == [1, 1]
    first, second = ids[0][0], ids[1][0]
    assert first is not None
    assert second == (first + 1) & 0x7FFF


def test_extensions_are_those_of_a_browser() -> None:
    counter = TransportCounter()
    camera, microphone = Camera(0, "1", counter, kbps=100), Microphone(0, "0", counter)
    picture, sound = rtp.parse(camera.packets_at(1.0)[0]), rtp.parse(microphone.packets_at(1.0, level=35)[0])
    assert picture.extensions[MID] == b"1"
    assert sound.extensions[MID] == b"0"
    assert len(sound.extensions[ABS_SEND_TIME]) == 3
    assert read_audio_level(sound.extensions[AUDIO_LEVEL]) == (True, 35)
    assert read_transport_cc(sound.extensions[TRANSPORT_CC]) == read_transport_cc(picture.extensions[TRANSPORT_CC]) + 1
    assert sound.payload_type == OPUS


def test_the_mid_is_left_out_after_a_while() -> None:
    microphone = Microphone(0, "0", TransportCounter())
    for n in range(100):
        last = rtp.parse(microphone.packets_at(n * 0.02, level=35)[0])
    assert MID in last.extensions
    assert MID not in rtp.parse(microphone.packets_at(2.0, level=35)[0]).extensions


def test_stamps_say_whose_packet_it_is() -> None:
    camera = Camera(7, "1", TransportCounter(), kbps=800)
    stamps = [read_stamp(packet) for packet in camera.packets_at(1.0)]
    assert [(stamp.person, stamp.number) for stamp in stamps if stamp] == [(7, 0), (7, 1), (7, 2)]
    assert read_stamp(bytes(100)) is None
    assert read_stamp(bytes(12) + b"KRLB") is None
