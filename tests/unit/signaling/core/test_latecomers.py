"""Who comes while the rooms are open: never alone in the main room, and never with whom they are kept apart from."""

from __future__ import annotations

from signaling.core import commands as c
from signaling.core import latecomers
from signaling.core.ids import LATE, MAIN, WAITING, ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.state import Gone
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.paired import (
    MIA,
    NOA,
    ONE,
    THREE,
    TWO,
    Evening,
    evening,
    late,
    rooms,
    to,
    together,
)
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, NOW, SAM, P

__all__ = ["evening"]

IAN, ZOE = ParticipantId("ian"), ParticipantId("zoe")


def smallest() -> Evening:
    group = Evening()
    group.do(ANA, c.EditPlan(((SAM, LEO), (MIA, NOA))))
    group.do(ANA, c.OpenRooms(10.0, "smallest"))
    return group


def test_who_comes_late_is_not_alone_in_the_main_room_and_a_room_is_suggested(evening: Evening) -> None:
    late(evening)
    assert latecomers.suggestions(evening.session) == {NEW: ONE}
    evening.do(ANA, to((NEW, TWO)))
    assert rooms(evening, NEW) == [TWO]
    assert latecomers.suggestions(evening.session) == {}


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
    assert latecomers.suggestions(group.session) == {}


def test_while_everybody_is_called_back_nobody_is_put_into_a_room() -> None:
    group = smallest()
    group.do(ANA, c.RecallRooms(60.0))
    late(group)
    group.wait(60)
    assert rooms(group, NEW, SAM) == [MAIN, MAIN]


def test_with_more_time_they_are_placed_after_all() -> None:
    group = smallest()
    group.do(ANA, c.RecallRooms(60.0))
    late(group)
    group.do(ANA, c.ExtendRooms(5.0))
    assert rooms(group, NEW) == [ONE]


def test_nobody_is_placed_with_somebody_who_is_not_connected() -> None:
    group = smallest()
    group.drop(SAM)
    group.drop(LEO)
    group.sit(NEW, P)
    group.settle()
    assert rooms(group, NEW) == [TWO]


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
