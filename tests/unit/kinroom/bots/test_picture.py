from __future__ import annotations

import itertools

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from kinroom.bots.persona import persona
from kinroom.bots.picture import GROUP, HEIGHT, LOOP, RATE, WIDTH, Loop, make_loop


@pytest.fixture(scope="module")
def loop() -> Loop:
    return make_loop(persona(4))


def decode(frames: list[bytes]) -> list[VideoFrame]:
    decoder = av.CodecContext.create("libvpx", "r")
    return [frame for data in frames for frame in decoder.decode(av.Packet(data))]


def corner(frame: VideoFrame) -> np.ndarray:
    return frame.to_ndarray(format="rgb24")[4:16, 4:16].mean((0, 1))


@pytest.mark.parametrize("kind", ["quiet", "speaking"])
def test_a_loop_decodes_and_shows_its_person(loop: Loop, kind: str) -> None:
    decoded = decode(getattr(loop, kind))
    assert len(decoded) == LOOP
    assert {(frame.width, frame.height) for frame in decoded} == {(WIDTH, HEIGHT)}
    for frame in decoded:
        assert np.linalg.norm(corner(frame) - persona(4).background) < 10


@pytest.mark.parametrize("kind", ["quiet", "speaking"])
def test_each_group_stands_for_itself(loop: Loop, kind: str) -> None:
    frames = getattr(loop, kind)
    # RFC 6386 9.1: the lowest bit of the first byte is 0 in a key frame.
    assert [number for number, data in enumerate(frames) if data[0] & 1 == 0] == list(range(0, LOOP, GROUP))
    whole = decode(frames)
    for start in range(0, LOOP, GROUP):
        alone = decode(frames[start : start + GROUP])
        for one, other in zip(alone, whole[start : start + GROUP], strict=True):
            assert np.array_equal(one.to_ndarray(), other.to_ndarray())


def test_the_picture_moves_and_its_mouth_only_when_speaking(loop: Loop) -> None:
    def change(frames: list[bytes]) -> float:
        images = [frame.to_ndarray(format="gray").astype(int) for frame in decode(frames)]
        mouth = [image[100:120, 140:180] for image in images]
        return float(np.mean([np.abs(b - a).mean() for a, b in itertools.pairwise(mouth)]))

    assert change(loop.quiet) > 0.2
    assert change(loop.speaking) > 2 * change(loop.quiet)


def test_it_costs_what_a_quiet_head_costs(loop: Loop) -> None:
    for frames in (loop.quiet, loop.speaking):
        assert 40_000 < sum(map(len, frames)) * 8 * RATE / LOOP < 250_000
