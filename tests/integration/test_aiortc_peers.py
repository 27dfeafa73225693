"""aiortc peers, an implementation of WebRTC that is not ours, in a room of the real server."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

from bench.lab.impair import MEDIA, Rule
from bench.lab.proxy import Proxy
from bench.lab.server import Server
from rtc import PeerStats
from tests.integration.group import Group, free_port, meeting

FPS = 15


async def peer_of(server: Server, session: str, person: str) -> PeerStats:
    """A person's statistics; asked again until the newest are in."""
    async with asyncio.timeout(5):
        while True:
            stats = await server.stats(session)
            peers = {peer.peer: peer for peer in stats.worker.peers}
            if (peer := peers.get(stats.participants[person])) is not None:
                return peer


async def test_each_sees_and_hears_each_other_and_nobody_else(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        ada, ben, cleo = [await group.join(index) for index in (0, 1, 2)]
        await group.until(group.all_see_and_hear_all)
        for one in (ada, ben, cleo):
            one.forget()
            assert not [slot for slot in one.bot.slots if slot.participant == one.me]
            assert len(one.bot.slots) == 4
        mid = ada.mid(ben, "camera")
        assert mid is not None
        waited = await group.until(lambda: ada.frames[mid] >= 3 * FPS)
        assert 2.0 < waited < 5.0  # in real time, neither doubled nor thinned
        assert set(ada.frames) <= {slot.mid for slot in ada.bot.slots}


async def test_one_who_sends_only_is_seen_by_the_others(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        ada, ben = await group.join(0), await group.join(1, receive=False)
        await group.until(lambda: ada.sees(ben) and ada.hears(ben))
        assert ben.bot.slots == []
        assert not ben.frames


async def test_leaving_frees_the_slot_for_the_next(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        ada, ben, cleo = [await group.join(index) for index in (0, 1, 2)]
        await group.until(group.all_see_and_hear_all)
        slot = ada.mid(cleo, "camera")
        await group.leave(cleo)
        await group.until(lambda: {s.participant for s in ada.bot.slots} == {ben.me}, within=1.0)
        dan = await group.join(3)
        await group.until(group.all_see_and_hear_all)
        assert ada.mid(dan, "camera") == slot


async def test_more_people_than_slots_need_one_more_offer(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        people = [await group.join(0)]
        for index in range(1, 7):
            people.append(await group.join(index, receive=False))
        await group.until(lambda: all(people[0].sees(other) for other in people[1:]), within=20)
        media = people[0].bot.media
        assert media is not None
        assert media.slot_pairs >= 6


async def test_a_dropped_websocket_resumes_on_the_same_media(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (server, session, group):
        ada, ben = await group.join(0), await group.join(1)
        await group.until(group.all_see_and_hear_all)
        before = (ada.me, ada.bot.media, await peer_of(server, session, ada.me))
        drop_websocket(ada.bot.connection)
        await group.until(lambda: not ada.bot.in_room.is_set(), within=2)
        await asyncio.wait_for(ada.bot.in_room.wait(), 5)
        assert (ada.me, ada.bot.media) == before[:2]
        assert (await peer_of(server, session, ada.me)).peer == before[2].peer
        for one in (ada, ben):
            one.forget()
        await group.until(group.all_see_and_hear_all)


async def test_a_killed_worker_is_replaced_and_seats_stay(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (server, _, group):
        ada, ben = await group.join(0), await group.join(1)
        await group.until(group.all_see_and_hear_all)
        seats, media = [ada.me, ben.me], ada.bot.media
        server.kill_worker()
        await group.until(lambda: ada.bot.media is not media)
        for one in (ada, ben):
            one.forget()
        await group.until(group.all_see_and_hear_all, within=10)
        assert [ada.me, ben.me] == seats


async def test_loss_is_repaired_both_ways(tmp_path: Path) -> None:
    """5 % each way: NACK and RTX between us and aiortc, as sender and as receiver."""
    port = free_port(socket.SOCK_DGRAM)
    loss = [Rule(MEDIA, loss=0.05)]
    async with (
        Proxy(("127.0.0.1", port), ("127.0.0.2", port), seed=7) as proxy,
        meeting(tmp_path, media_host="127.0.0.2", media_port=port) as (server, session, group),
    ):
        ada, ben = await group.join(0), await group.join(1)
        await group.until(group.all_see_and_hear_all)
        proxy.set_default(up=loss, down=loss)
        ada.forget()
        mid = ada.mid(ben, "camera")
        assert mid is not None
        waited = await group.until(lambda: ada.frames[mid] >= 8 * FPS, within=20)
        assert waited < 12.0  # a frame lost for good costs aiortc all until the next key frame
        assert_repaired(await peer_of(server, session, ben.me), await peer_of(server, session, ada.me))


def assert_repaired(publisher: PeerStats, viewer: PeerStats) -> None:
    camera = next(p for p in publisher.publications if p.source == "camera")
    assert camera.repaired > 0
    assert camera.lost <= 0.005 * camera.packets
    seen = next(s for s in viewer.subscriptions if s.source == "camera" and s.publisher == publisher.peer)
    assert seen.nacked > 0
    assert seen.retransmitted > 0


async def test_a_forwarding_worker_has_no_codec_in_its_memory(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (server, session, group):
        _, ben = await group.join(0), await group.join(1)
        await group.until(group.all_see_and_hear_all)
        assert (await peer_of(server, session, ben.me)).sent_packets > 0
        assert_no_codec(server)


def assert_no_codec(server: Server) -> None:
    for pid in (server.pid, *server.worker_pids):
        mapped = Path(f"/proc/{pid}/maps").read_text()
        assert "libsrtp" in mapped or "pylibsrtp" in mapped or pid == server.pid
        for word in ("libavcodec", "libvpx", "libopus", "/av/", "aiortc"):
            assert word not in mapped
    # So that the words above would be found if they were there: this very process decodes.
    assert "libavcodec" in Path(f"/proc/{os.getpid()}/maps").read_text()


def drop_websocket(connection: object) -> None:
    """As when a network goes: the transport ends with no word to either side's protocol."""
    socket_ = connection._socket  # type: ignore[attr-defined]
    socket_._response.connection.transport.abort()


async def test_groups_of_two_sessions_do_not_meet(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (server, _, group):
        other = Group((await server.create_session()).links[0].url)
        try:
            ada, ben = await group.join(0), await group.join(1)
            cleo = await other.join(2)
            await group.until(group.all_see_and_hear_all)
            assert cleo.bot.slots == []
            assert {slot.participant for slot in ada.bot.slots} == {ben.me}
        finally:
            await other.close()
