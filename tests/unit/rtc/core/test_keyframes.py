from __future__ import annotations

from rtc.core.keyframes import REPEAT_AFTER, KeyFrameRequests


def test_many_viewers_ask_one_request_goes_out() -> None:
    requests = KeyFrameRequests()
    for _ in range(20):
        requests.want()
    assert [requests.due(10.0 + i / 100) for i in range(20)] == [True] + [False] * 19


def test_it_is_repeated_while_anyone_waits() -> None:
    requests = KeyFrameRequests()
    requests.want()
    assert requests.due(0)
    assert not requests.due(REPEAT_AFTER - 0.001)
    assert requests.due(REPEAT_AFTER)
    assert requests.sent == 2


def test_a_key_frame_ends_the_waiting() -> None:
    requests = KeyFrameRequests()
    requests.want()
    requests.due(0)
    requests.arrived()
    assert not requests.due(10)
    requests.want()
    assert requests.due(10)


def test_nobody_waits_nothing_is_sent() -> None:
    assert not KeyFrameRequests().due(100)
