"""Over real WebSockets: each page is told what is its own to know, and nothing at all of the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtc import PeerId, SpeakersChanged, WorkerIndex
from signaling import protocol as p
from signaling.core.roles import Role
from signaling.shell.links import Wanted
from tests.integration.signalling import LEADS, PERSON, House, Page, house

NUMBERS = p.Numbers(practice="555-0100", crisis="988")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def quiet(pages: list[Page]) -> list[int]:
    """Bytes that each page has received, once nothing is on its way."""
    for page in pages:
        await page.settled()
    return [page.octets for page in pages]


ANSWER = len('{"type":"ok","id":100}')  # to the ping with which `settled` asks


async def test_the_waiting_see_no_people_and_the_group_hears_of_no_knock(home: House) -> None:
    group = await home.group(LEADS, PERSON, PERSON, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    first = await home.joined(group.tokens[2], "Leo")
    before = await quiet([sam, first])
    await home.joined(group.tokens[3], "Mia")
    await sam.act(p.RaiseHand)
    await ana.settled()
    assert [knock.name for knock in ana.team.waiting] == ["Leo", "Mia"]
    assert isinstance(first.place, p.Waiting)
    after = await quiet([sam, first])
    assert after[1] - before[1] == ANSWER, "the waiting hear nothing of the group, nor of each other"
    assert "Mia" not in str(sam.place)


async def test_a_knock_is_seen_by_facilitators_and_let_in(home: House) -> None:
    group = await home.group(LEADS, PERSON, PERSON)
    ana = await home.joined(group.tokens[0], "Ana")
    sam = await home.joined(group.tokens[1], "Sam")
    assert isinstance(sam.place, p.Waiting)
    assert (sam.place.staff, sam.place.staff_names, sam.place.numbers) == ("here", ["Ana"], NUMBERS)
    told = (await ana.change(p.TeamIs)).team
    assert [(knock.id, knock.name, knock.kind) for knock in told.waiting] == [(sam.me, "Sam", "expected")]
    await ana.act(p.Admit, participant=sam.me)
    await sam.until(p.Snapshot)
    assert sam.names == ["Ana", "Sam"]
    assert sam.snapshot.team is None
    await ana.settled()
    assert (ana.names, ana.team.waiting) == (["Ana", "Sam"], [])


async def test_private_help_is_silent_for_everybody_else(home: House) -> None:
    """Every byte is counted, on every socket: of the group, of the waiting, of the desk."""
    group = await home.group(
        LEADS, *[PERSON] * 4, Wanted(roles=(Role.COORDINATOR,)), Wanted(roles=(Role.SUPPORT,)), LEADS
    )
    ana, sam, leo, mia, waiting, desk, support, kim = [
        await home.joined(token, name)
        for token, name in zip(group.tokens, ("Ana", "Sam", "Leo", "Mia", "Noa", "Cory", "Sue", "Kim"), strict=True)
    ]
    for page in (sam, leo, mia):
        await home.admit(ana, page)
    for page in (sam, leo):
        await page.media(7, "microphone", "camera")
    others = [leo, mia, waiting, desk]
    await support.settled()
    before = await quiet(others)
    await quiet([ana, kim, sam])
    await sam.act(p.CallHelp, kind="private", note="I need a minute")
    await sam.act(p.CallHelp, kind="private", note="please")
    assert sam.snapshot.me.private == p.CallMine("open", None)
    for facilitator in (ana, kim):
        [call] = (await facilitator.change(p.TeamIs, lambda team: bool(team.team.calls))).team.calls
        assert (call.kind, call.about, call.name) == ("private", sam.me, "Sam")
    home.clock.now += 30.0
    await mia.settled()
    await ana.act(p.Coming, call=f"private.{sam.me}")
    await sam.change(p.MeIs, lambda change: change.me.private == p.CallMine("coming", "Ana"))
    await ana.act(p.CheckOn, participant=sam.me)
    await sam.act(p.AnswerCheck, ok=True)
    await ana.act(p.CloseCall, call=f"private.{sam.me}")
    after = await quiet(others)
    answers = [ANSWER, 2 * ANSWER, ANSWER, ANSWER]
    assert [more - less for more, less in zip(after, before, strict=True)] == answers
    await quiet([ana, sam])
    assert ana.team.calls == []
    assert sam.snapshot.me.private is None


async def test_a_private_talk_reads_as_a_step_out_to_the_others(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    await ana.act(p.TalkPrivately, participant=sam.me)
    await sam.until(p.Snapshot)
    await ana.settled()
    assert (ana.names, sam.names, sam.snapshot.room.kind) == (["Ana", "Sam"], ["Ana", "Sam"], "private")
    told = await leo.until(p.Changes)
    assert {change.participant for change in told.changes if isinstance(change, p.PersonGone)} == {ana.me, sam.me}
    assert {type(change) for change in told.changes} <= {p.PersonGone, p.RoomIs}
    assert leo.names == ["Leo"]
    assert [(one.name, one.room) for one in ana.team.elsewhere] == [("Leo", "main")]
    await sam.act(p.EndPrivate, room=sam.snapshot.room.id)
    for page in (ana, sam, leo):
        await page.settled()
        assert sorted(page.names) == ["Ana", "Leo", "Sam"]


async def test_chat_reaches_its_room_and_its_moment(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    await sam.act(p.Say, to="room", text="hello all")
    for page in (ana, sam, leo):
        line = (await page.until(p.NewLine)).line
        assert (line.who, line.name, line.to, line.text) == (sam.me, "Sam", "room", "hello all")
    await quiet([ana, sam, leo])
    before = leo.octets
    await sam.act(p.Say, to="facilitators", text="only for you")
    assert (await ana.until(p.NewLine)).line.to == "facilitators"
    await ana.act(p.AnswerPerson, participant=sam.me, text="I hear you")
    assert (await sam.until(p.NewLine, lambda new: new.line.who == ana.me)).line.to == "you"
    await leo.settled()
    assert leo.octets - before == ANSWER
    assert await sam.refused(p.Say, to=leo.me, text="psst") == p.ErrorCode.NOT_ALLOWED
    back = await home.page()
    leo.drop()
    reply = await back.resume(leo, name="Leo")
    assert isinstance(reply, p.Snapshot)
    assert [line.text for line in reply.lines] == ["hello all"]


async def test_notes_and_aliases_are_words_of_the_moment(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    tokens = group.tokens[1:]
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(tokens[0], "Sam")
    await home.admit(ana, sam)
    await ana.act(p.Rename, participant=sam.me, name="Blue")
    assert (await sam.person(sam.me)).name == "Blue"
    await ana.act(p.SendBack, participant=sam.me, note="One moment, please")
    told = await sam.until(p.Waiting)
    assert (told.sent_back, told.note) == (True, "One moment, please")
    await home.admit(ana, sam)
    assert sam.names == ["Ana", "Blue"]
    await sam.act(p.Leave)
    again = await home.joined(tokens[0], "Samantha Smith")
    await home.admit(ana, again)
    assert again.names == ["Ana", "Blue"], "the alias is the person's, not the seat's"


async def test_a_coordinator_sees_names_and_support_sees_codes(home: House) -> None:
    group = await home.group(LEADS, Wanted(roles=(Role.COORDINATOR,)), Wanted(roles=(Role.SUPPORT,)))
    ana, desk, support = [
        await home.joined(token, name) for token, name in zip(group.tokens, ("Ana", "Cory", "Sue"), strict=True)
    ]
    assert isinstance(desk.place, p.Desk)
    assert [(one.name, one.state) for one in desk.place.people] == [("Ana", "here")]
    assert isinstance(support.place, p.Figures)
    assert [one.here for one in support.place.people] == [True]
    for page in (desk, support):
        refused = await page.ask(p.Offer, sdp="1", sources={}, fresh=True)
        assert isinstance(refused, p.Refused)
        assert refused.code == p.ErrorCode.NOT_ALLOWED
    assert home.engine.grants == {}
    await ana.settled()
    assert ana.team.desk == ["Cory", "Sue"]


async def test_speakers_are_those_whom_one_may_hear(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    peers = {page.me: PeerId(await page.media(3, "microphone")) for page in (ana, sam, leo)}
    await ana.act(p.TalkPrivately, participant=sam.me)
    await sam.until(p.Snapshot)
    await quiet([ana, sam, leo])
    home.hub.on_engine_event(SpeakersChanged(WorkerIndex(0), [peers[sam.me], peers[leo.me]]))
    assert await ana.until(p.Speakers) == p.Speakers([sam.me])
    assert await leo.until(p.Speakers) == p.Speakers([leo.me])


async def test_a_page_that_moves_knows_its_room_and_slots_before_media_is_switched(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    for page in (ana, sam, leo):
        await page.media(3, "microphone", "camera")
    await quiet([ana, sam, leo])
    await ana.act(p.TalkPrivately, participant=sam.me)
    told = await sam.until(p.Snapshot)
    assert {slot.participant for slot in told.slots} == {ana.me}
    assert not [message for message in await sam.settled() if isinstance(message, p.Slots)], "the snapshot had them"
    changed, slots = await leo.until(p.Changes), await leo.until(p.Slots)
    assert [type(change) for change in changed.changes][:2] == [p.PersonGone, p.PersonGone]
    assert slots.slots == []


async def test_a_facilitators_phone_is_silent_and_takes_the_group(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    await ana.media(1, "microphone")
    offer = await ana.ask(p.MakeStandby)
    assert isinstance(offer, p.StandbyOffer)
    phone = await home.page()
    silent = await phone.ask(p.JoinStandby, version=p.VERSION, token=offer.token)
    assert isinstance(silent, p.Silent)
    assert (silent.you, silent.laptop, [person.name for person in silent.people]) == (ana.me, True, ["Ana", "Sam"])
    second = await home.page()
    assert await second.refused(p.JoinStandby, version=p.VERSION, token=offer.token) == p.ErrorCode.STANDBY_UNKNOWN
    assert await phone.refused(p.Offer, sdp="1", sources={}, fresh=True) == p.ErrorCode.NOT_ALLOWED
    assert await phone.refused(p.Unmute) == p.ErrorCode.NOT_ALLOWED
    await phone.act(p.Cover, participant=sam.me)
    assert (await sam.change(p.MeIs)).me.covered_by == ana.me
    await phone.act(p.Uncover, participant=sam.me)
    ana.drop()
    await phone.change(p.LaptopIs)
    await phone.settled()
    assert not phone.place.laptop  # type: ignore[union-attr]
    await phone.act(p.TakeSeat)
    await phone.until(p.Snapshot)
    assert phone.me == ana.me
    await phone.media(1, "microphone")
    await sam.settled()
    assert [(person.name, person.present) for person in sam.snapshot.people] == [("Ana", True), ("Sam", True)]
    phone.drop()
    again = await home.page()
    assert isinstance(await again.resume(phone), p.Snapshot), "the phone's own secret goes on"


async def test_another_device_knocks_and_letting_it_in_moves_the_seat(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana = await home.joined(group.tokens[0], "Ana")
    sam = await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    await sam.act(p.RaiseHand)
    await sam.act(p.Mute)
    other = await home.joined(group.tokens[1], "Sammy")
    assert isinstance(other.place, p.Waiting)
    await ana.settled()
    [knock] = ana.team.waiting
    assert (knock.kind, knock.of) == ("other_device", sam.me)
    await ana.act(p.Admit, participant=other.me)
    moved = await other.until(p.Snapshot)
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.REPLACED)
    assert moved.you == sam.me
    assert (moved.me.muted, [person.hand for person in moved.people], other.names) == (True, [None, 1], ["Ana", "Sam"])
    stale = await home.page()
    refused = await stale.resume(sam)
    assert isinstance(refused, p.Refused)
    assert refused.code == p.ErrorCode.RESUME_UNKNOWN
    other.drop()
    assert isinstance(await (await home.page()).resume(other), p.Snapshot)
