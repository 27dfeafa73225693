"""Five people in one room, and what each hears and sees while somebody's line narrows and widens again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest

from rtc.core.changes import Attach, Detach, Rank, Want
from rtc.core.model import Band, Grant, Mid, Source
from tests.unit.rtc.core.homes import CAMERA, Home, Street

TOP = [2, 2, 2, 2]
LOOK = 0.5  # seconds
PHASE = 10.0  # seconds


def gaps(home: Home, other: Home) -> list[float]:
    return [after - before for before, after in itertools.pairwise(home.watched[other.number].sound)]


def layers(street: Street, home: Home) -> list[int | None]:
    return [street.layer(home, other) for other in street.others(home)]


@dataclass
class Evening:
    """The first one's line has 2 Mbit/s, then 300, then 100 kbit/s, and 2 Mbit/s again. The second one speaks."""

    street: Street
    began: list[float] = field(default_factory=list)  # each phase
    seen: list[tuple[float, list[list[int | None]]]] = field(default_factory=list)  # everybody's layers
    overflowed: list[tuple[float, int]] = field(default_factory=list)

    @property
    def bad(self) -> Home:
        return self.street.homes[0]


@pytest.fixture(scope="module")
def evening() -> Evening:
    street = Street(5)
    evening = Evening(street)
    street.homes[1].speaks = True
    for rate in (2e6, 300e3, 100e3, 2e6):
        evening.bad.line.rate = rate
        evening.began.append(street.now)
        for _ in range(int(PHASE / LOOK)):
            street.run(LOOK)
            evening.seen.append((street.now, [layers(street, home) for home in street.homes]))
            evening.overflowed.append((street.now, evening.bad.line.overflowed))
    return evening


def test_a_line_that_carries_it_shows_everybody_as_large_as_the_tiles(evening: Evening) -> None:
    settled = [seen for at, seen in evening.seen if evening.began[0] + 6.0 <= at < evening.began[1]]
    assert settled
    assert all(each == TOP for seen in settled for each in seen)


def test_sound_is_never_lost_for_more_than_a_moment(evening: Evening) -> None:
    heard = evening.bad.watched[1].sound
    assert max(gaps(evening.bad, evening.street.homes[1])) < 0.300
    assert len(heard) > 0.96 * 4 * PHASE * 50


def test_pictures_give_way_within_two_seconds(evening: Evening) -> None:
    for begin, end in (evening.began[1:3], evening.began[2:4]):
        lost = [count for at, count in evening.overflowed if begin + 2.0 <= at <= end]
        assert lost[0] == lost[-1], "the line is still too full"
    narrow = [seen[0] for at, seen in evening.seen if evening.began[1] + 2.0 <= at <= evening.began[2]]
    assert all(layer in (0, None) for each in narrow for layer in each)
    assert any(0 in each for each in narrow)


def test_the_page_is_told_which_pictures_wait(evening: Evening) -> None:
    _, _, narrowest, widens = evening.began
    pictures = [evening.street.slot(evening.bad, other, "v") for other in evening.street.others(evening.bad)]
    assert [set(mids) for at, mids in evening.bad.squeezed if at < widens][-1] == set(pictures)
    assert any(0 < len(mids) < 4 for at, mids in evening.bad.squeezed if at < narrowest)
    assert evening.bad.squeezed[-1][1] == []


def test_all_comes_back_within_ten_seconds(evening: Evening) -> None:
    widens = evening.began[3]
    back = next(at for at, seen in evening.seen if at > widens and seen[0] == TOP)
    assert back - widens <= PHASE


def test_one_bad_line_changes_nothing_for_anybody_else(evening: Evening) -> None:
    street = evening.street
    for home in street.homes[1:]:
        assert home.squeezed == []
        assert home.needed == []
        assert home.line.overflowed == 0
        if not home.speaks:
            assert max(gaps(home, street.homes[1])) < 0.030
    settled = [seen[1:] for at, seen in evening.seen if at >= evening.began[1]]
    assert all(each == TOP for seen in settled for each in seen)


# --- what goes first -------------------------------------------------------------------------------------------------


def test_whoever_speaks_is_seen_before_the_others() -> None:
    street = Street(5)
    bad, speaker = street.homes[0], street.homes[4]
    speaker.speaks = True
    bad.line.rate = 230e3
    street.run(15.0)
    assert street.layer(bad, speaker) is not None
    assert None in layers(street, bad)


