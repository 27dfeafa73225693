"""Who sees what of a session: the whole table, and that two views differ by exactly what is told."""

from __future__ import annotations

import msgspec
import pytest

from signaling import protocol as p
from signaling.codec import encode
from signaling.core.ids import DESK, WAITING, CallId, ConnectionId, ParticipantId, PersonId, RoomId, SecretHash
from signaling.core.lifecycles import Absence, CallState, Door, Phase
from signaling.core.roles import Role
from signaling.core.state import Away, Call, Check, Gone, Here, Room, Seat, Session, Standby, with_room
from signaling.shell.memory import Line, Memory
from signaling.shell.views import (
    Beside,
    DeskView,
    FiguresView,
    Head,
    RoomFullView,
    SilentView,
    View,
    WaitingView,
    changes,
    figures,
    snapshot,
    view,
)
from tests.reading import with_changes
from tests.unit.signaling.shell.people import seat, session

ANA, KIM, LEO, SAM, NEW = (ParticipantId(name) for name in ("ana", "kim", "leo", "sam", "new"))
PRIVATE = RoomId("private.leo")
HEAD = Head(None, "s", ParticipantId("me"), None, 9.0, p.Numbers("555-0100", "988"))


def memory() -> Memory:
    made = Memory()
    for who in ("ana", "kim", "leo", "sam", "new", "cory", "sue"):
        made.names[ParticipantId(who)] = who.capitalize()
    return made


def ana(**more: object) -> Seat:
    return seat("ana", Role.FACILITATOR, **more)


def knock(who: str = "new", **more: object) -> Seat:
    return seat(who, room=WAITING, door=Door.KNOCKING, **({"knock": "expected"} | more))


def group(*more: Seat, **fields: object) -> Session:
    """Ana leads Sam; Leo talks privately with Kim; somebody knocks; a coordinator and support are there."""
    seats = [
        ana(),
        seat("sam", sources=frozenset({"microphone", "camera"})),
        seat("kim", Role.FACILITATOR, room=PRIVATE, back_to="main"),
        seat("leo", room=PRIVATE, back_to="main"),
        knock(),
        seat("cory", Role.COORDINATOR, room=DESK),
        seat("sue", Role.SUPPORT, room=DESK),
    ]
    replaced = {one.participant: one for one in [*seats, *more]}
    private = Room(PRIVATE, "private", 0.0, KIM)
    return session(*replaced.values(), rooms=(private,), **fields)


def seen(state: Session, who: str, *, standby: bool = False) -> View:
    found = view(state, memory(), ParticipantId(who), standby=standby)
    assert found is not None
    return found


def in_room(state: Session, who: str) -> RoomFullView:
    found = seen(state, who)
    assert isinstance(found, RoomFullView)
    return found


def text(found: View) -> str:
    return encode(snapshot(found, HEAD, Beside([])))


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_the_waiting_see_neither_people_nor_counts() -> None:
    found = seen(group(), "new")
    assert isinstance(found, WaitingView)
    assert found.staff_names == ["Ana"]
    written = text(found)
    assert not [name for name in ("Sam", "Leo", "Kim", "Cory", "Sue", "people", "count") if name in written]
    more = seen(group(knock("other"), ana(muted=True)), "new")
    assert text(more) == written, "nothing tells how many wait, or what goes on inside"


def test_people_see_their_own_room_only() -> None:
    assert [person.id for person in in_room(group(), "sam").people] == [ANA, SAM]
    assert [person.id for person in in_room(group(), "leo").people] == [KIM, LEO]
    assert in_room(group(), "sam").team is None
    written = text(seen(group(), "sam"))
    assert not [name for name in ("Leo", "New", "Cory", "Sue") if name in written]


def test_participants_are_told_of_no_knock() -> None:
    state = group()
    without = state.change(seats={who: one for who, one in state.seats.items() if who != NEW})
    for who in ("sam", "leo", "sue"):
        assert seen(state, who) == seen(without, who)
    assert seen(state, "ana") != seen(without, "ana")


def test_facilitators_see_knocks_and_who_is_elsewhere() -> None:
    team = in_room(group(), "ana").team
    assert team is not None
    assert [(one.id, one.name, one.kind, one.present) for one in team.waiting] == [(NEW, "New", "expected", True)]
    assert [(one.name, one.room) for one in team.elsewhere] == [("Kim", PRIVATE), ("Leo", PRIVATE)]
    assert team.desk == ["Cory", "Sue"]
    kim = in_room(group(), "kim").team
    assert kim is not None
    assert [one.name for one in kim.elsewhere] == ["Ana", "Sam"]


def test_a_coordinator_sees_names_and_no_rooms() -> None:
    lost = seat("lou", presence=Gone(0.0, "lost"), room=WAITING)
    found = seen(group(lost), "cory")
    assert isinstance(found, DeskView)
    states = {one.id: one.state for one in found.people}
    assert states == {ANA: "here", SAM: "here", KIM: "here", LEO: "here", NEW: "waiting", "lou": "gone"}
    assert found.waiting == 1
    assert PRIVATE not in text(found)


