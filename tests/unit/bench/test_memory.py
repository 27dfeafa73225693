"""When a worker's memory counts as flat."""

from __future__ import annotations

import pytest

from bench.memory import weighed


def soak(samples: list[float], delivered: float = 1.0) -> bool:
    return weighed(30, 8, 300, samples, delivered, "compiled").flat


def test_what_fills_up_in_the_first_quarter_is_no_leak() -> None:
    assert soak([50.0, 60.0, *[70.0] * 10])


def test_a_leak_of_ten_kilobytes_a_person_is_one() -> None:
    leaking = weighed(30, 8, 300, [60 + n * 10 / 1024 for n in range(200)], 1.0, "compiled")
    assert not leaking.flat
    assert leaking.kb_per_change == pytest.approx(10.0, abs=0.01)
    assert leaking.growth_mb == pytest.approx(1.0, abs=0.03)


def test_lost_packets_fail_it_too() -> None:
    assert not soak([60.0] * 12, delivered=0.99)


def test_too_few_changes_say_nothing() -> None:
    with pytest.raises(ValueError, match="eight"):
        soak([60.0] * 7)
