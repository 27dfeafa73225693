"""Facilitators reach into pairs from the board: all of it is told first, and nothing else of a pair leaves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rtc import (
    Mid,
    PeerId,
    PeerStats,
    Renew,
    Source,
    SpeakersChanged,
    SubscriptionStats,
    WorkerIndex,
    WorkerStats,
)
from signaling import protocol as p
from signaling.core.visits import LOOK_OPENS
from tests.integration.paired import PAIR_1, PAIR_2, Evening, both, evening, own_name
from tests.integration.signalling import House, Page, house

ANSWER = len('{"type":"ok","id":100}')  # to the ping with which `settled` asks


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


# --- the board's reach -----------------------------------------------------------------------------------------------


async def test_a_drop_in_is_told_three_seconds_ahead_and_leaves_muted(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, *_] = made.pages
    await ana.act(p.DropIn, room=PAIR_1)
    await made.quiet()
    for page in (sam, leo):
        assert page.snapshot.room.coming == [p.Visitor("Ana", home.clock.now + 3)]
        assert page.names == ["Sam", "Leo"]
    assert made.board.rooms[0].coming == [ana.me]
    await made.pass_time(3)
    assert (ana.snapshot.room.id, ana.names) == (PAIR_1, ["Ana", "Sam", "Leo"])
    assert made.reached(sam) == both("Ana", "Leo")
    assert made.reached(ana) == both("Sam", "Leo")
    assert sam.snapshot.room.coming == []
    await ana.act(p.BackToGroup)
    await made.quiet()
    assert (ana.snapshot.room.kind, ana.snapshot.me.muted, ana.names) == ("main", True, ["Ana"])
    assert sam.names == ["Sam", "Leo"]
    assert made.board.people[0].room == "main"


async def test_a_look_shows_cameras_alone_says_so_first_and_ends(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, leo, *_] = made.pages
    await ana.act(p.Look, room=PAIR_1)
    until = home.clock.now + 60
    await made.quiet()
    for page in (sam, leo):
        assert page.snapshot.room.watched == [p.Watcher("Ana", until)]
        assert made.reached(page) == both(*({"Sam", "Leo"} - {own_name(page)})), "nothing comes back"
    assert made.reached(ana) == set(), "words first"
    await made.pass_time(LOOK_OPENS)
    assert made.reached(ana) == {("Sam", "camera"), ("Leo", "camera")}
    assert {placed.person.name: placed.person.sources for placed in made.board.people} == {
        "Ana": ["microphone", "camera"],
        "Sam": ["camera"],
        "Leo": ["camera"],
        "Mia": [],
        "Noa": [],
    }
    assert {one.publisher for one in home.engine.applied[-1] if isinstance(one, Renew)} == {sam.peer, leo.peer}
    assert ana.names == ["Ana"], "who is looked at is on the board, not in the room"
    await made.pass_time(60)
    assert made.reached(ana) == set()
    assert (sam.snapshot.room.watched, made.board.rooms[0].watched_by) == ([], [])


async def test_a_broadcast_is_heard_beside_the_partner_and_hears_nothing_back(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [ana, sam, *_] = made.pages
    await ana.act(p.Broadcast, on=True)
    await made.quiet()
    for page in made.pages:
        assert page.snapshot.room.broadcast == p.Speaking(ana.me, "Ana")
    assert made.reached(sam) == both("Leo") | {("Ana", "microphone")}
    assert made.reached(ana) == set()
    assert sam.names == ["Sam", "Leo"]
    await ana.act(p.Broadcast, on=False)
    await made.quiet()
    assert (made.reached(sam), sam.snapshot.room.broadcast) == (both("Leo"), None)


async def test_a_line_to_everyone_reaches_every_pair_and_rooms_lines_stay_in_them(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.ana.act(p.Say, to="room", text="in the group")
    await made.paired()
    [ana, sam, leo, mia, noa] = made.pages
    await sam.act(p.Say, to="room", text="between us")
    await ana.act(p.Say, to="everyone", text="five more minutes")
    for page in (sam, leo, mia, noa):
        line = (await page.until(p.NewLine, lambda new: new.line.who == ana.me)).line
        assert (line.to, line.text) == ("everyone", "five more minutes")
    assert await sam.refused(p.Say, to="everyone", text="me too") == p.ErrorCode.NOT_ALLOWED
    await ana.act(p.RecallRooms, seconds=0)
    await made.quiet()
    for page in made.people:
        assert [line.text for line in page.snapshot.lines] == ["in the group", "five more minutes"]
    await made.pass_time(60)
    await made.paired()
    assert [line.text for line in sam.snapshot.lines] == ["five more minutes"], "another evening's pair of that number"


async def test_a_standby_phone_leads_the_rooms_but_has_no_picture_and_no_voice(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    offer = await made.ana.ask(p.MakeStandby)
    assert isinstance(offer, p.StandbyOffer)
    phone = await home.page()
    await phone.ask(p.JoinStandby, version=p.VERSION, token=offer.token)
    await phone.act(p.PlanRooms, how="size", count=2)
    await phone.act(p.OpenRooms, minutes=None, late="ask")
    await phone.settled()
    assert isinstance(phone.place, p.Silent)
    assert phone.place.board is not None
    assert [room.id for room in phone.place.board.rooms] == [PAIR_1, PAIR_2]
    for shape, fields in ((p.Look, {"room": PAIR_1}), (p.Broadcast, {"on": True})):
        assert await phone.refused(shape, **fields) == p.ErrorCode.NOT_ALLOWED
    await phone.act(p.RecallRooms, seconds=0)
    await phone.settled()
    assert phone.place.board is None


# --- what leaves a pair -----------------------------------------------------------------------------------------------


async def test_other_pairs_get_no_byte_of_what_happens_in_one(home: House) -> None:
    """Every byte is counted, on every socket of the two other pairs."""
    made = await evening(home, "Sam", "Leo", "Mia", "Noa", "Ben", "Cleo", "Kit")
    await made.paired([*made.people[:3]], [*made.people[3:5]], [*made.people[5:]])
    [ana, sam, leo, mia, *others] = made.pages
    acts: dict[str, tuple[Page, type[p.ClientMessage], dict[str, object]]] = {
        "look": (ana, p.Look, {"room": PAIR_1}),
        "close": (ana, p.CloseLook, {}),
        "announce": (ana, p.DropIn, {"room": PAIR_1}),
        "cancel": (ana, p.CancelDropIn, {}),
        "private help": (sam, p.CallHelp, {"kind": "private", "note": "please"}),
        "come": (sam, p.CallHelp, {"kind": "come"}),
        "mute": (sam, p.Mute, {}),
        "hand": (sam, p.RaiseHand, {}),
        "chat": (sam, p.Say, {"to": "room", "text": "between us"}),
        "cover": (ana, p.Cover, {"participant": leo.me}),
        "camera": (mia, p.Unpublish, {"source": "camera"}),
        "away": (mia, p.StepAway, {}),
        "to main": (ana, p.MovePeople, {"moves": [(mia.me, "main")]}),
        "private talk": (ana, p.TalkPrivately, {"participant": mia.me}),
        "end of it": (ana, p.EndPrivate, {"room": f"private.{mia.me}"}),
        "left": (leo, p.Leave, {}),
        "wait": (sam, p.WaitForPartner, {}),
    }
    await made.quiet()
    for what, (page, shape, fields) in acts.items():
        before = [other.octets for other in others]
        await page.act(shape, **fields)
        for other, octets in zip(others, before, strict=True):
            await other.settled()
            assert other.octets - octets == ANSWER, what
    before = [other.octets for other in others]
    sam.drop()
    await ana.change(p.BoardIs)
    for other, octets in zip(others, before, strict=True):
        await other.settled()
        assert other.octets - octets == ANSWER, "a drop"


async def test_the_board_pulses_for_facilitators_alone_and_by_no_order_of_loudness(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    ana = made.ana
    loudest = sorted(made.people, key=lambda page: page.me, reverse=True)[:3]
    home.hub.on_engine_event(SpeakersChanged(WorkerIndex(0), [PeerId(page.peer or 0) for page in loudest]))
    told = await ana.until(p.Pulse)
    assert told == p.Pulse(sorted(page.me for page in loudest), [], [])
    for page in made.people:
        assert not [message for message in await page.settled() if isinstance(message, p.Pulse)]
    assert [message for message in await ana.settled() if isinstance(message, p.Speakers)] == []
    await ana.act(p.RecallRooms, seconds=0)
    assert await ana.until(p.Pulse) == p.Pulse([], [], [])


async def test_a_weak_line_is_on_the_board_after_two_looks(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await evening(home, "Sam", "Leo")
    [ana, sam, leo] = made.pages
    await made.paired()
    monkeypatch.setattr(home.engine, "stats", lambda worker: stats_of(made.pages, home.clock.now, weak=sam))
    await look(made)
    assert await pulses(ana) == []
    await look(made)
    assert await pulses(ana) == [p.Pulse([], [sam.me], [])]
    for page in (sam, leo):
        assert await pulses(page) == []
    await ana.act(p.RecallRooms, seconds=0)
    assert await pulses(ana) == [p.Pulse([], [], [])]


async def look(made: Evening) -> None:
    """The session looks at its lines each two seconds, once it has nothing else to do."""
    made.home.clock.now += 2
    for _ in range(2):
        await made.ana.act(p.LowerHand)


async def pulses(page: Page) -> list[p.ServerMessage]:
    return [message for message in await page.settled() if isinstance(message, p.Pulse)]


def stats_of(pages: list[Page], at: float, weak: Page) -> WorkerStats:
    """Everybody's line is good but that one's: one packet in twenty is lost."""
    peers = [peer_of(page, int(at * 1000), 0.05 * (page is weak)) for page in pages]
    return WorkerStats(at, 1, "python", 0, 0.0, 0, 0, [], peers)


def peer_of(page: Page, octets: int, loss: float) -> PeerStats:
    slot = SubscriptionStats(Mid("5"), PeerId(1), Source.CAMERA, 10, 100, 0, 0, 0.0, loss)
    return PeerStats(PeerId(page.peer or 0), True, 20.0, 10, octets, 9, 100, {}, 0, [], [slot])
