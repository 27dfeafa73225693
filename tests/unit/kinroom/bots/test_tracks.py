from __future__ import annotations

import asyncio
from collections.abc import Iterator
from fractions import Fraction

import pytest
from aiortc.mediastreams import MediaStreamError

from kinroom.bots.picture import GROUP, LOOP, RATE, Loop
from kinroom.bots.tracks import CATCH_UP, Camera, Microphone, Pace
from kinroom.bots.voice import Speech

SPEECH = Speech(packets=[b"a", b"b", b"c"], levels=[20, 21, 22], silence=b"silence")
PICTURES = Loop(quiet=[b"q%d" % n for n in range(LOOP)], speaking=[b"s%d" % n for n in range(LOOP)])


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock moves only by what is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None) -> object:
            self.now += timeout or 0.0
            return select(0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    loop.close()


def test_frames_come_at_their_time(clock: VirtualLoop) -> None:
    async def times() -> list[float]:
        pace = Pace(10)
        return [round(clock.now + 0 * await pace.next(), 6) for _ in range(4)] + [clock.now]

    assert clock.run_until_complete(times())[-1] == pytest.approx(1000.3, abs=0.01)


def test_a_short_delay_is_caught_up_and_a_long_one_skipped(clock: VirtualLoop) -> None:
    async def numbers() -> list[int]:
        pace = Pace(10)
        got = [await pace.next()]
        clock.now += CATCH_UP - 0.1
        got += [await pace.next(), await pace.next()]
        clock.now += 5.0
        return [*got, await pace.next()]

    first, second, third, after = clock.run_until_complete(numbers())
    assert (first, second, third) == (0, 1, 2)
    assert after == pytest.approx(54, abs=1)


def pictures(clock: VirtualLoop, camera: Camera, count: int) -> list[bytes]:
    return [bytes(clock.run_until_complete(camera.recv())) for _ in range(count)]


def test_the_camera_plays_its_loop_round(clock: VirtualLoop) -> None:
    camera = Camera(PICTURES, lambda: False)
    assert pictures(clock, camera, LOOP + 2) == [*PICTURES.quiet, b"q0", b"q1"]


@pytest.mark.parametrize(("played", "then"), [(1, GROUP), (GROUP, GROUP), (GROUP + 1, 2 * GROUP), (LOOP - 1, 0)])
def test_a_key_frame_request_goes_on_to_the_next_group(clock: VirtualLoop, played: int, then: int) -> None:
    camera = Camera(PICTURES, lambda: False)
    pictures(clock, camera, played)
    camera.ask_key_frame()
    assert pictures(clock, camera, 2) == [b"q%d" % then, b"q%d" % (then + 1)]


def test_the_mouth_changes_only_at_a_key_frame(clock: VirtualLoop) -> None:
    speaking = False
    camera = Camera(PICTURES, lambda: speaking)
    pictures(clock, camera, 3)
    speaking = True
    assert pictures(clock, camera, 2) == [b"s%d" % GROUP, b"s%d" % (GROUP + 1)]


def test_pictures_are_numbered_in_time(clock: VirtualLoop) -> None:
    camera = Camera(PICTURES, lambda: False)
    packets = [clock.run_until_complete(camera.recv()) for _ in range(3)]
    assert [packet.pts * packet.time_base * RATE for packet in packets] == [0, 1, 2]


def test_the_microphone_speaks_in_its_turn_only(clock: VirtualLoop) -> None:
    speaking = True
    microphone = Microphone(SPEECH, lambda: speaking)
    told = []
    for speaking in (True, True, False, True):  # noqa: B007
        packet = clock.run_until_complete(microphone.recv())
        told.append((bytes(packet), microphone.level, packet.pts, packet.time_base))
    base = Fraction(1, 48_000)
    assert told == [
        (b"a", 20, 0, base),
        (b"b", 21, 960, base),
        (b"silence", 127, 1920, base),
        (b"a", 20, 2880, base),
    ]


def test_a_stopped_track_ends(clock: VirtualLoop) -> None:
    for track in (Camera(PICTURES, lambda: False), Microphone(SPEECH, lambda: False)):
        track.stop()
        with pytest.raises(MediaStreamError):
            clock.run_until_complete(track.recv())
