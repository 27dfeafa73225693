"""Whose line reads weak or poor on the board: by bounds, and not by one look."""

from __future__ import annotations

import pytest

from signaling import protocol as p
from signaling.core.ids import ParticipantId
from signaling.shell.pulse import Line, Lines, line_of

ANA, SAM = ParticipantId("ana"), ParticipantId("sam")


def figure(up_kbps: float = 500.0, up_loss: float = 0.0, down_loss: float = 0.0, jitter_ms: float = 0.0) -> p.Figure:
    return p.Figure("", True, up_kbps, 0.0, up_loss, down_loss, jitter_ms)


GOOD, WEAK, POOR = figure(), figure(up_loss=0.05), figure(up_loss=0.2)


def over(*looks: p.Figure) -> str:
    """One letter for each look: good, weak or poor."""
    lines = Lines()
    told = [lines.step({SAM: look}, {}, ()) for look in looks]
    return "".join("w" if weak else "p" if poor else "g" for weak, poor in told)


@pytest.mark.parametrize(
    ("look", "rtt_ms", "line"),
    [
        (figure(up_loss=0.03, down_loss=0.03, jitter_ms=40.0), 300.0, Line.GOOD),
        (figure(up_loss=0.031), 0.0, Line.WEAK),
        (figure(down_loss=0.031), 0.0, Line.WEAK),
        (figure(jitter_ms=40.1), 0.0, Line.WEAK),
        (figure(), 301.0, Line.WEAK),
        (figure(up_loss=0.10, jitter_ms=100.0), 700.0, Line.WEAK),
        (figure(down_loss=0.101), 0.0, Line.POOR),
        (figure(jitter_ms=100.1), 0.0, Line.POOR),
        (figure(), 701.0, Line.POOR),
        (figure(up_kbps=0.0), 0.0, Line.POOR),
    ],
)
def test_the_bounds(look: p.Figure, rtt_ms: float, line: Line) -> None:
    assert line_of(look, rtt_ms, sends=True) is line


def test_who_sends_nothing_on_purpose_has_no_poor_line() -> None:
    assert line_of(figure(up_kbps=0.0), 20.0, sends=False) is Line.GOOD


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ((GOOD, WEAK, GOOD, POOR, GOOD), "ggggg"),
        ((WEAK, WEAK), "gw"),
        ((POOR, POOR), "gp"),
        ((WEAK, POOR, POOR), "gwp"),
        ((WEAK, WEAK, GOOD, GOOD, GOOD), "gwwwg"),
        ((WEAK, WEAK, GOOD, GOOD, WEAK, GOOD), "gwwwww"),
        ((POOR, POOR, WEAK, GOOD, GOOD, GOOD), "gpppwg"),
    ],
    ids=["a hiccup", "weak", "poor", "worse", "well again", "comes and goes", "step by step"],
)
def test_worse_after_two_looks_better_after_three(looks: tuple[p.Figure, ...], told: str) -> None:
    assert over(*looks) == told


def test_people_are_sorted_by_id_and_forgotten_with_their_media() -> None:
    lines = Lines()
    lines.step({SAM: WEAK, ANA: WEAK}, {}, ())
    assert lines.step({SAM: WEAK, ANA: WEAK}, {}, ()) == ([ANA, SAM], [])
    assert lines.step({ANA: WEAK}, {}, ()) == ([ANA], [])
    assert lines.step({SAM: WEAK, ANA: WEAK}, {}, ()) == ([ANA], []), "a new peer begins anew"


def test_the_round_trip_is_of_each_person() -> None:
    lines = Lines()
    for _ in range(2):
        told = lines.step({SAM: GOOD, ANA: GOOD}, {ANA: 400.0}, ())
    assert told == ([ANA], [])
