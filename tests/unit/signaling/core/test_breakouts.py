"""Rooms of the group: their plan, their opening, and the clock."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ParticipantId
from signaling.core.lifecycles import Door, RoundState
from signaling.core.programme import Rules
from signaling.core.roles import Role, Standing
from signaling.core.session import deadline
from signaling.core.state import Gone
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.paired import (
    MIA,
    NOA,
    ONE,
    TWO,
    Evening,
    evening,
    group,
    late,
    plan,
    rooms,
    the_round,
    to,
    together,
)
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, NOW, SAM, F, G, P, kinds, private

__all__ = ["evening", "group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
IAN, ZOE = ParticipantId("ian"), ParticipantId("zoe")


# --- planning --------------------------------------------------------------------------------------------------------


def test_two_taps(group: Evening) -> None:
    group.do(ANA, c.PlanRooms("size", 2, seed=1))
    planned = plan(group)
    assert sorted(map(len, planned)) == [2, 2]
    assert kinds(group.do(ANA, c.OpenRooms(None, "ask"))) == [e.RoomsOpened, *[e.RoomOpened] * 2, *[e.Moved] * 4]
    assert together(group) == [set(room) for room in planned]
    assert rooms(group, ANA, KIM) == [MAIN, MAIN]


def test_the_same_seed_gives_the_same_plan_and_a_new_one_replaces_it(group: Evening) -> None:
    first = group.do(ANA, c.PlanRooms("size", 2, seed=1))
    assert group.do(KIM, c.PlanRooms("size", 2, seed=1))[0].rooms == first[0].rooms  # type: ignore[union-attr]
    group.do(ANA, c.PlanRooms("number", 1, seed=2))
    assert list(map(len, plan(group))) == [4]
    assert not the_round(group).small


def test_an_odd_number_makes_a_trio_and_they_are_still_called_pairs(group: Evening) -> None:
    group.sit(NEW, P)
    group.do(ANA, c.PlanRooms("size", 2, seed=1))
    assert list(map(len, plan(group))) == [3, 2]
    assert the_round(group).small


def test_whom_no_plan_places(group: Evening) -> None:
    group.sit(EVA, G, function="interpreter")
    group.sit(ZOE, G, function="supervisor")
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.sit(IAN, Role.COORDINATOR, room=DESK)
    group.set(NOA, roles=(F, P))
    group.set(MIA, presence=Gone(NOW, "lost"))
    group.do(ANA, c.PlanRooms("size", 2, seed=1))
    assert [set(room) for room in plan(group)] == [{SAM, LEO}]


def test_there_must_be_two_to_plan(group: Evening) -> None:
    for who in (SAM, LEO, MIA):
        group.gone(who)
    assert group.refused(ANA, c.PlanRooms("size", 2, 1)) == ErrorCode.NOT_NOW
    assert group.refused(ANA, c.PlanRooms("again", 2, 1)) == ErrorCode.NOT_NOW


def test_by_hand_anything_may_be_planned_and_the_opening_mends_it(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM,), (), (LEO, MIA, NOA))))
    assert plan(group) == ((SAM,), (), (LEO, MIA, NOA))
    group.do(ANA, c.OpenRooms(None, "ask"))
    assert together(group) == [{LEO, MIA, NOA, SAM}]


@pytest.mark.parametrize(
    "wrong", [((SAM, SAM),), ((SAM,), (SAM,)), ((ANA, SAM),), ((EVA, SAM),), ((NEW, SAM),), ((ParticipantId("x"),),)]
)
def test_what_is_no_plan(group: Evening, wrong: e.Rooms) -> None:
    group.sit(EVA, G, function="interpreter")
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert group.refused(ANA, c.EditPlan(wrong)) == ErrorCode.NO_SUCH


def test_a_plan_may_be_given_up_and_is_none_while_rooms_are_open(group: Evening) -> None:
    assert group.do(ANA, c.DropPlan()) == []
    group.do(ANA, c.PlanRooms("size", 2, 1))
    group.do(ANA, c.DropPlan())
    assert group.session.round is None
    assert group.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW
    group.open()
    for command in (c.PlanRooms("size", 2, 1), c.EditPlan(()), c.DropPlan(), c.OpenRooms(None, "ask")):
        assert group.refused(ANA, command) == ErrorCode.NOT_NOW


# --- opening ---------------------------------------------------------------------------------------------------------


def test_all_move_in_one_turn(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    assert group.do(ANA, c.OpenRooms(10.0, "smallest")) == [
        e.RoomsOpened(NOW, ((SAM, LEO), (MIA, NOA)), NOW + 600, NOW + 540, "smallest", BY_ANA),
        e.RoomOpened(NOW, ONE, "pair", BY_ANA),
        e.RoomOpened(NOW, TWO, "pair", BY_ANA),
        e.Moved(NOW, SAM, ONE, None, BY_ANA),
        e.Moved(NOW, LEO, ONE, None, BY_ANA),
        e.Moved(NOW, MIA, TWO, None, BY_ANA),
        e.Moved(NOW, NOA, TWO, None, BY_ANA),
    ]
    assert [room.number for room in group.session.pairs()] == [1, 2]


def test_who_left_since_the_plan_leaves_nobody_alone(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    group.gone(LEO)
    group.do(ANA, c.OpenRooms(None, "ask"))
    assert together(group) == [{MIA, NOA, SAM}]


def test_who_came_since_the_plan_is_placed_and_whom_it_left_out_is_not(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO),)))
    group.sit(NEW, P)
    group.do(ANA, c.OpenRooms(None, "ask"))
    assert together(group) == [{SAM, LEO, NEW}]
    assert rooms(group, MIA, NOA) == [MAIN, MAIN]


def test_whom_the_plan_leaves_in_the_main_room_alone_waits_for_a_place(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO, MIA),)))
    group.do(ANA, c.OpenRooms(None, "ask"))
    assert rooms(group, NOA) == [LATE]
    group.do(ANA, to((NOA, MAIN)))
    assert rooms(group, NOA) == [MAIN], "by a facilitator's word"


def test_who_talks_privately_or_is_lost_at_the_opening_comes_late(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    group.do(KIM, c.TalkPrivately(SAM))
    group.set(MIA, presence=Gone(NOW, "lost"))
    group.do(ANA, c.OpenRooms(None, "ask"))
    assert together(group) == [{NOA, LEO}]
    group.do(KIM, c.EndPrivate(private(SAM)))
    group.back(MIA)
    assert rooms(group, SAM, MIA, KIM) == [LATE, LATE, MAIN]


def test_nobody_is_sent_off_while_the_group_rests_or_closes(group: Evening) -> None:
    group.do(ANA, c.PlanRooms("size", 2, 1))
    group.do(ANA, c.StartBreak(NOW + 60))
    assert group.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW
    group.do(ANA, c.EndBreak())
    group.do(ANA, c.CloseGroup(5))
    assert group.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW


def test_a_plan_of_people_who_all_went_opens_nothing(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO),)))
    group.gone(SAM)
    group.gone(LEO)
    assert group.refused(ANA, c.OpenRooms(None, "ask")) == ErrorCode.NOT_NOW


# --- the clock -------------------------------------------------------------------------------------------------------


def test_rooms_end_with_a_warning(evening: Evening) -> None:
    assert deadline(evening.session) == NOW + 540
    assert evening.wait(539) == []
    assert evening.wait(1) == [e.Recalled(NOW + 540, NOW + 600, None)]
    assert the_round(evening).state is RoundState.RECALLING
    over = evening.wait(60)
    assert kinds(over) == [*[e.Moved] * 4, *[e.RoomClosed] * 2, e.RoomsOver]
    assert rooms(evening, SAM, LEO, MIA, NOA) == [MAIN] * 4
    assert (evening.session.round, evening.session.pairs()) == (None, [])


def test_half_of_a_short_time_is_over_before_the_warning(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO),)))
    group.do(ANA, c.OpenRooms(1.0, "ask"))
    assert the_round(group).warns_at == NOW + 30


def test_the_warning_is_the_programmes(group: Evening) -> None:
    group.session = group.session.change(rules=Rules(recall_warning=20.0))
    group.open()
    assert the_round(group).warns_at == NOW + 580


def test_more_time_also_for_rooms_that_are_called_back_or_have_no_clock(evening: Evening) -> None:
    evening.do(ANA, c.ExtendRooms(5.0))
    assert (the_round(evening).until, the_round(evening).warns_at) == (NOW + 900, NOW + 840)
    evening.do(ANA, c.RecallRooms(20.0))
    assert (the_round(evening).state, deadline(evening.session)) == (RoundState.RECALLING, NOW + 20)
    evening.do(ANA, c.ExtendRooms(5.0))
    assert (the_round(evening).state, the_round(evening).until) == (RoundState.OPEN, NOW + 320)


def test_rooms_without_a_clock_stay_until_they_are_called_back(group: Evening) -> None:
    group.do(ANA, c.EditPlan(((SAM, LEO),)))
    group.do(ANA, c.OpenRooms(None, "ask"))
    group.wait(3 * 3600)
    assert together(group) == [{SAM, LEO}]
    group.do(ANA, c.ExtendRooms(5.0))
    assert the_round(group).until == group.now + 300


def test_called_back_now_everybody_is_in_the_main_room_as_they_were_and_facilitators_muted(evening: Evening) -> None:
    evening.do(LEO, c.Mute())
    evening.do(SAM, c.RaiseHand())
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    late(evening)
    evening.do(KIM, c.RecallRooms(0.0))
    assert rooms(evening, SAM, LEO, MIA, NOA, NEW, ANA) == [MAIN] * 6
    assert [evening.at(who).muted for who in (SAM, LEO, MIA, NEW, ANA, KIM)] == [False, True, False, False, True, False]
    assert evening.at(SAM).hand is not None
    for command in (c.RecallRooms(0.0), c.ExtendRooms(5.0), to((SAM, MAIN))):
        assert evening.refused(ANA, command) == ErrorCode.NOT_NOW


def test_rooms_are_over_when_nobody_is_in_any(evening: Evening) -> None:
    evening.do(ANA, to((SAM, MAIN), (LEO, MAIN), (MIA, MAIN), anyway=True))
    assert rooms(evening, NOA) == [TWO]
    evening.gone(NOA)
    assert (evening.session.round, evening.session.pairs()) == (None, [])


def test_a_facilitator_alone_keeps_no_rooms_open(evening: Evening) -> None:
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.do(ANA, to(*((who, MAIN) for who in (SAM, LEO, MIA, NOA))))
    assert (evening.session.round, *rooms(evening, ANA)) == (None, MAIN)
    assert evening.at(ANA).muted


def test_rooms_wait_for_two_who_talk_privately(evening: Evening) -> None:
    evening.do(ANA, to((MIA, MAIN), (NOA, MAIN)))
    evening.do(ANA, c.TalkPrivately(SAM))
    evening.do(KIM, c.TalkPrivately(LEO))
    evening.do(ANA, c.EndPrivate(private(SAM)))
    evening.do(KIM, c.EndPrivate(private(LEO)))
    assert rooms(evening, SAM, LEO, ANA, KIM) == [ONE, ONE, MAIN, MAIN]


def test_rooms_wait_for_who_is_lost(evening: Evening) -> None:
    evening.do(ANA, to((SAM, MAIN), (LEO, MAIN)))
    for who in (MIA, NOA):
        evening.set(who, presence=Gone(NOW, "lost"))
    evening.settle()
    assert together(evening) == [set(), {MIA, NOA}]
    evening.back(MIA)
    assert rooms(evening, MIA) == [TWO]


def test_a_round_whose_time_went_by_meanwhile_ends_at_once(evening: Evening) -> None:
    evening.wait(5000)
    assert evening.session.round is None
