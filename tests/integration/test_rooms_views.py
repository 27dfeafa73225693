"""Pairs over real WebSockets: what each page is told when they open, change and end, and who it is with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtc import Attach, Detach, Renew
from signaling import protocol as p
from signaling.shell.links import Times
from tests.integration.paired import PAIR_1, PAIR_2, PAIR_3, Evening, both, evening, own_name
from tests.integration.signalling import LEADS, PERSON, PROGRAMME, House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


# --- plan, open, move, recall ----------------------------------------------------------------------------------------


async def test_two_taps_put_everybody_into_pairs(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa", "Ben", "Cleo")
    await made.ana.act(p.PlanRooms, how="size", count=2)
    await made.ana.settled()
    assert (made.board.state, made.board.groups, [len(room) for room in made.board.plan]) == (
        "planned",
        "pairs",
        [2, 2, 2],
    )
    for page in made.people:
        assert not await page.settled(), "a plan is the facilitators'"
    before = len(home.engine.applied)
    await made.ana.act(p.OpenRooms, minutes=20, late="ask")
    for page in made.people:
        told = await page.until(p.Snapshot)
        assert (told.room.kind, told.room.groups, told.room.round) == ("pair", "pairs", "open")
        assert told.room.until == home.clock.now + 1200
        assert (len(told.people), told.team, told.board) == (2, None, None)
        [partner] = [person for person in told.people if person.id != page.me]
        assert {slot.participant for slot in told.slots} == {partner.id}
        assert not [message for message in await page.settled() if isinstance(message, p.Slots | p.SlotsNeeded)]
        assert made.reached(page) == both(partner.name)
    await made.ana.settled()
    assert (made.board.state, made.board.plan) == ("open", [])
    assert sorted(map(len, made.where().values())) == [2, 2, 2]
    assert len(home.engine.applied) == before + 1, "one batch for all of them"


async def test_a_batch_says_first_who_begins_anew_then_what_ends_then_sound_then_pictures(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, mia, noa] = made.pages
    before = len(home.engine.applied)
    await ana.act(p.MovePeople, moves=[(leo.me, PAIR_2), (mia.me, PAIR_1)])
    await made.quiet()
    assert made.where() == {PAIR_1: ["Mia", "Sam"], PAIR_2: ["Leo", "Noa"]}
    [batch] = home.engine.applied[before:]
    order = [
        0 if isinstance(one, Renew) else 1 if isinstance(one, Detach) else 2 if is_sound(one) else 3 for one in batch
    ]
    assert order == sorted(order)
    assert {one.publisher for one in batch if isinstance(one, Renew)} == {leo.peer, mia.peer}
    for page, partner in ((sam, "Mia"), (mia, "Sam"), (leo, "Noa"), (noa, "Leo")):
        assert made.reached(page) == both(partner)


def is_sound(change: object) -> bool:
    return isinstance(change, Attach) and change.source.is_audio


async def test_two_who_move_together_keep_each_other_on_their_slots(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, *_] = made.pages
    slots = sam.snapshot.slots
    before = len(home.engine.applied)
    await ana.act(p.MovePeople, moves=[(sam.me, PAIR_3), (leo.me, PAIR_3)])
    await made.quiet()
    assert sam.snapshot.slots == slots
    changed = [one for batch in home.engine.applied[before:] for one in batch if not isinstance(one, Renew)]
    assert changed == []
    assert made.where() == {PAIR_1: [], PAIR_2: ["Mia", "Noa"], PAIR_3: ["Leo", "Sam"]}


async def test_nobody_is_left_alone_without_a_word(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    sam = made.people[0]
    assert await made.ana.refused(p.MovePeople, moves=[(sam.me, PAIR_2)]) == p.ErrorCode.ALONE
    await made.ana.act(p.MovePeople, moves=[(sam.me, PAIR_2)], anyway=True)
    await made.quiet()
    assert made.where() == {PAIR_1: ["Leo"], PAIR_2: ["Mia", "Noa", "Sam"]}


async def test_recall_is_announced_and_brings_everybody_back_without_an_offer(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired(minutes=None)
    await made.ana.act(p.RecallRooms, seconds=10)
    await made.quiet()
    for page in made.people:
        assert (page.snapshot.room.round, page.snapshot.room.until) == ("recalling", home.clock.now + 10)
    assert made.board.state == "recalling"
    await made.pass_time(10)
    everybody = {"Ana", "Sam", "Leo", "Mia", "Noa"}
    for page in made.pages:
        assert (page.snapshot.room.kind, set(page.names)) == ("main", everybody)
        assert made.reached(page) == both(*(everybody - {own_name(page)}))
    assert made.ana.snapshot.board is None


# --- who comes late, who is left, who comes back ---------------------------------------------------------------------


async def test_a_latecomer_is_told_where_the_group_is_and_is_placed(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    late = await made.knocks("Zoe")
    await made.ana.act(p.Admit, participant=late.me)
    told = await late.change(p.WaitingIs)
    assert (told.late, told.staff_names) == (True, ["Ana"])
    assert await late.refused(p.Offer, sdp="3", sources={}, fresh=True) == p.ErrorCode.NOT_ALLOWED
    await made.ana.settled()
    assert made.board.suggested == {late.me: PAIR_1}
    assert "Zoe" in [placed.person.name for placed in made.board.people if placed.room == "late"]
    await made.ana.act(p.MovePeople, moves=[(late.me, PAIR_1)])
    told_room = await late.until(p.Snapshot)
    assert (told_room.room.id, [person.name for person in told_room.people]) == (PAIR_1, ["Sam", "Leo", "Zoe"])
    assert told_room.pairs >= len(made.pages)


async def test_who_is_left_alone_is_told_who_is_missing_and_a_reload_comes_back_to_the_pair(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, *_] = made.pages
    leo.drop()
    told = (await sam.change(p.RoomIs, lambda change: change.room.alone is not None)).room
    assert told.alone == p.LeftAlone(home.clock.now, ["Leo"], can_return=True, waits=False)
    await ana.settled()
    assert (made.board.rooms[0].alone, made.board.rooms[0].called) == (sam.me, False)
    await sam.act(p.WaitForPartner)
    await sam.settled()
    assert sam.snapshot.room.alone is not None
    assert sam.snapshot.room.alone.waits
    again = await home.page()
    back = await again.resume(leo, name="Leo")
    assert isinstance(back, p.Snapshot)
    assert (back.room.id, [person.name for person in back.people]) == (PAIR_1, ["Sam", "Leo"])
    await sam.settled()
    assert sam.snapshot.room.alone is None
    again.drop()
    await sam.change(p.RoomIs, lambda change: change.room.alone is not None)
    made.people.remove(leo)
    await made.pass_time(61)
    assert made.board.rooms[0].called
    assert [(call.kind, call.about, call.room) for call in ana.team.calls] == [("partner_dropped", sam.me, PAIR_1)]
    await sam.act(p.BackToGroup)
    await made.quiet([ana, sam])
    assert sam.names == ["Ana", "Sam"]
    assert ana.team.calls == []


async def test_by_the_other_rule_a_latecomer_is_in_the_smallest_room_at_once(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa", "Ben")
    await made.paired(made.people[:3], made.people[3:], late="smallest")
    late = await made.knocks("Zoe")
    await made.ana.act(p.Admit, participant=late.me)
    told = await late.until(p.Snapshot)
    assert (told.room.id, [person.name for person in told.people]) == (PAIR_2, ["Noa", "Ben", "Zoe"])
    await made.quiet()
    assert made.board.suggested == {}


async def test_who_was_moved_meanwhile_reads_where_before_they_are_seen(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, mia, noa] = made.pages
    leo.drop()
    await sam.change(p.RoomIs, lambda change: change.room.alone is not None)
    await ana.act(p.MovePeople, moves=[(sam.me, PAIR_2)])
    made.people.remove(leo)
    await made.quiet()
    assert made.where() == {PAIR_1: [], PAIR_2: ["Leo", "Mia", "Noa", "Sam"]}, "with whom they were"
    again = await home.page()
    back = await again.resume(leo, name="Leo")
    assert isinstance(back, p.Snapshot)
    assert (back.room.id, back.me.resting) == (PAIR_2, "arriving")
    await again.media(6, "microphone", "camera")
    made.people.append(again)
    await made.quiet()
    assert made.reached(again) == set()
    assert {person.name: person.sources for person in mia.snapshot.people}["Leo"] == ["microphone"]  # and held
    await again.act(p.ComeBack)
    await made.quiet()
    assert again.snapshot.me.resting is None
    assert made.reached(again) == both("Sam", "Mia", "Noa")
    assert made.reached(noa) == both("Sam", "Leo", "Mia")


async def test_a_restart_of_the_server_brings_everybody_back_to_their_pair(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    before = made.where()
    await home.stop()
    await home.start()
    back = []
    for page, name in zip(made.pages, ("Ana", "Sam", "Leo", "Mia", "Noa"), strict=True):
        again = await home.page()
        assert isinstance(await again.resume(page, name=name), p.Snapshot)
        back.append(again)
    returned = Evening(home, back[0], back[1:])
    await returned.quiet()
    assert returned.where() == before
    assert returned.board.until == made.board.until
    for page in returned.people:
        assert (page.snapshot.room.kind, len(page.names), page.snapshot.room.alone) == ("pair", 2, None)


async def test_who_leaves_for_good_is_named_to_who_is_left(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [_, sam, leo, *_] = made.pages
    await leo.act(p.Leave)
    told = (await sam.change(p.RoomIs, lambda change: change.room.alone is not None)).room.alone
    assert told is not None
    assert (told.names, told.can_return) == (["Leo"], False)


async def test_last_time_and_keep_apart_hold_from_week_to_week(home: House) -> None:
    now, week = home.clock(), 7 * 86_400.0
    slots = [Times(now + k * week, now + k * week + 5400) for k in range(3)]
    made = await home.hub.links.create(PROGRAMME, slots, [LEADS, *[PERSON] * 4])
    tokens = [link.token for link in made.links]

    async def come() -> Evening:
        ana = await home.joined(tokens[0], "Ana")
        people = [await home.joined(token, name) for token, name in zip(tokens[1:], NAMES, strict=True)]
        for page in people:
            await home.admit(ana, page)
        evening = Evening(home, ana, people)
        await evening.quiet()
        return evening

    first = await come()
    sam, _, mia, _ = first.people
    await first.ana.act(p.KeepApart, participant=sam.me, other=mia.me, on=True)
    await first.paired()
    await first.ana.act(p.RecallRooms, seconds=0)
    await first.ana.act(p.EndGroup)
    for _ in range(2):  # the third week still knows what the first one said
        home.clock.now += week
        weekly = await come()
        await weekly.ana.act(p.PlanRooms, how="again", count=1)
        await weekly.ana.settled()
        names = {placed.person.id: placed.person.name for placed in weekly.board.people}
        assert [[names[who] for who in room] for room in weekly.board.plan] == [["Sam", "Leo"], ["Mia", "Noa"]]
        assert [{names[one], names[other]} for one, other in weekly.board.apart] == [{"Sam", "Mia"}]
        assert weekly.board.again
        await weekly.ana.act(p.EndGroup)


NAMES = ("Sam", "Leo", "Mia", "Noa")
