"""Who is kept apart and who together, and what a group keeps from week to week."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.core import bonds
from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import WAITING, ParticipantId, SessionId
from signaling.core.lifecycles import Door, Phase, RoundState
from signaling.core.session import replay
from signaling.core.state import Session
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.history import History
from tests.unit.signaling.core.paired import (
    MIA,
    NOA,
    Evening,
    evening,
    group,
    plan,
    together,
)
from tests.unit.signaling.core.seated import ANA, EVA, LEO, NEW, SAM, F, G, P, kinds

__all__ = ["evening", "group"]


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
        history.start = Session(SessionId("week"))
        history.events += [] if before is None else bonds.carried(before, 0.0)
        history.session = replay(history.start, history.events)
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
