"""Talking privately: who moves, who follows, and where everybody goes back to."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN, WAITING, ParticipantId, RoomId
from signaling.core.lifecycles import CallState, Door
from signaling.core.roles import Standing
from signaling.core.rooms import move, talkers
from signaling.core.session import decide
from signaling.core.sight import muted
from signaling.core.state import Gone, call_id
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, NOW, SAM, F, G, P, Seated, group, kinds, private

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
ROOM = private(SAM)


def rooms(group: Seated, *people: ParticipantId) -> list[RoomId]:
    return [group.at(who).room for who in people]


def test_two_go_aside_and_come_back(group: Seated) -> None:
    assert group.do(ANA, c.TalkPrivately(SAM)) == [
        e.RoomOpened(NOW, ROOM, "private", BY_ANA),
        e.Moved(NOW, SAM, ROOM, MAIN, BY_ANA),
        e.Moved(NOW, ANA, ROOM, MAIN, BY_ANA),
    ]
    assert rooms(group, ANA, SAM, LEO) == [ROOM, ROOM, MAIN]
    assert group.session.rooms[ROOM].by == ANA
    group.do(ANA, c.EndPrivate(ROOM))
    assert rooms(group, ANA, SAM) == [MAIN, MAIN]
    assert [group.at(who).back_to for who in (ANA, SAM)] == [None, None]
    assert ROOM not in group.session.rooms


def test_who_returns_to_the_group_is_muted_by_nobody_in_particular(group: Seated) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    group.do(ANA, c.EndPrivate(ROOM))
    assert [(group.at(who).muted, group.at(who).muted_by) for who in (SAM, ANA)] == [(True, None), (False, None)]


def test_a_mute_for_all_is_left_behind(group: Seated) -> None:
    group.do(ANA, c.MuteAll(MAIN))
    group.do(ANA, c.TalkPrivately(SAM))
    assert group.session.rooms[MAIN].muted == {LEO}
    assert not muted(group.session, group.at(SAM))


def test_the_person_may_end_it_too_and_nobody_else(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.TalkPrivately(SAM))
    for who in (KIM, LEO):
        assert group.refused(who, c.EndPrivate(ROOM)) == ErrorCode.NO_SUCH
    assert group.refused(SAM, c.EndPrivate(MAIN)) == ErrorCode.NO_SUCH
    group.do(SAM, c.EndPrivate(ROOM))
    assert rooms(group, ANA, SAM) == [MAIN, MAIN]


def test_nobody_finds_out_who_talks_privately(group: Seated) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    answers = []
    for room in (ROOM, private(LEO)):
        with pytest.raises(RefusedError) as refused:
            decide(group.session, NOW, c.Member(LEO), c.EndPrivate(room))
        answers.append((refused.value.code, refused.value.text))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("door", [Door.KNOCKING, Door.SENT_BACK])
def test_a_waiting_person_goes_back_to_waiting(group: Seated, door: Door) -> None:
    group.sit(NEW, P, room=WAITING, door=door)
    group.do(ANA, c.TalkPrivately(NEW))
    assert (group.at(NEW).door, group.at(NEW).back_to) == (door, WAITING)
    group.do(NEW, c.EndPrivate(private(NEW)))
    assert (group.at(NEW).door, *rooms(group, NEW, ANA)) == (door, WAITING, MAIN)
    assert not group.at(NEW).muted


def test_who_was_let_in_meanwhile_goes_back_to_the_group(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(ANA, c.TalkPrivately(NEW))
    group.set(NEW, door=Door.INSIDE)
    group.do(ANA, c.EndPrivate(private(NEW)))
    assert rooms(group, NEW) == [MAIN]


def test_who_was_let_in_on_another_device_meanwhile_goes_back_to_the_group(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.SENT_BACK)
    group.sit(LEO, P, room=WAITING, door=Door.KNOCKING)
    group.do(ANA, c.TalkPrivately(NEW))
    group.set(NEW, door=Door.INSIDE)  # the seat moved to that device, and stays in the talk
    group.do(ANA, c.EndPrivate(private(NEW)))
    assert rooms(group, NEW, LEO) == [MAIN, WAITING]


def test_one_talk_at_a_time(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.TalkPrivately(SAM))
    assert group.refused(ANA, c.TalkPrivately(LEO)) == ErrorCode.BUSY
    assert group.refused(KIM, c.TalkPrivately(SAM)) == ErrorCode.BUSY
    group.do(KIM, c.TalkPrivately(LEO))
    assert rooms(group, ANA, SAM, KIM, LEO) == [ROOM, ROOM, private(LEO), private(LEO)]


def test_with_whom_nobody_can_talk(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter")
    assert group.refused(ANA, c.TalkPrivately(ANA)) == ErrorCode.NOT_ALLOWED
    assert group.refused(ANA, c.TalkPrivately(EVA)) == ErrorCode.NOT_ALLOWED
    assert group.refused(ANA, c.TalkPrivately(ParticipantId("nobody"))) == ErrorCode.NO_SUCH
    group.drop(SAM)
    assert group.refused(ANA, c.TalkPrivately(SAM)) == ErrorCode.NOT_NOW


def test_it_answers_every_call_and_check_of_the_person(group: Seated) -> None:
    group.do(SAM, c.CallHelp("private"))
    group.do(SAM, c.CallHelp("come"))
    group.do(LEO, c.CallHelp("private"))
    group.do(ANA, c.CheckOn(SAM))
    group.do(ANA, c.TalkPrivately(SAM))
    assert set(group.session.calls) == {call_id("private", LEO)}
    assert group.at(SAM).check is None


@pytest.mark.parametrize("who", [SAM, ANA])
def test_it_ends_when_either_is_gone_for_good(group: Seated, who: ParticipantId) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    group.gone(who)
    assert ROOM not in group.session.rooms
    assert rooms(group, SAM if who == ANA else ANA) == [MAIN]


@pytest.mark.parametrize("who", [SAM, ANA])
def test_a_drop_alerts_and_does_not_end_it(group: Seated, who: ParticipantId) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.TalkPrivately(SAM))
    group.drop(who)
    call = call_id("dropped", who)
    assert group.session.calls[call].state is CallState.RINGING
    group.set(who, presence=Gone(NOW, "lost"))
    assert group.settle() == []
    assert rooms(group, SAM, ANA) == [ROOM, ROOM]
    assert group.refused(KIM, c.CloseCall(call)) == ErrorCode.NOT_NOW
    group.do(KIM, c.Coming(call))
    assert group.session.calls[call].state is CallState.COMING
    group.back(who)
    assert group.session.calls == {}
    assert rooms(group, SAM, ANA) == [ROOM, ROOM]


def test_the_end_of_the_talk_ends_the_alert_about_it(group: Seated) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    group.drop(SAM)
    group.do(ANA, c.EndPrivate(ROOM))
    assert (group.session.calls, rooms(group, SAM)) == ({}, [MAIN])


# --- interpreters ----------------------------------------------------------------------------------------------------


def test_an_interpreter_goes_along_into_every_room_and_back(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter", follows=SAM)
    group.do(ANA, c.TalkPrivately(SAM))
    assert rooms(group, EVA) == [ROOM]
    assert [seat.participant for seat in talkers(group.session, ROOM)] == [ANA, SAM]
    group.do(SAM, c.EndPrivate(ROOM))
    assert rooms(group, EVA, SAM, ANA) == [MAIN, MAIN, MAIN]


def test_an_interpreter_joins_a_talk_that_goes_on(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter")
    group.do(ANA, c.TalkPrivately(SAM))
    assert rooms(group, EVA) == [MAIN]
    group.set(EVA, follows=SAM)
    assert kinds(group.settle()) == [e.Moved]
    assert rooms(group, EVA) == [ROOM]


def test_an_interpreter_does_not_keep_a_talk_going(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter", follows=SAM)
    group.do(ANA, c.TalkPrivately(SAM))
    group.gone(SAM)
    assert (rooms(group, EVA, ANA), group.at(EVA).follows) == ([MAIN, MAIN], None)
    assert ROOM not in group.session.rooms


def test_a_facilitator_who_also_interprets_leads_a_talk_like_any_other(group: Seated) -> None:
    group.sit(KIM, F, function="interpreter")
    group.do(KIM, c.TalkPrivately(SAM))
    assert rooms(group, KIM, SAM) == [ROOM, ROOM]


def test_nobody_follows_into_the_waiting_room(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter", follows=SAM)
    group.set(SAM, room=WAITING, door=Door.SENT_BACK)
    assert group.settle() == []
    group.do(ANA, c.TalkPrivately(SAM))
    assert rooms(group, EVA) == [ROOM]


def test_a_move_passes_over_who_is_there_already(group: Seated) -> None:
    moves = [(SAM, ROOM), (LEO, MAIN)]
    assert move(group.session, NOW, None, moves) == [e.Moved(NOW, SAM, ROOM, None, None)]
    assert move(group.session, NOW, None, moves, back=True) == [e.Moved(NOW, SAM, ROOM, MAIN, None)]
