"""A publisher's page sends as many encodings as somebody can use and its line carries, and not one more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.demand import (
    BACK_AFTER,
    INNOCENT_AFTER,
    INNOCENT_FOR,
    LESS_AFTER,
    LONGEST,
    LONGEST_WINDOW,
    LOSS_WINDOW,
    MAX_LAYERS,
    MIN_PACKETS,
    NONE_AFTER,
    Demand,
    Uplink,
    layers_for,
)

EVERY = 0.25  # seconds between two looks


@pytest.mark.parametrize(
    ("tile", "lowest", "expected"),
    [
        pytest.param(0, 180, 1, id="no size said yet"),
        pytest.param(500, 0, 3, id="nothing known of the source yet"),
        pytest.param(120, 180, 1, id="a thumbnail"),
        pytest.param(240, 180, 1, id="scaled up by a third"),
        pytest.param(241, 180, 2, id="by more"),
        pytest.param(480, 180, 2, id="twice that"),
        pytest.param(500, 180, 3, id="a stage"),
        pytest.param(2000, 180, 3, id="a large screen"),
        pytest.param(700, 360, 2, id="a phone's two"),
    ],
)
def test_what_a_tile_can_use(tile: int, lowest: int, expected: int) -> None:
    assert layers_for(tile, lowest) == expected


class Told:
    """What a publisher is told over time."""

    def __init__(self, layers: int = 3) -> None:
        self.demand = Demand(layers)
        self.now = 100.0

    def after(self, seconds: float, wished: int, uplink: int = 3) -> int:
        """The last word, once `wished` has been the same for so long."""
        end = self.now + seconds
        told = self.demand.decide(self.now, wished, uplink)
        while self.now < end:
            self.now += EVERY
            told = self.demand.decide(self.now, wished, uplink)
        return told


def test_less_is_told_late_and_more_at_once() -> None:
    told = Told()
    assert told.after(LESS_AFTER - 1, 1) == 3
    assert told.after(2, 1) == 1
    assert told.after(0, 3) == 3


def test_a_wish_that_comes_back_in_time_costs_the_encoder_nothing() -> None:
    told = Told()
    for _ in range(5):
        assert told.after(LESS_AFTER - 1, 1) == 3
        assert told.after(1, 3) == 3


def test_a_picture_that_nobody_sees_goes_to_one_then_to_none_and_comes_back_at_once() -> None:
    told = Told()
    assert told.after(LESS_AFTER + 1, 0) == 1
    assert told.after(NONE_AFTER - LESS_AFTER - 2, 0) == 1
    assert told.after(2, 0) == 0
    assert told.after(0, 2) == 2


def test_a_source_of_one_encoding_is_told_of_one_or_none() -> None:
    told = Told(layers=1)
    assert told.after(10, 3) == 1
    assert told.after(10, 1, uplink=1) == 1
    assert told.after(NONE_AFTER + 1, 0) == 0


def test_the_line_limits_what_viewers_wish() -> None:
    told = Told()
    assert told.after(0, 3, uplink=2) == 2
    assert told.after(0, 3, uplink=3) == 3


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 40)), max_size=30))
def test_never_less_than_the_wish_of_now_and_never_none_while_somebody_watches(
    wishes: list[tuple[int, float]],
) -> None:
    demand, now = Demand(3), 0.0
    for wished, seconds in wishes:
        now += seconds
        assert wished <= demand.decide(now, wished, 3) <= 3


class Line:
    """An uplink of 100 packets a second."""

    def __init__(self) -> None:
        self.uplink = Uplink()
        self.now = self.received = 0.0
        self.expected = 0

    def runs(self, seconds: float, loss: float) -> int:
        for _ in range(int(seconds / EVERY)):
            self.now += EVERY
            self.expected += 25
            self.received += 25 * (1 - loss)
            self.uplink.note(self.now, self.expected, round(self.received))
        return self.uplink.layers


def test_a_lossy_line_gives_up_a_layer_each_two_seconds() -> None:
    line = Line()
    assert line.runs(10, 0.0) == MAX_LAYERS
    assert [line.runs(LOSS_WINDOW, 0.15) for _ in range(3)] == [2, 1, 0]


def without_a_picture() -> Line:
    line = Line()
    while line.runs(EVERY, 0.15):
        pass
    return line


def test_a_picture_that_was_the_cause_comes_back_after_ten_seconds_of_little_loss() -> None:
    line = without_a_picture()
    assert line.runs(BACK_AFTER - EVERY, 0.0) == 0
    assert line.runs(EVERY, 0.0) == 1
    assert line.runs(BACK_AFTER, 0.0) == 2


def test_a_picture_that_was_not_the_cause_comes_back_at_once_and_stays() -> None:
    line = without_a_picture()
    assert line.runs(INNOCENT_AFTER, 0.15) == 1
    assert line.runs(INNOCENT_FOR - EVERY, 0.15) == 1
    assert line.runs(1.0, 0.15) == 0


def test_a_line_that_goes_on_losing_a_little_gets_its_picture_back() -> None:
    line = without_a_picture()
    assert line.runs(LOSS_WINDOW + BACK_AFTER, 0.06) == 1
    assert line.runs(60, 0.06) == 1


def test_a_picture_is_tried_again_at_the_latest_after_two_minutes() -> None:
    line = without_a_picture()
    line.runs(LOSS_WINDOW + 1, 0.0)
    assert line.runs(LONGEST - LOSS_WINDOW - 2, 0.15) == 0
    assert line.runs(2, 0.15) == 1


def test_what_is_lost_later_does_not_clear_a_picture_that_was_the_cause() -> None:
    line = without_a_picture()
    line.runs(LOSS_WINDOW + 1, 0.0)
    assert line.runs(INNOCENT_AFTER + 2, 0.15) == 0
    assert line.runs(LOSS_WINDOW + BACK_AFTER, 0.0) == 1


def test_a_picture_whose_return_costs_the_sound_waits_twice_as_long() -> None:
    line = without_a_picture()
    waits = []
    for _ in range(5):
        gone_at = line.now
        while not line.runs(EVERY, 0.0):
            pass
        waits.append(line.now - gone_at)
        while line.runs(EVERY, 0.15):
            pass
    assert [round(wait - LOSS_WINDOW, -1) for wait in waits] == [10, 20, 40, 60, 60]


def comes_back_after(sound: int, lost: int) -> float:
    """Seconds without a picture, where `lost` of the `sound` packets of each two seconds are lost."""
    line = without_a_picture()
    since = line.now
    while not line.uplink.layers:
        line.now += EVERY
        if line.now % LOSS_WINDOW == 0:
            line.expected, line.received = line.expected + sound, line.received + sound - lost
        line.uplink.note(line.now, line.expected, round(line.received))
    return line.now - since


def test_beside_silence_a_picture_comes_back() -> None:
    """A silent microphone sends too little for a share of it to say anything."""
    assert MIN_PACKETS * LOSS_WINDOW / LONGEST_WINDOW > 4
    assert comes_back_after(sound=4, lost=2) == BACK_AFTER


def test_beside_a_voice_that_pauses_a_picture_that_was_not_the_cause_comes_back_soon() -> None:
    """Too few packets for a share of two seconds are no moment without loss: more of them are waited for."""
    assert MIN_PACKETS > 16
    assert comes_back_after(sound=16, lost=5) < LONGEST_WINDOW
    assert comes_back_after(sound=8, lost=2) < LONGEST_WINDOW


def test_layers_come_back_one_each_ten_seconds_of_little_loss() -> None:
    line = Line()
    assert line.runs(2.25 * LOSS_WINDOW, 0.3) == 1
    assert line.runs(BACK_AFTER - 1, 0.0) == 1
    assert line.runs(4, 0.0) == 2
    assert line.runs(BACK_AFTER, 0.0) == 3


def test_loss_between_the_bounds_changes_nothing() -> None:
    line = Line()
    line.runs(LOSS_WINDOW + 1, 0.15)
    before = line.uplink.layers
    assert line.runs(60, 0.06) == before


def test_a_few_packets_say_nothing() -> None:
    """A muted microphone sends three a second: one that is lost is no 15 %."""
    one_lost, fewer = Uplink(), Uplink()
    for second in range(60):
        one_lost.note(float(second), second * 3, second * 3 - second // 20)
        fewer.note(float(second), second * 2, second)
    assert one_lost.layers == fewer.layers == MAX_LAYERS


def test_streams_that_begin_anew_say_nothing_for_a_moment() -> None:
    line = Line()
    line.runs(10, 0.0)
    line.expected, line.received = 0, 0.0
    assert line.runs(10, 0.0) == MAX_LAYERS
