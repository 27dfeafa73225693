"""The board: every room of the group, for facilitators alone, and what a pair is told of who looks in from there."""

from __future__ import annotations

import msgspec
import pytest

from signaling import protocol as p
from signaling.core.ids import DESK, LATE, MAIN, ConnectionId, ParticipantId, PersonId, RoomId, pair_room
from signaling.core.lifecycles import Door, RoundState
from signaling.core.roles import Role
from signaling.core.state import Alone, Arrival, Away, Broadcast, Look, Room, Round, Session
from signaling.shell.boarding import board
from signaling.shell.memory import Memory
from signaling.shell.views import DeskView, FiguresView, RoomFullView, WaitingView, changes, view
from tests.unit.signaling.shell.people import seat, session

ANA, BEN, KIM, LEO, MIA, NOA, SAM = (ParticipantId(who) for who in ("ana", "ben", "kim", "leo", "mia", "noa", "sam"))
ONE, TWO = pair_room(1), pair_room(2)
BOTH = frozenset({"microphone", "camera"})
OPEN = Round(RoundState.OPEN, ((SAM, LEO), (MIA, NOA)), small=True, until=900.0, warns_at=840.0)
HERE = ConnectionId(1)


def memory() -> Memory:
    made = Memory()
    made.names |= {who: who.capitalize() for who in (ANA, BEN, KIM, LEO, MIA, NOA, SAM)}
    return made


def pairs(*more: object, one: dict[str, object] | None = None, **fields: object) -> Session:
    """Sam and Leo in pair 1, Mia and Noa in pair 2; Ana leads in main, Ben came late; a coordinator and support."""
    seats = {
        made.participant: made
        for made in (
            seat("ana", Role.FACILITATOR, sources=BOTH),
            seat("sam", room=ONE, sources=BOTH, person=PersonId("of sam")),
            seat("leo", room=ONE, sources=BOTH, hand=4.0),
            seat("mia", room=TWO, sources=BOTH, person=PersonId("of mia")),
            seat("noa", room=TWO, sources=BOTH, hand=3.0, muted=True),
            seat("ben", room=LATE),
            seat("cory", Role.COORDINATOR, room=DESK),
            seat("sue", Role.SUPPORT, room=DESK),
            *more,
        )
    }
    rooms = (Room(ONE, "pair", 10.0, number=1, **(one or {})), Room(TWO, "pair", 10.0, number=2))  # type: ignore[arg-type]
    return session(*seats.values(), rooms=rooms, **({"round": OPEN} | fields))


def boarded(state: Session, viewer: ParticipantId = ANA) -> p.Board:
    found = board(state, memory(), viewer)
    assert found is not None
    return found


def in_room(state: Session, who: ParticipantId) -> RoomFullView:
    found = view(state, memory(), who, standby=False)
    assert isinstance(found, RoomFullView)
    return found


# --- the board -------------------------------------------------------------------------------------------------------


def test_every_room_and_everybody_let_in_is_on_it() -> None:
    found = boarded(pairs(seat("new", room="waiting", door=Door.KNOCKING)))
    assert (found.state, found.groups, found.until, found.late, found.plan) == ("open", "pairs", 900.0, "ask", [])
    assert [(room.id, room.number, room.alone) for room in found.rooms] == [(ONE, 1, None), (TWO, 2, None)]
    assert [(placed.person.name, placed.room, placed.partner) for placed in found.people] == [
        ("Ana", MAIN, False),
        ("Sam", ONE, True),
        ("Leo", ONE, True),
        ("Mia", TWO, True),
        ("Noa", TWO, True),
        ("Ben", LATE, True),
    ]
    assert found.suggested == {BEN: ONE}


def test_hands_and_mutes_are_those_of_each_room() -> None:
    people = {placed.person.id: placed.person for placed in boarded(pairs()).people}
    assert (people[LEO].hand, people[NOA].hand, people[NOA].muted) == (1, 1, True)


