from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.arrivals import FEEDBACK_EVERY, MAX_PENDING, SELDOM, ArrivalLog, feedback_every
from rtc.wire.transport_feedback import MAX_REPORTED, build_body


def covered(log: ArrivalLog) -> dict[int, int | None]:
    return {number: arrival for message in log.take(1, 2) for number, arrival in message.packets}


def test_reports_each_number_once_with_its_time() -> None:
    log = ArrivalLog()
    for i in range(5):
        log.record(10 + i / 1000, 65_533 + i & 0xFFFF)
    assert covered(log) == {65533: 10_000_000, 65534: 10_001_000, 65535: 10_002_000, 0: 10_003_000, 1: 10_004_000}
    assert log.take(1, 2) == []
    assert log.sent == 1


def test_what_was_lost_between_two_reports_is_reported_lost() -> None:
    log = ArrivalLog()
    log.record(1, 10)
    log.take(1, 2)
    log.record(1.1, 13)
    assert covered(log) == {11: None, 12: None, 13: 1_100_000}


def test_what_came_after_it_was_reported_lost_is_reported_again() -> None:
    log = ArrivalLog()
    for number in (10, 12, 13):
        log.record(1, number)
    log.take(1, 2)
    log.record(1.1, 11)
    log.record(1.2, 14)
    # What lies between was received: a report that says otherwise would be a lie.
    assert covered(log) == {11: 1_100_000, 12: 1_000_000, 13: 1_000_000, 14: 1_200_000}


def test_a_late_number_alone_is_reported() -> None:
    log = ArrivalLog()
    for number in (10, 12):
        log.record(1, number)
    log.take(1, 2)
    log.record(1.1, 11)
    assert covered(log) == {11: 1_100_000, 12: 1_000_000}
    log.record(1.2, 13)
    assert covered(log) == {13: 1_200_000}


def test_a_number_that_was_reported_is_not_taken_again() -> None:
    log = ArrivalLog()
    log.record(1, 10)
    log.take(1, 2)
    log.record(1.1, 10)
    assert log.take(1, 2) == []


def test_what_is_older_than_the_last_report_is_not_taken() -> None:
    log = ArrivalLog()
    for number in (10, 12, 13):
        log.record(1, number)
        log.take(1, 2)
    log.record(1.1, 11)
    assert log.take(1, 2) == []


def test_memory_is_bounded_with_late_numbers_too() -> None:
    log = ArrivalLog()
    for i in range(0, 3 * MAX_PENDING, 20):
        for number in range(i, i + 20, 2):
            log.record(1, 2 * MAX_PENDING + number)
        if i:
            log.record(1, 2 * MAX_PENDING + i // 20 * 2 - 1)
        log.take(1, 2)
        assert len(log._reported) <= MAX_PENDING


def test_memory_is_bounded() -> None:
    log = ArrivalLog()
    for i in range(3 * MAX_PENDING):
        log.record(1, i)
    assert len(covered(log)) <= MAX_PENDING


def test_ssrcs_and_counter_are_what_the_browser_needs() -> None:
    log = ArrivalLog()
    counts = []
    for i in range(3):
        log.record(1 + i, i)
        message = log.take(11, 22)[0]
        assert (message.sender_ssrc, message.media_ssrc) == (11, 22)
        counts.append(message.feedback_count)
    assert counts == [0, 1, 2]


def test_feedback_takes_no_more_than_its_share_of_a_narrow_line() -> None:
    assert feedback_every(None) == feedback_every(160e3) == feedback_every(5e6) == FEEDBACK_EVERY
    assert feedback_every(80e3) == pytest.approx(2 * FEEDBACK_EVERY)
    assert feedback_every(30e3) == SELDOM


STEPS = st.sampled_from([1, 1, 1, 1, 1, 1, 1, 2, 0, -1, -3, 4000])
WAITS = st.sampled_from([0, 100, 900, 900, 30_000, 70_000, 9_000_000])  # microseconds
REPORTED = st.lists(st.lists(st.tuples(STEPS, WAITS), max_size=12), max_size=12)


@given(REPORTED, st.integers(0, 0xFFFF))
def test_what_came_in_order_is_reported_as_if_it_were_looked_at_one_by_one(
    messages: list[list[tuple[int, int]]], number: int
) -> None:
    log, slow, at = ArrivalLog(), ArrivalLog(), 5_000_000
    for arrivals in messages:
        came = []
        for step, wait in arrivals:
            number, at = (number + step) & 0xFFFF, at + wait
            came.append((at, number))
        log.record_all(came)
        for one in came:
            slow._leave_run()
            slow._expected = -1
            slow.record_all([one])
        assert [build_body(one) for one in log.take(1, 2)] == [build_body(one) for one in slow.take(1, 2)]
    assert log.sent == slow.sent


def test_a_run_longer_than_a_message_is_reported_whole() -> None:
    log = ArrivalLog()
    log.record(1, 0)
    log.take(1, 2)
    for i in range(1, 2 * MAX_REPORTED):
        log.record(1 + i / 1000, i)
    assert list(covered(log)) == list(range(1, 2 * MAX_REPORTED))


def test_what_is_lost_after_numbers_have_wrapped_in_order_is_reported_lost() -> None:
    log = ArrivalLog()
    for number in range(0x18000):
        log.record(1 + number / 1e4, number & 0xFFFF)
        if number % 100 == 0:
            log.take(1, 2)
    log.take(1, 2)
    log.record(12, 0x8002)
    assert covered(log) == {0x8000: None, 0x8001: None, 0x8002: 12_000_000}
