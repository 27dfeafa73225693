"""A real browser sends three encodings, another one gets what its tile can show, and sees no seam at a change."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from bench.lab.browsers import Browsers
from rtc import Attach, Engine, EngineSettings, Grant, Mid, PeerId, Rank, Source, Want, WorkerIndex
from tests.browser.offerer import Offerer, offerer

WORKER = WorkerIndex(0)
EVERYTHING = Grant(frozenset(Source), may_receive=True)
HOST = "127.0.0.1"
RISES_WITHIN = 15.0  # seconds: the line is probed first, and a step up has to wait for calm
FALLS_WITHIN = 3.0  # seconds: nothing has to be found out
LARGEST_GAP = 400  # milliseconds between two frames: a freeze that people see is longer
Frame = tuple[float, int]
"""(milliseconds, lines)."""


async def come(engine: Engine, page: Offerer, *, sends: bool) -> tuple[PeerId, Mid]:
    """Whom the engine knows it as, and its video slot."""
    peer = engine.add_peer(WORKER, EVERYTHING)
    await page.start(1, prune=True, simulcast=sends)
    if sends:
        await page.run("capture")
    answer = await engine.offer(peer, *await page.offer(gather=True))
    await page.page.call("offerer.answer", answer.sdp)
    return peer, Mid(answer.slots[0][1])


async def frames_until(page: Offerer, done: Callable[[list[Frame]], bool], within: float) -> list[Frame]:
    async with asyncio.timeout(within):
        while True:
            await asyncio.sleep(0.1)
            frames = [(at, height) for at, height in await page.page.evaluate("offerer.frames")]
            if frames and done(frames):
                return frames


async def test_a_tile_that_grows_and_shrinks_gets_another_encoding_without_a_freeze() -> None:
    engine = Engine(EngineSettings(bind_host=HOST, announced=[HOST]), lambda event: None)
    await engine.start()
    try:
        async with Browsers() as browsers, offerer(browsers, "chromium") as ana, offerer(browsers, "chromium") as sam:
            sender, _ = await come(engine, ana, sends=True)
            viewer, mid = await come(engine, sam, sends=False)
            await sam.run("watch")
            engine.apply(WORKER, [Attach(viewer, mid, sender, Source.CAMERA)])
            await frames_until(sam, lambda frames: len(frames) > 30, within=10)
            for height, within in ((720, RISES_WITHIN), (180, FALLS_WITHIN), (720, RISES_WITHIN), (360, FALLS_WITHIN)):
                engine.apply(WORKER, [Rank(viewer, [Want(mid, height)])])
                frames = await frames_until(sam, lambda frames, height=height: frames[-1][1] == height, within)
    finally:
        await engine.stop()
    shown = [height for height, _ in itertools.groupby(height for _, height in frames[30:])]
    assert set(shown) == {180, 360, 720}
    assert max(after - before for (before, _), (after, _) in itertools.pairwise(frames[30:])) < LARGEST_GAP
