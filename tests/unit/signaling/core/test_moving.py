"""Moving people by hand: together, into rooms that there are, and nobody left alone by accident."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core import latecomers
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ParticipantId, RoomId, pair_room
from signaling.core.lifecycles import Door
from signaling.core.moving import MOST_ROOMS
from signaling.core.roles import Standing
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
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, NOW, SAM, G, P, private

__all__ = ["evening"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)


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
    assert latecomers.suggestions(evening.session) == {NEW: TWO}


def test_a_trio_is_found_for_who_is_alone(evening: Evening) -> None:
    assert latecomers.trio(evening.session, ONE) is None
    evening.drop(SAM)
    assert latecomers.trio(evening.session, ONE) == TWO
    evening.do(ANA, c.KeepApart(LEO, MIA, True))
    assert latecomers.trio(evening.session, ONE) is None


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
