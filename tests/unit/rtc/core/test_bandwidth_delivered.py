"""Rates from slices: what arrives, what was sent, and what a line carries while its queue stands."""

from __future__ import annotations

import pytest

from rtc.core.bandwidth_delivered import Delivered
from rtc.core.bandwidth_slices import Slice

SLICE = 50_000  # microseconds


def pieces(arrivals: list[int], octets: int = 6250, lost: int = 0) -> list[Slice]:
    """Sent each 50 ms, arriving at so many milliseconds. 6,250 octets each are 1 Mbit/s."""
    return [Slice(n * SLICE, at * 1000, 0, octets, lost, True) for n, at in enumerate(arrivals)]


@pytest.mark.parametrize(
    ("found", "rate", "sent"),
    [
        pytest.param(pieces([0, 50]), None, 0.0, id="too short"),
        pytest.param(pieces([50 * n for n in range(8)]), 1e6, 1e6, id="as sent"),
        pytest.param(pieces([100 * n for n in range(8)]), 0.5e6, 1e6, id="a queue grows"),
        pytest.param(pieces([300 + 20 * n for n in range(8)]), 1e6, 1e6, id="fast, after a stall"),
        pytest.param(pieces([50 * n for n in range(8)], 5000, 1250), 0.8e6, 1e6, id="a fifth is lost"),
    ],
)
def test_rates(found: list[Slice], rate: float | None, sent: float) -> None:
    delivered = Delivered()
    for piece in found:
        delivered.add(piece)
    delivered.measure()
    assert delivered.rate == (None if rate is None else pytest.approx(rate, rel=0.05))
    assert delivered.sent == pytest.approx(sent, rel=0.05)


def test_what_is_not_reported_does_not_count_as_time() -> None:
    delivered = Delivered()
    for piece in pieces([50 * n for n in range(8)]):
        delivered.add(piece)
    delivered.measure()
    delivered.add(Slice(600_000, 600_000, 0, 6250, 0, False))
    delivered.measure()
    assert delivered.rate == pytest.approx(1e6)
    for n in range(1, 5):
        delivered.add(Slice(600_000 + n * SLICE, 600_000 + n * SLICE, 0, 3125, 0, True))
    delivered.measure()
    assert delivered.rate == pytest.approx(0.5e6)


def test_nothing_is_measured_of_nothing() -> None:
    delivered = Delivered()
    delivered.measure()
    assert (delivered.rate, delivered.since(0, 0.0)) == (None, None)


@pytest.mark.parametrize(
    ("since", "noise", "rate"),
    [
        (0, 0.0, 0.625e6),
        (200_000, 0.0, 0.5e6),  # where it slowed down
        (550_000, 0.0, None),
        (200_000, 0.030, None),  # with so much jitter 400 ms say nothing
    ],
)
def test_what_the_line_carries_is_measured_from_where_the_queue_began(
    since: int, noise: float, rate: float | None
) -> None:
    delivered = Delivered()
    for piece in pieces([0, 50, 100, 150, 200, 300, 400, 500, 600]):
        delivered.add(piece)
    found = delivered.since(since, noise)
    assert found == (None if rate is None else pytest.approx(rate, rel=0.1))
