"""Evenings that go another way: a ban, an agreement, an end with somebody who stays, a facilitator who is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling import protocol as p
from signaling.core.programme import Programme
from tests.integration.signalling import LEADS, PERSON, House, house

ANSWER = len('{"type":"ok","id":100}')  # to the ping with which `settled` asks


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_who_is_banned_is_out_by_every_door_until_then(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    await ana.act(p.Ban, participant=sam.me, until=home.clock.now + 3600.0)
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.REMOVED)
    page = await home.page()
    refused = await page.resume(sam)
    assert isinstance(refused, p.Refused)
    assert refused.code == p.ErrorCode.RESUME_UNKNOWN
    asked = {"version": p.VERSION, "token": group.tokens[1], "name": "Sam"}
    assert await page.refused(p.Join, **asked) == p.ErrorCode.BANNED
    await home.stop()
    await home.start()
    page = await home.page()
    assert await page.refused(p.Join, **asked) == p.ErrorCode.BANNED, "the link's own record says so"
    home.clock.now += 3600.0
    again = await home.joined(group.tokens[1])
    assert isinstance(again.place, p.Waiting)


async def test_the_agreement_is_asked_once_per_person_and_version(home: House) -> None:
    agreement = p.Agreement(version="2", text="We keep what is said here to ourselves.")
    programme = Programme(practice_number="555-0100", agreement=agreement)
    group = await home.group(PERSON, programme=programme)
    page = await home.page()
    asked = {"version": p.VERSION, "token": group.tokens[0], "name": "Sam"}
    assert await page.refused(p.Join, **asked) == p.ErrorCode.AGREEMENT_NEEDED
    assert await page.refused(p.Join, agreement="1", **asked) == p.ErrorCode.AGREEMENT_NEEDED
    await page.join(group.tokens[0], agreement="2")
    await page.act(p.Leave)
    assert isinstance((await home.joined(group.tokens[0])).place, p.Waiting), "the record knows it by now"


async def test_words_are_gone_with_the_session(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    await sam.act(p.Say, to="room", text="goodbye")
    actor = await home.hub.session(sam.snapshot.session)
    assert actor is not None
    memory = actor._turns.memory
    assert memory.names
    assert memory.lines
    await ana.act(p.EndGroup)
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.ENDED)
    assert [memory.names, memory.notes, memory.help_notes, list(memory.lines)] == [{}, {}, {}, []]


async def test_a_group_that_closes_keeps_who_asked_to_stay(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    await ana.act(p.CloseGroup, minutes=2)
    assert (await sam.change(p.RoomIs)).room.closes_at == home.clock.now + 120.0
    await leo.settled()
    before = leo.octets
    await sam.act(p.AskToStay, on=True)
    await leo.settled()
    assert leo.octets - before == ANSWER, "nobody else is told"
    assert (await ana.change(p.TeamIs)).team.stays == [sam.me]
    home.clock.now += 120.0
    await ana.act(p.LowerHands, room="main")
    assert await leo.until(p.Bye) == p.Bye(p.ByeReason.CLOSED)
    assert (await sam.until(p.Waiting)).sent_back
    await ana.act(p.EndGroup)
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.ENDED)


async def test_when_the_only_facilitator_is_gone(home: House) -> None:
    """Told at 3 s, alone at 30 s, open to the team at 60 s: Kim leads, announced by being there."""
    group = await home.group(LEADS, LEADS, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[2], "Sam")
    await home.admit(ana, sam)
    await sam.settled()
    ana.drop()
    await sam.person(ana.me, lambda person: not person.present)
    for seconds, staff, notice in ((3, "reconnecting", "told"), (27, "none", "locked"), (30, "none", "open_to_team")):
        home.clock.now += seconds
        await sam.act(p.LowerHand)
        room = (await sam.change(p.RoomIs)).room
        assert (room.staff, room.notice) == (staff, notice)
    kim = await home.joined(group.tokens[1], "Kim")
    assert isinstance(kim.place, p.Snapshot), "a facilitator's link of the group needs no knock"
    await sam.settled()
    assert (sam.snapshot.room.staff, sam.snapshot.room.notice, "Kim" in sam.names) == ("here", None, True)


async def test_help_with_nobody_connected_says_whom_to_call_at_once(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    ana.drop()
    await sam.person(ana.me, lambda person: not person.present)
    await sam.act(p.CallHelp, kind="private")
    await sam.settled()
    assert (sam.snapshot.room.staff, sam.snapshot.numbers) == ("none", p.Numbers("555-0100", "988"))


async def test_a_ban_counts_also_for_who_knocks_on_another_device(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    other = await home.joined(group.tokens[1], "Sam")
    await ana.act(p.Ban, participant=sam.me, until=home.clock.now + 3600.0)
    for page in (sam, other):
        assert (await page.until(p.Bye)).reason in (p.ByeReason.REMOVED, p.ByeReason.DECLINED)
    await home.stop()
    await home.start()
    page = await home.page()
    asked = {"version": p.VERSION, "token": group.tokens[1], "name": "Sam"}
    assert await page.refused(p.Join, **asked) == p.ErrorCode.BANNED


async def test_a_ban_by_the_practice_reaches_a_session_that_sleeps(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    await home.stop()  # whatever is not in memory learns nothing of what is done outside
    await home.start()
    await home.hub.links.ban_from_outside(group.made.links[1].hash, home.clock.now + 60.0)
    page = await home.page()
    reply = await page.resume(sam)
    assert isinstance(reply, p.Refused)
    assert reply.code == p.ErrorCode.RESUME_UNKNOWN


async def test_who_comes_when_all_is_over_is_told_so(home: House) -> None:
    """The group had been closing while nobody was there, and nobody looked at the clock since."""
    group = await home.group(LEADS, PERSON)
    ana = await home.joined(group.tokens[0], "Ana")
    await ana.act(p.CloseGroup, minutes=2)
    await ana.act(p.Leave)
    await home.stop()
    home.clock.now += 3600.0
    await home.start()
    page = await home.page()
    code = await page.refused(p.Join, version=p.VERSION, token=group.tokens[1], name="Sam")
    assert code in (p.ErrorCode.ENDED, p.ErrorCode.OVER)
    assert await page.refused(p.Mute) == p.ErrorCode.NOT_JOINED
