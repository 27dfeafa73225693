from __future__ import annotations

from rtc.core.budget import MAX_OCTETS, MAX_PACKETS, Budget


def test_a_flood_of_packets_is_cut_and_the_next_second_is_free_again() -> None:
    budget = Budget(0)
    assert sum(budget.admit(100) for _ in range(10_000)) == MAX_PACKETS
    budget.refill(1.0)
    assert sum(budget.admit(100) for _ in range(10_000)) == MAX_PACKETS


def test_a_flood_of_octets_is_cut() -> None:
    budget = Budget(0)
    assert sum(budget.admit(1400) for _ in range(1000)) == MAX_OCTETS // 1400


def test_a_quiet_minute_buys_no_larger_burst() -> None:
    budget = Budget(0)
    budget.refill(60)
    assert sum(budget.admit(100) for _ in range(10_000)) == MAX_PACKETS


def test_what_a_camera_and_a_voice_need_is_never_refused() -> None:
    budget = Budget(0)
    for tick in range(1000):
        budget.refill(tick / 100)
        assert all(budget.admit(1200) for _ in range(8))
