"""Left alone in a pair: who is told, what they may choose, and when facilitators are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import MAIN, SecretHash, pair_room
from signaling.core.lifecycles import CallState
from signaling.core.partners import CALLED_AFTER, can_return
from signaling.core.roles import Standing
from signaling.core.session import deadline
from signaling.core.state import Alone, Gone, Here, Standby, call_id
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.paired import MIA, NOA, ONE, PHONE, TWO, in_pairs, pairs, rooms
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NOW, SAM, G, Seated, kinds

__all__ = ["pairs"]

BY_SAM = e.By(SAM, Standing.PARTICIPANT)
CALL = call_id("partner_dropped", SAM)


def alone(group: Seated) -> Alone | None:
    return group.session.rooms[ONE].alone


def left_behind(group: Seated) -> None:
    """Leo's connection drops."""
    group.drop(LEO)
    assert alone(group) == Alone(SAM, group.now)


# --- who is alone ----------------------------------------------------------------------------------------------------


def test_who_is_left_is_told_at_once_and_again_when_the_other_is_back(pairs: Seated) -> None:
    pairs.drop(LEO)
    assert pairs.events == [e.PartnerGone(NOW, ONE, SAM, meant=False)]
    pairs.back(LEO)
    assert pairs.events[1:] == [e.PartnerBack(NOW, ONE)]
    assert alone(pairs) is None


def test_a_trio_of_two_is_a_pair() -> None:
    group = in_pairs((SAM, LEO, MIA))
    group.drop(LEO)
    assert alone(group) is None
    group.drop(MIA)
    assert alone(group) == Alone(SAM, NOW)


