"""A raw peer's feedback, read by the server's own reader."""

from __future__ import annotations

import numpy as np
import pytest

from bench.lab.feedback import Heard
from rtc.wire.transport_feedback import parse_body


def told(heard: Heard) -> list[tuple[int, int | None]]:
    """(number, microseconds)."""
    body = heard.due(1, 2)
    assert body is not None
    assert len(body) % 4 == 0
    return list(parse_body(body).packets)


def test_what_came_is_told_with_its_time_and_what_did_not_is_told_missing() -> None:
    heard = Heard()
    heard.note(np.array([5, 6], np.uint16), 10.0)
    heard.note(np.array([9, 8], np.uint16), 10.003)
    packets = told(heard)
    assert [number for number, _ in packets] == [5, 6, 7, 8, 9]
    start = packets[0][1]
    assert start is not None
    assert [None if at is None else at - start for _, at in packets] == [0, 0, None, 3000, 3000]
    heard.note(np.array([7, 10, 13], np.uint16), 10.1)
    assert [number for number, _ in told(heard)] == [10, 11, 12, 13]


def test_numbers_wrap() -> None:
    heard = Heard()
    heard.note(np.array([65_534, 65_535, 0, 1], np.uint16), 3.0)
    assert [number for number, at in told(heard) if at is not None] == [65_534, 65_535, 0, 1]
    heard.note(np.array([3, 2], np.uint16), 3.1)
    assert [number for number, _ in told(heard)] == [2, 3]
    assert heard.due(1, 2) is None


def test_a_long_run_has_more_than_one_chunk_and_twice_is_once() -> None:
    heard = Heard()
    heard.note(np.arange(3000, dtype=np.uint16), 3.0)
    heard.note(np.arange(3000, dtype=np.uint16), 3.0)
    assert len(told(heard)) == 3000


def test_what_comes_after_a_long_pause_is_told_at_its_time_in_a_message_of_its_own() -> None:
    heard = Heard()
    heard.note(np.array([5], np.uint16), 10.0)
    heard.note(np.array([6], np.uint16), 10.2)
    ((first, before),) = told(heard)
    ((second, after),) = told(heard)
    assert (first, second) == (5, 6)
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(200_000, abs=250)  # a tick
    assert heard.due(1, 2) is None