def test_people_of_other_rooms_have_no_sources_but_by_a_look() -> None:
    looking = pairs(seat("ana", Role.FACILITATOR, sources=BOTH, look=Look(ONE, 0.5, 60.0, HERE, open=True)))
    kim = seat("kim", Role.FACILITATOR)
    for viewer, sources in ((ANA, ["camera"]), (KIM, [])):
        placed = boarded(pairs(looking.seats[ANA], kim), viewer).people
        assert {each.person.id: each.person.sources for each in placed if each.room == ONE} == {
            SAM: sources,
            LEO: sources,
        }
        assert {tuple(each.person.sources) for each in placed if each.room == TWO} == {()}


def test_a_plan_is_shown_before_it_is_opened() -> None:
    planned = msgspec.structs.replace(OPEN, state=RoundState.PLANNED, small=False, until=None)
    everybody = [seat(who) for who in ("sam", "leo", "mia", "noa", "ben")]
    state = session(seat("ana", Role.FACILITATOR), *everybody, round=planned, last=(("of sam", "of leo"),))
    found = boarded(state)
    assert (found.state, found.groups, found.rooms) == ("planned", "rooms", [])
    assert found.plan == [[SAM, LEO], [MIA, NOA]]
    assert found.again


def test_bonds_are_told_of_those_who_are_here() -> None:
    apart = frozenset({("of mia", "of sam"), ("leo", "of somebody at home")})
    found = boarded(pairs(apart=apart, together=frozenset({("leo", "noa")})))
    assert (found.apart, found.together) == ([(MIA, SAM)], [(LEO, NOA)])


def test_who_is_alone_has_another_room_to_go_to() -> None:
    left = Alone(SAM, since=20.0, called=True)
    found = boarded(pairs(seat("leo", room=ONE, presence=Away(20.0)), one={"alone": left}))
    assert found.rooms[0] == p.BoardRoom(ONE, 1, SAM, called=True, trio=TWO, watched_by=[], coming=[])


def test_who_looks_and_who_is_about_to_come_is_on_it() -> None:
    ana = seat("ana", Role.FACILITATOR, look=Look(ONE, 0.5, 60.0, HERE, open=True))
    kim = seat("kim", Role.FACILITATOR, drop_in=Arrival(ONE, 13.0))
    [one, two] = boarded(pairs(ana, kim)).rooms
    assert (one.watched_by, one.coming) == ([ANA], [KIM])
    assert (two.watched_by, two.coming) == ([], [])


def test_there_is_a_board_while_there_is_a_round_for_whoever_leads() -> None:
    assert board(pairs(round=None), memory(), ANA) is None
    assert in_room(pairs(), ANA).board is not None
    assert in_room(pairs(), SAM).board is None
    visiting = pairs(seat("ana", Role.FACILITATOR, room=ONE))
    assert in_room(visiting, ANA).board is not None


def test_a_board_that_differs_is_told_beside_the_rest() -> None:
    before = in_room(pairs(), ANA)
    after = in_room(pairs(seat("noa", room=TWO, muted=False)), ANA)
    assert changes(before, after) == [p.BoardIs(after.board)]
    assert changes(before, in_room(pairs(round=None), ANA)) == [p.BoardIs(None)]


# --- in a pair -------------------------------------------------------------------------------------------------------


def test_a_pair_sees_itself_its_number_and_its_time() -> None:
    found = in_room(pairs(), SAM)
    assert [person.id for person in found.people] == [SAM, LEO]
    room = found.room
    assert (room.kind, room.number, room.groups, room.round, room.until) == ("pair", 1, "pairs", "open", 900.0)
    recalled = msgspec.structs.replace(OPEN, state=RoundState.RECALLING)
    assert in_room(pairs(round=recalled), SAM).room.round == "recalling"
    main = in_room(pairs(), ANA).room
    assert (main.kind, main.number, main.groups, main.round, main.until) == ("main", None, None, None, None)


def test_a_pair_reads_who_comes_and_who_looks_by_name() -> None:
    """Those people are in no list of that page."""
    ana = seat("ana", Role.FACILITATOR, look=Look(ONE, 0.5, 60.0, HERE, open=True), drop_in=Arrival(ONE, 13.0))
    for who in (SAM, LEO):
        room = in_room(pairs(ana), who).room
        assert (room.watched, room.coming) == ([p.Watcher("Ana", 60.0)], [p.Visitor("Ana", 13.0)])
    assert in_room(pairs(ana), MIA) == in_room(pairs(), MIA)


