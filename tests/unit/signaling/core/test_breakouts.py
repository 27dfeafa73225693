"""Rooms of the group: their plan, their opening, who comes late, who is moved, the clock, and from week to week."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.core import breakouts
from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ParticipantId, RoomId, SessionId, pair_room
from signaling.core.lifecycles import Door, Phase, RoundState
from signaling.core.moving import MOST_ROOMS
from signaling.core.programme import Rules
from signaling.core.roles import Role, Standing
from signaling.core.session import deadline, replay
from signaling.core.state import Gone, Round, Session
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.history import History
from tests.unit.signaling.core.paired import MIA, NOA, ONE, TWO, Evening, evening, late, rooms
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, NOW, SAM, F, G, P, Seated, kinds, private

__all__ = ["evening"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
IAN, ZOE = ParticipantId("ian"), ParticipantId("zoe")  # come late
THREE = pair_room(3)


def the_round(group: Seated) -> Round:
    assert group.session.round is not None
    return group.session.round


def plan(group: Seated) -> e.Rooms:
    return the_round(group).plan


def together(group: Seated) -> list[set[ParticipantId]]:
    return [{seat.participant for seat in group.session.members(room.id)} for room in group.session.pairs()]


def to(*moves: tuple[ParticipantId, RoomId], anyway: bool = False) -> c.MovePeople:
    return c.MovePeople(moves, anyway)


@pytest.fixture
def group() -> Evening:
    """Nothing is planned yet."""
    return Evening()


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


# --- latecomers ------------------------------------------------------------------------------------------------------


def smallest() -> Evening:
    group = Evening()
    group.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    group.do(ANA, c.OpenRooms(10.0, "smallest"))
    return group


def test_who_comes_late_is_not_alone_in_the_main_room_and_a_room_is_suggested(evening: Evening) -> None:
    late(evening)
    assert breakouts.suggestions(evening.session) == {NEW: ONE}
    evening.do(ANA, to((NEW, TWO)))
    assert rooms(evening, NEW) == [TWO]
    assert breakouts.suggestions(evening.session) == {}


def test_by_the_other_rule_they_are_placed_at_once() -> None:
    group = smallest()
    group.gone(NOA)
    for who in (NEW, IAN, ZOE):
        group.sit(who, P)
    group.settle()
    assert together(group) == [{SAM, LEO, IAN}, {MIA, NEW, ZOE}]


def test_nobody_is_placed_with_whom_they_are_kept_apart_from_be_they_lost_or_in_a_talk() -> None:
    group = smallest()
    group.sit(NEW, P, room=WAITING, door=Door.SENT_BACK)
    group.session = group.session.change(apart=frozenset({(NEW, SAM), (MIA, NEW)}))
    group.set(SAM, presence=Gone(NOW, "lost"))
    group.do(ANA, c.TalkPrivately(MIA))
    group.do(KIM, c.Admit(NEW))
    assert rooms(group, NEW) == [LATE]
    assert breakouts.suggestions(group.session) == {}


def test_while_everybody_is_called_back_nobody_is_put_into_a_room() -> None:
    group = smallest()
    group.do(ANA, c.RecallRooms(60.0))
    late(group)
    group.wait(60)
    assert rooms(group, NEW, SAM) == [MAIN, MAIN]


def test_two_who_are_late_may_have_a_room_of_their_own(evening: Evening) -> None:
    late(evening)
    late(evening, ZOE)
    evening.do(ANA, to((NEW, THREE), (ZOE, THREE)))
    assert together(evening) == [{SAM, LEO}, {MIA, NOA}, {NEW, ZOE}]
    assert evening.session.rooms[THREE].number == 3


def test_who_was_sent_back_and_let_in_again_comes_late(evening: Evening) -> None:
    evening.do(ANA, c.SendBack(SAM))
    evening.do(ANA, c.Admit(SAM))
    assert rooms(evening, SAM) == [LATE]


def test_who_waits_for_a_place_may_do_what_the_waiting_may(evening: Evening) -> None:
    late(evening)
    assert evening.refused(NEW, c.Publish("camera")) == ErrorCode.WAITING
    assert evening.refused(NEW, c.Say("room")) == ErrorCode.WAITING
    evening.do(NEW, c.CallHelp("private"))


# --- moving ----------------------------------------------------------------------------------------------------------


def test_many_are_moved_by_one_command(evening: Evening) -> None:
    events = evening.do(ANA, to((SAM, TWO), (MIA, ONE)))
    assert events == [e.Moved(NOW, SAM, TWO, None, BY_ANA), e.Moved(NOW, MIA, ONE, None, BY_ANA)]
    assert together(evening) == [{LEO, MIA}, {NOA, SAM}]


def test_whoever_is_there_already_is_passed_over(evening: Evening) -> None:
    assert evening.do(ANA, to((SAM, ONE))) == []


def test_nobody_is_left_alone_by_accident(evening: Evening) -> None:
    for move in [(SAM, TWO), (SAM, MAIN), (SAM, THREE)]:
        assert evening.refused(ANA, to(move)) == ErrorCode.ALONE
    assert together(evening) == [{SAM, LEO}, {MIA, NOA}]
    evening.do(ANA, to((SAM, TWO), (LEO, TWO)))
    assert together(evening) == [set(), {SAM, LEO, MIA, NOA}]


def test_a_facilitator_is_company(evening: Evening) -> None:
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.do(KIM, to((SAM, TWO)))
    assert together(evening) == [{ANA, LEO}, {SAM, MIA, NOA}]


def test_left_alone_on_purpose_nobody_is_called(evening: Evening) -> None:
    events = evening.do(ANA, to((SAM, TWO), anyway=True))
    assert events[-1] == e.PartnerGone(NOW, ONE, LEO, True)
    evening.wait(300)
    assert evening.session.calls == {}


def test_alone_already_and_then_on_purpose(evening: Evening) -> None:
    evening.drop(SAM)
    evening.do(ANA, to((SAM, TWO), anyway=True))
    alone = evening.session.rooms[ONE].alone
    assert alone is not None
    assert (alone.who, alone.meant) == (LEO, True)


def test_who_is_not_connected_goes_along_when_nobody_else_is_left(evening: Evening) -> None:
    evening.set(LEO, presence=Gone(NOW, "lost"))
    evening.settle()
    evening.do(ANA, to((SAM, TWO)))
    assert rooms(evening, SAM, LEO) == [TWO, TWO]
    evening.back(LEO)
    assert evening.at(LEO).resting == "arriving", "told where they are before they are seen there"
    evening.do(LEO, c.ComeBack())
    assert together(evening) == [set(), {SAM, LEO, MIA, NOA}]


def test_who_is_kept_apart_from_somebody_there_does_not_go_along(evening: Evening) -> None:
    evening.do(ANA, c.KeepApart(LEO, NOA, True))
    evening.set(LEO, presence=Gone(NOW, "lost"))
    evening.settle()
    evening.do(ANA, to((SAM, TWO)))
    assert rooms(evening, SAM, LEO) == [TWO, LATE]


def test_a_facilitator_is_taken_along_by_nobody(evening: Evening) -> None:
    evening.do(ANA, c.DropIn(ONE))
    evening.wait(3)
    evening.gone(LEO)
    evening.drop(ANA)
    evening.do(KIM, to((SAM, TWO)))
    assert rooms(evening, ANA, SAM) == [ONE, TWO]


def test_who_may_not_be_moved(evening: Evening) -> None:
    evening.sit(EVA, G, function="interpreter", follows=SAM)
    evening.settle()
    evening.do(KIM, c.TalkPrivately(MIA))
    evening.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert evening.refused(ANA, to((ANA, ONE))) == ErrorCode.NOT_ALLOWED
    assert evening.refused(ANA, to((EVA, TWO))) == ErrorCode.NOT_ALLOWED
    assert evening.refused(ANA, to((MIA, ONE))) == ErrorCode.BUSY
    assert evening.refused(ANA, to((NEW, ONE))) == ErrorCode.NO_SUCH
    assert evening.refused(ANA, to((ParticipantId("x"), ONE))) == ErrorCode.NO_SUCH
    assert evening.refused(ANA, to((SAM, TWO), (SAM, MAIN))) == ErrorCode.NO_SUCH


@pytest.mark.parametrize("room", [WAITING, DESK, LATE, pair_room(4), RoomId("pair.x"), private(SAM)])
def test_where_nobody_is_moved(evening: Evening, room: RoomId) -> None:
    assert evening.refused(ANA, to((SAM, room), (LEO, room))) == ErrorCode.NO_SUCH


def test_there_are_only_so_many_rooms(evening: Evening) -> None:
    evening.set_room(pair_room(MOST_ROOMS), kind="pair", number=MOST_ROOMS)
    room = pair_room(MOST_ROOMS + 1)
    assert evening.refused(ANA, to((SAM, room), (LEO, room))) == ErrorCode.NO_SUCH


def test_an_emptied_room_keeps_its_number_and_gets_nobody_by_itself(evening: Evening) -> None:
    evening.do(ANA, to((SAM, THREE), (LEO, THREE)))
    assert together(evening) == [set(), {MIA, NOA}, {SAM, LEO}]
    late(evening)
    assert breakouts.suggestions(evening.session) == {NEW: TWO}


def test_a_trio_is_found_for_who_is_alone(evening: Evening) -> None:
    assert breakouts.trio(evening.session, ONE) is None
    evening.drop(SAM)
    assert breakouts.trio(evening.session, ONE) == TWO
    evening.do(ANA, c.KeepApart(LEO, MIA, True))
    assert breakouts.trio(evening.session, ONE) is None


def test_moved_into_the_main_room_they_stay_there(evening: Evening) -> None:
    late(evening)
    evening.do(ANA, to((NEW, MAIN)))
    assert rooms(evening, NEW) == [MAIN]


def test_from_a_private_talk_nobody_goes_back_into_a_room_that_emptied(evening: Evening) -> None:
    evening.do(KIM, c.TalkPrivately(SAM))
    evening.do(ANA, to((LEO, TWO)))
    evening.do(KIM, c.EndPrivate(private(SAM)))
    assert rooms(evening, SAM) == [MAIN]


def test_from_a_private_talk_nobody_goes_into_a_room_of_the_next_round(evening: Evening) -> None:
    evening.do(KIM, c.TalkPrivately(SAM))
    evening.do(ANA, c.RecallRooms(0.0))
    evening.open((LEO, MIA, NOA))
    evening.do(KIM, c.EndPrivate(private(SAM)))
    assert rooms(evening, SAM, KIM) == [LATE, MAIN]


# --- bonds, and from week to week ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_kept_apart_and_kept_together(group: Evening, seed: int) -> None:
    group.do(ANA, c.KeepApart(SAM, LEO, True))
    group.do(ANA, c.PlanRooms("size", 2, seed))
    assert {SAM, LEO} not in map(set, plan(group))
    group.do(ANA, c.KeepTogether(SAM, MIA, True))
    group.do(ANA, c.PlanRooms("size", 2, seed))
    assert {SAM, MIA} in map(set, plan(group))


def test_who_is_kept_apart_is_kept_together_no_more_and_not_the_other_way_round(group: Evening) -> None:
    group.do(ANA, c.KeepTogether(SAM, LEO, True))
    assert kinds(group.do(ANA, c.KeepApart(LEO, SAM, True))) == [e.KeptTogether, e.KeptApart]
    assert (group.session.together, group.session.apart) == (frozenset(), {(LEO, SAM)})
    assert group.refused(ANA, c.KeepTogether(SAM, LEO, True)) == ErrorCode.NOT_NOW
    assert group.do(ANA, c.KeepApart(SAM, LEO, True)) == []
    group.do(ANA, c.KeepApart(SAM, LEO, False))
    assert group.session.apart == frozenset()


def test_between_whom_there_are_no_bonds(group: Evening) -> None:
    group.sit(EVA, G, function="interpreter")
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    for other in (SAM, ANA, EVA, NEW, ParticipantId("x")):
        assert group.refused(ANA, c.KeepApart(SAM, other, True)) == ErrorCode.NO_SUCH
        assert group.refused(ANA, c.KeepTogether(other, SAM, True)) == ErrorCode.NO_SUCH


def test_by_hand_the_facilitators_word_counts(group: Evening) -> None:
    group.do(ANA, c.KeepApart(SAM, LEO, True))
    group.open()
    assert together(group) == [{SAM, LEO}, {MIA, NOA}]


def test_again_as_last_time(evening: Evening) -> None:
    evening.do(ANA, c.RecallRooms(0.0))
    evening.do(ANA, c.PlanRooms("size", 2, 3))
    assert [set(room) for room in plan(evening)] != [{SAM, LEO}, {MIA, NOA}], "chance brings others together"
    evening.do(ANA, c.PlanRooms("again", 2, 3))
    assert plan(evening) == ((SAM, LEO), (MIA, NOA))


def weekly(people: tuple[str, ...]) -> Callable[[Session | None], History]:
    """The same persons under new participant ids each week; Ana leads."""

    def week(before: Session | None) -> History:
        history = History()
        carried = {} if before is None else breakouts.carried(before)
        history.session = history.start = Session(SessionId("week"), **carried)
        number = 1 if before is None else 2
        history.join("ana", 1, F, person="ana")
        for connection, person in enumerate(people, 2):
            stranger = person.startswith("stranger")
            history.join(f"{person}.{number}", connection, person=None if stranger else person)
            history.admit(f"{person}.{number}")
        return history

    return week


def test_from_week_to_week_persons_keep_their_bonds_and_the_last_rooms_and_strangers_do_not() -> None:
    week = weekly(("sam", "leo", "mia", "noa", "stranger"))
    first = week(None)
    sam, leo, mia, noa, stranger = (ParticipantId(f"{who}.1") for who in ("sam", "leo", "mia", "noa", "stranger"))
    first.as_("ana", c.KeepApart(sam, mia, True))
    first.as_("ana", c.KeepApart(sam, stranger, True))
    first.as_("ana", c.KeepTogether(leo, noa, True))
    first.as_("ana", c.EditPlan(((sam, stranger), (leo, mia, noa))))
    first.as_("ana", c.OpenRooms(None, "ask"))
    second = week(first.session)
    assert second.session.last == (("sam",), ("leo", "mia", "noa"))
    assert (second.session.apart, second.session.together) == ({("mia", "sam")}, {("leo", "noa")})
    second.as_("ana", c.PlanRooms("again", 2, 1))
    assert second.session.round is not None
    assert [set(room) for room in second.session.round.plan] == [
        {"sam.2", "stranger.2"},
        {"leo.2", "mia.2", "noa.2"},
    ]


def test_a_session_with_rooms_is_rebuilt_from_its_events() -> None:
    history = weekly(("sam", "leo"))(None)
    history.as_("ana", c.PlanRooms("size", 2, 1))
    history.as_("ana", c.OpenRooms(10.0, "ask"))
    history.wait(540)
    assert replay(history.start, history.events) == history.session
    assert history.session.phase is Phase.OPEN
    assert history.session.round is not None
    assert history.session.round.state is RoundState.RECALLING
