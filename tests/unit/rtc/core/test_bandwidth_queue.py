"""A queue is told from clocks, from jitter and from what others leave there."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from rtc.core.bandwidth_queue import LEAST, MOST, Queue
from rtc.core.bandwidth_slices import Slice

EACH = 50_000  # microseconds


def watched(delays: Iterable[float], queue: Queue | None = None, start: int = 0) -> Queue:
    """`delays` in milliseconds, of one slice after the other."""
    queue = queue or Queue()
    for n, delay in enumerate(delays, start):
        queue.add(Slice(n * EACH, n * EACH + int(delay * 1000), int(delay * 1000) - 9_000_000, 1000, 0, True))
    return queue


@pytest.mark.parametrize(
    ("delays", "delay", "slope"),
    [
        pytest.param([30.0] * 20, 0.0, 0.0, id="none"),
        pytest.param([30.0] * 10 + [30.0 + 5 * n for n in range(10)], 0.035, 0.1, id="grows by a tenth"),
        pytest.param([30.0] * 10 + [130.0] * 20, 0.100, 0.0, id="stands"),
        pytest.param([30.0] * 10 + [130.0, 30.0, 140.0, 30.0], 0.0, 0.0, id="one hiccup and another"),
        pytest.param([30.0] * 10 + [5.0] + [30.0] * 15, 0.0, 0.0, id="one was lucky"),
        pytest.param([30.0, 30.0], 0.0, 0.0, id="too few to tell"),
    ],
)
def test_delay(delays: list[float], delay: float, slope: float) -> None:
    queue = watched(delays)
    assert queue.delay == pytest.approx(delay, abs=0.001)
    assert queue.slope == pytest.approx(slope, abs=0.02)


def test_where_it_began_to_stand() -> None:
    queue = watched([30.0] * 10 + [130.0] * 3)
    assert queue.stands_since == 12 * EACH + 130_000  # when three in a row had it
    watched([130.0] * 3, queue, 13)
    assert queue.stands_since == 12 * EACH + 130_000
    watched([30.0], queue, 16)
    assert queue.stands_since is None


def test_a_longer_way_is_no_queue() -> None:
    queue = watched([30.0] * 10)
    queue.begin_anew()
    for n in range(20):
        watched([130.0], queue, 10 + n)
        assert queue.delay == 0.0
    watched([230.0] * 3, queue, 30)
    assert queue.delay == pytest.approx(0.1)


def test_a_clock_that_drifts_makes_no_queue() -> None:
    queue = watched(30.0 + n * 0.005 for n in range(2400))  # 100 ppm, two minutes
    assert queue.delay < LEAST / 2


@pytest.mark.parametrize("jitter", [20.0, 100.0, 200.0])
def test_jitter_raises_the_limit_over_what_it_makes(jitter: float) -> None:
    chance = random.Random(1)
    queue = watched(min(chance.uniform(0, jitter) for _ in range(3)) for _ in range(200))
    over = 0
    for n in range(400):
        watched([min(chance.uniform(0, jitter) for _ in range(3))], queue, 200 + n)
        over += queue.delay > queue.limit
    assert over == 0
    assert queue.limit <= MOST


@pytest.mark.parametrize(("swing", "limit"), [(0.0, 0.015), (5.0, 0.035), (10.0, 0.075), (30.0, MOST)])
def test_the_limit_by_how_far_delays_swing(swing: float, limit: float) -> None:
    queue = watched(30.0 + swing * (n % 2) for n in range(100))  # each is so far off the line between its neighbours
    assert queue.noise == pytest.approx(swing / 1000)
    assert queue.limit == pytest.approx(limit)


def test_a_queue_that_grows_is_no_jitter() -> None:
    assert watched(n * 3.0 for n in range(200)).noise < 0.001


def test_what_is_not_ours_is_the_new_ground_and_more_is_borne() -> None:
    queue = watched([30.0] * 10 + [130.0] * 10)
    queue.accept()
    queue.bear_more()
    assert (queue.delay, queue.stands_since) == (0.0, None)
    watched([130.0] * 10, queue, 20)
    assert queue.delay == 0.0
    assert queue.limit == pytest.approx(2 * LEAST)
    watched([30.0] * 250, queue, 30)  # the least is found again, and patience ends
    watched([50.0] * 3, queue, 280)
    assert queue.delay == pytest.approx(0.020)
    assert queue.limit == pytest.approx(LEAST)
