"""Some bots in one process: started one after another, ended together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine

import av

from kinroom.bots.bot import Bot, Media
from kinroom.bots.connection import ConnectionLostError, RefusedError
from kinroom.bots.persona import TURN, persona, speaks


async def run_bots(link: str, count: int, *, receive: bool = False, first: int = 0, turn: float = TURN) -> int:
    """Until SIGTERM or SIGINT, or until the session has ended for all. Returns an exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    frames: Counter[str] = Counter()
    bots: list[tuple[Bot, asyncio.Task[None]]] = []
    starting = asyncio.create_task(_start(link, count, frames if receive else None, first, turn, bots))
    await _first(stop.wait(), starting)
    began, cpu = time.monotonic(), time.process_time()
    if not stop.is_set():
        starting.result()
        await _first(stop.wait(), asyncio.create_task(_all_done([task for _, task in bots])))
    _report(count, time.monotonic() - began, time.process_time() - cpu, frames)
    starting.cancel()
    return await _end(bots)


async def _start(
    link: str,
    count: int,
    frames: Counter[str] | None,
    first: int,
    turn: float,
    bots: list[tuple[Bot, asyncio.Task[None]]],
) -> None:
    def count_frame(mid: str, frame: av.AudioFrame | av.VideoFrame) -> None:
        if frames is not None:
            frames[type(frame).__name__] += 1

    for index in range(first, first + count):
        who = persona(index)
        media = await asyncio.to_thread(Media.of, who)
        turns = _turns(index, count, turn)
        bot = Bot(link, who, media, turns, None if frames is None else count_frame)
        bots.append((bot, asyncio.create_task(bot.run())))
        # One at a time: a group that arrives in the same instant competes with itself for the processor.
        await _first(bot.arrived.wait(), bots[-1][1])
        if bot.arrived.is_set() and not bot.in_room.is_set():
            print(f"{who.name} waits to be let in", file=sys.stderr, flush=True)


def _turns(index: int, count: int, turn: float) -> Callable[[], bool]:
    return lambda: speaks(time.monotonic(), index, count, turn)


async def _first(waiting: Coroutine[None, None, object], task: asyncio.Task[None]) -> None:
    """Until either is done."""
    waiter = asyncio.create_task(waiting)
    await asyncio.wait([waiter, task], return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()


async def _all_done(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks)


async def _end(bots: list[tuple[Bot, asyncio.Task[None]]]) -> int:
    await asyncio.gather(*(bot.leave() for bot, task in bots if not task.done()))
    code = 0
    for bot, task in bots:
        task.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        except (RefusedError, ConnectionLostError) as error:
            print(f"{bot.who.name}: {error}", file=sys.stderr)
            code = 1
    return code


def _report(count: int, seconds: float, cpu: float, frames: Counter[str]) -> None:
    decoded = f", decoded {frames['VideoFrame']} pictures and {frames['AudioFrame']} sounds" if frames else ""
    share = cpu / seconds / count if seconds > 0 else 0.0
    print(f"{count} bots for {seconds:.0f} s: {share:.3f} of a core each{decoded}", file=sys.stderr)
