"""How the target grows and falls."""

from __future__ import annotations

import pytest

from rtc.core.bandwidth_rate import AHEAD, GROWTH, KNOWN, LEAST, STEP, RateControl


def grown(rate: RateControl, since: float, seconds: float, delivered: float | None = None) -> float:
    """After ten looks a second, at a source that sends all it may, or that."""
    for n in range(1, int(seconds * 10) + 1):
        rate.grow(since + n / 10, rate.target if delivered is None else delivered)
    return rate.target


def test_the_first_word_leaves_some_room() -> None:
    assert RateControl(0.0, 1e6).target == AHEAD * 1e6
    assert RateControl(0.0, 0.0).target == LEAST


def test_far_from_any_limit_it_grows_by_a_share() -> None:
    rate = RateControl(0.0, 1e6)
    assert grown(rate, 0.0, 2.0) == pytest.approx(AHEAD * 1e6 * GROWTH**2, rel=0.001)


def test_near_a_limit_it_grows_by_steps() -> None:
    rate = RateControl(0.0, 1e6)
    rate.cut(0.0, 1e6, 0.0)
    assert grown(rate, 0.0, 1.0) == pytest.approx(0.85e6 + STEP * 0.94, rel=0.01)


def test_a_limit_that_is_passed_or_old_is_forgotten() -> None:
    for delivered, seconds in ((1.3e6, 0.2), (0.9e6, KNOWN + 0.2)):
        rate = RateControl(0.0, 1e6)
        rate.cut(0.0, 1e6, 0.0)
        rate.show(delivered)
        grown(rate, 0.0, seconds, delivered)
        assert rate.limit is None


def test_who_sends_little_shows_nothing() -> None:
    rate = RateControl(0.0, 1e6)
    assert grown(rate, 0.0, 60.0, 0.5e6) == AHEAD * 1e6


def test_it_stays_ahead_by_a_bounded_factor() -> None:
    rate = RateControl(0.0, 1e6)
    assert grown(rate, 0.0, 60.0, 1.1e6) == pytest.approx(AHEAD * 1.1e6)


def test_what_arrives_without_a_queue_fits() -> None:
    rate = RateControl(0.0, 1e6)
    assert grown(rate, 0.0, 0.1, 3e6) >= 2.7e6


@pytest.mark.parametrize(("queue", "share"), [(0.0, 0.85), (0.1, 0.85), (0.3, 0.7), (0.8, 0.5), (5.0, 0.5)], ids=str)
def test_the_longer_the_queue_the_less_is_sent_while_it_drains(queue: float, share: float) -> None:
    rate = RateControl(0.0, 2e6)
    rate.cut(1.0, 1e6, queue)
    assert rate.target == pytest.approx(share * 1e6)
    rate.drained()
    assert rate.target == pytest.approx(0.85e6)


def test_a_cut_never_raises() -> None:
    rate = RateControl(0.0, 1e6)
    rate.cut(1.0, 9e6, 0.0)
    assert rate.target == AHEAD * 1e6


def test_time_that_was_held_does_not_count_as_growth() -> None:
    rate = RateControl(0.0, 1e6)
    rate.hold(10.0)
    rate.grow(10.1, 1.25e6)
    assert rate.target == pytest.approx(1.25e6 * GROWTH**0.1, rel=0.001)


def test_a_step_down_for_loss_and_most_of_it_back() -> None:
    rate = RateControl(0.0, 1e6)
    rate.ease(1.0, 1e6)
    assert rate.target == pytest.approx(0.85e6)
    rate.eased()
    assert rate.target == pytest.approx(0.95e6)
