"""What was sent, by numbers of which the wire has 16 bits, and what a viewer reports of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.core.sent_log import SIZE, SentLog

HOUR = 3_600_000_000  # microseconds


def filled(packets: int, start: int = 0) -> SentLog:
    log = SentLog()
    for number in range(packets):
        log.note(start + number * 10, 100 + number % 50)
    return log


def test_a_packet_is_noted_under_the_next_number() -> None:
    log = filled(70_000)
    assert log.next == 70_000
    assert log.read(69_999) == (699_990, 149)
    assert log.octets == sum(100 + n % 50 for n in range(70_000))


def test_times_wrap() -> None:
    log = SentLog()
    log.note(2**32 + 5, 60)
    assert log.read(0) == (5, 60)


def test_a_report_says_when_each_packet_left_and_came() -> None:
    log = filled(70_000, 2 * HOUR)
    base = 69_997
    news = list(log.reported(2 * HOUR + 1_000_000, base & 0xFFFF, [5, None, 9]))
    sent = [2 * HOUR + number * 10 for number in range(base, base + 3)]
    assert news == [(base, sent[0], 147, 5), (base + 1, sent[1], 148, None), (base + 2, sent[2], 149, 9)]


def test_times_that_wrap_within_a_report_are_told_apart() -> None:
    log = filled(4, 2**32 - 20)
    assert [sent for _, sent, _, _ in log.reported(2**32 + 900, 0, [1, 2, 3, 4])] == [
        2**32 + n for n in (-20, -10, 0, 10)
    ]


def test_an_arrival_counts_once_and_also_after_it_was_told_lost() -> None:
    log = filled(10)
    assert [(n, at) for n, _, _, at in log.reported(1000, 3, [7, None, 8])] == [(3, 7), (4, None), (5, 8)]
    assert [(n, at) for n, _, _, at in log.reported(1000, 3, [7, 9, 8, None])] == [(4, 9), (6, None)]
    assert list(log.reported(1000, 3, [7, 9, 8])) == []


def test_a_loss_counts_once() -> None:
    log = filled(10)
    assert len(log.reported(1000, 3, [None, None, 8])) == 3
    assert list(log.reported(1000, 3, [None, None, 8])) == []


@pytest.mark.parametrize(
    ("base", "count", "told"),
    [
        pytest.param(70_000, 5, [], id="never sent"),
        pytest.param(69_998, 5, [69_998, 69_999], id="its first two were"),
        pytest.param(70_000 - SIZE - 3, 5, [70_000 - SIZE, 70_000 - SIZE + 1], id="its last two are still known"),
        pytest.param(70_000 - SIZE - 9, 5, [], id="forgotten"),
    ],
)
def test_what_is_not_known_is_passed_over(base: int, count: int, told: list[int]) -> None:
    log = filled(70_000)
    assert [n for n, *_ in log.reported(1_000_000, base & 0xFFFF, [1] * count)] == told


def test_of_nothing_sent_nothing_is_reported() -> None:
    assert list(SentLog().reported(0, 0, [1, 2, 3])) == []
    assert [n for n, *_ in filled(2).reported(50, 0xFFFF, [1, 2, 3])] == [0, 1]


@settings(deadline=None)  # filling a log takes a while on a machine that others use
@given(
    sent=st.integers(1, 10_000),
    base=st.integers(0, 0xFFFF),
    arrivals=st.lists(st.one_of(st.none(), st.integers(0, 2**40)), max_size=900),
)
def test_whatever_is_reported_only_what_was_sent_comes_of_it(sent: int, base: int, arrivals: list[int | None]) -> None:
    log = filled(sent)
    news = log.reported(10_000_000, base, arrivals)
    numbers = [number for number, *_ in news]
    assert numbers == sorted(set(numbers))
    for number, at, octets, arrived in news:
        assert max(0, sent - SIZE) <= number < sent
        assert (at, octets) == (number * 10, 100 + number % 50)
        assert arrived == arrivals[(number - base) & 0xFFFF]
        assert (log.read(number)[1] == 0) == (arrived is not None)


def test_reports_can_be_read_from_anywhere() -> None:
    news = filled(10).reported(1000, 3, (7, 8, 9))
    assert (len(news), news[-1]) == (3, (5, 50, 105, 9))
    assert list(news[1:]) == list(news)[1:]
