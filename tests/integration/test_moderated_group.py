"""A facilitator's commands through the whole server: WebSocket, session, worker, and what others decode of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.lab.server import Server
from kinroom.bots.connection import RefusedError
from signaling import protocol as p
from signaling.core.ids import MAIN
from tests.integration.group import Group, Watched, free_port

AT_ONCE = 0.2  # seconds: what a facilitator is promised when they cover somebody


@asynccontextmanager
async def led(data: Path) -> AsyncIterator[tuple[Group, Watched, Watched, Watched]]:
    """Ada leads, Ben and Cleo take part; all see and hear each other. They obey nothing that they are told."""
    async with Server(data, port=free_port(), announce="127.0.0.1", media_host="127.0.0.1") as server:
        session = await server.create_session(2, links=[{"roles": ["facilitator"]}])
        group = Group(session.links[1].url)
        try:
            ada = await group.join(0)
            group.link = session.links[0].url
            ben, cleo = await group.join(1), await group.join(2)
            await group.until(group.all_see_and_hear_all)
            yield group, ada, ben, cleo
        finally:
            await group.close()


async def ask(who: Watched, kind: type[p.Request], **fields: object) -> object:
    connection = who.bot.connection
    assert connection is not None
    return await connection.request(kind(id=connection.next_id(), **fields))  # type: ignore[call-arg]


async def silent(group: Group, viewer: Watched, *mids: str | None) -> None:
    """From 200 ms on nothing is decoded in these slots, for a second."""
    assert None not in mids
    await pause(AT_ONCE)
    viewer.forget()
    await pause(1.0)
    assert not [mid for mid in mids if viewer.frames[str(mid)]], str(viewer)


async def pause(seconds: float) -> None:
    tick = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(seconds, tick.set_result, None)
    await tick


def mids(viewer: Watched, *others: Watched) -> list[str | None]:
    return [viewer.mid(other, source) for other in others for source in ("microphone", "camera")]


async def test_cover_and_uncover(tmp_path: Path) -> None:
    async with led(tmp_path) as (group, ada, ben, cleo):
        ada.forget()
        before = mids(cleo, ben)
        await ask(ada, p.Cover, participant=ben.me)
        await silent(group, cleo, *before)
        assert ada.sees(ben)
        assert cleo.sees(ada)
        await ask(ada, p.Uncover, participant=ben.me)
        await group.until(group.all_see_and_hear_all)
        assert mids(cleo, ben) == before  # their place was kept


async def test_talk_privately_and_back(tmp_path: Path) -> None:
    async with led(tmp_path) as (group, ada, ben, cleo):
        before = mids(cleo, ada, ben)
        await ask(ada, p.TalkPrivately, participant=ben.me)
        await silent(group, cleo, *before)
        assert cleo.bot.slots == []
        await group.until(lambda: ada.sees(ben) and ben.sees(ada) and ada.hears(ben) and ben.hears(ada))
        await ask(ben, p.EndPrivate, room=f"private.{ben.me}")
        await ask(ben, p.Unmute)
        await group.until(group.all_see_and_hear_all)


async def test_mute_all_and_only_the_person_unmutes(tmp_path: Path) -> None:
    async with led(tmp_path) as (group, ada, ben, cleo):
        microphone = cleo.mid(ben, "microphone")
        await ask(ada, p.MuteAll, room=MAIN)
        await silent(group, cleo, microphone)
        assert cleo.hears(ada)
        await ask(ada, p.ForbidAll, room=MAIN, source="microphone")
        with pytest.raises(RefusedError) as refused:
            await ask(ben, p.Unmute)
        assert refused.value.code is p.ErrorCode.NOT_ALLOWED
        await ask(ada, p.AllowAll, room=MAIN, source="microphone")
        await silent(group, cleo, microphone)
        await ask(ben, p.Unmute)
        await group.until(lambda: cleo.hears(ben))
