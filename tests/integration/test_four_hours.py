"""Four hours of one group under a virtual clock: whatever drops, reloads and expires, everybody is still in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from signaling import protocol as p
from tests.integration.signalling import LEADS, PERSON, House, Page, house

MINUTE: Final = 60.0
HOURS: Final = 4
DROP_EVERY: Final = 7  # minutes
RELOAD_EVERY: Final = 23
WAITS: Final = 26.0  # seconds until somebody who dropped is back; media lives 30 without signalling


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


class Person:
    """Somebody's browser: it comes back by its resume secret, never by its link."""

    def __init__(self, home: House, page: Page, name: str) -> None:
        self.home = home
        self.page = page
        self.name = name
        self.who = page.me

    async def back(self, peer: int | None) -> p.Snapshot:
        page = await self.home.page()
        reply = await page.resume(self.page, peer, self.name)
        assert isinstance(reply, p.Snapshot), (self.name, reply)
        assert reply.you == self.who
        self.page = page
        return reply


async def test_nothing_ends_a_session_of_four_hours(home: House) -> None:
    """The links expire and the session's time is over in the middle of it."""
    group = await home.group(LEADS, *[PERSON] * 4, hours=1.5)
    pages = [
        await home.joined(token, name)
        for token, name in zip(group.tokens, ("Ana", "Sam", "Leo", "Mia", "Noa"), strict=True)
    ]
    ana = pages[0]
    for page in pages[1:]:
        await home.admit(ana, page)
    people = [Person(home, page, name) for page, name in zip(pages, ("Ana", "Sam", "Leo", "Mia", "Noa"), strict=True)]
    peers = {person.who: await person.page.media(6, "microphone", "camera") for person in people}
    await people[1].page.act(p.Mute)
    await people[2].page.act(p.RaiseHand)
    for minute in range(1, HOURS * 60 + 1):
        home.clock.now += MINUTE
        somebody = people[minute % len(people)]
        if minute % DROP_EVERY == 0:
            somebody.page.drop()
            home.clock.now += WAITS
            kept = await somebody.back(peers[somebody.who])
            assert kept.peer == peers[somebody.who], "a drop of half a minute interrupts no media"
        if minute % RELOAD_EVERY == 0:
            reloaded = await somebody.back(None)
            assert reloaded.peer is None
            peers[somebody.who] = await somebody.page.media(6, "microphone", "camera")
        for person in people:
            assert isinstance(await person.page.ask(p.Ping), p.Ok)
    for person in people:
        await person.page.settled()
        snapshot = person.page.snapshot
        assert [(one.name, one.present) for one in snapshot.people] == [(one.name, True) for one in people]
    sam, leo = people[1].page.snapshot, people[2].page.snapshot
    assert sam.me.muted
    assert [one.hand for one in leo.people if one.id == leo.you] == [1]
    for person in people:
        page = await home.page()
        assert isinstance(await page.resume(person.page, None, person.name), p.Snapshot)


async def test_less_than_ten_minutes_away_are_forgiven_and_more_are_a_knock(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    sam.drop()
    await ana.person(sam.me, lambda person: not person.present)
    home.clock.now += 10 * MINUTE - 1
    back = await home.page()
    assert isinstance(await back.resume(sam), p.Snapshot)
    back.drop()
    await ana.person(sam.me, lambda person: not person.present)
    home.clock.now += 10 * MINUTE
    late = await home.page()
    assert await late.ask(p.Resume, version=2, session=group.session, secret=sam.secret, name="Sam") == p.Refused(
        100, p.ErrorCode.RESUME_UNKNOWN, "unknown secret, or too long ago"
    )
    assert isinstance((await late.join(group.tokens[1])).place, p.Waiting)
