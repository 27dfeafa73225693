"""Who comes along into pairs, who goes out of them and how, and what their end and the end of the group mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.endings import GENTLY
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ConnectionId, ParticipantId, SecretHash
from signaling.core.lifecycles import Door, Phase
from signaling.core.roles import GuestFunction, Role
from signaling.core.session import replay
from signaling.core.sight import held, muted, sources_for
from signaling.core.state import Here, call_id
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.history import History
from tests.unit.signaling.core.paired import MIA, NOA, ONE, TWO, Evening, device, evening, late, rooms
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, SAM, F, G, private

__all__ = ["evening"]

UMA = ParticipantId("uma")  # a guest with a function


# --- guests ----------------------------------------------------------------------------------------------------------


def test_an_interpreter_goes_along_into_the_pair_and_is_in_the_main_room_while_their_person_is_late() -> None:
    evening = Evening()
    evening.sit(EVA, G, function="interpreter", follows=SAM)
    evening.open()
    assert rooms(evening, EVA) == [ONE]
    evening.do(ANA, c.MovePeople(((SAM, TWO), (LEO, TWO)), False))
    assert rooms(evening, EVA) == [TWO]
    late(evening)
    evening.do(ANA, c.Follow(EVA, NEW))
    assert rooms(evening, EVA) == [MAIN]
    evening.do(ANA, c.MovePeople(((NEW, TWO),), False))
    assert rooms(evening, EVA) == [TWO]
    evening.do(ANA, c.RecallRooms(0.0))
    assert rooms(evening, EVA) == [MAIN]


@pytest.mark.parametrize("function", ["captioner", "supervisor", "trainee"])
def test_who_only_watches_stays_in_the_main_room_unless_moved_by_hand(function: GuestFunction) -> None:
    evening = Evening()
    evening.sit(UMA, G, function=function)
    evening.do(ANA, c.PlanRooms("size", 2, 1))
    evening.do(ANA, c.OpenRooms(None, "smallest"))
    assert rooms(evening, UMA) == [MAIN]
    evening.do(ANA, c.MovePeople(((UMA, ONE),), False))
    assert rooms(evening, UMA) == [ONE]
    assert sources_for(evening.session, evening.session.partners(ONE)[0].participant, UMA)


def test_the_desk_is_in_no_plan_and_no_room() -> None:
    evening = Evening()
    evening.sit(UMA, Role.SUPPORT, room=DESK)
    evening.do(ANA, c.PlanRooms("size", 2, 1))
    evening.do(ANA, c.OpenRooms(None, "ask"))
    assert rooms(evening, UMA) == [DESK]
    assert evening.refused(ANA, c.MovePeople(((UMA, ONE),), False)) in (ErrorCode.NO_SUCH, ErrorCode.NOT_ALLOWED)


# --- going -----------------------------------------------------------------------------------------------------------

GOES: dict[str, Callable[[Evening], object]] = {
    "sent back": lambda evening: evening.do(ANA, c.SendBack(SAM)),
    "removed": lambda evening: evening.do(ANA, c.Remove(SAM)),
    "banned": lambda evening: evening.do(ANA, c.Ban(SAM, evening.now + 60)),
    "leaves": lambda evening: evening.do(SAM, c.Leave()),
}


@pytest.mark.parametrize("goes", GOES.values(), ids=GOES)
def test_who_goes_leaves_their_place_and_the_other_is_told(evening: Evening, goes: Callable[[Evening], object]) -> None:
    goes(evening)
    assert [seat.participant for seat in evening.session.members(ONE)] == [LEO]
    alone = evening.session.rooms[ONE].alone
    assert alone is not None
    assert alone.who == LEO


def test_who_is_sent_back_and_let_in_again_is_late(evening: Evening) -> None:
    evening.do(ANA, c.SendBack(SAM))
    evening.do(ANA, c.Admit(SAM))
    assert rooms(evening, SAM) == [LATE]
    evening.do(ANA, c.MovePeople(((SAM, ONE),), False))
    assert rooms(evening, SAM) == [ONE]


def test_who_is_lost_keeps_their_place_for_as_long_as_they_may_return(evening: Evening) -> None:
    evening.drop(SAM)
    evening.wait(61)
    assert not evening.at(SAM).present
    assert rooms(evening, SAM) == [ONE]
    evening.back(SAM)
    assert (rooms(evening, SAM), evening.session.rooms[ONE].alone) == ([ONE], None)


def by_the_door() -> History:
    """Ana on 1, Sam on 2 and Leo on 3 came by their links; Sam and Leo are in pair 1."""
    history = History()
    history.join("ana", 1, F)
    for connection, who in enumerate(("sam", "leo"), 2):
        history.join(who, connection)
        history.admit(who)
    history.as_("ana", c.PlanRooms("size", 2, 7))
    history.as_("ana", c.OpenRooms(None, "ask"))
    assert [history.seat(who).room for who in ("sam", "leo")] == [ONE, ONE]
    return history


def test_a_reload_leads_back_into_the_same_pair() -> None:
    history = by_the_door()
    history.drop(2)
    history.do(c.Newcomer(), c.Resume(SecretHash("secret of sam"), ConnectionId(20), False))
    assert (history.seat("sam").room, history.seat("sam").resting) == (ONE, None)
    assert history.session.rooms[ONE].alone is None


def test_another_device_goes_on_in_the_same_pair() -> None:
    history = by_the_door()
    history.join("sam2", 20, person="sam")
    history.admit("sam2")
    assert (history.seat("sam").room, history.seat("sam").presence) == (ONE, Here(ConnectionId(20)))


def test_who_comes_back_with_their_link_finds_the_same_visit() -> None:
    history = by_the_door()
    history.as_("ana", c.DropIn(ONE))
    history.wait(3)
    history.drop(1)
    history.join("ana2", 10, F, person="ana")
    assert history.seat("ana").room == ONE


def test_the_pairs_are_the_same_after_a_restart() -> None:
    history = by_the_door()
    again = replay(history.start, history.events)
    assert again == history.session
    assert [seat.participant for seat in again.members(ONE)] == ["sam", "leo"]


def test_who_takes_over_leads_the_round_that_is_there() -> None:
    history = by_the_door()
    history.drop(1)
    for _ in range(3):
        history.wait(30)
    history.join("kim", 9, F)
    history.as_("kim", c.RecallRooms(0.0))
    assert [history.seat(who).room for who in ("sam", "leo")] == [MAIN, MAIN]


# --- the end ---------------------------------------------------------------------------------------------------------


def test_the_end_of_the_group_is_for_the_pairs_and_for_latecomers_too(evening: Evening) -> None:
    late(evening)
    events = evening.do(ANA, c.CloseGroup(0))
    left = {event.participant for event in events if isinstance(event, e.Left)}
    assert left == {ANA, KIM, SAM, LEO, MIA, NOA, NEW}
    assert {event.room for event in events if isinstance(event, e.RoomClosed)} == {ONE, TWO}
    assert (evening.session.ended, evening.session.round) == (True, None)


@pytest.mark.parametrize("who", [SAM, NEW])
def test_who_asked_to_stay_stays_from_wherever_they_are(evening: Evening, who: ParticipantId) -> None:
    late(evening)
    evening.do(KIM, c.DropIn(TWO))
    evening.wait(3)
    evening.do(who, c.CallHelp("private"))
    evening.do(ANA, c.CloseGroup(0))
    assert evening.session.phase is Phase.DRAINING
    assert (evening.at(who).door, evening.at(who).room) == (Door.SENT_BACK, WAITING)
    evening.do(ANA, c.CloseCall(call_id("private", who)))
    assert evening.session.ended


def test_a_private_talk_out_of_a_pair_goes_on_after_the_end(evening: Evening) -> None:
    evening.do(ANA, c.TalkPrivately(SAM))
    evening.do(KIM, c.CloseGroup(0))
    assert (evening.session.phase, evening.session.round) == (Phase.DRAINING, None)
    assert rooms(evening, ANA, SAM) == [private(SAM), private(SAM)]
    evening.do(SAM, c.EndPrivate(private(SAM)))
    assert evening.session.ended


def test_a_group_that_nobody_leads_closes_in_pairs_too(evening: Evening) -> None:
    evening.do(ANA, c.ExtendRooms(60.0))
    for who in (ANA, KIM):
        evening.do(who, c.Leave())
    for _ in range(4):
        evening.wait(150)
    assert evening.session.phase is Phase.CLOSING
    evening.wait(GENTLY)
    assert (evening.session.ended, evening.session.pairs()) == (True, [])


def test_an_end_at_once_closes_every_room(evening: Evening) -> None:
    evening.do(KIM, c.TalkPrivately(NOA))
    evening.do(ANA, c.Look(ONE, device(evening, ANA)))
    events = evening.do(ANA, c.End())
    assert {event.room for event in events if isinstance(event, e.RoomClosed)} == {ONE, TWO, private(NOA)}
    assert evening.session.ended


def test_no_pairs_are_opened_once_the_end_is_near() -> None:
    evening = Evening()
    evening.do(ANA, c.PlanRooms("size", 2, 1))
    evening.do(ANA, c.CloseGroup(5))
    assert evening.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW


# --- rights ----------------------------------------------------------------------------------------------------------


def test_ones_own_mute_lock_and_hand_go_along_and_what_is_of_a_room_stays() -> None:
    evening = Evening()
    evening.do(SAM, c.RaiseHand())
    evening.do(ANA, c.Forbid(LEO, "camera"))
    evening.do(MIA, c.Mute())
    evening.do(ANA, c.MuteAll(MAIN))
    evening.do(ANA, c.ForbidAll(MAIN, "camera"))
    evening.open()
    assert evening.at(SAM).hand is not None
    assert [muted(evening.session, evening.at(who)) for who in (SAM, LEO, MIA)] == [False, False, True]
    evening.do(SAM, c.Publish("camera"))
    assert evening.refused(LEO, c.Publish("camera")) == ErrorCode.NOT_ALLOWED
    evening.do(ANA, c.RecallRooms(0.0))
    assert [muted(evening.session, evening.at(who)) for who in (SAM, LEO, MIA, ANA)] == [False, False, True, False]
    assert "camera" in held(evening.session, SAM)


def test_facilitators_come_back_from_a_visit_muted_by_the_recall(evening: Evening) -> None:
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.do(KIM, c.RecallRooms(0.0))
    assert [evening.at(who).muted for who in (ANA, KIM, SAM)] == [True, False, False]
