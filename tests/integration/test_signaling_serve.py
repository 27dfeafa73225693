"""The whole server as a process of its own, media workers included, as `kinroom serve` starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp

from signaling import protocol as p
from tests.integration.signalling import Page

OFFERS = Path(__file__).parents[1] / "data" / "offers"
OFFER = (OFFERS / "chromium-page.sdp").read_bytes().decode()
GROWN = (OFFERS / "chromium-page-grown.sdp").read_bytes().decode()
SOURCES = {"0": "microphone", "1": "camera", "2": "screen", "3": "screen_sound"}


class Server:
    """A demo server: its links, and its end."""

    def __init__(self, process: asyncio.subprocess.Process, http: aiohttp.ClientSession, links: list[str]) -> None:
        self.process = process
        self.http = http
        self.base = links[0].partition("/join#")[0]
        self.facilitator, self.participant = (link.partition("#")[2] for link in links)

    async def page(self) -> Page:
        return Page(await self.http.ws_connect(f"{self.base}/ws"))

    async def led(self, *names: str) -> tuple[Page, list[Page]]:
        """The facilitator first; then the others, let in."""
        ana = await (await self.page()).join(self.facilitator, "Anastasia")
        people = [await (await self.page()).join(self.participant, name) for name in names]
        for page in people:
            await ana.act(p.Admit, participant=page.me)
            await page.until(p.Snapshot)
        return ana, people

    async def stop(self) -> tuple[float, str]:
        """How many seconds it took, and what was logged."""
        self.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, logged = await asyncio.wait_for(self.process.communicate(), 20)
        return time.monotonic() - began, logged.decode()


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kinroom.cli", "serve", "--demo", "--port", "0", "--data", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "KINROOM_LOG_LEVEL": "debug"},
    )
    assert process.stdout is not None
    try:
        async with aiohttp.ClientSession() as http:
            lines = [(await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip() for _ in range(2)]
            started = Server(process, http, lines)
            async with asyncio.timeout(30):
                while await status(started, "/readyz") != 200:
                    pass
            yield started
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def status(started: Server, path: str) -> int:
    async with started.http.get(f"{started.base}{path}") as response:
        return response.status


async def test_a_demo_server_from_its_start_to_its_end(tmp_path: Path) -> None:
    async with server(tmp_path / "data") as started:
        key = tmp_path / "data" / "operator.key"
        assert key.stat().st_mode & 0o777 == 0o600
        first_key = key.read_text()
        ana, [sam] = await started.led("Wilhelmina")
        assert [person.role for person in sam.snapshot.people] == ["facilitator", "participant"]
        [(took, logged), *_] = await asyncio.gather(started.stop(), ana.closed(), _goodbye(sam))
        assert took < 5
        assert started.process.returncode == 0
        private = ("Anastasia", "Wilhelmina", started.facilitator, started.participant, str(sam.secret))
        assert not any(word in logged for word in (*private, "127.0.0.1", ana.snapshot.session, sam.me))
        assert "ready" in logged
    async with server(tmp_path / "data") as again:
        assert key.read_text() == first_key
        assert again.participant != started.participant, "each start makes new links"
        page = await again.page()
        assert isinstance(await page.resume(sam, name="Wilhelmina"), p.Snapshot)
        assert page.me == sam.me
        await (await again.page()).join(started.participant, "Leo")  # the older links open their session still


async def _goodbye(page: Page) -> None:
    assert await page.until(p.Bye) == p.Bye(p.ByeReason.STOPPING)
    assert await page.closed()


async def test_the_end_comes_in_time_whatever_hangs(tmp_path: Path) -> None:
    """Many connections, a stopped worker, a locked database. And whoever talks nonsense is not logged."""
    async with server(tmp_path / "data") as started:
        _, [sam] = await started.led("Sam")
        assert isinstance(await sam.ask(p.Offer, sdp=OFFER, sources=SOURCES, fresh=True), p.Answer)
        worker = await _worker_pid(tmp_path / "data", started, sam)
        crowd = [await started.page() for _ in range(80)]
        for page in crowd[:24]:
            await page.join(started.participant, "Leo")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(started.base.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nWhat is this\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
        os.kill(worker, signal.SIGSTOP)
        with closing(sqlite3.connect(tmp_path / "data" / "kinroom.db")) as database:
            database.execute("BEGIN IMMEDIATE")
            [(took, logged), *_] = await asyncio.gather(started.stop(), _goodbye(sam))
        assert took < 5
        assert started.process.returncode == 0
        assert "127.0.0.1" not in logged


async def test_a_real_worker_answers_and_its_death_costs_no_seat(tmp_path: Path) -> None:
    async with server(tmp_path / "data") as started:
        _, [sam] = await started.led("Sam")
        first = await sam.ask(p.Offer, sdp=OFFER, sources=SOURCES, fresh=True)
        assert isinstance(first, p.Answer), first
        assert (len(first.slots), "a=ice-lite" in first.sdp) == (2, True)
        grown = await sam.ask(p.Offer, sdp=GROWN, sources=SOURCES, fresh=False)
        assert isinstance(grown, p.Answer), grown
        assert (grown.peer, len(grown.slots), grown.slots[:2]) == (first.peer, 4, first.slots)
        bad = await sam.ask(p.Offer, sdp="v=0\r\n", sources=SOURCES, fresh=False)
        assert isinstance(bad, p.Refused)
        assert bad.code == p.ErrorCode.BAD_OFFER
        assert isinstance(await sam.ask(p.Mute), p.Ok)
        os.kill(await _worker_pid(tmp_path / "data", started, sam), signal.SIGKILL)
        assert await sam.until(p.MediaLost) == p.MediaLost(first.peer)
        again = await _offer_until_answered(sam)
        assert again.peer != first.peer
        assert isinstance(await sam.ask(p.Unmute), p.Ok)
        assert not (await sam.change(p.MeIs, lambda change: not change.me.muted)).me.muted


async def _worker_pid(data: Path, started: Server, page: Page) -> int:
    """From the statistics, which come once a second."""
    url = f"{started.base}/api/v1/sessions/{page.snapshot.session}/stats"
    headers = {"Authorization": f"Bearer {(data / 'operator.key').read_text().strip()}"}
    async with asyncio.timeout(30):
        while True:
            async with started.http.get(url, headers=headers) as response:
                stats = await response.json()
            if stats["worker"] is not None and stats["worker"]["peers"]:
                assert stats["participants"] == {page.me: stats["worker"]["peers"][0]["peer"]}
                return int(stats["worker"]["pid"])


async def _offer_until_answered(page: Page) -> p.Answer:
    async with asyncio.timeout(30):
        while True:
            reply = await page.ask(p.Offer, sdp=OFFER, sources=SOURCES, fresh=True)
            if isinstance(reply, p.Answer):
                return reply
            assert isinstance(reply, p.Refused)
            assert reply.code == p.ErrorCode.MEDIA_GONE
