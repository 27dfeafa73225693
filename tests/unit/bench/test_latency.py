"""How the bench finds the group that loads a core to a quarter, half and three quarters."""

from __future__ import annotations

import pytest

from bench.latency import LARGEST, SMALLEST, nearest, next_size


def searched(load: float, of: dict[int, float]) -> tuple[int, int]:
    """(the size found, how many were tried)"""
    seen: dict[int, float] = {}
    while (people := next_size(seen, load)) is not None:
        seen[people] = of[people]
    return nearest(seen, load), len(seen)


@pytest.mark.parametrize("load", [25.0, 50.0, 75.0])
def test_the_size_found_is_near_the_load(load: float) -> None:
    square = {people: people * people / 12 for people in range(SMALLEST, LARGEST + 1)}
    people, tried = searched(load, square)
    assert abs(square[people] - load) <= 3.0
    assert tried <= 6


def test_a_step_over_the_load_ends_the_search() -> None:
    cliff = {people: people / 2 + (0.0 if people < 20 else 60.0) for people in range(SMALLEST, LARGEST + 1)}
    people, tried = searched(50.0, cliff)
    assert people == 20
    assert tried <= 6


def test_a_load_out_of_reach_gives_the_largest_or_smallest_group() -> None:
    assert searched(75.0, dict.fromkeys(range(SMALLEST, LARGEST + 1), 5.0))[0] >= SMALLEST
    idle = {people: people / 10 for people in range(SMALLEST, LARGEST + 1)}
    assert searched(75.0, idle)[0] == LARGEST
