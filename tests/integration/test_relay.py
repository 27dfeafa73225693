"""Credentials of the relay, over real WebSockets: who gets them, and that they are new long before they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling import protocol as p
from signaling.core.roles import Role
from signaling.shell.links import Wanted
from signaling.shell.turn import Relay
from tests.integration.signalling import LEADS, PERSON, House, house

TTL = 43_200
RELAY = Relay(["turns:relay.example.org:443?transport=tcp"], "kin-secret", TTL)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, relay=RELAY) as made:
        yield made


def ends(server: p.IceServer) -> int:
    return int(server.username.partition(":")[0])


async def test_whoever_is_in_a_room_has_a_relay_of_their_own(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    [hers], [his] = ana.snapshot.ice, sam.snapshot.ice
    assert hers.username != his.username
    assert hers.credential == RELAY.password(hers.username)
    assert ends(hers) == home.clock.now + TTL


async def test_nobody_else_gets_one(home: House) -> None:
    """Who knocks, or sees names or numbers only, has no media to relay."""
    group = await home.group(LEADS, PERSON, Wanted(roles=(Role.COORDINATOR,)), Wanted(roles=(Role.SUPPORT,)))
    ana = await home.joined(group.tokens[0], "Ana")
    for token in group.tokens[1:]:
        page = await home.joined(token)
        assert not isinstance(page.place, p.Snapshot)
        assert "kin" not in str(page.place)
        assert "relay" not in str(page.place)
        home.clock.now += TTL
        await ana.act(p.RaiseHand)
        await ana.until(p.Ice)
        assert not [message for message in await page.settled() if isinstance(message, p.Ice)]


async def test_new_ones_come_at_half_of_their_time_again_and_again(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    [had] = sam.snapshot.ice
    for _ in range(3):
        home.clock.now += TTL / 2 - 1
        await ana.act(p.RaiseHand)
        assert not [message for message in await sam.settled() if isinstance(message, p.Ice)], "not before"
        home.clock.now += 1
        await ana.act(p.LowerHand)
        [new] = (await sam.until(p.Ice)).servers
        assert new.username != had.username
        assert ends(had) - home.clock.now == TTL / 2, "the old ones still hold"
        assert ends(new) == home.clock.now + TTL
        had = new


async def test_a_return_brings_new_ones(home: House) -> None:
    _, [sam] = await home.led("Sam")
    [had] = sam.snapshot.ice
    home.clock.now += 60
    place = await (await home.page()).resume(sam)
    assert isinstance(place, p.Snapshot)
    [new] = place.ice
    assert ends(new) == ends(had) + 60


async def test_without_a_relay_there_is_none(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        ana, _ = await home.led()
        assert ana.snapshot.ice == []
        home.clock.now += TTL
        await ana.act(p.RaiseHand)
        assert not [message for message in await ana.settled() if isinstance(message, p.Ice)]
