"""What people of packets send can be decoded, has its rates, and carries repairs where it should."""

from __future__ import annotations

import av
import pytest

from bench.lab.recorded import ENCODINGS, FPS, Recorded, carries_repair, record
from rtc.wire import vp8

SECONDS = 2


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return record(seed=1, seconds=SECONDS)


def test_pictures_decode_in_their_sizes(recorded: Recorded) -> None:
    for frames, (_, lines, _) in zip(recorded.pictures, ENCODINGS, strict=True):
        decoder = av.CodecContext.create("libvpx", "r")
        heights = [shown.height for data in frames for shown in decoder.decode(av.Packet(data))]
        assert heights == [lines] * (SECONDS * FPS)


def test_only_the_first_frame_stands_for_itself(recorded: Recorded) -> None:
    descriptor = b"\x10"
    for frames in recorded.pictures:
        assert [vp8.is_key_frame(descriptor + data) for data in frames] == [True] + [False] * (len(frames) - 1)


def test_pictures_have_their_rates(recorded: Recorded) -> None:
    for frames, (_, _, rate) in zip(recorded.pictures, ENCODINGS, strict=True):
        assert sum(map(len, frames)) * 8 / SECONDS == pytest.approx(rate, rel=0.15)


def test_the_robust_voice_alone_repeats_itself(recorded: Recorded) -> None:
    assert sum(map(carries_repair, recorded.robust)) > 0.7 * len(recorded.robust)
    assert not any(map(carries_repair, recorded.plain))
    assert len(recorded.plain) == len(recorded.robust) == len(recorded.levels)


def test_a_pause_begins_with_a_packet_that_decoders_take_for_one(recorded: Recorded) -> None:
    assert len(recorded.pause) <= 2 < len(recorded.silence)
