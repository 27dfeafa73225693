"""What the engine is told of a session: who is attached to whom, what is held, and in which order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from rtc import (
    Attach,
    Band,
    Change,
    Detach,
    Engine,
    Grant,
    Hold,
    Mid,
    PeerId,
    Rank,
    Release,
    Renew,
    Source,
    Want,
    WorkerIndex,
    WorkerStats,
)
from signaling import protocol as p
from signaling.core import commands as c
from signaling.core.ids import MAIN, ParticipantId, pair_room
from signaling.core.lifecycles import Door
from signaling.core.roles import Role
from signaling.core.slots import Look
from signaling.core.visits import LOOK_OPENS
from signaling.shell.media import SessionMedia, Signal, grant_of, pairs_enough
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, SAM, F, P, Seated, group, private

__all__ = ["group"]

MICROPHONE, CAMERA, SCREEN, SCREEN_SOUND = Source
BOTH = frozenset({"microphone", "camera"})


class Recorder(Engine):
    """Keeps what it is told, and what follows of it."""

    def __init__(self) -> None:
        self.grants: dict[PeerId, Grant] = {}
        self.removed: list[PeerId] = []
        self.slots: dict[tuple[PeerId, Mid], tuple[PeerId, Source]] = {}
        self.held: set[tuple[PeerId, Source]] = set()
        self._ids = itertools.count(1)

    def add_peer(self, worker: WorkerIndex, grant: Grant) -> PeerId:
        peer = PeerId(next(self._ids))
        self.grants[peer] = grant
        return peer

    def remove_peer(self, peer: PeerId) -> None:
        self.removed.append(peer)
        self.slots = {at: what for at, what in self.slots.items() if peer not in (at[0], what[0])}

    def apply(self, worker: WorkerIndex, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case Attach(peer, mid, publisher, source):
                    self.slots[peer, mid] = (publisher, source)
                case Detach(peer, mid):
                    del self.slots[peer, mid]
                case Hold(publisher, source):
                    self.held.add((publisher, source))
                case Release(publisher, source):
                    self.held.remove((publisher, source))

    def stats(self, worker: WorkerIndex) -> WorkerStats | None:
        return None


class Room:
    """A group whose people all send microphone and camera and have slots for everybody."""

    def __init__(self, group: Seated) -> None:
        self.group = group
        self.engine = Recorder()
        self.media = SessionMedia(self.engine, WorkerIndex(0))
        self.told: list[Signal] = []

    def connect(self, who: ParticipantId, pairs: int = 6) -> PeerId:
        self.group.set(who, sources=BOTH)
        peer = self.media.add(who, self.group.at(who).roles)
        self.media.answered(who, [(Mid(f"a{k}"), Mid(f"v{k}")) for k in range(pairs)])
        return peer

    def plan(self) -> list[Change]:
        self.told, changes = self.media.replan(self.group.session)
        self.media.apply(changes)
        assert self.media.replan(self.group.session) == ([], []), "once is enough"
        return changes

    def do(self, who: ParticipantId, command: c.Command) -> list[Change]:
        self.group.do(who, command)
        return self.plan()

    def wait(self, seconds: float) -> list[Change]:
        self.group.wait(seconds)
        return self.plan()

    def peer(self, who: ParticipantId) -> PeerId:
        peer = self.media.peer_of(who)
        assert peer is not None
        return peer

    def seen(self, viewer: ParticipantId) -> set[tuple[ParticipantId, str]]:
        """What really reaches somebody: attached and not held."""
        return {
            (who, str(source))
            for (peer, _), (publisher, source) in self.engine.slots.items()
            if peer == self.media.peer_of(viewer)
            and (publisher, source) not in self.engine.held
            and (who := self.media.person_of(publisher)) is not None
        }


@pytest.fixture
def room(group: Seated) -> Room:
    room = Room(group)
    for who in (ANA, SAM, LEO):
        room.connect(who)
    room.plan()
    return room


def media_of(*people: ParticipantId) -> set[tuple[ParticipantId, str]]:
    return {(who, source) for who in people for source in BOTH}


def test_a_room_sees_and_hears_each_other(room: Room) -> None:
    assert room.seen(SAM) == media_of(ANA, LEO)
    assert room.seen(ANA) == media_of(SAM, LEO)


def test_what_a_participant_may_not_send_is_held_from_the_first_moment(room: Room) -> None:
    for who, held in ((SAM, True), (ANA, False)):
        for source in (SCREEN, SCREEN_SOUND):
            assert ((room.peer(who), source) in room.engine.held) == held


def test_mutes_reach_the_engine_and_are_lifted_there(room: Room) -> None:
    assert room.do(ANA, c.MuteAll(MAIN)) == [Hold(room.peer(SAM), MICROPHONE), Hold(room.peer(LEO), MICROPHONE)]
    assert room.do(SAM, c.Mute()) == []
    assert room.do(SAM, c.Unmute()) == [Release(room.peer(SAM), MICROPHONE)]


def test_who_connects_while_paused_is_held_at_once(room: Room) -> None:
    room.do(ANA, c.PauseGroup())
    assert room.seen(SAM) == media_of(ANA)
    room.group.sit(NEW, P)
    peer = room.connect(NEW)
    assert {(change.publisher, change.source) for change in room.plan() if isinstance(change, Hold)} == {
        (peer, source) for source in Source
    }
    assert room.seen(SAM) == media_of(ANA)
    room.do(ANA, c.ResumeGroup())
    assert room.seen(SAM) == media_of(ANA, LEO, NEW)


def test_a_new_peer_is_told_the_holds_of_the_old_one(room: Room) -> None:
    room.do(SAM, c.Mute())
    peer = room.connect(SAM)
    assert Hold(peer, MICROPHONE) in room.plan()


def test_nothing_is_held_before_the_peer_is_answered(room: Room) -> None:
    room.group.sit(NEW, P, muted=True)
    room.media.add(NEW, (Role.PARTICIPANT,))
    assert room.plan() == []


def test_cover_takes_a_person_off_everybody_but_facilitators_and_keeps_the_pair(room: Room) -> None:
    room.group.sit(KIM, F)
    room.connect(KIM)
    room.plan()
    before = room.media.slots_of(LEO)
    changes = room.do(ANA, c.Cover(SAM))
    assert {type(change) for change in changes} == {Detach}
    assert {change.peer for change in changes if isinstance(change, Detach)} == {room.peer(LEO)}
    assert room.seen(LEO) == media_of(ANA, KIM)
    assert room.seen(ANA) == media_of(SAM, LEO, KIM)
    assert room.seen(SAM) == media_of(ANA, LEO, KIM)
    room.do(ANA, c.Uncover(SAM))
    assert sorted(room.media.slots_of(LEO), key=str) == sorted(before, key=str)


def renewed(changes: list[Change]) -> set[tuple[PeerId, Source]]:
    return {(change.publisher, change.source) for change in changes if isinstance(change, Renew)}


def pictures(*peers: PeerId) -> set[tuple[PeerId, Source]]:
    return {(peer, source) for peer in peers for source in (CAMERA, SCREEN)}


def test_uncover_shows_nothing_from_before(room: Room) -> None:
    """Whoever watched all the time goes on without a gap: nothing is held for it."""
    room.do(ANA, c.Cover(SAM))
    changes = room.do(ANA, c.Uncover(SAM))
    shown = next(n for n, change in enumerate(changes) if isinstance(change, Attach) and change.source is CAMERA)
    assert renewed(changes[:shown]) == renewed(changes) == pictures(room.peer(SAM))
    assert not [change for change in changes if isinstance(change, Hold | Release)]


def test_talking_privately_parts_the_two_from_the_rest_and_shows_nothing_from_before(room: Room) -> None:
    changes = room.do(ANA, c.TalkPrivately(SAM))
    assert (room.seen(ANA), room.seen(SAM), room.seen(LEO)) == (media_of(SAM), media_of(ANA), set())
    assert renewed(changes) == pictures(room.peer(ANA), room.peer(SAM))
    room.do(ANA, c.EndPrivate(private(SAM)))
    assert room.seen(LEO) == media_of(ANA, SAM) - {(SAM, "microphone")}  # who returns is muted
    assert room.seen(SAM) == media_of(ANA, LEO)


def test_a_new_rooms_pictures_wait_for_no_page(room: Room) -> None:
    """What a page said that it shows is of the room that it was in."""
    room.media.view(room.group.session, SAM, {(LEO, "camera"): Look(360)})
    room.plan()
    assert (ANA, "camera") not in room.seen(SAM)
    room.do(ANA, c.TalkPrivately(SAM))
    assert (ANA, "camera") in room.seen(SAM)
    room.media.view(room.group.session, SAM, {})
    room.plan()
    assert room.seen(SAM) == {(ANA, "microphone")}


def test_a_new_partners_picture_waits_for_no_page(room: Room) -> None:
    """Who stays in a room and gets somebody new: their page cannot have named them yet."""
    room.do(ANA, c.TalkPrivately(SAM))
    room.media.view(room.group.session, LEO, {})
    room.do(ANA, c.EndPrivate(private(SAM)))
    assert room.seen(LEO) >= {(ANA, "camera"), (SAM, "camera")}
    room.media.view(room.group.session, LEO, {(SAM, "camera"): Look(360)})
    room.plan()
    assert (ANA, "camera") not in room.seen(LEO)


def test_a_page_says_in_which_order_pictures_matter(room: Room) -> None:
    looks = {(LEO, "camera"): Look(360, front=True), (ANA, "camera"): Look(180)}
    room.media.view(room.group.session, SAM, looks)
    by_person = {who: Mid(f"v{n}") for n, who in enumerate((ANA, LEO))}
    wants = [Want(by_person[LEO], 360, Band.FRONT), Want(by_person[ANA], 180, Band.REST)]
    assert room.plan() == [Rank(room.peer(SAM), wants)]
    changes = room.do(ANA, c.TalkPrivately(SAM))
    assert Rank(room.peer(SAM), []) in changes, "the order was of another room"


def test_what_waits_for_room_is_told_again_until_something_else_comes_there(room: Room) -> None:
    assert room.media.adapted(SAM) == []
    assert room.media.note_squeezed(SAM, ["v0", "v1", "v5"]) == p.Squeezed(["v0", "v1"]), "nobody is on the last"
    two, paused = p.SendLayers("camera", 2), p.SendLayers("camera", 0, paused=True)
    assert room.media.note_layers(SAM, two) == two
    assert room.media.adapted(SAM) == [two, p.Squeezed(["v0", "v1"])]
    room.do(ANA, c.TalkPrivately(LEO))
    room.media.note_layers(SAM, paused)
    assert room.media.adapted(SAM) == [paused]
    room.connect(SAM)
    assert room.media.adapted(SAM) == [], "another peer, another line"


def test_renewals_come_first_then_holds_detaches_sound_pictures_releases(room: Room) -> None:
    """Sam comes back muted while Leo is back from a break."""
    room.do(ANA, c.TalkPrivately(SAM))
    room.group.set(LEO, resting="break")
    room.plan()
    room.group.set(LEO, resting=None)
    changes = room.do(ANA, c.EndPrivate(private(SAM)))
    order = {Renew: 0, Hold: 1, Detach: 2, Attach: 3, Release: 5}
    steps = [order[type(change)] + (isinstance(change, Attach) and not change.source.is_audio) for change in changes]
    assert steps == sorted(steps)
    assert set(steps) >= {0, 1, 3, 4, 5}


# --- pairs -----------------------------------------------------------------------------------------------------------

MIA, NOA = ParticipantId("mia"), ParticipantId("noa")
ONE, TWO, THREE = (pair_room(number) for number in (1, 2, 3))


@pytest.fixture
def pairs(room: Room) -> Room:
    """Sam and Leo, Mia and Noa; Ana leads from the main room."""
    for who in (MIA, NOA):
        room.group.sit(who, P)
        room.connect(who)
    room.plan()
    room.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    room.do(ANA, c.OpenRooms(None, "ask"))
    return room


def test_pairs_see_and_hear_their_own(pairs: Room) -> None:
    assert [pairs.seen(who) for who in (SAM, LEO, MIA, NOA)] == [media_of(who) for who in (LEO, SAM, NOA, MIA)]
    assert pairs.seen(ANA) == set()


def test_a_move_of_many_is_one_batch_in_which_nobody_is_held(pairs: Room) -> None:
    changes = pairs.do(ANA, c.MovePeople(((LEO, TWO), (MIA, ONE)), anyway=False))
    assert [pairs.seen(who) for who in (SAM, MIA, LEO, NOA)] == [media_of(who) for who in (MIA, SAM, NOA, LEO)]
    assert renewed(changes) == pictures(pairs.peer(LEO), pairs.peer(MIA))
    order = {Renew: 0, Detach: 1, Attach: 2}
    steps = [order[type(change)] + (isinstance(change, Attach) and not change.source.is_audio) for change in changes]
    assert steps == sorted(steps)


def test_two_who_move_together_get_nothing(pairs: Room) -> None:
    slots = [pairs.media.slots_of(who) for who in (SAM, LEO)]
    changes = pairs.do(ANA, c.MovePeople(((SAM, THREE), (LEO, THREE)), anyway=False))
    assert {type(change) for change in changes} == {Renew}
    assert (pairs.told, [pairs.media.slots_of(who) for who in (SAM, LEO)]) == ([], slots)


def test_a_look_gives_new_pictures_and_no_sound_and_takes_them_back(pairs: Room) -> None:
    connection = pairs.group.at(ANA).presence.connection  # type: ignore[union-attr]
    assert pairs.do(ANA, c.Look(ONE, connection)) == []
    changes = pairs.wait(LOOK_OPENS)
    assert pairs.seen(ANA) == {(SAM, "camera"), (LEO, "camera")}
    assert renewed(changes) == pictures(pairs.peer(SAM), pairs.peer(LEO)), "nothing from before it was told"
    assert pairs.seen(SAM) == media_of(LEO)
    assert pairs.do(ANA, c.Look(ONE, connection)) == []
    assert {type(change) for change in pairs.do(ANA, c.CloseLook())} == {Detach}
    assert pairs.seen(ANA) == set()


def test_who_watches_anew_sees_nothing_from_before(pairs: Room) -> None:
    connection = pairs.group.at(ANA).presence.connection  # type: ignore[union-attr]
    pairs.do(ANA, c.Look(ONE, connection))
    pairs.wait(LOOK_OPENS)
    pairs.do(ANA, c.Look(TWO, connection))
    changes = pairs.wait(LOOK_OPENS)
    assert renewed(changes) == pictures(pairs.peer(MIA), pairs.peer(NOA))
    assert pairs.seen(ANA) == {(MIA, "camera"), (NOA, "camera")}


def test_a_broadcast_comes_beside_the_partner_on_a_free_slot(pairs: Room) -> None:
    before = {who: pairs.media.slots_of(who) for who in (SAM, LEO, MIA, NOA)}
    connection = pairs.group.at(ANA).presence.connection  # type: ignore[union-attr]
    changes = pairs.do(ANA, c.Broadcast(True, connection))
    assert {(type(change), change.source) for change in changes} == {(Attach, MICROPHONE)}  # type: ignore[union-attr]
    for who, partner in ((SAM, LEO), (LEO, SAM), (MIA, NOA), (NOA, MIA)):
        assert pairs.seen(who) == media_of(partner) | {(ANA, "microphone")}
        assert all(slot in pairs.media.slots_of(who) for slot in before[who]), "the partner stays where they are"
    assert pairs.seen(ANA) == set()
    pairs.do(ANA, c.Broadcast(False, connection))
    assert {who: pairs.media.slots_of(who) for who in before} == before


def test_a_first_offer_has_slots_for_every_room(pairs: Room) -> None:
    """So that no move needs an offer: four others, and two to spare."""
    assert [pairs_enough(pairs.group.session, who) for who in (ANA, SAM)] == [6, 6]
    pairs.group.set(LEO, sources=BOTH | {"screen"})
    assert [pairs_enough(pairs.group.session, who) for who in (SAM, LEO)] == [7, 6]


def test_who_is_talked_to_at_the_door_learns_nothing_of_the_others(pairs: Room) -> None:
    pairs.group.set(LEO, door=Door.KNOCKING, room=private(LEO))
    assert pairs_enough(pairs.group.session, LEO) == 2


def test_who_stepped_away_is_off_everywhere(room: Room) -> None:
    room.do(SAM, c.StepAway())
    assert room.seen(SAM) == set()
    assert room.seen(LEO) == media_of(ANA)
    room.do(SAM, c.ComeBack())
    assert room.seen(SAM) == media_of(ANA, LEO)


def test_a_stopped_camera_is_held_whatever_its_page_does(room: Room) -> None:
    assert room.do(ANA, c.StopSource(SAM, "camera")) == [Hold(room.peer(SAM), CAMERA)]
    room.do(SAM, c.Unpublish("camera"))
    room.do(SAM, c.Publish("camera"))
    assert (SAM, "camera") in room.seen(LEO)


def test_the_page_reads_of_its_new_slots_before_the_engine_is_told(room: Room) -> None:
    room.group.do(ANA, c.Cover(SAM))
    signals, changes = room.media.replan(room.group.session)
    assert [who for who, _ in signals] == [LEO]
    assert changes
    assert SAM not in {slot.participant for slot in room.media.slots_of(LEO)}
    assert (SAM, "camera") in room.seen(LEO)  # the engine has not heard yet


@pytest.mark.parametrize("roles", [(Role.SUPPORT,), (Role.COORDINATOR, Role.ADMIN)])
def test_the_desk_gets_a_peer_that_may_do_nothing(roles: tuple[Role, ...]) -> None:
    assert grant_of(roles) == Grant(frozenset(), may_receive=False)
    assert grant_of((*roles, Role.FACILITATOR)) == Grant(frozenset(Source), may_receive=True, goes_first=True)
    assert not grant_of((*roles, Role.PARTICIPANT)).goes_first
