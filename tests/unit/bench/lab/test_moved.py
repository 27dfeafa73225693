"""Figures of a move, from runs and notes made by hand."""

from __future__ import annotations

import pytest

from bench.lab.moved import Note, Noted, delay_ms, percentile, run_of, strays
from rtc import Mid, PeerId, Run, Source

LEO, MIA = PeerId(1), PeerId(2)


def run(mid: str, publisher: PeerId, at: float, first: int, until: float | None = None, last: int = 0) -> Run:
    source = Source.MICROPHONE if mid.startswith("a") else Source.CAMERA
    return Run(mid=Mid(mid), publisher=publisher, source=source, first=first, last=last, packets=9, at=at, until=until)


# Leo until the move at 100.0, Mia from then on; her sound comes in another slot, her picture in the same one.
RUNS = [
    run("a0", LEO, 90.0, 1000, until=100.01, last=481_000),
    run("v0", LEO, 90.0, 5000, until=100.01, last=905_000),
    run("a1", MIA, 100.02, 700),
    run("v0", MIA, 100.06, 911_000),
]


def test_a_delay_is_until_the_first_frame_of_the_new_run() -> None:
    sound = run_of(RUNS, MIA, Source.MICROPHONE, since=100.0)
    arrived = [Note("a1", 650, 99.0), Note("a0", 481_000, 100.025), Note("a1", 700, 100.030), Note("a1", 1660, 100.050)]
    assert delay_ms(arrived, sound, since=100.0) == pytest.approx(30)


def test_timestamps_wrap() -> None:
    wrapping = run("a1", MIA, 100.02, 0xFFFFFE00)
    arrived = [Note("a1", 0xFFFFFA40, 100.01), Note("a1", 0x1C0, 100.04)]
    assert delay_ms(arrived, wrapping, since=100.0) == pytest.approx(40)


def test_the_first_of_samples_tells_when_the_run_began() -> None:
    sampled = run("a1", MIA, 100.02, 0xFFFFFE00)
    heard = [Note("a1", 0xFFFFF000, 100.05), Note("a1", 0x1C0, 100.25)]
    assert delay_ms(heard, sampled, since=100.0, clock_rate=48_000) == pytest.approx(230)


@pytest.mark.parametrize(
    ("notes", "found"),
    [([], RUNS[2]), ([Note("a1", 700, 101.9)], RUNS[2]), ([Note("a1", 700, 100.1)], None)],
    ids=["nothing came", "it came too late", "nothing was forwarded"],
)
def test_whoever_has_no_figure_in_time_counts_as_all_of_it(notes: list[Note], found: Run | None) -> None:
    assert delay_ms(notes, found, since=100.0) == 1200


def test_the_run_of_a_move_is_the_first_after_its_command() -> None:
    again = run("v0", MIA, 100.5, 950_000)
    assert run_of([*RUNS, again], MIA, Source.CAMERA, since=100.0) == RUNS[3]
    assert run_of(RUNS, LEO, Source.CAMERA, since=100.0) is None
    assert run_of(RUNS, MIA, Source.CAMERA, since=98.0) is None, "that is another move's"


def test_what_left_before_the_switch_and_came_before_the_new_is_no_stray() -> None:
    arrived = [
        Note("a0", 480_040, 100.02),
        Note("a0", 481_000, 100.03),
        Note("a1", 700, 100.04),
        Note("a1", 1660, 100.06),
    ]
    assert strays(arrived, RUNS, audio=True) == 0


def test_the_old_after_the_first_of_the_new_is_a_stray_in_whichever_slot() -> None:
    arrived = [Note("a1", 700, 100.03), Note("a0", 481_000, 100.04), Note("a1", 1660, 100.06)]
    assert strays(arrived, RUNS, audio=True) == 1
    arrived = [Note("v0", 911_000, 100.1), Note("v0", 905_000, 100.2)]
    assert strays(arrived, RUNS, audio=False) == 1


def test_sound_and_picture_are_judged_each_for_itself() -> None:
    """A picture of the old room may still be on its way through the page's own queues when new sound is there."""
    arrived = [Note("a1", 700, 100.03), Note("v0", 905_000, 100.04)]
    assert strays(arrived, RUNS, audio=True) == strays(arrived, RUNS, audio=False) == 0


def test_notes_name_their_line() -> None:
    noted = Noted()
    taken = {"mids": ["4", "5"], "arrived": [[1, 700, 100_020.5]], "shown": [], "heard": [[0, 1, 1000]], "offers": 1}
    noted.add(taken)
    noted.add(taken)
    assert noted.arrived == [Note("5", 700, 100.0205)] * 2
    assert noted.heard[0].mid == "4"
    assert noted.offers == 2


def test_percentiles_are_in_whole_tenths() -> None:
    assert percentile([1.0, 2.0, 3.04], 50) == 2.0
    assert percentile([0.0, 10.16], 95) == 9.7
