"""Where a line does not carry everybody's voice: the loudest two, facilitators first, nobody cut off in a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.hearing import HOLD, OVER, QUIET, Hearing, Voice
from rtc.core.model import Mid

TALK, DTX = 50e3, 3e3  # bits/s
ROOM = 100e3


def voice(mid: str, loudness: float = 0.0, rate: float = TALK, *, goes_first: bool = False) -> Voice:
    return Voice(Mid(mid), goes_first, loudness, rate)


class Listener:
    def __init__(self) -> None:
        self.hearing = Hearing()
        self.now = 100.0

    def waiting(self, *voices: Voice, room: float = ROOM, full: bool = True, after: float = 0.2) -> str:
        """Who is not heard."""
        self.now += after
        self.hearing.decide(self.now, room, full, voices)
        return "".join(self.hearing.waiting)


@pytest.mark.parametrize(
    ("voices", "room", "waiting"),
    [
        pytest.param([voice("a", 60), voice("b", 70)], ROOM, "", id="all fit"),
        pytest.param([voice("a", 60), voice("b", 70), voice("c", 65)], ROOM, "a", id="the loudest two"),
        pytest.param([voice("a", 60), voice("b", 70), voice("c", goes_first=True)], ROOM, "a", id="facilitators first"),
        pytest.param([voice("a", 60), voice("b", 70), voice("c", 65)], 140e3, "a", id="two, with some room left"),
        pytest.param(
            [voice("a", 60), voice("b", 70), voice("c", 65), voice("d", rate=DTX)],
            105e3,
            "a",
            id="silence is heard too",
        ),
        pytest.param([voice("a", 60), voice("b", 70)], 85e3, "", id="two, on a line found a little too narrow"),
        pytest.param([voice("a", 60), voice("b", 70)], 60e3, "a", id="one, on a line for one"),
        pytest.param([voice("a", 60), voice("b", 70)], 20e3, "a", id="one, whatever the line"),
        pytest.param([voice("a", 60), voice("b", 70), voice("c", 65), voice("d", 50)], 160e3, "d", id="three that fit"),
    ],
)
def test_who_is_heard(voices: list[Voice], room: float, waiting: str) -> None:
    assert Listener().waiting(*voices, room=room) == waiting


def test_a_line_that_nobody_has_pushed_is_no_limit() -> None:
    listener = Listener()
    crowd = [voice(mid, 60) for mid in "abcdefgh"]
    assert listener.waiting(*crowd, full=False) == ""
    assert listener.waiting(*crowd, full=True) == "cdefgh"
    assert listener.waiting(*crowd, full=False) == "cdefgh", "calm is because they wait"
    assert listener.waiting(*crowd, full=False, room=8.1 * TALK) == "h", "there must be room to spare"
    assert listener.waiting(*crowd, full=False, room=8.2 * TALK) == ""


def test_nobody_is_cut_off_within_two_seconds() -> None:
    listener = Listener()
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 50)) == "c"
    louder = voice("a", 60), voice("b", 70), voice("c", 80)
    assert listener.waiting(*louder, after=HOLD - 0.3) == "c"
    assert listener.waiting(*louder, after=0.4) == "a"
    assert listener.waiting(voice("a", 90), voice("b", 70), voice("c", 80), after=HOLD - 0.1) == "b"


def test_of_two_who_are_as_loud_who_is_heard_stays() -> None:
    listener = Listener()
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 59)) == "c"
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 62), after=HOLD + 1) == "c"
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 64)) == "a"


def test_a_second_voice_goes_later_than_it_would_come() -> None:
    listener = Listener()
    two = voice("a", 60), voice("b", 70)
    assert listener.waiting(*two, room=75e3) == "a"
    assert listener.waiting(*two, room=82e3) == ""
    assert listener.waiting(*two, room=75e3) == ""
    assert listener.waiting(*two, room=70e3) == "a"


def test_a_facilitator_waits_for_nobody() -> None:
    listener = Listener()
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", rate=DTX, goes_first=True)) == ""
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 40, goes_first=True)) == "a"


def test_who_falls_silent_makes_room_at_once() -> None:
    listener = Listener()
    assert listener.waiting(voice("a", 60), voice("b", 70), voice("c", 50)) == "c"
    assert listener.waiting(voice("a", 60), voice("b", 0, rate=QUIET / 2), voice("c", 50)) == "b"
    assert listener.waiting(voice("a", 60), voice("b", 0, rate=QUIET / 2), voice("c", 50), room=1.1 * ROOM) == ""
    assert listener.waiting() == ""


@given(
    st.lists(
        st.tuples(st.floats(0, 127), st.sampled_from([DTX, TALK, 2 * TALK]), st.booleans()), min_size=1, max_size=8
    ),
    st.floats(-1e5, 1e6),
)
def test_somebody_is_always_heard_and_only_the_first_beyond_what_fits(
    voices: list[tuple[float, float, bool]], room: float
) -> None:
    hearing = Hearing()
    all_of_them = [voice(str(n), loudness, rate, goes_first=first) for n, (loudness, rate, first) in enumerate(voices)]
    hearing.decide(0.0, room, True, all_of_them)
    heard = [one for one in all_of_them if one.mid not in hearing.waiting]
    assert heard
    assert sum(one.rate for one in heard) <= max(room * OVER, 0) + 2 * TALK + 8 * DTX
