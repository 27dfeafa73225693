"""What a move costs in real browsers, and that it leaves nothing behind in their buffers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from bench import move
from bench.lab.browsers import SMALL, Browsers
from bench.lab.lead import Member, member
from bench.lab.netns import Namespace, run
from bench.lab.server import Server
from kinroom.bots.persona import persona
from signaling import protocol as p
from tests.browser.people import Person
from tests.browser.test_quality import short_buffers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(150)]

# Of the median, with four pages: they share this machine's cores, and the slowest of many says how busy those are. What
# the move itself costs would be in every figure; `python -m bench move` shows the others, with six.
AUDIO_MS, FRAME_MS = 60, 300
SETTLED = 5.0  # seconds after a move
AHEAD = 3  # seconds of one publisher's clock before the other's

ROOT = Path(__file__).parents[2]

# Given to a page: before each of its paints, the colour behind whoever is in a tile that can be seen. Synthetic people
# sit before walls of their own.
EYES = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  window.eyes = [];
  const look = () => {
    for (const video of document.querySelectorAll(".tile .video:not([hidden]) video")) {
      const { participant } = video.closest(".tile").dataset;
      if (participant === kinroom.store.me.value || video.style.opacity === "0" || !video.videoWidth) continue;
      canvas.drawImage(video, 2, 2, 1, 1, 0, 0, 1, 1);
      const colour = [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
      eyes.push([participant, colour]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
MOVES = 8
ALIKE = 40  # of 255, in each of red, green and blue: what encoding leaves of one wall


async def test_the_new_partner_is_heard_and_seen_at_once_and_the_old_one_no_more() -> None:
    found = await move.measure(people=4, count=8)
    assert found.audio_p50_ms <= AUDIO_MS, found
    assert found.frame_p50_ms <= FRAME_MS, found
    assert (found.moves, found.sdp_exchanges, found.stray_packets) == (8, 0, 0), found


async def test_buffers_are_short_again_after_moves_between_clocks_that_differ(
    browsers: Browsers, server: Server, inside: Namespace
) -> None:
    """Lip sync is by one clock a slot: two on it would make the browser hold sound or picture back for seconds."""
    made = await server.create_session(3, links=[{"roles": ["facilitator"]}])
    link, leading = made.links
    page = await browsers.chromium(fps=15)
    viewer = Person(page, "Vera")
    try:
        async with member(server, leading.token, "Ana") as ana:
            await page.inject(SMALL, 160, 90, 5)
            await viewer.join(link.url)
            async with _bot(inside, link.url, 0, 0), _bot(inside, link.url, 1, AHEAD):
                await _in_two_rooms(ana, viewer)
                for room in ("pair.2", "pair.1"):
                    await ana.ask(p.MovePeople, moves=((viewer.id, room),), anyway=True)
                    await asyncio.sleep(SETTLED)
                    await short_buffers(viewer, windows=5, seconds=2)
    finally:
        await page.close()


async def test_no_picture_of_the_old_partner_is_seen_in_the_tile_of_the_new_one(
    browsers: Browsers, server: Server, inside: Namespace
) -> None:
    made = await server.create_session(3, links=[{"roles": ["facilitator"]}])
    link, leading = made.links
    page = await browsers.chromium(fps=15)
    viewer = Person(page, "Vera")
    try:
        async with member(server, leading.token, "Ana") as ana:
            await page.inject(SMALL, 160, 90, 5)
            await viewer.join(link.url)
            async with _bot(inside, link.url, 0, 0), _bot(inside, link.url, 1, 0):
                here, there = await _in_two_rooms(ana, viewer)
                await page.call(EYES)
                for n in range(MOVES):
                    partner, room = ((there, "pair.2"), (here, "pair.1"))[n % 2]
                    await ana.ask(p.MovePeople, moves=((viewer.id, room),), anyway=True)
                    await page.wait_for(f"eyes.at(-1)?.[0] === '{partner}' && eyes.at(-1)")
                    await asyncio.sleep(0.3)
                seen = await page.evaluate("eyes")
    finally:
        await page.close()
    walls = {who: np.array([colour for one, colour in seen if one == who]) for who in (here, there)}
    for wall in walls.values():
        assert len(wall) > MOVES
        assert np.abs(wall - np.median(wall, axis=0)).max() <= ALIKE, wall
    assert np.abs(np.median(walls[here], axis=0) - np.median(walls[there], axis=0)).max() > 2 * ALIKE


async def _in_two_rooms(ana: Member, viewer: Person) -> tuple[str, str]:
    """The viewer and one synthetic person in the first, the other one alone in the second; the ids of the two."""
    names = persona(0).name, persona(1).name
    await ana.until(lambda: set(names) <= set(ana.people), 30)
    here, there = (ana.people[name].id for name in names)
    await ana.ask(p.PlanRooms, how="number", count=1)
    await ana.ask(p.EditPlan, rooms=((viewer.id, here, there),))
    await ana.ask(p.OpenRooms, minutes=None, late="ask")
    await ana.ask(p.MovePeople, moves=((there, "pair.2"),), anyway=True)
    await viewer.page.wait_for("kinroom.store.roomView.value?.kind === 'pair'")
    return here, there


@asynccontextmanager
async def _bot(inside: Namespace, link: str, index: int, ahead: float) -> AsyncIterator[None]:
    command = run(inside, [sys.executable, "-m", "tests.browser.shifted", link, str(index), str(ahead)])
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
