"""A facilitator's phone on the same seat: one use of the code, silence, and the tap that takes the group."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import ConnectionId, ParticipantId, SecretHash, StandbyHash
from signaling.core.lifecycles import Door
from signaling.core.presence import AWAY_KEPT, SECRET_LIVES
from signaling.core.session import seat_of_secret
from signaling.core.standby import OFFER_LIVES
from signaling.core.state import Away, Here, Standby
from signaling.protocol import ByeReason, ErrorCode
from tests.unit.signaling.core.history import ANA, SAM, F, History, group, join_standby, resume

PHONE, LAPTOP = ConnectionId(90), ConnectionId(1)


@pytest.fixture
def room() -> History:
    history = group()
    history.stand_by()
    return history


def test_the_phone_sits_on_the_same_seat(room: History) -> None:
    seat = room.seat("ana")
    assert (seat.presence, seat.standby) == (Here(LAPTOP), Standby(Here(PHONE), SecretHash("secret of code")))
    assert (seat.on(LAPTOP), seat.on(PHONE), seat.on(ConnectionId(7))) == ("seat", "standby", None)
    assert seat_of_secret(room.session, SecretHash("secret of code")) == (seat, True)
    assert seat_of_secret(room.session, SecretHash("secret of ana")) == (seat, False)


def test_the_code_works_once_and_not_for_long(room: History) -> None:
    assert room.refused(c.Newcomer(), join_standby("code", 91)) == ErrorCode.STANDBY_UNKNOWN
    assert room.refused(c.Newcomer(), join_standby("guess", 91)) == ErrorCode.STANDBY_UNKNOWN
    room.as_("ana", c.MakeStandby(StandbyHash("second")))
    room.wait(OFFER_LIVES)
    assert room.refused(c.Newcomer(), join_standby("second", 91)) == ErrorCode.STANDBY_UNKNOWN


def test_a_new_code_replaces_the_old_and_a_new_phone_the_old(room: History) -> None:
    room.as_("ana", c.MakeStandby(StandbyHash("second")))
    room.as_("ana", c.MakeStandby(StandbyHash("third")))
    assert room.refused(c.Newcomer(), join_standby("second", 91)) == ErrorCode.STANDBY_UNKNOWN
    _, effects = room.do(c.Newcomer(), join_standby("third", 91))
    assert effects == [c.Close(PHONE, ByeReason.REPLACED)]
    assert room.refused(c.Newcomer(), resume("code", 92)) == ErrorCode.RESUME_UNKNOWN


def test_the_phone_leads_while_the_laptop_is_gone(room: History) -> None:
    room.drop(1)
    room.wait(10 * SECRET_LIVES)
    assert room.seat("ana").presence == Away(0.0), "not lost: somebody is there"
    room.join("leo", 3)
    room.admit("leo")
    room.as_("ana", c.Cover(SAM))
    assert room.seat("leo").door is Door.INSIDE


def test_taking_the_group_on_the_phone(room: History) -> None:
    room.as_("ana", c.Publish("camera"))
    room.drop(1)
    events, effects = room.as_("ana", c.TakeSeat(PHONE))
    assert events == [e.StandbyTook(0.0, ANA, PHONE)]
    assert effects == [c.DropMedia(ANA)]
    seat = room.seat("ana")
    assert (seat.presence, seat.standby, seat.sources) == (Here(PHONE), None, frozenset())
    assert room.refused(c.Newcomer(), resume("ana", 5)) == ErrorCode.RESUME_UNKNOWN, "the laptop is out"
    room.do(c.Newcomer(), resume("code", 6))
    assert room.seat("ana").presence == Here(ConnectionId(6))


def test_taking_it_while_the_laptop_lives_closes_the_laptop(room: History) -> None:
    _, effects = room.as_("ana", c.TakeSeat(PHONE))
    assert effects == [c.DropMedia(ANA), c.Close(LAPTOP, ByeReason.REPLACED)]


def test_only_the_phone_takes_the_seat(room: History) -> None:
    assert room.refused(c.Member(ANA), c.TakeSeat(LAPTOP)) == ErrorCode.NOT_ALLOWED
    room.join("kim", 3, F)
    assert room.refused(c.Member(ParticipantId("kim")), c.TakeSeat(PHONE)) == ErrorCode.NOT_ALLOWED


def test_the_phone_drops_and_comes_back(room: History) -> None:
    assert room.drop(90) == ([e.StandbyAway(0.0, ANA)], [])
    assert room.seat("ana").presence == Here(LAPTOP)
    room.as_("ana", c.MakeStandby(StandbyHash("second")))
    room.do(c.Newcomer(), resume("code", 91))
    assert room.seat("ana").on(ConnectionId(91)) == "standby"
    room.do(c.Newcomer(), join_standby("second", 92))


def test_a_phone_that_stays_away_is_put_away(room: History) -> None:
    room.drop(90)
    room.wait(SECRET_LIVES)
    assert room.seat("ana").standby is None
    assert room.refused(c.Newcomer(), resume("code", 91)) == ErrorCode.RESUME_UNKNOWN


def test_both_gone_is_gone(room: History) -> None:
    room.drop(1)
    room.wait(30.0)
    room.drop(90)
    room.wait(AWAY_KEPT - 1)
    assert room.seat("ana").present
    room.wait(1.0)
    assert not room.seat("ana").present


def test_a_phone_that_returns_brings_a_lost_seat_back_into_view(room: History) -> None:
    room.drop(1)
    room.drop(90)
    room.wait(AWAY_KEPT)
    assert not room.session.staffed()
    room.do(c.Newcomer(), resume("code", 91))
    assert room.session.staffed()
    assert room.seat("ana").presence == Away(0.0)
    room.as_("ana", c.TakeSeat(ConnectionId(91)))
    assert room.seat("ana").presence == Here(ConnectionId(91))


def test_putting_the_phone_away(room: History) -> None:
    _, effects = room.as_("ana", c.DropStandby())
    assert effects == [c.Close(PHONE, ByeReason.REPLACED)]
    assert room.as_("ana", c.DropStandby()) == ([], [])


def test_the_phone_goes_with_its_seat(room: History) -> None:
    _, effects = room.as_("ana", c.Leave())
    assert c.Close(PHONE, ByeReason.LEFT) in effects
    assert room.seat("ana").standby is None
    assert room.refused(c.Newcomer(), resume("code", 91)) == ErrorCode.RESUME_UNKNOWN


def test_the_code_dies_with_the_seat() -> None:
    history = group()
    history.as_("ana", c.MakeStandby(StandbyHash("code")))
    history.as_("ana", c.Leave())
    assert history.refused(c.Newcomer(), join_standby("code", 90)) == ErrorCode.STANDBY_UNKNOWN