def test_support_sees_codes_and_figures_only() -> None:
    found = seen(group(), "sue")
    assert isinstance(found, FiguresView)
    assert len(found.people) == 4
    written = text(found)
    assert not [name for name in ("Ana", "Sam", "Leo", "Kim", '"leo"', "main", "private") if name in written]
    assert [one.code for one in found.people] == sorted(one.code for one in found.people)
    measured = {SAM: p.Figure("", True, 900.0, 80.0, 0.01, 0.0, 7.0)}
    assert [one.jitter_ms for one in figures(group(), measured)].count(7.0) == 1


def test_whoever_has_no_seat_sees_nothing() -> None:
    assert view(group(), memory(), ParticipantId("nobody"), standby=False) is None
    assert view(group(seat("sam", presence=Gone(0.0, "left"))), memory(), SAM, standby=False) is None


def test_a_standby_phone_has_the_team_and_no_media() -> None:
    with_phone = ana(standby=Standby(Here(ConnectionId(9)), SecretHash("phone")))
    found = seen(group(with_phone), "ana", standby=True)
    assert isinstance(found, SilentView)
    assert (found.laptop, found.team.waiting[0].name) == (True, "New")
    away = msgspec.structs.replace(with_phone, presence=Away(0.0))
    alone = seen(group(away), "ana", standby=True)
    assert changes(found, alone) is not None
    assert p.LaptopIs(False) in (changes(found, alone) or [])


def test_a_private_talk_from_the_waiting_room_leads_nothing() -> None:
    """Also a facilitator who knocks is not in the team yet."""
    talking = seat("new", Role.FACILITATOR, room=PRIVATE, door=Door.KNOCKING)
    assert in_room(group(talking), "new").team is None


# --- private things --------------------------------------------------------------------------------------------------


def call(kind: str, about: ParticipantId = SAM, state: CallState = CallState.OPEN, **more: object) -> Call:
    return Call(CallId(f"{kind}.{about}"), kind, about, 1.0, state, **more)  # type: ignore[arg-type]


PRIVATE_THINGS = {
    "private help": {"calls": (call("private"),)},
    "ringing": {"calls": (call("private", state=CallState.RINGING),)},
    "no answer": {"calls": (call("no_answer"),)},
    "a drop in a private room": {"calls": (call("dropped", LEO),)},
}


@pytest.mark.parametrize("fields", PRIVATE_THINGS.values(), ids=PRIVATE_THINGS)
def test_calls_are_seen_by_facilitators_alone(fields: dict[str, object]) -> None:
    for who in ("new", "leo", "cory", "sue", "sam"):
        if not (who == "sam" and fields["calls"][0].kind == "private"):  # type: ignore[index]
            assert seen(group(**fields), who) == seen(group(), who)
    for who in ("ana", "kim"):
        team = in_room(group(**fields), who).team
        assert team is not None
        assert [one.name for one in team.calls] == [memory().names[fields["calls"][0].about]]  # type: ignore[index]


@pytest.mark.parametrize(
    "sam", [seat("sam", check=Check(1.0, ANA)), seat("sam", stays=True)], ids=["a check", "a wish to stay"]
)
def test_checks_and_stays_are_seen_by_the_person_and_the_team(sam: Seat) -> None:
    plain = seat("sam")
    for who in ("leo", "new", "cory", "sue"):
        assert seen(group(sam), who) == seen(group(plain), who)
    other = seat("mia")
    assert seen(group(sam, other), "mia") == seen(group(plain, other), "mia")
    assert seen(group(sam), "sam") != seen(group(plain), "sam")
    assert seen(group(sam), "ana") != seen(group(plain), "ana")


def test_come_is_seen_by_the_room() -> None:
    state = group(calls=(call("come"),))
    assert [person.calling for person in in_room(state, "ana").people] == [False, True]
    assert in_room(state, "sam").me.come == p.CallMine("open", None)
    coming = group(calls=(call("come", state=CallState.COMING, coming=ANA),))
    assert in_room(coming, "sam").me.come == p.CallMine("coming", "Ana"), "a name: the waiting know no ids"
    team = in_room(coming, "ana").team
    assert team is not None
    assert [(one.state, one.coming) for one in team.calls] == [("coming", ANA)], "an id: pages find themselves by it"


def test_a_note_with_a_call_is_for_facilitators() -> None:
    words = memory()
    words.help_notes[CallId("private.sam")] = "my father is in the room"
    state = group(calls=(call("private"),))
    for who in ("sam", "leo", "new", "cory"):
        found = view(state, words, ParticipantId(who), standby=False)
        assert found is not None
        assert "father" not in text(found)
    found = view(state, words, ANA, standby=False)
    assert found is not None
    assert "father" in text(found)


# --- staff -----------------------------------------------------------------------------------------------------------

GONE = (ana(presence=Away(0.0)), seat("kim", Role.FACILITATOR, presence=Away(0.0)))


