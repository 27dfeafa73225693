from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.receive_log import GIVE_UP_AFTER, MAX_MISSING, ReceiveLog

START = 65_530


def log_of(*sequences: int) -> ReceiveLog:
    log = ReceiveLog(90_000)
    for i, sequence in enumerate(sequences):
        log.receive(i * 0.01, sequence & 0xFFFF, i * 900)
    return log


def test_numbers_go_on_across_the_wrap() -> None:
    log = ReceiveLog(90_000)
    numbers = [log.receive(i * 0.01, (START + i) & 0xFFFF, i * 900) for i in range(20)]
    assert numbers[0] is not None
    assert numbers == list(range(numbers[0], numbers[0] + 20))


def test_a_duplicate_is_counted_once_and_not_taken() -> None:
    log = log_of(1, 2, 3)
    assert log.receive(1, 3, 0) is None
    assert log.receive(1, 2, 0) is None
    assert log.duplicates == 2
    assert log.received == 3


def test_a_hole_is_asked_for_after_the_grace_for_reordering_and_again_after_a_round_trip() -> None:
    log = log_of(1, 2, 5)
    assert log.missing == 2
    assert log.due(0.021, 0.1) == []
    assert log.due(0.031, 0.1) == [3, 4]
    assert log.due(0.100, 0.1) == []
    assert log.due(0.152, 0.1) == [3, 4]


@pytest.mark.parametrize(
    ("round_trip", "asked_at"),
    [(0.021, [31, 57, 83, 109, 135]), (0.06, [31, 103]), (0.1, [31]), (0.14, []), (0.3, [])],
)
def test_what_could_not_be_here_in_time_is_not_asked_for(round_trip: float, asked_at: list[int]) -> None:
    """A repair helps for 150 ms after the hole was seen, at 20 ms."""
    log = log_of(1, 2, 4)
    asked = [ms for ms in range(21, 400) if log.due(ms / 1000, round_trip, helps_for=0.15)]
    assert asked == asked_at
    assert log.receive(0.4, 3, 0) is not None, "it is taken all the same when it comes"


def test_a_late_packet_fills_its_hole() -> None:
    log = log_of(1, 2, 4)
    assert log.receive(0.04, 3, 0) == log.highest - 1
    assert log.missing == 0
    assert log.due(1, 0.1) == []
    assert log.repaired == 0


def test_a_repair_is_told_from_a_late_packet() -> None:
    log = log_of(1, 2, 4)
    assert log.receive(0.04, 3, 0, repair=True) is not None
    assert (log.repaired, log.lost) == (1, 0)
    assert log.received == 3


@pytest.mark.parametrize(("came_at", "received"), [(0.074, 4), (0.076, 3)], ids=["was on its way", "sent again"])
def test_sound_that_was_sent_again_as_it_was_counts_as_lost_on_the_way(came_at: float, received: int) -> None:
    log = log_of(1, 2, 4)
    assert log.due(0.05, 0.1) == [3]
    assert log.receive(came_at, 3, 0) is not None
    assert (log.received, log.repaired, log.lost) == (received, 4 - received, 0)
    assert log.report().fraction_lost == 256 * (4 - received) // 4


def test_what_stays_away_is_given_up_and_says_so() -> None:
    log = log_of(1, 2, 4)
    log.due(0.05, 0.1)
    assert log.due(0.05 + GIVE_UP_AFTER + 0.1, 0.1) == []
    assert log.overflowed
    assert log.lost == 1
    assert log.receive(2, 3, 0) is None


@pytest.mark.parametrize("jump", [MAX_MISSING + 2, 4000, 30_000])
def test_an_outage_is_not_asked_for_packet_by_packet(jump: int) -> None:
    log = log_of(1, 2, 2 + jump)
    assert log.overflowed
    assert log.missing == 0


def test_the_report_covers_the_time_since_the_last_one() -> None:
    log = log_of(1, 2, 3, 5)
    first = log.report()
    assert (first.fraction_lost, first.cumulative_lost, first.highest_sequence) == (256 // 5, 1, 5)
    for sequence in (6, 7):
        log.receive(1, sequence, 0)
    second = log.report()
    assert (second.fraction_lost, second.cumulative_lost, second.highest_sequence) == (0, 1, 7)


def test_the_report_counts_cycles() -> None:
    log = log_of(*range(START, START + 10))
    assert log.report().highest_sequence == 0x10000 + ((START + 9) & 0xFFFF)


def test_jitter_of_an_even_stream_is_none_and_of_an_uneven_one_is_not() -> None:
    even, uneven = ReceiveLog(90_000), ReceiveLog(90_000)
    for i in range(200):
        even.receive(i * 0.02, i, i * 1800)
        uneven.receive(i * 0.02 + (0.01 if i % 2 else 0), i, i * 1800)
    assert even.jitter == pytest.approx(0, abs=1e-6)
    assert uneven.jitter == pytest.approx(0.01, rel=0.05)


@given(st.lists(st.integers(0, 0xFFFF), max_size=300))
def test_no_order_of_numbers_breaks_the_counts(sequences: list[int]) -> None:
    log = ReceiveLog(48_000)
    taken: list[int] = []
    for i, sequence in enumerate(sequences):
        number = log.receive(i * 0.001, sequence, i)
        if number is not None:
            taken.append(number)
        log.due(i * 0.001, 0.05)
    assert len(set(taken)) == len(taken)
    assert log.received == len(taken)
    assert log.missing <= MAX_MISSING
    if taken:
        assert log.highest == max(taken)


def test_what_was_sent_to_us_is_counted_by_its_numbers() -> None:
    log = ReceiveLog(90_000)
    assert log.expected == 0
    for sequence in (65_534, 65_535, 3, 1):
        log.receive(0.0, sequence, 0)
    assert (log.expected, log.received) == (6, 4)
