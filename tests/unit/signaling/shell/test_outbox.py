from __future__ import annotations

import asyncio

import pytest

from signaling.codec import encode
from signaling.protocol import Bye, ByeReason
from signaling.shell.outbox import HARD_LIMIT, HARD_OCTETS, SOFT_PEAK, SOFT_SECONDS, Outbox


class Wire:
    """Takes messages; says when it has a number of them."""

    def __init__(self, enough: int = 0) -> None:
        self.sent: list[str] = []
        self.reached = asyncio.Event()
        self._enough = enough

    async def send_str(self, data: str) -> None:
        self.sent.append(data)
        if len(self.sent) == self._enough:
            self.reached.set()


async def drained(outbox: Outbox) -> list[str]:
    wire = Wire()
    await outbox.drain(wire)
    return wire.sent


async def test_all_that_was_put_is_sent_before_the_goodbye() -> None:
    outbox = Outbox()
    outbox.put(0.0, "one")
    outbox.put(0.0, "two")
    outbox.close(ByeReason.LEFT)
    outbox.close(ByeReason.ENDED)
    outbox.put(0.0, "too late")
    assert await drained(outbox) == ["one", "two", encode(Bye(ByeReason.LEFT))]
    assert outbox.closed is ByeReason.LEFT


async def test_the_hard_limit_cuts_at_once_and_drops_what_waited() -> None:
    outbox = Outbox()
    for _ in range(HARD_LIMIT):
        outbox.put(0.0, "x")
    assert outbox.closed is None
    outbox.put(0.0, "x")
    assert outbox.closed is ByeReason.TOO_SLOW
    assert await drained(outbox) == [encode(Bye(ByeReason.TOO_SLOW))]


async def test_bytes_count_too() -> None:
    outbox = Outbox()
    outbox.put(0.0, "x" * HARD_OCTETS)
    assert outbox.closed is None
    outbox.put(0.0, "x")
    assert outbox.closed is ByeReason.TOO_SLOW


@pytest.mark.parametrize(("seconds", "closed"), [(SOFT_SECONDS, None), (SOFT_SECONDS + 0.1, ByeReason.TOO_SLOW)])
async def test_the_soft_peak_is_allowed_for_some_seconds(seconds: float, closed: ByeReason | None) -> None:
    outbox = Outbox()
    for _ in range(SOFT_PEAK + 1):
        outbox.put(100.0, "x")
    outbox.put(100.0 + seconds, "x")
    assert outbox.closed is closed


async def test_a_client_that_caught_up_starts_anew() -> None:
    outbox, wire = Outbox(), Wire(SOFT_PEAK + 1)
    task = asyncio.create_task(outbox.drain(wire))
    for _ in range(SOFT_PEAK + 1):
        outbox.put(0.0, "x")
    await asyncio.wait_for(wire.reached.wait(), 1)
    for _ in range(SOFT_PEAK + 1):
        outbox.put(SOFT_SECONDS * 3, "x")
    assert outbox.closed is None
    outbox.close(ByeReason.ENDED)
    await asyncio.wait_for(outbox.wait_closed(), 1)
    await asyncio.wait_for(task, 1)
    assert len(wire.sent) == 2 * SOFT_PEAK + 3