@pytest.mark.parametrize(
    ("absence", "staff"),
    [
        (Absence.UNSURE, "here"),
        (Absence.TOLD, "reconnecting"),
        (Absence.LOCKED, "none"),
        (Absence.OPEN_TO_TEAM, "none"),
        (Absence.CLOSING, "none"),
    ],
)
def test_what_people_are_told_of_their_facilitators(absence: Absence, staff: str) -> None:
    state = group(*GONE, absence=absence)
    assert in_room(state, "sam").room.staff == staff
    waiting = seen(state, "new")
    assert isinstance(waiting, WaitingView)
    assert waiting.staff == staff


def test_who_calls_while_nobody_is_connected_reads_the_numbers_at_once() -> None:
    state = group(*GONE, seat("mia"), absence=Absence.UNSURE, calls=(call("private"),))
    assert (in_room(state, "sam").room.staff, in_room(state, "mia").room.staff) == ("none", "here")


def test_a_facilitator_on_the_phone_is_staff() -> None:
    on_phone = ana(presence=Away(0.0), standby=Standby(Here(ConnectionId(9)), SecretHash("phone")))
    assert in_room(group(on_phone), "sam").room.staff == "here"


def test_a_facilitator_who_waits_may_take_over_once_it_is_time() -> None:
    """Her laptop is lost; she knocks from another device."""
    lost = ana(person=PersonId("a"), presence=Away(0.0))
    device = seat("other", Role.FACILITATOR, room=WAITING, door=Door.KNOCKING, person=PersonId("a"))
    for absence, may in ((Absence.LOCKED, False), (Absence.OPEN_TO_TEAM, True)):
        found = seen(group(lost, GONE[1], device, absence=absence), "other")
        assert isinstance(found, WaitingView)
        assert found.take_over is may
    other = seen(group(*GONE, absence=Absence.OPEN_TO_TEAM), "new")
    assert isinstance(other, WaitingView)
    assert not other.take_over


# --- people ----------------------------------------------------------------------------------------------------------


def test_hands_stand_in_their_order() -> None:
    state = group(seat("sam", hand=5.0), seat("mia", hand=3.0), seat("noa"))
    hands = {person.id: person.hand for person in in_room(state, "noa").people}
    assert hands == {ANA: None, SAM: 2, "mia": 1, "noa": None}


def test_a_mute_of_the_room_counts_and_names_who_did_it() -> None:
    state = group()
    muted = with_room(state, RoomId("main"), muted=frozenset({SAM}), muted_by=ANA)
    found = in_room(muted, "sam")
    assert (found.me.muted, found.me.muted_by) == (True, ANA)
    assert [person.muted for person in found.people] == [False, True]


def test_an_unknown_name_is_empty() -> None:
    found = view(group(), Memory(), SAM, standby=False)
    assert isinstance(found, RoomFullView)
    assert [person.name for person in found.people] == ["", ""]


def test_who_reconnects_is_still_there() -> None:
    state = group(seat("sam", presence=Away(3.0)))
    assert [person.present for person in in_room(state, "ana").people] == [True, False]


# --- the difference --------------------------------------------------------------------------------------------------

STATES = {
    "as it is": group(),
    "muted": group(seat("sam", muted=True)),
    "one more": group(seat("mia")),
    "one less": group(seat("sam", presence=Gone(0.0, "left"))),
    "calling": group(calls=(call("come"), call("private", LEO))),
    "closing": group(closes_at=600.0, break_until=500.0),
    "told": group(*GONE, absence=Absence.TOLD),
    "let in": group(seat("new")),
    "moved": group(seat("sam", room=PRIVATE)),
    "drained": group(phase=Phase.DRAINING),
}


@pytest.mark.parametrize("who", ["ana", "sam", "leo", "new", "cory", "sue"])
@pytest.mark.parametrize("after", STATES.values(), ids=STATES)
@pytest.mark.parametrize("before", STATES.values(), ids=STATES)
def test_what_is_told_is_the_difference(before: Session, after: Session, who: str) -> None:
    one, other = (view(state, memory(), ParticipantId(who), standby=False) for state in (before, after))
    if one is None or other is None:
        return
    told = changes(one, other)
    if told is None:
        same_room = isinstance(one, RoomFullView) and isinstance(other, RoomFullView) and one.room.id == other.room.id
        assert not same_room
        return
    assert bool(told) == (one != other)
    pages = [snapshot(found, HEAD, Beside([])) for found in (one, other)]
    assert _sorted(with_changes(pages[0], told)) == _sorted(pages[1])


def _sorted(place: p.Place) -> p.Place:
    """A page may hold people in the order in which it was told of them."""
    if isinstance(place, p.Snapshot):
        return msgspec.structs.replace(place, people=sorted(place.people, key=lambda person: person.id))
    return place


def test_lines_are_in_snapshots_of_rooms() -> None:
    words = memory()
    words.lines.append(Line(ANA, "Ana", "room", None, "welcome", 1.0, frozenset({SAM})))
    found = snapshot(seen(group(), "sam"), HEAD, Beside(words.lines_of(SAM, "main@0.0")))
    assert isinstance(found, p.Snapshot)
    assert [line.text for line in found.lines] == ["welcome"]
