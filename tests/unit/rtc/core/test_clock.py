from __future__ import annotations

import pytest

from rtc.core.clock import MAX_PAST, PublisherClock, SlotLine, StreamClock, from_ntp, to_ntp


def test_ntp_is_seconds_since_1900_in_32_32() -> None:
    # RFC 5905 figure 4: 1 January 1970 is second 2,208,988,800.
    assert to_ntp(0) == 2_208_988_800 << 32
    assert from_ntp(to_ntp(1_700_000_000.25)) == pytest.approx(1_700_000_000.25, abs=1e-6)


def test_sound_and_picture_of_one_publisher_share_one_offset() -> None:
    publisher = PublisherClock()
    sound, picture = StreamClock(publisher, 48_000), StreamClock(publisher, 90_000)
    sound.sender_report(100.0, 5000.0, 1_000_000)
    # The picture's report took 30 ms longer: that must not shift it against the sound.
    picture.sender_report(100.530, 5000.5, 2_000_000)
    at_sound = sound.captured_at(101, 1_000_000 + 48_000)
    at_picture = picture.captured_at(101, 2_000_000 + 45_000)
    assert at_sound is not None
    assert at_sound == pytest.approx(at_picture, abs=0.002)


def test_without_a_report_nothing_is_known() -> None:
    clock = StreamClock(PublisherClock(), 90_000)
    assert clock.captured_at(1, 0) is None
    assert clock.rtp_at(1) is None


def test_timestamps_wrap() -> None:
    clock = StreamClock(PublisherClock(), 90_000)
    clock.sender_report(10.0, 50.0, 0xFFFFFFFF)
    assert clock.captured_at(10.5, 44_999) == pytest.approx(10.5)
    assert clock.rtp_at(10.5) == 44_999


@pytest.mark.parametrize("ahead", [1.0, -(MAX_PAST + 1)])
def test_an_absurd_capture_time_is_not_believed(ahead: float) -> None:
    clock = StreamClock(PublisherClock(), 90_000)
    clock.sender_report(10.0, 50.0, 1_000_000)
    assert clock.captured_at(10.0, 1_000_000 + int(ahead * 90_000)) is None


def test_a_report_on_a_faster_way_corrects_the_offset_drift_is_followed_slowly() -> None:
    publisher = PublisherClock()
    publisher.sender_report(100.2, 50.0)
    publisher.sender_report(101.0, 51.0)
    assert publisher.offset == pytest.approx(50.0)
    for i in range(10):
        publisher.sender_report(102.5 + i, 52.0 + i)
    assert publisher.offset == pytest.approx(50.01)


def test_the_line_is_straight_and_can_be_anchored_anew() -> None:
    line = SlotLine(10.0, 90_000, 0xFFFFFFF0)
    assert line.rtp_at(11.0) == (0xFFFFFFF0 + 90_000) & 0xFFFFFFFF
    line.anchor(11.0, 5)
    assert line.rtp_at(12.0) == 90_005
