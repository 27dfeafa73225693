"""What was sent, by numbers of which the wire has 16 bits."""

from __future__ import annotations

from rtc.core.sent_log import SIZE, SentLog


def filled(packets: int) -> SentLog:
    log = SentLog()
    for number in range(packets):
        log.note(number * 10, 100 + number % 50)
    return log


def test_a_packet_is_found_by_its_number_on_the_wire() -> None:
    log = filled(70_000)
    assert log.next == 70_000
    assert log.find(69_999 & 0xFFFF) == 69_999
    assert log.read(69_999) == (699_990, 149)
    assert log.find((70_000 - SIZE) & 0xFFFF) == 70_000 - SIZE


def test_what_was_overwritten_or_never_sent_is_not_found() -> None:
    log = filled(70_000)
    assert log.find((70_000 - SIZE - 1) & 0xFFFF) is None
    assert log.find(70_000 & 0xFFFF) is None
    assert filled(3).find(3) is None
    assert SentLog().find(0) is None


def test_an_acknowledged_packet_says_so() -> None:
    log = filled(10)
    octets = log.octets
    log.acknowledge(7)
    assert log.read(7) == (70, 0)
    assert log.octets == octets == sum(100 + n for n in range(10))


def test_times_wrap() -> None:
    log = SentLog()
    log.note(2**32 + 5, 60)
    assert log.read(0) == (5, 60)