def test_a_facilitator_is_company_while_connected(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.do(KIM, c.DropIn(ONE))
    pairs.wait(3)
    assert alone(pairs) is None
    pairs.drop(KIM)
    assert alone(pairs) == Alone(SAM, pairs.now)


def test_a_facilitators_phone_that_stands_by_is_no_company(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.set(KIM, standby=Standby(Here(PHONE), SecretHash("phone")))
    pairs.drop(KIM)
    pairs.do(KIM, c.DropIn(ONE))
    pairs.wait(3)
    assert rooms(pairs, KIM) == [ONE]
    assert alone(pairs) == Alone(SAM, NOW)
    pairs.back(KIM)
    assert alone(pairs) is None


@pytest.mark.parametrize("function", ["interpreter", "captioner", "supervisor", "trainee"])
def test_a_guest_with_a_function_is_no_company(pairs: Seated, function: str) -> None:
    pairs.sit(EVA, G, function=function, room=ONE, follows=SAM)
    left_behind(pairs)


def test_a_guest_without_one_is_a_partner(pairs: Seated) -> None:
    pairs.sit(EVA, G, room=ONE)
    pairs.drop(LEO)
    assert alone(pairs) is None


def test_who_stepped_away_keeps_their_place_and_leaves_nobody_alone(pairs: Seated) -> None:
    assert kinds(pairs.do(LEO, c.StepAway())) == [e.Rested]
    assert alone(pairs) is None


def test_where_nobody_is_connected_there_is_nobody_to_tell(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.drop(SAM)
    assert alone(pairs) is None
    pairs.now += 10
    pairs.back(LEO)
    assert alone(pairs) == Alone(LEO, NOW + 10)


def test_the_other_way_round_is_another_being_alone(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.do(SAM, c.WaitForPartner())
    pairs.set(SAM, presence=Gone(NOW, "lost"))
    pairs.back(LEO)
    assert kinds(pairs.events)[-2:] == [e.PartnerBack, e.PartnerGone]
    assert alone(pairs) == Alone(LEO, NOW)


def test_an_emptied_pair_is_an_empty_place() -> None:
    group = in_pairs((SAM, LEO), (MIA, NOA))
    group.gone(SAM)
    group.gone(LEO)
    assert (alone(group), group.session.members(ONE)) == (None, [])


@pytest.mark.parametrize(
    ("fields", "possible"),
    [
        ({"presence": Gone(NOW, "lost")}, True),
        ({"room": MAIN}, False),
    ],
    ids=["lost", "moved on"],
)
def test_whether_the_other_may_yet_return(pairs: Seated, fields: dict[str, object], possible: bool) -> None:
    left_behind(pairs)
    pairs.set(LEO, **fields)
    assert can_return(pairs.session, ONE) is possible


def test_who_left_for_good_does_not_return_and_who_talks_privately_does(pairs: Seated) -> None:
    pairs.gone(LEO)
    assert not can_return(pairs.session, ONE)
    pairs.do(ANA, c.TalkPrivately(MIA))
    assert can_return(pairs.session, TWO)


def test_no_guest_with_a_function_is_waited_for(pairs: Seated) -> None:
    pairs.sit(EVA, G, function="supervisor", room=ONE, presence=Gone(NOW, "lost"))
    pairs.gone(LEO)
    assert not can_return(pairs.session, ONE)


# --- choosing --------------------------------------------------------------------------------------------------------


def test_who_is_alone_may_wait(pairs: Seated) -> None:
    left_behind(pairs)
    assert pairs.do(SAM, c.WaitForPartner()) == [e.PartnerAwaited(NOW, ONE)]
    assert pairs.do(SAM, c.WaitForPartner()) == []
    assert alone(pairs) == Alone(SAM, NOW, waits=True)


def test_who_is_alone_may_go_back_and_takes_the_other_ones_place_along(pairs: Seated) -> None:
    left_behind(pairs)
    events = pairs.do(SAM, c.BackToGroup())
    assert events[:2] == [e.Moved(NOW, SAM, MAIN, None, BY_SAM), e.Moved(NOW, LEO, MAIN, None, BY_SAM)]
    assert (rooms(pairs, SAM, LEO), alone(pairs)) == ([MAIN, MAIN], None)
    pairs.back(LEO)
    assert (rooms(pairs, SAM, LEO), pairs.at(LEO).resting) == ([MAIN, MAIN], "arriving")


def test_who_is_not_alone_stays_until_a_facilitator_moves_them(pairs: Seated) -> None:
    for command in (c.BackToGroup(), c.WaitForPartner()):
        assert pairs.refused(SAM, command) == ErrorCode.NOT_NOW
    pairs.sit(EVA, G, function="supervisor", room=ONE)
    left_behind(pairs)
    for command in (c.BackToGroup(), c.WaitForPartner()):
        assert pairs.refused(EVA, command) == ErrorCode.NOT_NOW


@pytest.mark.parametrize("muted", [False, True])
def test_a_facilitators_visit_ends_muted(pairs: Seated, muted: bool) -> None:
    pairs.set(ANA, room=ONE, muted=muted)
    by = e.By(ANA, Standing.FACILITATOR)
    mute = [] if muted else [e.Muted(NOW, ANA, None)]
    assert pairs.do(ANA, c.BackToGroup()) == [*mute, e.Moved(NOW, ANA, MAIN, None, by)]
    assert pairs.at(ANA).muted


def test_back_to_the_group_is_from_a_pair(pairs: Seated) -> None:
    assert pairs.refused(ANA, c.BackToGroup()) == ErrorCode.NOT_NOW
    pairs.do(ANA, c.TalkPrivately(SAM))
    for who in (ANA, SAM):
        assert pairs.refused(who, c.BackToGroup()) == ErrorCode.NOT_NOW


# --- calling ---------------------------------------------------------------------------------------------------------


def test_after_a_minute_facilitators_are_called_at_once_and_once(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.do(SAM, c.WaitForPartner())
    assert deadline(pairs.session) == NOW + CALLED_AFTER
    assert pairs.wait(59.9) == []
    assert pairs.wait(0.1)[1:] == [  # after Leo, who is lost then
        e.PartnerCalled(pairs.now, ONE),
        e.CallOpened(pairs.now, CALL, "partner_dropped", SAM),
        e.CallRang(pairs.now, CALL),
    ]
    assert alone(pairs) == Alone(SAM, NOW, waits=True, called=True)
    pairs.do(ANA, c.CloseCall(CALL))
    pairs.wait(600)
    assert (pairs.session.calls, deadline(pairs.session)) == ({}, None)


def test_one_who_comes_may_be_lost_on_the_way(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.wait(60)
    pairs.do(ANA, c.Coming(CALL))
    pairs.drop(ANA)
    pairs.wait(30)
    assert pairs.session.calls[CALL].state is CallState.RINGING


def comes_back(group: Seated) -> None:
    group.back(LEO)


def is_joined(group: Seated) -> None:
    group.do(ANA, c.DropIn(ONE))
    group.wait(3)


def goes_back(group: Seated) -> None:
    group.do(SAM, c.BackToGroup())


def makes_a_trio(group: Seated) -> None:
    group.do(ANA, c.MovePeople(((SAM, TWO),), False))


def is_brought_back(group: Seated) -> None:
    group.do(ANA, c.MovePeople(((SAM, MAIN),), False))


def drops_too(group: Seated) -> None:
    group.drop(SAM)


def is_put_alone(group: Seated) -> None:
    group.do(ANA, c.MovePeople(((SAM, pair_room(3)),), True))
    assert group.session.rooms[pair_room(3)].alone == Alone(SAM, group.now, meant=True)


def is_sent_back(group: Seated) -> None:
    group.do(ANA, c.SendBack(SAM))


def is_over(group: Seated) -> None:
    group.do(ANA, c.RecallRooms(0.0))


ENDS = (comes_back, is_joined, goes_back, makes_a_trio, is_brought_back, drops_too, is_put_alone, is_sent_back, is_over)


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_the_call(pairs: Seated, end: Callable[[Seated], None]) -> None:
    left_behind(pairs)
    pairs.wait(60)
    assert set(pairs.session.calls) == {CALL}
    end(pairs)
    assert CALL not in pairs.session.calls


def test_to_be_alone_again_is_a_minute_again(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.wait(60)
    pairs.back(LEO)
    pairs.wait(5)
    pairs.drop(LEO)
    assert alone(pairs) == Alone(SAM, pairs.now)
    assert CALL not in pairs.session.calls
    pairs.wait(60)
    assert CALL in pairs.session.calls


def test_nobody_is_called_for_who_was_left_alone_on_purpose(pairs: Seated) -> None:
    pairs.do(ANA, c.MovePeople(((LEO, TWO),), True))
    assert alone(pairs) == Alone(SAM, NOW, meant=True)
    assert (deadline(pairs.session), pairs.wait(600)) == (None, [])


def test_nobody_is_called_while_the_other_one_talks_privately(pairs: Seated) -> None:
    pairs.do(ANA, c.TalkPrivately(LEO))
    assert alone(pairs) == Alone(SAM, NOW)
    assert (deadline(pairs.session), pairs.wait(300)) == (None, [])
    pairs.do(LEO, c.EndPrivate(pairs.at(LEO).room))
    assert (alone(pairs), rooms(pairs, LEO, ANA)) == (None, [ONE, MAIN])


def test_who_does_not_come_back_from_a_talk_is_called_for(pairs: Seated) -> None:
    pairs.do(ANA, c.TalkPrivately(LEO))
    pairs.wait(300)
    pairs.do(LEO, c.Leave())
    assert set(pairs.session.calls) == {CALL}


def test_two_rooms_call_for_themselves(pairs: Seated) -> None:
    left_behind(pairs)
    pairs.wait(30)
    pairs.drop(NOA)
    pairs.wait(30)
    assert set(pairs.session.calls) == {CALL}
    assert deadline(pairs.session) == NOW + 90
    pairs.wait(30)
    assert set(pairs.session.calls) == {CALL, call_id("partner_dropped", MIA)}