def test_a_broadcast_is_named_wherever_it_is_heard() -> None:
    state = pairs(broadcast=Broadcast(ANA, 120.0, HERE))
    for who in (ANA, SAM, MIA):
        assert in_room(state, who).room.broadcast == p.Speaking(ANA, "Ana")
    private = RoomId("private.ben")
    talk = seat("ben", room=private)
    aside = state.change(
        seats=state.seats | {BEN: talk}, rooms=state.rooms | {private: Room(private, "private", 0.0, KIM)}
    )
    assert in_room(aside, BEN).room.broadcast is None


@pytest.mark.parametrize(
    ("leo", "can_return"),
    [
        (seat("leo", room=ONE, presence=Away(20.0)), True),
        (seat("leo", room="waiting", door=Door.OUT), False),
    ],
    ids=["lost", "gone for good"],
)
def test_who_is_left_alone_alone_is_told_so(leo: object, can_return: bool) -> None:
    words = memory()
    words.keep(pairs())
    state = pairs(leo, one={"alone": Alone(SAM, 20.0, waits=True)})
    words.keep(state)
    found = view(state, words, SAM, standby=False)
    assert isinstance(found, RoomFullView)
    assert found.room.alone == p.LeftAlone(20.0, ["Leo"], can_return, waits=True)
    visitor = pairs(leo, seat("ana", Role.FACILITATOR, room=ONE), one={"alone": Alone(SAM, 20.0)})
    assert in_room(visitor, ANA).room.alone is None


def test_nothing_that_happens_in_one_pair_changes_another() -> None:
    before = in_room(pairs(), MIA)
    for changed in (
        pairs(seat("leo", room=ONE, presence=Away(20.0)), one={"alone": Alone(SAM, 20.0)}),
        pairs(seat("sam", room=ONE, muted=True, hand=2.0)),
        pairs(seat("sam", room=MAIN)),
        pairs(one={"locked": frozenset({"camera"}), "spotlight": SAM}),
        pairs(seat("ana", Role.FACILITATOR, room=ONE, sources=BOTH)),
    ):
        assert in_room(changed, MIA) == before


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_who_came_late_reads_that_the_group_is_in_pairs_and_no_more() -> None:
    found = view(pairs(), memory(), BEN, standby=False)
    assert isinstance(found, WaitingView)
    assert (found.late, found.sent_back, found.staff_names) == (True, False, ["Ana"])
    back = view(pairs(seat("ben", room="waiting", door=Door.SENT_BACK)), memory(), BEN, standby=False)
    assert isinstance(back, WaitingView)
    assert not back.late
    assert changes(found, back) is None, "no change says that somebody was sent back: a snapshot does"


def test_a_coordinator_reads_waiting_of_who_came_late_and_here_of_all_in_pairs() -> None:
    found = view(pairs(), memory(), ParticipantId("cory"), standby=False)
    assert isinstance(found, DeskView)
    states = {one.id: one.state for one in found.people}
    assert states == {ANA: "here", SAM: "here", LEO: "here", MIA: "here", NOA: "here", BEN: "waiting"}
    assert found.waiting == 1


def test_support_reads_the_same_of_a_person_in_whatever_room() -> None:
    found = view(pairs(), memory(), ParticipantId("sue"), standby=False)
    assert isinstance(found, FiguresView)
    assert len(found.people) == 5
    moved = view(pairs(seat("sam", room=TWO, sources=BOTH)), memory(), ParticipantId("sue"), standby=False)
    assert moved == found, "who is with whom is not theirs to see"


def test_pairs_are_on_the_board_and_not_elsewhere() -> None:
    team = in_room(pairs(seat("leo", room=ONE, forbidden=frozenset({"screen"}))), ANA).team
    assert team is not None
    assert team.elsewhere == []
    assert team.kept_off == {LEO: ["screen"]}, "wherever they are"
    visiting = in_room(pairs(seat("kim", Role.FACILITATOR), seat("ana", Role.FACILITATOR, room=ONE)), ANA).team
    assert visiting is not None
    assert [one.name for one in visiting.elsewhere] == ["Kim"]
