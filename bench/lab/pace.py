"""When each of many synthetic people does each of the things that they do again and again."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Mapping
from typing import Final

STEP: Final = 0.002  # seconds between looks at what is due


async def pace(
    people: int,
    intervals: Mapping[str, float],
    act: Callable[[int, str, float, float], float],
    turn: Callable[[float], None] = lambda _: None,
) -> None:
    """For ever: each thing at its own time, spread as people's clocks are.

    `intervals`: seconds, of each kind of thing. `act(number, kind, due, now)`: person `number` does it; returns the
    seconds from `due` until it is due again. `turn(now)`: after each look. Times are monotonic seconds.
    """
    now = time.monotonic()
    agenda = [(now + interval * n / people, n, kind) for n in range(people) for kind, interval in intervals.items()]
    heapq.heapify(agenda)
    while True:
        now = time.monotonic()
        while agenda[0][0] <= now:
            due, n, kind = agenda[0]
            heapq.heapreplace(agenda, (due + act(n, kind, due, now), n, kind))
        turn(now)
        await asyncio.sleep(STEP)
