"""`python -m bench pictures`: the pages as people see them, for docs/pictures, with an axe-core run on each.

A real server, real bots and Chromium in a network namespace of their own. Who looks is one of the drawn people, too.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from msgspec import Struct

from bench.lab.browsers import Browsers, Page
from bench.lab.netns import ADDRESS, Namespace, namespace, run
from bench.lab.server import Server
from kinroom.bots.persona import persona
from kinroom.bots.picture import RATE, draw

OWN = 24  # the persona of the one who looks; bots are 0 to 23
SETTLE = 1.5  # seconds after a change of size until tiles and view messages have settled
COUNTS = (1, 4, 9, 25)
THEMES = ("light", "dark")


class Screen(Struct, frozen=True):
    name: str
    width: int
    height: int
    mobile: bool = False


SCREENS = (
    Screen("phone", 390, 844, mobile=True),
    Screen("tablet", 820, 1180, mobile=True),
    Screen("desktop", 1440, 900),
)


class Finding(Struct, frozen=True):
    """A violation that axe-core sees in one picture."""

    picture: str
    rule: str
    help: str
    nodes: list[str]


async def take(folder: Path, counts: Sequence[int] = COUNTS) -> list[Finding]:
    """All pictures into `folder`; what axe-core finds in them."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    findings: list[Finding] = []
    with namespace("kinroom-pictures") as inside, tempfile.TemporaryDirectory() as scratch:
        camera = Path(scratch) / "own.y4m"
        await asyncio.to_thread(_write_camera, camera)
        async with Server(Path(scratch) / "data", inside, announce=ADDRESS) as server, Browsers(inside) as browsers:
            for count in counts:
                session = await server.create_session(25)
                link = f"{server.url}/join#{session.links[0].token}"
                async with _bots(inside, link, count - 1):
                    page = await browsers.chromium(camera=camera, fps=RATE)
                    findings += await _visit(page, link, folder, count)
                    if count == 1:
                        findings += await _try_out(page, link.replace("/join", "/check"), folder)
                    await page.close()
                await server.end_session(session.session)
    return findings


async def _visit(page: Page, link: str, folder: Path, count: int) -> list[Finding]:
    findings: list[Finding] = []
    for screen in SCREENS if count == 1 else ():
        await page.viewport(screen.width, screen.height, mobile=screen.mobile)
        await _open(page, link)
        findings += await _in_both_lights(page, folder, f"name-{screen.name}")
        await _to_the_last_step(page)
        findings += await _in_both_lights(page, folder, f"join-{screen.name}")
    await _open(page, link)
    await _to_the_last_step(page)
    await page.click("[data-action=join]")
    await page.wait_for(f"kinroom.store.people.value.length === {count}", 180)
    for screen in SCREENS:
        await page.viewport(screen.width, screen.height, mobile=screen.mobile)
        # From desktop to phone Chromium reloads the page, which comes back to its seat but may not play sound yet.
        await page.wait_for(f"window.kinroom?.store.people.value.length === {count}", 180)
        await asyncio.sleep(SETTLE)
        if await page.evaluate("kinroom.store.audioBlocked.value"):
            await page.click(".hear")
        findings += await _in_both_lights(page, folder, f"room-{count}-{screen.name}")
    return findings


async def _try_out(page: Page, address: str, folder: Path) -> list[Finding]:
    """The self-test: one's own picture, the first thing to do, the report."""
    findings: list[Finding] = []
    for screen in SCREENS:
        await page.viewport(screen.width, screen.height, mobile=screen.mobile)
        await _open(page, address)
        await page.click("[data-action=begin]")
        await page.wait_for("kinroom.store.preview.value !== null")
        findings += await _in_both_lights(page, folder, f"check-camera-{screen.name}")
        for answer in ("yes", "yes", "tone", "yes", "go-on"):
            await page.click(f"[data-action={answer}]")
        findings += await _in_both_lights(page, folder, f"check-task-{screen.name}")
        while await page.evaluate("document.querySelector('[data-action=skip]') !== null"):
            await page.click("[data-action=skip]")
        findings += await _in_both_lights(page, folder, f"check-report-{screen.name}")
    return findings


async def _open(page: Page, link: str) -> None:
    """As if the link had just been tapped: another fragment alone loads nothing."""
    await page.open("about:blank")
    await page.open(link)
    await page.wait_for("document.querySelector('h1')")


async def _to_the_last_step(page: Page) -> None:
    await page.type("input[name=name]", persona(OWN).name)
    await page.click("[data-action=continue]")
    await page.wait_for("kinroom.store.preview.value !== null")


async def _in_both_lights(page: Page, folder: Path, scene: str) -> list[Finding]:
    findings: list[Finding] = []
    for theme in THEMES:
        await page.media(prefers_color_scheme=theme)
        await asyncio.sleep(SETTLE)
        picture = f"{scene}-{theme}"
        await page.screenshot(folder / f"{picture}.png")
        findings += [Finding(picture, found["id"], found["help"], found["nodes"]) for found in await page.axe()]
        print(picture, file=sys.stderr)
    return findings


@asynccontextmanager
async def _bots(inside: Namespace, link: str, count: int) -> AsyncIterator[None]:
    if count == 0:
        yield
        return
    command = run(inside, [sys.executable, "-m", "kinroom.cli", "bots", "--link", link, "--count", str(count)])
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[1])
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def _write_camera(path: Path) -> None:
    """The drawn person as the camera file that Chromium's fake device plays round and round."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as out:
        stream = None
        for number, image in enumerate(draw(persona(OWN), speaking=False)):
            frame = av.VideoFrame.from_ndarray(image.astype(np.uint8), format="rgb24").reformat(format="yuv420p")
            if stream is None:
                stream = out.add_stream("wrapped_avframe", rate=RATE)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        if stream is not None:
            out.mux(stream.encode(None))
