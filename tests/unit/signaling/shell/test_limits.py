from __future__ import annotations

import pytest

from signaling.shell import limits
from signaling.shell.limits import Buckets, full


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = full(rate=2.0, burst=3.0, now=10.0)
    said = [bucket.take(at) for at in (10.0, 10.0, 10.0, 10.0, 10.4, 10.5, 10.9, 11.0)]
    assert said == [True, True, True, False, False, True, False, True]


def test_a_refused_cost_takes_nothing() -> None:
    bucket = full(rate=0.0, burst=3.0, now=0.0)
    assert [bucket.take(0.0, cost) for cost in (4.0, 2.0, 2.0, 1.0)] == [False, True, False, True]


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = full(rate=1.0, burst=2.0, now=0.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_each_key_has_its_own() -> None:
    buckets = Buckets(rate=1.0, burst=1.0)
    assert buckets.take(0.0, "a")
    assert buckets.take(0.0, "b")
    assert not buckets.take(0.0, "a")
    assert buckets.take(1.0, "a")


def test_the_longest_unseen_key_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    buckets = Buckets(rate=0.0, burst=1.0)
    said = [buckets.take(0.0, key) for key in ("a", "b", "a", "c", "a", "b")]
    assert said == [True, True, False, True, False, True]
