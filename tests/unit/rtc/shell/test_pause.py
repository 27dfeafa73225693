"""When packets are let to gather before they are read, and for how long."""

from __future__ import annotations

from itertools import pairwise

from rtc.shell.media import BUSY, LONGEST_PAUSE, SHORTEST_PAUSE, pause_at


def test_a_few_people_wait_for_nothing() -> None:
    assert pause_at(BUSY, 0.1) == 0


def test_the_more_a_worker_has_to_do_the_shorter_it_waits() -> None:
    pauses = [pause_at(BUSY + 1, load / 100) for load in range(101)]
    assert pauses[0] == LONGEST_PAUSE
    assert pauses[50:] == [SHORTEST_PAUSE] * 51
    assert all(later <= sooner for sooner, later in pairwise(pauses))
