"""What the rest of a session does while the group is in pairs: talks, help, lines, pauses, and who leads."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import LATE, MAIN, WAITING, ParticipantId
from signaling.core.lifecycles import Absence, CallState, Door, RoundState
from signaling.core.roles import Role
from signaling.core.session import decide
from signaling.core.sight import EVERYTHING, held, seen_by, sources_for
from signaling.core.state import call_id
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.paired import MIA, NOA, ONE, PHONE, TWO, Evening, device, evening, late, rooms
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, SAM, P, private

__all__ = ["evening"]

# --- talking privately -----------------------------------------------------------------------------------------------


def test_out_of_a_pair_into_a_private_talk_and_home_again(evening: Evening) -> None:
    evening.do(ANA, c.TalkPrivately(SAM))
    assert rooms(evening, ANA, SAM, LEO) == [private(SAM), private(SAM), ONE]
    evening.wait(120)
    assert evening.session.calls == {}
    evening.do(SAM, c.EndPrivate(private(SAM)))
    assert rooms(evening, ANA, SAM, LEO) == [MAIN, ONE, ONE]


def test_who_visits_takes_one_of_the_pair_aside_and_comes_back_there_only_announced(evening: Evening) -> None:
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.do(ANA, c.TalkPrivately(SAM))
    evening.do(ANA, c.EndPrivate(private(SAM)))
    assert rooms(evening, ANA, SAM) == [MAIN, ONE]
    assert evening.at(ANA).muted


def test_who_waits_and_who_is_late_are_talked_to_and_go_back_to_waiting(evening: Evening) -> None:
    late(evening)
    evening.sit(EVA, P, room=WAITING, door=Door.KNOCKING)
    evening.do(ANA, c.TalkPrivately(NEW))
    evening.do(KIM, c.TalkPrivately(EVA))
    evening.do(ANA, c.EndPrivate(private(NEW)))
    evening.do(KIM, c.EndPrivate(private(EVA)))
    assert rooms(evening, NEW, EVA, ANA, KIM) == [LATE, WAITING, MAIN, MAIN]


def test_when_the_pairs_are_over_meanwhile_home_is_the_main_room(evening: Evening) -> None:
    evening.do(ANA, c.TalkPrivately(SAM))
    evening.do(KIM, c.RecallRooms(0.0))
    assert rooms(evening, ANA, SAM, LEO) == [private(SAM), private(SAM), MAIN]
    evening.do(ANA, c.EndPrivate(private(SAM)))
    assert rooms(evening, ANA, SAM) == [MAIN, MAIN]


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["come", "private"])
def test_both_ways_to_call_are_there_in_a_pair(evening: Evening, kind: e.CallKind) -> None:
    assert kind in ("come", "private")
    evening.do(SAM, c.CallHelp(kind))
    call = call_id(kind, SAM)
    evening.do(ANA, c.Coming(call))
    assert evening.session.calls[call].state is CallState.COMING
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.do(ANA, c.CloseCall(call))
    assert evening.session.calls == {}


def test_a_call_goes_along_through_every_move(evening: Evening) -> None:
    evening.do(SAM, c.CallHelp("private"))
    evening.do(ANA, c.MovePeople(((SAM, TWO), (LEO, TWO)), False))
    evening.do(ANA, c.RecallRooms(0.0))
    assert set(evening.session.calls) == {call_id("private", SAM)}


def test_who_is_late_has_private_help_and_nothing_that_is_of_a_room(evening: Evening) -> None:
    late(evening)
    assert evening.refused(NEW, c.CallHelp("come")) == ErrorCode.NOT_ALLOWED
    for command in (c.Say("room"), c.RaiseHand(), c.Publish("camera"), c.BackToGroup(), c.WaitForPartner()):
        assert evening.refused(NEW, command) == ErrorCode.WAITING
    assert evening.refused(ANA, c.MuteAll(LATE)) == ErrorCode.NO_SUCH
    evening.do(NEW, c.CallHelp("private"))


# --- lines -----------------------------------------------------------------------------------------------------------


def said(evening: Evening, who: ParticipantId, to: str) -> set[ParticipantId]:
    _, effects = decide(evening.session, evening.now, c.Member(who), c.Say(to))
    return {who for effect in effects if isinstance(effect, c.Deliver) for who in effect.recipients}


def test_a_line_to_everyone_is_for_the_main_room_and_all_pairs(evening: Evening) -> None:
    late(evening)
    evening.sit(EVA, P, room=WAITING, door=Door.KNOCKING)
    evening.do(KIM, c.TalkPrivately(NOA))
    assert said(evening, ANA, "everyone") == {SAM, LEO, MIA}
    evening.do(KIM, c.EndPrivate(private(NOA)))
    assert said(evening, ANA, "everyone") == {KIM, SAM, LEO, MIA, NOA}
    assert evening.refused(SAM, c.Say("everyone")) == ErrorCode.NOT_ALLOWED


def test_a_line_to_the_room_stays_in_the_pair(evening: Evening) -> None:
    assert said(evening, SAM, "room") == {LEO}
    assert said(evening, ANA, "room") == {KIM}


# --- away, cover, pause, break ---------------------------------------------------------------------------------------


def test_who_is_covered_in_a_pair_is_seen_by_nobody(evening: Evening) -> None:
    evening.do(ANA, c.Cover(SAM))
    evening.do(ANA, c.Look(ONE, device(evening, ANA)))
    assert seen_by(evening.session, SAM) == []
    evening.do(KIM, c.DropIn(ONE))
    evening.wait(3)
    assert seen_by(evening.session, SAM) == [KIM]


def test_a_pause_holds_the_pairs_no_private_talk_and_no_clock(evening: Evening) -> None:
    evening.do(KIM, c.TalkPrivately(NOA))
    evening.do(ANA, c.PauseGroup())
    assert [held(evening.session, who) == EVERYTHING for who in (SAM, MIA, NOA)] == [True, True, False]
    evening.wait(600)
    assert evening.session.round is None


def test_no_break_in_pairs_and_no_pairs_in_a_break(evening: Evening) -> None:
    assert evening.refused(ANA, c.StartBreak(evening.now + 60)) == ErrorCode.NOT_NOW
    evening.do(ANA, c.RecallRooms(0.0))
    evening.do(ANA, c.PlanRooms("size", 2, 1))
    evening.do(ANA, c.StartBreak(evening.now + 60))
    assert evening.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW


def test_who_still_rests_is_moved_resting_and_taps_in_the_pair() -> None:
    evening = Evening()
    evening.do(ANA, c.StartBreak(evening.now + 60))
    evening.do(ANA, c.EndBreak())
    evening.open()
    assert (rooms(evening, SAM), evening.at(SAM).resting) == ([ONE], "break")
    assert sources_for(evening.session, SAM, LEO)
    evening.do(SAM, c.ComeBack())
    evening.do(ANA, c.RecallRooms(0.0))
    assert [evening.at(who).resting for who in (SAM, LEO)] == [None, "break"]
    evening.do(ANA, c.SendBack(LEO))
    assert evening.at(LEO).resting is None


@pytest.mark.parametrize("target", [TWO, MAIN])
def test_who_was_moved_while_away_is_told_before_they_are_seen(evening: Evening, target: e.RoomId) -> None:
    evening.drop(SAM)
    evening.do(ANA, c.MovePeople(((SAM, target), (LEO, target)), False))
    evening.back(SAM)
    assert (evening.at(SAM).resting, held(evening.session, SAM)) == ("arriving", EVERYTHING)
    assert not sources_for(evening.session, SAM, LEO)
    evening.do(SAM, c.ComeBack())
    assert sources_for(evening.session, SAM, LEO) == EVERYTHING


def test_who_is_taken_aside_before_they_arrived_is_awake_there_and_after(evening: Evening) -> None:
    evening.drop(SAM)
    evening.do(ANA, c.MovePeople(((SAM, TWO), (LEO, TWO)), False))
    evening.back(SAM)
    evening.do(ANA, c.TalkPrivately(SAM))
    assert evening.at(SAM).resting is None
    evening.do(SAM, c.EndPrivate(private(SAM)))
    assert (rooms(evening, SAM), evening.at(SAM).resting) == ([TWO], None)


def test_in_a_place_without_media_there_is_nothing_to_be_told_before(evening: Evening) -> None:
    evening.drop(SAM)
    evening.do(ANA, c.MovePeople(((SAM, TWO), (LEO, TWO)), False))
    evening.do(ANA, c.SendBack(SAM))
    assert evening.at(SAM).resting is None


# --- facilitators ----------------------------------------------------------------------------------------------------


def test_rooms_and_their_clock_go_on_without_a_facilitator_and_nobody_looks_or_speaks(evening: Evening) -> None:
    evening.do(ANA, c.Look(ONE, device(evening, ANA)))
    evening.do(ANA, c.Broadcast(True, device(evening, ANA)))
    evening.do(KIM, c.DropIn(TWO))
    evening.drop(KIM)
    evening.drop(ANA)
    assert (evening.at(ANA).look, evening.session.broadcast, evening.at(KIM).drop_in) == (None, None, None)
    assert evening.session.absence is Absence.UNSURE
    for _ in range(6):
        evening.wait(90)
    assert evening.session.round is not None
    assert (evening.session.round.state, rooms(evening, SAM, LEO)) == (RoundState.RECALLING, [ONE, ONE])
    evening.wait(60)
    assert (evening.session.round, rooms(evening, SAM, MIA)) == (None, [MAIN, MAIN])


def test_from_a_phone_one_leads_the_pairs_and_neither_looks_nor_speaks(evening: Evening) -> None:
    evening.do(ANA, c.RecallRooms(0.0))
    evening.stands_by()
    evening.do(ANA, c.PlanRooms("size", 2, 1))
    evening.open()
    for command in (c.Look(ONE, PHONE), c.Broadcast(True, PHONE)):
        assert evening.refused(ANA, command) == ErrorCode.NOT_NOW
    evening.do(ANA, c.MovePeople(((SAM, TWO), (LEO, TWO)), False))
    evening.do(ANA, c.DropIn(TWO))
    evening.wait(3)
    assert rooms(evening, ANA, SAM) == [TWO, TWO]
    evening.do(ANA, c.BackToGroup())
    evening.do(ANA, c.RecallRooms(0.0))


def test_who_leads_and_also_takes_part_is_not_placed() -> None:
    evening = Evening()
    evening.set(KIM, roles=(Role.PARTICIPANT, Role.FACILITATOR))
    evening.do(ANA, c.PlanRooms("number", 2, 1))
    assert evening.session.round is not None
    assert KIM not in {who for room in evening.session.round.plan for who in room}
    assert evening.refused(ANA, c.EditPlan(((SAM, KIM),))) == ErrorCode.NO_SUCH
