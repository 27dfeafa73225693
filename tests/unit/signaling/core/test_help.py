"""Two ways to call, checks on a person, and who gets a line."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.events import CallKind
from signaling.core.help import recipients
from signaling.core.ids import DESK, WAITING, CallId, ParticipantId
from signaling.core.lifecycles import CallState, Door
from signaling.core.programme import Rules
from signaling.core.roles import Role, Standing
from signaling.core.session import deadline, decide
from signaling.core.state import Gone, call_id
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, NOW, SAM, F, P, Seated, group, kinds, private

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
PRIVATE, COME = call_id("private", SAM), call_id("come", SAM)
UNANSWERED = call_id("no_answer", SAM)


def states(group: Seated) -> dict[CallId, CallState]:
    return {call.id: call.state for call in group.session.calls.values()}


# --- calls -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["come", "private"])
def test_one_call_of_a_kind_at_a_time(group: Seated, kind: CallKind) -> None:
    assert kind in ("come", "private")
    call = call_id(kind, SAM)
    assert group.do(SAM, c.CallHelp(kind)) == [e.CallOpened(NOW, call, kind, SAM)]
    assert group.do(SAM, c.CallHelp(kind)) == []
    assert kinds(group.do(SAM, c.CancelHelp(kind))) == [e.CallClosed]
    assert group.do(SAM, c.CancelHelp(kind)) == []


def test_the_two_buttons_are_never_merged(group: Seated) -> None:
    group.do(SAM, c.CallHelp("come"))
    group.do(SAM, c.CallHelp("private"))
    group.do(ANA, c.CloseCall(COME))
    assert states(group) == {PRIVATE: CallState.OPEN}


def test_private_help_is_there_while_waiting_too(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(NEW, c.CallHelp("private"))
    assert group.refused(NEW, c.CallHelp("come")) == ErrorCode.NOT_ALLOWED


def test_private_help_rings_after_its_time_and_asking_to_come_never_does(group: Seated) -> None:
    group.do(SAM, c.CallHelp("come"))
    assert deadline(group.session) is None
    group.do(SAM, c.CallHelp("private"))
    assert deadline(group.session) == NOW + 30
    assert group.wait(29.9) == []
    assert group.wait(0.1) == [e.CallRang(NOW + 30, PRIVATE)]
    assert deadline(group.session) is None
    group.wait(3600)
    assert states(group) == {COME: CallState.OPEN, PRIVATE: CallState.RINGING}


def test_a_programme_may_ring_earlier() -> None:
    group = Seated(Rules(help_rings=5.0))
    group.sit(ANA, F)
    group.sit(SAM, P)
    group.do(SAM, c.CallHelp("private"))
    assert kinds(group.wait(5.0)) == [e.CallRang]


@pytest.mark.parametrize("waited", [0.0, 31.0])
def test_the_first_who_comes_is_who_comes(group: Seated, waited: float) -> None:
    group.sit(KIM, F)
    group.do(SAM, c.CallHelp("private"))
    group.wait(waited)
    assert group.do(ANA, c.Coming(PRIVATE)) == [e.CallComing(group.now, PRIVATE, BY_ANA)]
    assert group.do(KIM, c.Coming(PRIVATE)) == []
    assert (group.session.calls[PRIVATE].coming, states(group)[PRIVATE]) == (ANA, CallState.COMING)
    assert group.wait(3600) == []


def test_who_is_still_waiting_for_the_one_who_comes_may_ring_again(group: Seated) -> None:
    group.do(SAM, c.CallHelp("private"))
    group.wait(100)
    group.do(ANA, c.Coming(PRIVATE))
    group.wait(29)
    assert group.do(SAM, c.CallHelp("private")) == []
    group.wait(1)
    assert group.do(SAM, c.CallHelp("private")) == [e.CallRang(group.now, PRIVATE)]
    assert (group.session.calls[PRIVATE].coming, states(group)[PRIVATE]) == (None, CallState.RINGING)
    group.do(ANA, c.Coming(PRIVATE))
    assert group.do(SAM, c.CallHelp("private")) == []


def test_a_call_rings_again_when_the_one_who_comes_is_lost(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(SAM, c.CallHelp("private"))
    group.do(ANA, c.Coming(PRIVATE))
    group.drop(ANA)
    group.now += 29
    assert group.settle() == []
    group.now += 1
    assert e.CallRang(group.now, PRIVATE) in group.settle()
    assert group.session.calls[PRIVATE].coming is None
    group.do(KIM, c.Coming(PRIVATE))


def test_a_call_rings_again_at_once_when_the_one_who_comes_leaves(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(SAM, c.CallHelp("private"))
    group.do(ANA, c.Coming(PRIVATE))
    group.gone(ANA)
    assert states(group) == {PRIVATE: CallState.RINGING}


def test_a_lost_connection_ends_no_call_and_leaving_does(group: Seated) -> None:
    group.do(SAM, c.CallHelp("private"))
    group.drop(SAM)
    group.set(SAM, presence=Gone(NOW, "lost"))
    assert group.settle() == []
    assert PRIVATE in group.session.calls
    group.gone(SAM)
    assert group.session.calls == {}


def test_an_unknown_call_is_refused(group: Seated) -> None:
    for command in (c.Coming(PRIVATE), c.CloseCall(PRIVATE)):
        assert group.refused(ANA, command) == ErrorCode.NO_SUCH


# --- checks ----------------------------------------------------------------------------------------------------------


def test_are_you_ok_and_yes(group: Seated) -> None:
    assert group.do(ANA, c.CheckOn(SAM)) == [e.CheckedOn(NOW, SAM, BY_ANA)]
    assert group.do(ANA, c.CheckOn(SAM)) == []
    assert deadline(group.session) == NOW + 45
    assert group.do(SAM, c.AnswerCheck(ok=True)) == [e.CheckAnswered(NOW, SAM, True)]
    assert (group.at(SAM).check, states(group), deadline(group.session)) == (None, {}, None)


def test_are_you_ok_and_no(group: Seated) -> None:
    group.do(ANA, c.CheckOn(SAM))
    group.do(SAM, c.AnswerCheck(ok=False))
    assert states(group) == {PRIVATE: CallState.OPEN}


def test_no_answer_alerts_at_once_and_a_late_answer_counts(group: Seated) -> None:
    group.do(ANA, c.CheckOn(SAM))
    assert group.wait(44.9) == []
    assert kinds(group.wait(0.1)) == [e.CheckAnswered, e.CallOpened, e.CallRang]
    assert states(group) == {UNANSWERED: CallState.RINGING}
    group.do(SAM, c.AnswerCheck(ok=True))
    assert states(group) == {}
    assert group.do(SAM, c.AnswerCheck(ok=True)) == []


def test_a_late_no_becomes_private_help_that_rings_on(group: Seated) -> None:
    group.do(ANA, c.CheckOn(SAM))
    group.wait(45)
    group.do(SAM, c.AnswerCheck(ok=False))
    assert states(group) == {PRIVATE: CallState.RINGING}


def test_one_may_be_asked_again(group: Seated) -> None:
    for _ in range(2):
        group.do(ANA, c.CheckOn(SAM))
        group.wait(45)
    assert states(group) == {UNANSWERED: CallState.RINGING}
    group.do(ANA, c.CloseCall(UNANSWERED))
    assert group.wait(3600) == []


def test_an_answer_that_nobody_asked_for_is_nothing(group: Seated) -> None:
    assert group.do(SAM, c.AnswerCheck(ok=False)) == []


def test_whoever_left_is_not_waited_for(group: Seated) -> None:
    group.do(ANA, c.CheckOn(SAM))
    group.gone(SAM)
    assert (group.at(SAM).check, states(group)) == (None, {})


def test_whom_one_cannot_check_on(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(NEW, Role.COORDINATOR, room=DESK)
    assert group.refused(ANA, c.CheckOn(KIM)) == ErrorCode.NOT_ALLOWED
    assert group.refused(ANA, c.CheckOn(NEW)) == ErrorCode.NO_SUCH
    assert group.refused(ANA, c.CheckOn(ParticipantId("nobody"))) == ErrorCode.NO_SUCH


# --- lines -----------------------------------------------------------------------------------------------------------


def said(group: Seated, who: ParticipantId, command: c.Say | c.Answer) -> tuple[ParticipantId, ...]:
    events, effects = decide(group.session, NOW, c.Member(who), command)
    assert events == []
    assert effects == [c.Deliver(recipients(group.session, who, command))]
    return recipients(group.session, who, command)


def test_a_line_reaches_the_room_the_writer_is_in(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert said(group, SAM, c.Say("room")) == (ANA, LEO, KIM)
    group.do(ANA, c.TalkPrivately(SAM))
    assert said(group, LEO, c.Say("room")) == (KIM,)
    assert said(group, SAM, c.Say("room")) == (ANA,)


def test_a_line_to_the_facilitators_reaches_all_of_them_wherever_they_are(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.TalkPrivately(SAM))
    assert said(group, LEO, c.Say("facilitators")) == (ANA, KIM)


def test_an_answer_reaches_the_person_and_the_team(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert said(group, ANA, c.Answer(SAM)) == (SAM, KIM)
    assert said(group, ANA, c.Answer(NEW)) == (NEW, KIM)


def test_the_desk_gets_no_line(group: Seated) -> None:
    group.sit(NEW, Role.SUPPORT, room=DESK)
    assert group.refused(ANA, c.Answer(NEW)) == ErrorCode.NO_SUCH
    assert group.refused(ANA, c.Rename(NEW)) == ErrorCode.NO_SUCH


def test_chat_between_two_is_off_unless_the_programme_has_it(group: Seated) -> None:
    assert group.refused(SAM, c.Say(LEO)) == ErrorCode.NOT_ALLOWED
    group.session = group.session.change(rules=Rules(direct_chat=True))
    assert said(group, SAM, c.Say(LEO)) == (LEO,)
    assert group.refused(SAM, c.Say("nobody")) == ErrorCode.NO_SUCH
    group.do(ANA, c.TalkPrivately(LEO))
    assert group.at(LEO).room == private(LEO)
    assert group.refused(SAM, c.Say(LEO)) == ErrorCode.NO_SUCH


@pytest.mark.parametrize(("direct_chat", "code"), [(False, ErrorCode.NOT_ALLOWED), (True, ErrorCode.NO_SUCH)])
def test_nobody_finds_out_where_somebody_is_by_writing_to_them(
    group: Seated, direct_chat: bool, code: ErrorCode
) -> None:
    group.session = group.session.change(rules=Rules(direct_chat=direct_chat))
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(ANA, c.TalkPrivately(LEO))
    assert {group.refused(SAM, c.Say(to)) for to in (LEO, NEW, "nobody")} == {code}


def test_whoever_waits_writes_no_line(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert group.refused(NEW, c.Say("room")) == ErrorCode.WAITING