def test_pictures_that_the_page_does_not_speak_of_come_last() -> None:
    street = Street(5)
    bad = street.homes[0]
    spoken_of = Mid("v3")
    street.apply([Rank(bad.person.id, [Want(spoken_of, 180)])])
    bad.line.rate = 200e3
    street.run(12.0)
    assert bad.squeezed[-1][1]
    assert spoken_of not in bad.squeezed[-1][1]


def test_a_picture_that_is_needed_is_never_squeezed_before_others() -> None:
    street = Street(5)
    bad, needed = street.homes[0], street.homes[4]
    street.homes[1].speaks = True
    street.rank(bad, 720, {needed.number: Band.NEEDED})
    bad.line.rate = 300e3
    slot = street.slot(bad, needed, "v")
    street.run(3.0)
    for _ in range(24):
        street.run(LOOK)
        assert street.layer(bad, needed) is not None
    assert all(slot not in mids for _, mids in bad.squeezed)
    shown = [at for at, _ in bad.watched[needed.number].pictures if at > street.now - 10.0]
    assert max(b - a for a, b in itertools.pairwise(shown)) < 0.300


def test_of_four_voices_a_line_for_two_carries_the_loudest_and_the_facilitator() -> None:
    leader = Grant(frozenset(Source), may_receive=True, goes_first=True)
    street = Street(5, grants={3: leader})
    bad = street.homes[0]
    for number, level in ((1, 40), (2, 20), (3, 44), (4, 30)):
        street.homes[number].speaks, street.homes[number].loud = True, level
    bad.line.rate = 120e3
    street.run(12.0)
    waiting = {street.slot(bad, street.homes[number], "a") for number in (1, 4)}
    assert waiting <= set(bad.squeezed[-1][1])
    since = street.now
    street.run(5.0)
    for number, heard in ((1, False), (2, True), (3, True), (4, False)):
        count = sum(since + 0.5 <= at < street.now for at in bad.watched[number].sound)
        assert (count > 0.97 * 4.5 * 50) is heard
        assert heard or count == 0
    bad.line.rate = 2e6
    street.run(10.0)
    assert bad.squeezed[-1][1] == []


# --- beginnings ------------------------------------------------------------------------------------------------------


def test_on_a_full_line_a_newcomer_is_heard_and_waits_to_be_seen() -> None:
    street = Street(5)
    bad, comes = street.homes[0], street.homes[4]
    street.homes[1].speaks = True
    sound, picture = street.slot(bad, comes, "a"), street.slot(bad, comes, "v")
    street.apply([Detach(bad.person.id, sound), Detach(bad.person.id, picture)])
    bad.line.rate = 100e3
    street.run(8.0)
    before = len(bad.watched[comes.number].pictures), len(bad.watched[comes.number].sound)
    street.apply(
        [
            Attach(bad.person.id, sound, comes.person.id, Source.MICROPHONE),
            Attach(bad.person.id, picture, comes.person.id, CAMERA),
        ]
    )
    street.run(1.5)
    assert len(bad.watched[comes.number].pictures) == before[0]
    assert len(bad.watched[comes.number].sound) > before[1]
    assert picture in bad.squeezed[-1][1]


def test_before_the_first_word_everything_flows_at_its_smallest() -> None:
    street = Street(3)
    mute = street.homes[0]
    mute.reports_arrivals = False
    street.run(4.0)
    assert layers(street, mute) == [0, 0]
    assert mute.squeezed == []
    assert mute.person.peer.downlink.stats.target is None


def test_a_room_without_pictures_is_probed_too() -> None:
    street = Street(5)
    listener = street.homes[0]
    street.apply([Detach(listener.person.id, Mid(f"v{n}")) for n in range(4)])
    for home in street.homes[1:]:
        home.speaks = True
    listener.line.rate = 120e3
    street.run(6.0)
    assert len(listener.squeezed[-1][1]) == 2
    listener.line.rate = 2e6
    street.run(8.0)
    assert listener.padding > 0
    assert listener.person.peer.stats().downlink.probes > 0
    assert listener.squeezed[-1][1] == []


# --- who reports otherwise -------------------------------------------------------------------------------------------


def test_a_viewer_without_transport_wide_numbers_tells_its_own_estimate() -> None:
    street = Street(3, numbered=False)
    street.run(2.0)
    viewer = street.homes[0]
    street.says(viewer, 900e3)
    street.run(4.0)
    assert layers(street, viewer) == [2, 2]
    assert viewer.person.peer.downlink.stats.target == pytest.approx(900e3, rel=0.01)
    for _ in range(6):
        street.says(viewer, 100e3)
        street.run(LOOK)
    assert layers(street, viewer) == [0, None]
    assert viewer.padding == 0
