from __future__ import annotations

from rtc.core.model import PeerId
from rtc.core.speakers import EVALUATE_EVERY, HOLD, Speakers

ANA, SAM = PeerId(1), PeerId(2)


def window(speakers: Speakers, now: float, **levels: int) -> list[PeerId] | None:
    for name, level in levels.items():
        for _ in range(10):
            speakers.heard({"ana": ANA, "sam": SAM}[name], level)
    return speakers.evaluate(now)


def test_who_speaks_is_told_once_and_who_stops_after_the_hold() -> None:
    speakers = Speakers()
    assert window(speakers, 0.2, ana=20, sam=90) == [ANA]
    assert window(speakers, 0.4, ana=20, sam=90) is None
    now, told = 0.4, None
    while told is None:
        now += EVALUATE_EVERY
        told = window(speakers, now, ana=90, sam=90)
    assert told == []
    assert HOLD <= now - 0.4 <= HOLD + 2 * EVALUATE_EVERY


def test_the_loudest_comes_first() -> None:
    assert window(Speakers(), 0.2, ana=30, sam=10) == [SAM, ANA]


def test_a_cough_is_no_speech() -> None:
    speakers = Speakers()
    for level in [90, 90, 90, 10, 90, 90, 90, 90, 90, 90]:
        speakers.heard(ANA, level)
    assert speakers.evaluate(0.2) is None


def test_one_packet_of_comfort_noise_is_no_speech() -> None:
    speakers = Speakers()
    speakers.heard(ANA, 5)
    assert speakers.evaluate(0.2) is None


def test_a_muted_person_goes_dark_at_once() -> None:
    speakers = Speakers()
    window(speakers, 0.2, ana=20)
    speakers.forget(ANA)
    assert speakers.evaluate(0.4) == []


def test_whoever_speaks_has_a_loudness_and_nobody_else() -> None:
    speakers = Speakers()
    window(speakers, 0.2, ana=30, sam=90)
    assert speakers.shown == [ANA]
    assert speakers.loudness(ANA) > 0
    assert speakers.loudness(SAM) == 0
    speakers.forget(ANA)
    assert speakers.loudness(ANA) == 0
