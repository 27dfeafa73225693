"""Pairs over real WebSockets: what each page is told when they open, change and end. Nothing leaks between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from rtc import (
    Attach,
    Detach,
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
from signaling.core.ids import SessionId
from signaling.shell.links import Times
from tests.integration.signalling import LEADS, PERSON, PROGRAMME, House, Page, house

PAIR_1, PAIR_2, PAIR_3 = "pair.1", "pair.2", "pair.3"
ANSWER = len('{"type":"ok","id":100}')  # to the ping with which `settled` asks


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


class Evening:
    """Ana leads people whose microphones and cameras are on. Rooms are planned by hand, so that a test knows them."""

    def __init__(self, home: House, ana: Page, people: list[Page]) -> None:
        self.home = home
        self.ana = ana
        self.people = people

    @property
    def pages(self) -> list[Page]:
        return [self.ana, *self.people]

    @property
    def board(self) -> p.Board:
        found = self.ana.place
        assert isinstance(found, p.Snapshot | p.Silent)
        assert found.board is not None
        return found.board

    async def quiet(self, pages: Iterable[Page] | None = None) -> None:
        for page in self.pages if pages is None else pages:
            await page.settled()

    async def paired(self, *rooms: list[Page], minutes: float | None = 20, late: p.LateName = "ask") -> None:
        """By default the people two by two, as they came."""
        rooms = rooms or tuple(self.people[k : k + 2] for k in range(0, len(self.people), 2))
        await self.ana.act(p.EditPlan, rooms=[[page.me for page in room] for room in rooms])
        await self.ana.act(p.OpenRooms, minutes=minutes, late=late)
        await self.quiet()

    async def knocks(self, name: str) -> Page:
        """Somebody more, at the door."""
        group = await self.home.store.group_of(SessionId(self.ana.snapshot.session))
        assert group is not None
        [link] = await self.home.hub.links.add_links(group.id, [PERSON])
        return await self.home.joined(link.token, name)

    async def pass_time(self, seconds: float) -> None:
        """Time of the house; the next command makes the session notice."""
        self.home.clock.now += seconds
        await self.ana.act(p.LowerHand)
        await self.quiet()

    def where(self) -> dict[str, list[str]]:
        """Who is in which pair, by name, as the board says."""
        return {
            room.id: sorted(placed.person.name for placed in self.board.people if placed.room == room.id)
            for room in self.board.rooms
        }

    def reached(self, viewer: Page) -> set[tuple[str, str]]:
        """(name, source) on this page's slots, as the engine was told."""
        names = {page.peer: name for page in self.pages for name in [own_name(page)] if page.peer is not None}
        assert viewer.peer is not None
        return {(names[peer], str(source)) for peer, source in self.home.engine.seen_by(viewer.peer).values()}


def own_name(page: Page) -> str:
    return next(person.name for person in page.snapshot.people if person.id == page.me)


async def evening(home: House, *names: str) -> Evening:
    ana, people = await home.led(*names)
    for page in (ana, *people):
        await page.media(len(names) + 2, "microphone", "camera")  # each came before the next, and adds some then
    for page in (ana, *people):
        await page.settled()
    return Evening(home, ana, people)


def both(*names: str) -> set[tuple[str, str]]:
    return {(name, source) for name in names for source in ("microphone", "camera")}


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


# --- what each may know ----------------------------------------------------------------------------------------------


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


async def test_who_leaves_for_good_is_named_to_who_is_left(home: House) -> None:
    made = await evening(home, "Sam", "Leo", "Mia", "Noa")
    await made.paired()
    [_, sam, leo, *_] = made.pages
    await leo.act(p.Leave)
    told = (await sam.change(p.RoomIs, lambda change: change.room.alone is not None)).room.alone
    assert told is not None
    assert (told.names, told.can_return) == (["Leo"], False)


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
