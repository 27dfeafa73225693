"""Figures of a person on a bad line, from notes made by hand."""

from __future__ import annotations

import pytest

from bench.lab import sensed
from bench.lab.sensed import Heard, Sensed, Shown
from rtc import Mid, PeerId, Run, Source

ALWAYS = [(0.0, 100.0)]


def shown(*times: float, height: int = 360) -> list[Shown]:
    return [Shown(at, height) for at in times]


def heard(begin: float, made_up: list[int], connection: int = 0) -> list[Heard]:
    """Two looks a second; `made_up`: samples in each half second since the first look."""
    notes, lost = [Heard(begin, connection, 0, 0, 0)], 0
    for n, more in enumerate(made_up, 1):
        lost += more
        notes.append(Heard(begin + n / 2, connection, n * 24_000, lost, 0))
    return notes


def test_notes_of_a_page_become_seconds() -> None:
    page = Sensed()
    page.add({"frames": [["5", 1500, 360]], "sounds": [["4", 2500, 0, 960, 480, 96, 1]]})
    assert page.shown == {"5": [Shown(1.5, 360)]}
    assert page.heard == {"4": [Heard(2.5, 0, 960, 480, 96)]}


def test_a_slot_is_fed_from_the_first_packet_of_a_run_to_its_stop() -> None:
    def run(at: float, until: float | None) -> Run:
        return Run(Mid("4"), PeerId(1), Source.MICROPHONE, 0, 0, 9, at, until)

    assert sensed.fed([run(20, None), run(10, 15)], now=30) == {"4": [(10, 15), (20, 30)]}


@pytest.mark.parametrize(
    ("notes", "spans", "since", "counts"),
    [
        (heard(0, [0] * 9 + [0, 2400, 0]), ALWAYS, 0, (2400, 2 * 24_000)),  # from five seconds on
        (heard(0, [2400] * 9 + [0, 0, 0]), ALWAYS, 0, (0, 2 * 24_000)),
        (heard(0, [0] * 12 + [2400]), ALWAYS, 6.25, (0, 0)),  # what began before counts to what was before
        (heard(0, [0] * 10 + [2400, 0, 0]), [(5.5, 100.0)], 0, (0, 2 * 24_000)),  # nothing was sent at first
        (
            heard(0, [0] * 12) + heard(6.5, [2400], 1),
            ALWAYS,
            0,
            (0, 2 * 24_000),
        ),  # a new connection counts from nothing
    ],
)
def test_what_was_made_up(
    notes: list[Heard], spans: list[tuple[float, float]], since: float, counts: tuple[int, int]
) -> None:
    assert sensed.made_up(notes, spans, since, 100) == counts


def test_made_up_silence_is_nobodys_loss() -> None:
    notes = [Heard(0, 0, 0, 0, 0), Heard(6, 0, 100, 0, 0), Heard(7, 0, 48_100, 960, 480)]
    assert sensed.made_up(notes, ALWAYS, 0, 100) == (480, 48_000)


@pytest.mark.parametrize(("counts", "share"), [([], None), ([(0, 0)], None), ([(1, 100), (2, 100)], 1.5)])
def test_the_share_of_all_sounds_together(counts: list[tuple[int, int]], share: float | None) -> None:
    assert sensed.percent(counts) == share


@pytest.mark.parametrize(
    ("times", "spans", "since", "until", "found"),
    [
        ((1.0, 1.1, 1.2), ALWAYS, 0, 1.2, 100),
        ((1.0, 3.0), ALWAYS, 2, 3, 2000),  # it began before
        ((1.0, 3.0), ALWAYS, 0, 2, 2000),  # and goes on after
        ((1.0, 1.1), ALWAYS, 0, 4, 2900),  # it never ended
        ((1.0, 1.1, 5.0), [(0.0, 1.5), (4.5, 100.0)], 0, 5, 400),  # paused on purpose
        ((5.0,), ALWAYS, 0, 5, 0),  # the wait for the first
        ((), ALWAYS, 0, 5, 0),
    ],
)
def test_the_longest_gap_between_frames(
    times: tuple[float, ...], spans: list[tuple[float, float]], since: float, until: float, found: float
) -> None:
    assert sensed.longest(sensed.gaps(shown(*times), spans, since, until)) == found


def test_windows_of_a_second_are_judged() -> None:
    notes = heard(0, [0] * 12 + [4000] + [0] * 3)
    assert list(sensed.murmurs(notes, ALWAYS, 0.05)) == [(5.5, 6.5), (6.0, 7.0)]
    assert list(sensed.murmurs(notes, ALWAYS, 0.10)) == []


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        ([], 0.0),
        ([(10.2, 11.0)], 1.0),
        ([(10.2, 11.0), (13.5, 14.0)], 4.0),
        ([(10.2, 11.0), (14.5, 15.0)], 1.0),  # three seconds of calm between
        ([(8.0, 9.0)], 0.0),
        ([(13.5, 14.0)], 0.0),
        ([(10.0, 18.0)], None),
    ],
)
def test_a_line_is_adapted_to_once_three_seconds_are_calm(
    trouble: list[tuple[float, float]], seconds: float | None
) -> None:
    assert sensed.calm_after(trouble, since=10, until=20) == seconds


def test_a_picture_is_tall_again_with_its_first_frame_of_that_height() -> None:
    notes = shown(9, height=720) + shown(10.5, height=180) + shown(12.5, height=720)
    assert sensed.tall_after(notes, 720, since=10) == 2.5
    assert sensed.tall_after(notes, 1080, since=10) is None
