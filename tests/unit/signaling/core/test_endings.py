"""How a group ends, whom it does not end for, and that nothing comes after."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.endings import GENTLY
from signaling.core.ids import DESK, MAIN, WAITING, ParticipantId
from signaling.core.lifecycles import Absence, Door, Phase
from signaling.core.presence import SECRET_LIVES
from signaling.core.roles import Role, Standing
from signaling.core.session import deadline, decide
from signaling.core.state import Gone, call_id
from signaling.protocol import ByeReason, ErrorCode
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, NOW, SAM, F, P, Seated, group, private

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)


def left(events: list[e.Event]) -> dict[ParticipantId, e.LeaveCause]:
    return {event.participant: event.cause for event in events if isinstance(event, e.Left)}


# --- the notice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "seconds"), [(2, 120.0), (5, 300.0)])
def test_after_its_notice_the_group_ends_for_everybody(group: Seated, minutes: int, seconds: float) -> None:
    assert minutes in (2, 5)
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert group.do(ANA, c.CloseGroup(minutes)) == [e.ClosingSet(NOW, NOW + seconds, BY_ANA)]
    assert (group.session.phase, deadline(group.session)) == (Phase.CLOSING, NOW + seconds)
    assert group.wait(seconds - 0.1) == []
    events = group.wait(0.1)
    assert left(events) == dict.fromkeys((SAM, LEO, NEW, ANA), "closed")
    assert isinstance(events[-1], e.Ended)
    assert (group.session.phase, deadline(group.session)) == (Phase.ENDED, None)


def test_without_notice_it_ends_in_the_same_moment(group: Seated) -> None:
    assert left(group.do(ANA, c.CloseGroup(0))) == dict.fromkeys((SAM, LEO, ANA), "closed")


def test_pages_are_told_that_the_group_closed(group: Seated) -> None:
    _, effects = decide(group.session, NOW, c.Member(ANA), c.CloseGroup(0))
    assert {effect.reason for effect in effects if isinstance(effect, c.Close)} == {ByeReason.CLOSED}
    assert {effect.participant for effect in effects if isinstance(effect, c.DropMedia)} == {ANA, SAM, LEO}


def test_another_time_replaces_the_one_before(group: Seated) -> None:
    group.do(ANA, c.CloseGroup(5))
    group.do(ANA, c.CloseGroup(2))
    assert group.session.closes_at == NOW + 120
    assert isinstance(group.do(ANA, c.CloseGroup(0))[-1], e.Ended)


def test_not_yet(group: Seated) -> None:
    assert group.do(ANA, c.CancelClose()) == []
    group.do(ANA, c.CloseGroup(2))
    group.do(SAM, c.AskToStay(on=True))
    assert group.do(ANA, c.CancelClose()) == [e.ClosingCancelled(NOW, BY_ANA), e.StayAsked(NOW, SAM, False)]
    assert group.wait(3600) == []
    assert (group.session.phase, group.session.closes_at) == (Phase.OPEN, None)


def test_who_is_lost_does_not_come_back_to_a_group_that_ended(group: Seated) -> None:
    group.set(LEO, presence=Gone(NOW, "lost"))
    group.do(ANA, c.CloseGroup(0))
    assert group.at(LEO).secret is None


# --- who stays -------------------------------------------------------------------------------------------------------


def test_one_asks_to_stay_once_the_end_is_near(group: Seated) -> None:
    assert group.refused(SAM, c.AskToStay(on=True)) == ErrorCode.NOT_NOW
    group.do(ANA, c.CloseGroup(2))
    assert group.do(SAM, c.AskToStay(on=True)) == [e.StayAsked(NOW, SAM, True)]
    assert group.do(SAM, c.AskToStay(on=True)) == []
    assert group.do(SAM, c.AskToStay(on=False)) == [e.StayAsked(NOW, SAM, False)]


def stayed(group: Seated) -> None:
    """Sam asked to stay, and the group ended."""
    group.do(ANA, c.CloseGroup(2))
    group.do(SAM, c.AskToStay(on=True))
    assert left(group.wait(120)) == {LEO: "closed"}
    assert group.session.phase is Phase.DRAINING


def test_who_asked_to_stay_waits_with_a_facilitator_there(group: Seated) -> None:
    stayed(group)
    assert (group.at(SAM).door, group.at(SAM).room, group.at(ANA).room) == (Door.SENT_BACK, WAITING, MAIN)
    assert (deadline(group.session), group.wait(3600)) == (None, [])
    group.do(ANA, c.TalkPrivately(SAM))
    group.do(ANA, c.EndPrivate(private(SAM)))
    assert group.session.phase is Phase.DRAINING
    assert isinstance(group.do(SAM, c.Leave())[-1], e.Ended)


def test_a_group_that_drains_is_not_closed_again(group: Seated) -> None:
    stayed(group)
    for command in (c.CloseGroup(2), c.CancelClose()):
        assert group.refused(ANA, command) == ErrorCode.NOT_NOW
    group.do(ANA, c.End())


def test_who_asked_for_private_help_is_not_sent_away_without_an_answer(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    for who in (SAM, NEW):
        group.do(who, c.CallHelp("private"))
    assert left(group.do(ANA, c.CloseGroup(0))) == {LEO: "closed"}
    assert (group.at(SAM).door, group.at(NEW).door) == (Door.SENT_BACK, Door.KNOCKING)
    group.do(ANA, c.CloseCall(call_id("private", NEW)))
    assert NEW not in group.session.seats
    assert isinstance(group.do(ANA, c.CloseCall(call_id("private", SAM)))[-1], e.Ended)


def test_nobody_is_kept_waiting_for_a_facilitator_who_does_not_come_back(group: Seated) -> None:
    """As long as hers is a seat to come back to."""
    stayed(group)
    group.drop(ANA)
    for _ in range(9):
        assert not left(group.wait(SECRET_LIVES / 10))
    assert left(group.wait(SECRET_LIVES / 10))[SAM] == "closed"
    assert group.session.ended


def test_nobody_is_kept_waiting_for_a_facilitator_who_left(group: Seated) -> None:
    stayed(group)
    assert left(group.do(ANA, c.Leave()))[SAM] == "closed"
    assert group.session.ended


def test_with_no_facilitator_at_the_end_nobody_stays(group: Seated) -> None:
    group.do(ANA, c.CloseGroup(2))
    group.do(SAM, c.AskToStay(on=True))
    group.do(ANA, c.Leave())
    group.wait(120)
    assert group.session.ended


# --- private talks ---------------------------------------------------------------------------------------------------


def test_the_end_of_the_group_ends_no_private_talk(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.TalkPrivately(SAM))
    assert left(group.do(KIM, c.CloseGroup(0))) == {LEO: "closed"}
    assert group.session.phase is Phase.DRAINING
    assert [group.at(who).room for who in (ANA, SAM, KIM)] == [private(SAM), private(SAM), MAIN]
    assert group.wait(3600) == []
    events = group.do(SAM, c.EndPrivate(private(SAM)))
    assert left(events) == {SAM: "closed", ANA: "closed", KIM: "closed"}
    assert group.session.ended


def test_a_waiting_persons_talk_goes_on_too(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(ANA, c.TalkPrivately(NEW))
    group.do(KIM, c.CloseGroup(0))
    assert group.at(NEW).room == private(NEW)
    group.do(ANA, c.EndPrivate(private(NEW)))
    assert group.session.ended


# --- when nobody leads -----------------------------------------------------------------------------------------------


def test_without_a_facilitator_for_long_the_group_closes_gently(group: Seated) -> None:
    group.set(ANA, presence=Gone(NOW, "lost"))
    group.session = group.session.change(absence=Absence.CLOSING, absent_since=NOW - 600)
    assert group.settle() == [e.ClosingSet(NOW, NOW + GENTLY, None)]
    group.wait(GENTLY)
    assert group.session.ended


def test_when_somebody_leads_again_the_end_that_nobody_asked_for_is_off(group: Seated) -> None:
    group.drop(ANA)
    group.now += 600
    for _ in range(6):
        group.settle()
        group.now += 1
    assert (group.session.phase, group.session.closes_itself) == (Phase.CLOSING, True)
    group.sit(KIM, F)
    assert e.ClosingCancelled(group.now, None) in group.settle()
    assert (group.session.phase, group.session.closes_at) == (Phase.OPEN, None)


def test_the_end_that_somebody_asked_for_stands_whoever_comes_and_goes(group: Seated) -> None:
    group.do(ANA, c.CloseGroup(5))
    group.drop(ANA)
    group.wait(61)
    group.sit(KIM, F)
    group.settle()
    assert group.session.phase is Phase.CLOSING


def test_then_a_private_talk_that_lost_its_facilitator_ends_too(group: Seated) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    group.set(ANA, presence=Gone(NOW, "lost"))
    group.session = group.session.change(absence=Absence.CLOSING, absent_since=NOW - 600)
    group.settle()
    assert left(group.wait(GENTLY))[SAM] == "closed"
    assert group.session.ended


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [c.Member(ANA), c.Operator()])
def test_the_end_is_for_everybody_everywhere(group: Seated, actor: c.Actor) -> None:
    group.sit(KIM, F)
    group.sit(NEW, Role.ADMIN, room=DESK)
    group.do(KIM, c.TalkPrivately(LEO))
    events, _ = decide(group.session, NOW, actor, c.End())
    assert left(events) == dict.fromkeys((ANA, SAM, LEO, KIM, NEW), "ended")
    assert [event.room for event in events if isinstance(event, e.RoomClosed)] == [private(LEO)]
    assert isinstance(events[-1], e.Ended)


def test_after_the_end_there_is_nothing(group: Seated) -> None:
    for who in (SAM, LEO):
        group.do(who, c.CallHelp("private"))
        group.do(who, c.RaiseHand())
    group.do(ANA, c.CheckOn(SAM))
    group.do(ANA, c.StartBreak(NOW + 60))
    group.do(ANA, c.End())
    assert deadline(group.session) is None
    assert group.wait(3600) == []
    for who in (ANA, SAM):
        assert group.refused(who, c.RaiseHand()) == ErrorCode.ENDED
    assert decide(group.session, group.now, c.Operator(), c.End()) == ([], [])
