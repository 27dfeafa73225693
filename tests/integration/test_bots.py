"""`kinroom bots` and `kinroom serve --demo --bots` as commands."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import aiohttp

from kinroom.bots.bot import Bot
from kinroom.bots.persona import persona
from signaling import protocol
from tests.integration.group import Group, free_port, media_of, meeting

BOTS = (sys.executable, "-m", "kinroom", "bots")


async def ask(facilitator: Bot, shape: type[protocol.Admit | protocol.SendBack], about: Bot) -> None:
    assert facilitator.connection is not None
    assert about.place is not None
    await facilitator.connection.request(shape(facilitator.connection.next_id(), about.place.you))


async def test_bots_come_receive_and_say_goodbye(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        ada = await group.join(20)
        command = (*BOTS, "--link", group.link, "--count", "2", "--receive")
        bots = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        pictures = lambda: [mid for mid in ada.pictures if mid in {slot.mid for slot in ada.bot.slots}]  # noqa: E731
        await group.until(lambda: len(pictures()) == 2, within=30)
        await group.until(lambda: len(ada.bot.slots) == 4)
        ada.forget()
        await group.until(lambda: sum(ada.frames.values()) > 200)
        bots.send_signal(signal.SIGTERM)
        # They leave their seats: nobody is left to wonder whether they come back.
        await group.until(lambda: ada.bot.slots == [], within=3)
        _, told = await asyncio.wait_for(bots.communicate(), 5)
        assert bots.returncode == 0, told.decode()
        share = re.search(r"2 bots for \d+ s: (0\.\d+) of a core each, decoded (\d+) pictures", told.decode())
        assert share, told.decode()
        assert int(share[2]) > 30


async def test_a_refused_bot_names_the_reason(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (server, _, _):
        command = (*BOTS, "--link", f"{server.url}/join#{'x' * 32}")
        bots = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        _, told = await asyncio.wait_for(bots.communicate(), 30)
        assert bots.returncode == 1
        assert "bad_link" in told.decode()


async def test_the_demo_prints_two_links_and_sends_its_bots(tmp_path: Path) -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kinroom", "serve", "--demo", "--bots", "2", "--port", str(port)),
        *("--data", str(tmp_path / "data"), "--media-host", "127.0.0.1", "--announce", "127.0.0.1"),
        stdout=PIPE,
    )
    assert server.stdout is not None
    links = [(await asyncio.wait_for(server.stdout.readline(), 30)).decode().strip() for _ in range(2)]
    assert all(re.fullmatch(rf"http://localhost:{port}/join#[\w-]{{22,}}", link) for link in links), links
    assert links[0] != links[1]
    roles = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        for link in links:
            async with http.post("/api/v1/link", json={"token": link.split("#")[1]}) as answer:
                found = await answer.json()
                assert found["open"]
                roles.append(found["roles"])
    assert roles == [["facilitator"], ["participant"]]
    group = Group(links[0])
    knocking = Bot(links[1], persona(21), media_of(21), lambda: True)
    visiting = asyncio.create_task(knocking.run())
    try:
        ada = await group.join(20)
        await group.until(lambda: len({slot.participant for slot in ada.bot.slots}) == 2, within=30)
        await asyncio.wait_for(knocking.arrived.wait(), 10)
        assert not knocking.in_room.is_set(), "the synthetic people need no knock; who opens the printed link does"
        for _ in range(2):
            await ask(ada.bot, protocol.Admit, knocking)
            await asyncio.wait_for(knocking.in_room.wait(), 10)
            await group.until(lambda: len({slot.participant for slot in ada.bot.slots}) == 3, within=15)
            await ask(ada.bot, protocol.SendBack, knocking)
            await group.until(lambda: isinstance(knocking.place, protocol.Waiting), within=5)
            assert not knocking.in_room.is_set()
            assert knocking.slots == []
    finally:
        visiting.cancel()
        await group.close()
        server.terminate()
    assert await asyncio.wait_for(server.wait(), 6) == 0
