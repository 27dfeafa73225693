"""Sound first, then pictures in their order; none that flaps, and none squeezed without need."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rtc.core.allocator import (
    CALM,
    FEWEST_FRAMES,
    FIRST_WORD,
    OVERCOMMITMENT,
    RETURN_AFTER,
    RETURN_LATER,
    RISE_EVERY,
    Allocator,
    Candidate,
    Decision,
    Rendition,
    wish,
)
from rtc.core.model import Band, Mid
from rtc.core.thinning import ALL as ALL_FRAMES
from rtc.core.thinning import Thinned

LOW, MIDDLE, HIGH = Rendition(0, 180, 120e3), Rendition(1, 360, 450e3), Rendition(2, 720, 1.2e6)
ALL = (LOW, MIDDLE, HIGH)
SOUND = 60e3
HALF, QUARTER = Thinned(1, 15.0, 0.7), Thinned(0, 7.5, 0.45)
NEVER = float("-inf")
NEEDED, SHARE, FRONT, REST = Band


def picture(
    mid: str,
    band: Band = REST,
    place: int = 0,
    height: int = 720,
    renditions: tuple[Rendition, ...] = ALL,
    current: int | None = None,
    rises_at: float = NEVER,
    thinner: tuple[Thinned, ...] = (),
) -> Candidate:
    return Candidate(Mid(mid), band, place, height, renditions, current, rises_at, thinner, ALL_FRAMES)


class Viewer:
    """Looks every 100 ms at pictures that do as they are told."""

    def __init__(self, *pictures: Candidate, sound: float = SOUND) -> None:
        self.allocator = Allocator()
        self.now = 1000.0
        self.sound = sound
        self.pictures = {p.mid: p for p in pictures}
        self.current: dict[str, int | None] = {p.mid: p.current for p in pictures}
        self.troubled_at = NEVER
        self.decision = Decision({}, 0.0, False, {})
        self.up_to: dict[str, int] = {}  # temporal layer, of those with fewer frames
        self.changes = 0

    def looks(self, target: float | None, seconds: float = 0.0, *, trouble: bool = False) -> dict[str, int | None]:
        end = self.now + seconds
        while True:
            if trouble:
                self.troubled_at = self.now
            self._look(target)
            if self.now >= end:
                return dict(self.current)
            self.now = min(end, self.now + RISE_EVERY)

    def _look(self, target: float | None) -> None:
        candidates = [
            replace(p, current=self.current[p.mid], up_to=self.up_to.get(p.mid, ALL_FRAMES))
            for p in self.pictures.values()
        ]
        self.decision = self.allocator.decide(self.now, target, self.troubled_at, self.sound, candidates)
        self.changes += sum(self.current[mid] != layer for mid, layer in self.decision.layers.items())
        self.current |= self.decision.layers
        up_to = {mid: one.temporal for mid, one in self.decision.thinned.items()}
        self.changes += up_to != self.up_to
        self.up_to = up_to


def settled(target: float, *pictures: Candidate) -> dict[str, int | None]:
    """What flows after half a minute, on a line that was full once and now has `target`."""
    viewer = Viewer(*pictures)
    viewer.looks(target, trouble=True)
    return viewer.looks(target, 30.0)


# --- who gets what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("height", "renditions", "expected"),
    [
        pytest.param(0, ALL, 0, id="not said: the lowest"),
        pytest.param(240, ALL, 0, id="scaled up by a third"),
        pytest.param(241, ALL, 1, id="by more"),
        pytest.param(480, ALL, 1, id="middle"),
        pytest.param(481, ALL, 2, id="highest"),
        pytest.param(2160, ALL, 2, id="larger than there is"),
        pytest.param(700, (LOW,), 0, id="one encoding"),
    ],
)
def test_the_lowest_that_fills_the_tile_is_wished(
    height: int, renditions: tuple[Rendition, ...], expected: int
) -> None:
    assert wish(picture("a", height=height, renditions=renditions)) == expected


@pytest.mark.parametrize(
    ("target", "pictures", "expected"),
    [
        pytest.param(10e6, [picture("a"), picture("b")], {"a": 2, "b": 2}, id="a good line: all as wished"),
        pytest.param(10e6, [picture("a", height=100)], {"a": 0}, id="never more than the tile can show"),
        pytest.param(
            1.8e6,
            [picture("a", FRONT), picture("b", SHARE), picture("c", REST)],
            {"b": 2, "a": 0, "c": 0},
            id="everybody is shown before anybody rises, then screens rise first",
        ),
        pytest.param(
            2.2e6,
            [picture("a", REST, 1), picture("b", FRONT, 2), picture("c", REST, 0)],
            {"b": 2, "c": 1, "a": 0},
            id="who speaks before the rest, the rest by place",
        ),
        pytest.param(
            1.2e6, [picture("a", place=1), picture("b", place=2)], {"a": 1, "b": 1}, id="the rest rises step by step"
        ),
        pytest.param(
            250e3,
            [picture("a", REST), picture("b", FRONT), picture("c", SHARE), picture("d", NEEDED)],
            {"d": 0, "c": None, "b": None, "a": None},
            id="the needed one is the last to go",
        ),
        pytest.param(100e3, [picture("a", NEEDED), picture("b", SHARE)], {"a": 0, "b": None}, id="it ranks with sound"),
        pytest.param(50e3, [picture("a", NEEDED)], {"a": None}, id="but not above it"),
        pytest.param(
            400e3,
            [picture("s", SHARE, renditions=(Rendition(0, 1080, 1.5e6),)), picture("a", FRONT)],
            {"s": None, "a": 0},
            id="a screen too large for the line leaves room to a face",
        ),
        pytest.param(100e3, [picture("a"), picture("b")], {"a": None, "b": None}, id="sound alone"),
        pytest.param(math.inf, [picture("a"), picture("b")], {"a": 2, "b": 2}, id="no limit"),
    ],
)
def test_a_line_is_shared_in_order(target: float, pictures: list[Candidate], expected: dict[str, int | None]) -> None:
    assert settled(target, *pictures) == expected


def test_while_nothing_is_known_of_the_line_everybody_is_shown_at_their_lowest() -> None:
    viewer = Viewer(*(picture(f"p{n}") for n in range(20)))
    assert set(viewer.looks(None, 5.0).values()) == {0}
    assert viewer.decision.short, "so that the line is probed as soon as it answers"


def test_what_is_wanted_is_everything_as_wished_and_the_sound() -> None:
    viewer = Viewer(picture("a"), picture("b", height=300), picture("c", height=0))
    viewer.looks(10e6, 2.0)
    assert viewer.decision.want == SOUND + HIGH.rate + MIDDLE.rate + LOW.rate
    assert not viewer.decision.short
    viewer.looks(800e3, 2.0)
    assert viewer.decision.short


def test_a_picture_without_any_live_encoding_is_left_alone() -> None:
    viewer = Viewer(picture("a", renditions=()), picture("b"))
    assert viewer.looks(1e6, 2.0, trouble=True) == {"a": None, "b": 0}
    assert set(viewer.decision.layers) == {"b"}
    assert viewer.allocator.squeezed == []


# --- over time -----------------------------------------------------------------------------------------------------


def test_one_picture_rises_at_a_time() -> None:
    viewer = Viewer(*(picture(f"p{n}", place=n, current=0) for n in range(5)))
    for rising in range(1, 6):
        layers = viewer.looks(50e6)
        assert [layers[f"p{n}"] for n in range(5)] == [2] * rising + [0] * (5 - rising)
        viewer.now += RISE_EVERY


def test_a_picture_rises_when_its_turn_of_a_move_has_come() -> None:
    viewer = Viewer(picture("a", current=0, rises_at=1002.0))
    assert viewer.looks(10e6, 1.9) == {"a": 0}
    assert viewer.looks(10e6, 0.2) == {"a": 2}


def test_a_start_is_at_the_lowest() -> None:
    viewer = Viewer(picture("a"))
    assert viewer.looks(10e6) == {"a": 0}


def test_what_flows_stays_while_it_fits_and_falls_at_once_when_it_does_not() -> None:
    viewer = Viewer(picture("a", current=2))
    enough = (SOUND + HIGH.rate) / 0.95
    assert viewer.looks(enough + 1, 5.0) == {"a": 2}
    assert viewer.looks(enough - 1) == {"a": 1}


def test_to_rise_it_must_fit_with_room_to_spare() -> None:
    viewer = Viewer(picture("a", current=1))
    enough = (SOUND + HIGH.rate * 1.15) / 0.95
    assert viewer.looks(enough - 1, 5.0) == {"a": 1}
    assert viewer.looks(enough + 1) == {"a": 2}


def test_nothing_rises_within_a_second_of_trouble() -> None:
    viewer = Viewer(picture("a", current=0))
    viewer.looks(10e6, trouble=True)
    assert viewer.looks(10e6, 0.9) == {"a": 0}
    assert viewer.looks(10e6, 0.1) == {"a": 2}


def test_what_fell_stays_down_for_two_seconds() -> None:
    viewer = Viewer(picture("a", current=2))
    viewer.looks(1e6)
    assert viewer.looks(10e6, 1.9) == {"a": 1}
    assert viewer.looks(10e6, 0.1) == {"a": 2}


def test_a_tile_that_was_small_for_a_moment_is_sharp_again_at_once() -> None:
    viewer = Viewer(picture("a", current=2))
    viewer.pictures[Mid("a")] = picture("a", height=100)
    assert viewer.looks(10e6) == {"a": 0}
    viewer.pictures[Mid("a")] = picture("a")
    assert viewer.looks(10e6) == {"a": 2}


def test_a_squeezed_picture_comes_back_after_a_while_and_the_next_time_later() -> None:
    viewer = Viewer(picture("a", current=0))
    viewer.looks(100e3, trouble=True)
    assert viewer.allocator.squeezed == ["a"]
    assert viewer.looks(2e6, RETURN_AFTER - 0.1) == {"a": None}
    viewer.looks(2e6, 0.1)
    assert viewer.current == {"a": 0}
    assert viewer.allocator.squeezed == []
    viewer.looks(100e3, trouble=True)
    assert viewer.looks(2e6, RETURN_LATER - 0.1) == {"a": None}
    viewer.looks(2e6, 0.1)
    assert viewer.current == {"a": 0}


def test_it_comes_back_only_where_it_fits_with_room_to_spare() -> None:
    viewer = Viewer(picture("a", current=0))
    viewer.looks(100e3, trouble=True)
    enough = (SOUND + LOW.rate * 1.2) / 0.95
    assert viewer.looks(enough - 1, 20.0) == {"a": None}
    assert viewer.looks(enough + 1) == {"a": 0}


# --- fewer frames ----------------------------------------------------------------------------------------------------


def test_a_picture_has_fewer_frames_before_it_has_none() -> None:
    viewer = Viewer(picture("a", current=0, thinner=(HALF, QUARTER)))
    for rate, expected in ((LOW.rate, {}), (0.9 * LOW.rate, {"a": HALF}), (0.6 * LOW.rate, {"a": QUARTER})):
        assert viewer.looks((SOUND + rate) / 0.95 + 1, trouble=True) == {"a": 0}
        assert viewer.decision.thinned == expected
        assert viewer.decision.short == bool(expected) or viewer.decision.short
    assert viewer.looks((SOUND + 0.4 * LOW.rate) / 0.95, trouble=True) == {"a": None}
    assert viewer.decision.thinned == {}


def test_all_frames_come_back_when_they_fit_with_room_to_spare() -> None:
    viewer = Viewer(picture("a", current=0, thinner=(HALF,)))
    viewer.looks((SOUND + 0.8 * LOW.rate) / 0.95, trouble=True)
    assert viewer.decision.thinned == {"a": HALF}
    enough = (SOUND + 1.15 * LOW.rate) / 0.95
    viewer.looks(enough - 1, 20.0)
    assert viewer.decision.thinned == {"a": HALF}
    viewer.looks(enough + 1)
    assert (viewer.decision.thinned, viewer.current) == ({}, {"a": 0})


def test_frames_come_back_two_seconds_after_they_went() -> None:
    viewer = Viewer(picture("a", current=0, thinner=(HALF,)))
    viewer.looks((SOUND + 0.8 * LOW.rate) / 0.95, trouble=True)
    viewer.looks(10e6, 1.9)
    assert viewer.decision.thinned == {"a": HALF}
    viewer.looks(10e6, 0.1)
    assert viewer.decision.thinned == {}


def test_a_picture_whose_frames_are_no_longer_told_apart_goes_on() -> None:
    viewer = Viewer(picture("a", current=0, thinner=(HALF,)))
    viewer.looks((SOUND + 0.8 * LOW.rate) / 0.95, trouble=True)
    viewer.pictures[Mid("a")] = picture("a", current=0)
    assert viewer.looks(10e6) == {"a": 0}


@pytest.mark.parametrize("fewer", [(), (QUARTER,), (HALF, QUARTER)])
def test_the_needed_one_keeps_its_fifteen_frames(fewer: tuple[Thinned, ...]) -> None:
    viewer = Viewer(picture("a", NEEDED, current=0, thinner=fewer))
    assert viewer.looks(SOUND + 1, trouble=True) == {"a": 0}
    assert viewer.decision.thinned == ({"a": HALF} if HALF in fewer else {})


def test_those_in_front_keep_all_their_frames_first() -> None:
    viewer = Viewer(*(picture(f"p{n}", place=n, current=0, thinner=(HALF, QUARTER)) for n in range(3)))
    viewer.looks((SOUND + 2.2 * LOW.rate) / 0.95, trouble=True)
    assert viewer.current == {"p0": 0, "p1": 0, "p2": None}
    viewer = Viewer(*(picture(f"p{n}", place=n, current=0, thinner=(HALF, QUARTER)) for n in range(3)))
    viewer.looks((SOUND + 2.5 * LOW.rate) / 0.95, trouble=True)
    assert viewer.decision.thinned == {"p2": QUARTER}


def test_nothing_rises_into_the_room_of_one_that_is_about_to_come_back() -> None:
    viewer = Viewer(picture("a", current=0), picture("b", place=1, current=0))
    viewer.looks(200e3, trouble=True)
    assert viewer.current == {"a": 0, "b": None}
    room = (SOUND + MIDDLE.rate * 1.15) / 0.95
    assert viewer.looks(room + 10e3, 2.9) == {"a": 0, "b": None}
    assert viewer.looks(room + 10e3, 0.1) == {"a": 0, "b": 0}


def test_another_person_on_the_slot_does_not_wait_for_the_one_before() -> None:
    viewer = Viewer(picture("a", current=0))
    viewer.looks(100e3, trouble=True)
    viewer.allocator.forget(Mid("a"))
    assert viewer.looks(2e6) == {"a": 0}


def test_recovery_to_the_top_takes_no_ladder() -> None:
    """From sound alone to everything within ten seconds; a line that is good again is found in three."""
    viewer = Viewer(*(picture(f"p{n}", place=n, current=2) for n in range(4)))
    viewer.looks(100e3, 2.0, trouble=True)
    assert set(viewer.current.values()) == {None}
    assert set(viewer.looks(10e6, 6.0).values()) == {2}


# --- over-commitment -----------------------------------------------------------------------------------------------


def crowd(count: int) -> Viewer:
    return Viewer(*(picture(f"p{n}", place=n) for n in range(count)))


def shown(viewer: Viewer) -> int:
    return sum(layer is not None for layer in viewer.current.values())


def test_an_estimate_that_nobody_pushed_squeezes_less() -> None:
    viewer = crowd(20)
    viewer.looks(1e6, FIRST_WORD + 1)
    assert shown(viewer) == int((OVERCOMMITMENT * 1e6 - SOUND) / LOW.rate)
    viewer.looks(1e6, trouble=True)
    assert shown(viewer) == int((0.95e6 - SOUND) / LOW.rate)


def test_the_first_words_of_an_estimator_squeeze_nothing_but_trouble_does() -> None:
    viewer = crowd(20)
    viewer.looks(300e3, FIRST_WORD - 0.1)
    assert shown(viewer) == 20
    viewer.looks(300e3, trouble=True)
    assert shown(viewer) == int((0.95 * 300e3 - SOUND) / LOW.rate)


def test_a_line_that_is_full_before_its_first_estimate_gets_no_credit() -> None:
    viewer = crowd(20)
    viewer.looks(None, trouble=True)
    viewer.looks(300e3, 0.1)
    assert shown(viewer) == int((0.95 * 300e3 - SOUND) / LOW.rate)


def test_what_trouble_squeezed_does_not_come_back_on_credit() -> None:
    viewer = crowd(10)
    viewer.looks(1e6, 2.0, trouble=True)
    before = shown(viewer)
    viewer.looks(1e6, CALM + 10)
    assert shown(viewer) == before


# --- whatever comes ------------------------------------------------------------------------------------------------

rates = st.floats(1e4, 3e6)
renditions = st.lists(rates, min_size=0, max_size=3).map(
    lambda found: tuple(Rendition(n, 180 << n, rate) for n, rate in enumerate(sorted(found)))
)
thinner = st.sampled_from([(), (HALF,), (HALF, QUARTER), (Thinned(0, 4.0, 0.3),)])
pictures = st.lists(
    st.tuples(st.sampled_from(list(Band)), renditions, st.integers(0, 1000), st.sampled_from([None, 0, 1, 2]), thinner),
    max_size=12,
).map(
    lambda found: [
        picture(
            f"p{n}",
            band,
            n,
            height,
            some,
            current if current is not None and current < len(some) else None,
            thinner=fewer,
        )
        for n, (band, some, height, current, fewer) in enumerate(found)
    ]
)
targets = st.floats(1e4, 1e7)


def given_rate(viewer: Viewer, band: Band | None = None) -> float:
    return sum(
        p.renditions[layer].rate * (fewer.share if (fewer := viewer.decision.thinned.get(p.mid)) else 1.0)
        for p in viewer.pictures.values()
        if (layer := viewer.decision.layers.get(p.mid)) is not None and band in (None, p.band)
    )


def least(p: Candidate) -> float:
    return p.renditions[0].rate * min((one.share for one in p.thinner if one.frames >= FEWEST_FRAMES), default=1.0)


@given(pictures, st.lists(st.tuples(targets, st.floats(0, 4), st.booleans()), min_size=1, max_size=12))
def test_sound_and_what_is_given_fit_and_nothing_is_above_its_wish(
    found: list[Candidate], course: list[tuple[float, float, bool]]
) -> None:
    viewer = Viewer(*found)
    viewer.looks(1e5, trouble=True)
    for target, seconds, trouble in course:
        viewer.looks(target, seconds, trouble=trouble)
        limit = OVERCOMMITMENT if viewer.now - viewer.troubled_at >= CALM else 0.95
        needed = sum(p.renditions[0].rate for p in found if p.band is NEEDED and p.renditions)
        assert given_rate(viewer) <= max(limit * target - SOUND, needed) + 1
        assert set(viewer.decision.layers) == {p.mid for p in found if p.renditions}
        for mid, layer in viewer.decision.layers.items():
            assert layer is None or layer <= wish(viewer.pictures[mid])


@given(pictures, targets)
def test_the_same_line_gives_the_same_pictures_for_ever(found: list[Candidate], target: float) -> None:
    viewer = Viewer(*found)
    viewer.looks(target, trouble=True)
    viewer.looks(target, 15.0)
    viewer.changes = 0
    viewer.looks(target, 60.0)
    assert viewer.changes == 0


@given(pictures, targets)
def test_nobody_is_squeezed_while_one_behind_them_has_as_much_as_they_would_take(
    found: list[Candidate], target: float
) -> None:
    viewer = Viewer(*found)
    layers = viewer.looks(target, trouble=True)
    ordered = sorted((p for p in found if p.renditions and p.band is not NEEDED), key=lambda p: (p.band, p.place))
    for n, waiting in enumerate(ordered):
        if layers[waiting.mid] is None:
            assert all(layers[later.mid] is None or least(later) < least(waiting) for later in ordered[n + 1 :])


def test_what_comes_new_where_others_wait_has_no_credit_either() -> None:
    """On a line that is known to be calm a picture begins a little beyond what fits; not where it is to wait."""
    viewer = Viewer(picture("a"))
    viewer.looks(150e3, CALM + FIRST_WORD)
    assert viewer.looks(150e3) == {"a": 0}
    waits = Viewer(picture("a"))
    waits.looks(150e3, CALM + FIRST_WORD)
    waits.allocator.wait(waits.now, Mid("a"))
    assert waits.looks(150e3) == {"a": None}
    assert waits.looks(300e3) == {"a": 0}
