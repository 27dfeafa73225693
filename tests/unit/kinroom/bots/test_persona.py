from __future__ import annotations

import math

import pytest

from kinroom.bots.persona import PAUSE, TURN, persona, speaks


def test_twenty_five_people_differ_in_name_colour_and_pitch() -> None:
    people = [persona(index) for index in range(25)]
    assert len({who.name for who in people}) == 25
    assert len({round(who.pitch) for who in people}) == 25
    for one in people:
        for other in people[: one.index]:
            # VP8 moves these flat colours by up to 7, so that the nearest colour is the right one.
            assert math.dist(one.background, other.background) > 20


def test_names_stay_different_beyond_the_list() -> None:
    assert persona(25).name == f"{persona(0).name} 2"
    assert persona(50).name == f"{persona(0).name} 3"


@pytest.mark.parametrize("count", [1, 2, 5])
def test_people_take_turns_with_pauses(count: int) -> None:
    for tick in range(200):
        now = 1000 + tick * 0.25
        speakers = [index for index in range(count) if speaks(now, index, count)]
        expected = [] if now % TURN >= TURN - PAUSE else [int(now // TURN) % count]
        assert speakers == expected


def test_a_shorter_turn_keeps_its_share_of_pause() -> None:
    assert speaks(10.75, 0, 1, turn=1.0)
    assert not speaks(10.85, 0, 1, turn=1.0)
