from __future__ import annotations

from rtc.core.arrivals import MAX_PENDING, ArrivalLog


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
