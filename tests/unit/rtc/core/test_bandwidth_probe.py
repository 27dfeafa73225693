"""When a line is probed, how, and what the answer says."""

from __future__ import annotations

import itertools

import pytest

from rtc.core.bandwidth_probe import BOLD, CALM, CAREFUL, EVERY, FIRST, LONGEST, SELDOM, Probe, Probes
from rtc.core.bandwidth_slices import Packet

NEVER = float("-inf")


def ask(
    probes: Probes,
    now: float,
    *,
    target: float = 500e3,
    wanted: float = 5e6,
    sent: float = 300e3,
    troubled_at: float = NEVER,
    noise: float = 0.0,
) -> Probe | None:
    return probes.ask(
        now, target=target, wanted=wanted, sent=sent, troubled_at=troubled_at, noise=noise, round_trip=0.05
    )


def asked(probes: Probes, now: float, *, troubled_at: float = NEVER) -> Probe:
    probe = ask(probes, now, troubled_at=troubled_at)
    assert probe is not None
    return probe


def answer(probes: Probes, probe: Probe, pace: float, lost: int = 0) -> float | None:
    """Twenty packets arrive `pace` times as fast as they were sent."""
    probes.sent(100, 120, probe)
    each = int(8e9 / probe.rate)
    packets: list[Packet] = [
        (100 + n, n * each, 1000, None if n < lost else 9_000_000 + int(n * each / pace)) for n in range(20)
    ]
    return probes.feedback(packets)


def test_the_first_one_is_bold_and_later_ones_careful() -> None:
    assert asked(Probes(), 0.0).rate == BOLD * 500e3
    assert asked(Probes(), 10.0, troubled_at=0.0).rate == CAREFUL * 500e3
    low = ask(Probes(), 0.0, target=30e3)
    assert low is not None
    assert low.rate == FIRST


def test_media_is_part_of_it() -> None:
    probe = asked(Probes(), 0.0)
    assert probe.octets == pytest.approx((BOLD * 500e3 - 300e3) * probe.duration / 8, abs=1)


def test_no_more_than_is_wanted_and_none_where_enough_is_there() -> None:
    probe = ask(Probes(), 0.0, wanted=800e3)
    assert probe is not None
    assert probe.rate == pytest.approx(1e6)
    assert ask(Probes(), 0.0, wanted=400e3) is None


def test_a_slow_line_is_probed_for_longer_and_one_with_jitter_too() -> None:
    slow = ask(Probes(), 10.0, target=60e3, sent=60e3, troubled_at=0.0)
    rough = ask(Probes(), 0.0, noise=0.020)
    assert slow is not None
    assert rough is not None
    assert asked(Probes(), 0.0).duration < rough.duration < slow.duration == LONGEST


def test_trouble_is_waited_out() -> None:
    assert ask(Probes(), 10.0, troubled_at=10.1 - CALM) is None
    assert ask(Probes(), 10.0, troubled_at=9.9 - CALM) is not None


def test_one_at_a_time() -> None:
    probes = Probes()
    asked(probes, 0.0)
    assert ask(probes, 1.05) is None
    assert ask(probes, 1.5) is not None  # the first one's result was lost


@pytest.mark.parametrize(
    ("pace", "found"),
    [
        pytest.param(1.0, 1.5e6, id="it fits"),
        pytest.param(1.2, 1.5e6, id="it cannot arrive faster than it was sent"),
        pytest.param(0.5, 0.95 * 0.75e6, id="the line is full at half of it"),
        pytest.param(3.0, None, id="all at once: it waited somewhere"),
    ],
)
def test_answers(pace: float, found: float | None) -> None:
    probes = Probes()
    shown = answer(probes, asked(probes, 0.0), pace)
    assert shown == (None if found is None else pytest.approx(found, rel=0.01))


def test_a_probe_that_is_lost_in_part_says_nothing() -> None:
    for lost in (4, 5):
        probes = Probes()
        shown = answer(probes, asked(probes, 0.0), 1.0, lost)
        assert (shown is None) is (lost == 5)


def test_after_one_that_passed_the_next_may_follow_at_once() -> None:
    probes = Probes()
    answer(probes, asked(probes, 10.0, troubled_at=0.0), 1.0)
    assert asked(probes, 10.1, troubled_at=0.0).rate == BOLD * 500e3


def test_after_those_that_failed_the_next_comes_later_and_later() -> None:
    probes = Probes()
    asked_at = []
    for tick in range(250):
        probe = ask(probes, tick / 10)
        if probe is not None:
            answer(probes, probe, 0.5)
            asked_at.append(tick / 10)
    pauses = [later - sooner for sooner, later in itertools.pairwise(asked_at)]
    assert pauses[:4] == pytest.approx([EVERY, 2 * EVERY, 4 * EVERY, SELDOM])
    assert set(pauses[3:]) == {SELDOM}


def test_feedback_may_come_before_it_has_left_whole() -> None:
    probes = Probes()
    probe = asked(probes, 0.0)
    each = int(8e9 / probe.rate)
    packets: list[Packet] = [(100 + n, n * each, 1000, 9_000_000 + n * each) for n in range(20)]
    assert probes.feedback(packets[:8]) is None
    probes.sent(100, 120, probe)
    assert probes.feedback(packets[8:19]) is None
    assert probes.feedback(packets[19:]) == pytest.approx(probe.rate, rel=0.01)


def test_of_one_that_was_given_up_nothing_is_taken() -> None:
    probes = Probes()
    old = asked(probes, 0.0)
    asked(probes, 3.0)
    probes.sent(100, 120, old)
    assert probes.feedback([(n, n * 1000, 1000, n * 1000) for n in range(100, 130)]) is None
