"""What waits on a full stream: sound first, pictures 200 ms, and nothing cut in the middle."""

from __future__ import annotations

import pytest

from rtc.core.send_queue import BEGINNING, FIRST_REST, LONGEST_REST, MAX_OCTETS, MAX_WAIT, PROVEN, SendQueue

TICK = 0.02  # seconds


def took(queue: SendQueue, octets: int) -> bytes:
    """What a kernel with room for so much takes."""
    data = b"".join(queue.head())[:octets]
    queue.wrote(len(data))
    return data


def flowing(now: float = 100.0) -> SendQueue:
    """Its beginning is over."""
    return SendQueue(now - BEGINNING - 0.001)


def test_sound_goes_before_pictures_that_came_first() -> None:
    queue = flowing()
    queue.put(100, b"PICTURE1", picture=True)
    queue.put(100, b"PICTURE2", picture=True)
    queue.put(100, b"sound", picture=False)
    assert took(queue, 1000) == b"soundPICTURE1PICTURE2"
    assert not queue


def test_nothing_comes_between_the_parts_of_a_frame() -> None:
    queue = flowing()
    queue.put(100, b"PICTURE", picture=True)
    assert took(queue, 3) == b"PIC"
    queue.put(100, b"sound", picture=False)
    assert took(queue, 4) == b"TURE"
    assert took(queue, 2) == b"so"
    queue.put(100, b"PICTURE", picture=True)
    assert took(queue, 1000) == b"undPICTURE"


@pytest.mark.parametrize("room", [1, 2, 3, 5, 7, 100])
def test_all_leaves_in_order_however_little_the_kernel_takes(room: int) -> None:
    queue = flowing()
    for i in range(100):
        queue.put(100, bytes((i,)) * (i % 5 + 1), picture=True)
    taken = b""
    while queue:
        taken += took(queue, room)
    assert taken == b"".join(bytes((i,)) * (i % 5 + 1) for i in range(100))


def test_pictures_that_wait_for_200_ms_stop_and_sound_goes_on() -> None:
    queue = flowing()
    queue.put(100, b"PICTURE", picture=True)
    queue.put(100.1, b"sound", picture=False)
    assert not queue.judge(100 + MAX_WAIT - 0.001)
    assert queue.judge(100 + MAX_WAIT + 0.001)
    queue.put(100.3, b"PICTURE", picture=True)
    queue.put(100.3, b"more", picture=False)
    assert took(queue, 1000) == b"soundmore"
    assert queue.dropped == 2


def test_a_frame_of_which_a_part_has_left_leaves_whole() -> None:
    queue = flowing()
    queue.put(100, b"PICTURE1", picture=True)
    queue.put(100, b"PICTURE2", picture=True)
    took(queue, 3)
    assert queue.judge(101)
    assert took(queue, 1000) == b"TURE1"


def test_the_key_frames_of_a_beginning_have_longer() -> None:
    queue = SendQueue(100)
    queue.put(100, b"KEY FRAME", picture=True)
    assert not queue.judge(100 + BEGINNING - 0.001)
    assert queue.judge(100 + BEGINNING + 0.001)


def test_as_much_as_no_line_carries_stops_at_once() -> None:
    queue = flowing()
    for _ in range(MAX_OCTETS // 1000 + 1):
        queue.put(100, bytes(1000), picture=True)
    assert queue.judge(100)


def test_sound_that_is_a_second_late_is_left_out() -> None:
    queue = flowing()
    for i in range(8):
        queue.put(100 + i / 4, bytes((i,)), picture=False)
    assert queue.dropped == 3
    assert took(queue, 1000) == bytes(range(3, 8))


def returned_after(queue: SendQueue, now: float) -> float:
    """Blocked now: when pictures may come again on a line that has room."""
    began = now
    took(queue, 1 << 30)
    while queue.judge(now):
        now += TICK
    return now - began


def fill(queue: SendQueue, now: float) -> float:
    """Pictures that do not leave, until they stop."""
    queue.put(now, b"PICTURE", picture=True)
    while not queue.judge(now):
        now += TICK
    return now


def test_pictures_return_when_nothing_waits_any_more() -> None:
    queue = flowing()
    now = fill(queue, 100)
    queue.put(now, b"sound", picture=False)
    assert queue.judge(now + 5)
    took(queue, 1000)
    assert not queue.judge(now + 5)


def test_on_a_line_that_fills_up_again_each_return_comes_later() -> None:
    """A return costs everybody who watches the same pictures a key frame."""
    queue = flowing()
    now, rests = 100.0, []
    for _ in range(6):
        now = fill(queue, now)
        rests.append(returned_after(queue, now))
        now += rests[-1]
    expected = [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST, LONGEST_REST, LONGEST_REST, LONGEST_REST]
    assert rests == pytest.approx(expected, abs=TICK)
    now = fill(queue, now + PROVEN)
    assert returned_after(queue, now) == pytest.approx(FIRST_REST, abs=TICK)
