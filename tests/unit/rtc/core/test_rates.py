"""Rates of a counter: right within a second, and never wild."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.rates import WINDOW, Rate


def rates_of(course: list[tuple[float, int]]) -> list[float]:
    rate = Rate()
    return [rate.sample(now, octets) for now, octets in course]


def test_one_look_says_nothing() -> None:
    assert rates_of([(100.0, 5000)]) == [0.0]
    assert rates_of([(100.0, 5000), (100.0, 9000)]) == [0.0, 0.0]


def test_a_young_counter_is_measured_over_its_life() -> None:
    assert rates_of([(100.0, 0), (100.25, 2500), (100.5, 5000)]) == [0.0, 80_000.0, 80_000.0]


def test_a_change_is_seen_within_a_second() -> None:
    steady = [(n / 4, n * 2500) for n in range(9)]
    stopped = [(2 + n / 4, 8 * 2500) for n in range(1, 6)]
    assert rates_of(steady + stopped)[8:] == [80_000.0, 60_000.0, 40_000.0, 20_000.0, 0.0, 0.0]


@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.integers(0, 10**6)), min_size=1, max_size=40))
def test_it_lies_between_the_slowest_and_the_fastest_that_was_seen(steps: list[tuple[float, int]]) -> None:
    rate, now, octets = Rate(), 0.0, 0
    rate.sample(now, octets)
    seen = []
    for seconds, more in steps:
        now, octets = now + seconds, octets + more
        seen.append(more * 8 / seconds)
        found = rate.sample(now, octets)
        assert found <= max(seen) * 1.001
        assert found >= min(seen) * 0.999


def test_it_forgets_what_is_older_than_its_window() -> None:
    rate = Rate()
    rate.sample(0.0, 0)
    rate.sample(0.5, 10**6)
    assert rate.sample(0.5 + WINDOW, 10**6) == pytest.approx(0.0)
