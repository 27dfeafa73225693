"""When the facilitators' own line dies: who is told when, when the door locks and opens to the team, when it ends."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import MAIN, ConnectionId, ParticipantId
from signaling.core.lifecycles import Absence, Door, Phase
from signaling.core.persons import may_take_over
from signaling.core.programme import Rules
from signaling.core.session import deadline
from signaling.core.state import Here
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.history import ANA, SAM, F, History, group, join, resume


@pytest.fixture
def room() -> History:
    return group()


def steps(history: History) -> list[tuple[float, Absence]]:
    return [(event.at, event.state) for event in history.events if isinstance(event, e.AbsenceStep)]


def test_nobody_misses_a_facilitator_before_one_came() -> None:
    history = History()
    history.join("sam", 1, person=None, knocks=False)
    history.wait(3600.0)
    assert history.session.absence is Absence.NONE
    assert not history.session.staffed()


def test_the_steps_and_their_times(room: History) -> None:
    room.drop(1)
    for seconds in (2.9, 0.1, 26.9, 0.1, 29.9, 0.1, 539.9, 0.1):
        room.wait(seconds)
    assert [(round(at, 1), state) for at, state in steps(room)] == [
        (0.0, Absence.PRESENT),
        (0.0, Absence.UNSURE),
        (3.0, Absence.TOLD),
        (30.0, Absence.LOCKED),
        (60.0, Absence.OPEN_TO_TEAM),
        (600.0, Absence.CLOSING),
    ]
    assert room.session.phase is Phase.CLOSING


def test_the_next_step_is_always_due_in_time(room: History) -> None:
    room.drop(1)
    seen = []
    while room.session.absence is not Absence.CLOSING:
        at = deadline(room.session)
        assert at is not None
        room.wait(at - room.now)
        seen.append(room.now)
    assert seen[:4] == [3.0, 30.0, 60.0, 600.0]


def test_a_leap_of_time_takes_every_step(room: History) -> None:
    room.drop(1)
    room.wait(10_000.0)
    assert [state for _, state in steps(room)][-4:] == [
        Absence.TOLD,
        Absence.LOCKED,
        Absence.OPEN_TO_TEAM,
        Absence.CLOSING,
    ]


def test_who_leaves_on_purpose_is_missed_at_once(room: History) -> None:
    room.as_("ana", c.Leave())
    assert room.session.absence is Absence.TOLD
    room.wait(30.0)
    assert room.session.absence is Absence.LOCKED


def test_another_facilitator_is_enough(room: History) -> None:
    room.join("kim", 3, F)
    room.drop(1)
    room.wait(60.0)
    assert room.session.absence is Absence.PRESENT


@pytest.mark.parametrize("seconds", [1.0, 10.0, 45.0, 300.0, 590.0])
def test_back_is_back(room: History, seconds: float) -> None:
    room.drop(1)
    room.wait(seconds)
    room.do(c.Newcomer(), resume("ana", 3))
    assert (room.session.absence, room.session.absent_since) == (Absence.PRESENT, None)
    room.drop(3)
    assert room.session.absent_since == seconds


def test_the_door_is_locked_while_nobody_is_there_to_open_it(room: History) -> None:
    room.drop(1)
    room.wait(29.0)
    room.join("eli", 3)
    room.wait(1.0)
    assert room.refused(c.Newcomer(), join("leo", 4)) == ErrorCode.LOCKED
    room.do(c.Newcomer(), resume("ana", 5))
    room.join("leo", 4)


def test_after_a_minute_the_team_comes_in_and_is_announced(room: History) -> None:
    room.drop(1)
    room.wait(60.0)
    events, _ = room.join("kim", 3, F)
    assert [type(event) for event in events] == [e.Entered, e.TookOver, e.AbsenceStep]
    assert room.session.absence is Absence.PRESENT


def test_the_own_link_moves_the_seat_after_a_minute_and_knocks_before(room: History) -> None:
    room.drop(1)
    room.wait(20.0)
    room.join("ana2", 3, F, person="ana")
    knock = room.seat("ana2")
    assert (knock.door, knock.knock) == (Door.KNOCKING, "other_device")
    assert not may_take_over(room.session, knock)
    assert room.refused(c.Member(ParticipantId("ana2")), c.TakeOver()) == ErrorCode.NOT_NOW
    room.wait(40.0)
    assert may_take_over(room.session, room.seat("ana2"))
    events, _ = room.as_("ana2", c.TakeOver())
    assert [type(event) for event in events] == [e.SeatMoved, e.TookOver, e.AbsenceStep]
    assert room.seat("ana").presence == Here(ConnectionId(3))
    assert room.seat("ana").room == MAIN


def test_nobody_else_takes_over(room: History) -> None:
    room.drop(1)
    room.wait(60.0)
    assert room.refused(c.Member(SAM), c.TakeOver()) == ErrorCode.NOT_ALLOWED
    room.join("kim", 3, F)
    assert room.refused(c.Member(ParticipantId("kim")), c.TakeOver()) == ErrorCode.NOT_NOW


def test_a_programme_sets_when_the_group_closes() -> None:
    history = History(Rules(absence_closes=120.0))
    history.join("ana", 1, F)
    history.join("sam", 2)
    history.admit("sam")
    history.drop(1)
    history.wait(120.0)
    assert history.session.phase is Phase.CLOSING


def test_who_looks_in_early_and_goes_neither_locks_nor_ends_the_group() -> None:
    history = History()
    history.join("ana", 1, F)
    history.as_("ana", c.Leave())
    history.wait(3600.0)
    assert (history.session.absence, history.session.phase) == (Absence.NONE, Phase.OPEN)
    history.join("sam", 2)


def test_when_the_last_one_goes_nobody_is_missed(room: History) -> None:
    room.as_("ana", c.Leave())
    room.wait(40.0)
    room.as_("sam", c.Leave())
    assert room.session.absence is Absence.NONE


def test_who_is_lost_for_a_moment_still_misses_them(room: History) -> None:
    room.drop(1)
    room.drop(2)
    room.wait(300.0)
    assert room.session.absence is Absence.OPEN_TO_TEAM
    room.do(c.Newcomer(), resume("sam", 3))
    assert room.session.absence is Absence.OPEN_TO_TEAM
    room.wait(300.0)
    assert room.session.absence is Absence.CLOSING


def test_who_was_sent_back_misses_them_too(room: History) -> None:
    room.as_("ana", c.SendBack(SAM))
    room.drop(1)
    room.wait(60.0)
    assert room.session.absence is Absence.OPEN_TO_TEAM


def test_a_phone_that_stands_by_is_a_facilitator(room: History) -> None:
    room.stand_by()
    room.drop(1)
    room.wait(3600.0)
    assert room.session.absence is Absence.PRESENT
    assert room.session.staffed()
    room.drop(90)
    assert room.session.absence is Absence.UNSURE
    assert ANA in room.session.seats
