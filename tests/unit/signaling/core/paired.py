"""A group in pairs: put there straight, or led there by commands and watched at every step."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import LATE, MAIN, ConnectionId, ParticipantId, RoomId, SecretHash, pair_room
from signaling.core.lifecycles import RoundState
from signaling.core.state import Here, Round, Standby
from tests.unit.signaling.core import holds
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, SAM, F, P, Seated

MIA, NOA = ParticipantId("mia"), ParticipantId("noa")  # participants
ONE, TWO, THREE = pair_room(1), pair_room(2), pair_room(3)
PHONE = ConnectionId(90)


def in_pairs(*plan: tuple[ParticipantId, ...]) -> Seated:
    """Ana and Kim lead from the main room; the others are in pairs by this plan, since now, without a clock."""
    group = Seated()
    for who in (ANA, KIM):
        group.sit(who, F)
    for number, people in enumerate(plan, 1):
        group.set_room(pair_room(number), kind="pair", number=number)
        for who in people:
            group.sit(who, P, room=pair_room(number))
    known = frozenset(group.session.seats)
    group.session = group.session.change(round=Round(RoundState.OPEN, plan, small=True, known=known))
    return group


def rooms(group: Seated, *people: ParticipantId) -> list[RoomId]:
    return [group.at(who).room for who in people]


def device(group: Seated, who: ParticipantId) -> ConnectionId:
    presence = group.at(who).presence
    assert isinstance(presence, Here)
    return presence.connection


@pytest.fixture
def pairs() -> Seated:
    """Sam and Leo in pair 1, Mia and Noa in pair 2."""
    return in_pairs((SAM, LEO), (MIA, NOA))


class Evening(Seated):
    """Ana and Kim lead; Sam and Leo, Mia and Noa are in pairs for ten minutes. What holds is looked at each time."""

    def __init__(self) -> None:
        super().__init__()
        for who, role in [(ANA, F), (KIM, F), (SAM, P), (LEO, P), (MIA, P), (NOA, P)]:
            self.sit(who, role)

    def open(self, *plan: tuple[ParticipantId, ...]) -> None:
        self.do(ANA, c.EditPlan(plan or ((SAM, LEO), (MIA, NOA))))
        self.do(ANA, c.OpenRooms(10.0, "ask"))

    def _decide(self, actor: c.Actor, command: c.Command) -> list[e.Event]:
        before = self.session
        events = super()._decide(actor, command)
        holds.everything(self.session, self.now)
        holds.apart_by_rule(before, command, self.session)
        return events

    def stands_by(self) -> None:
        """Ana's laptop drops; her phone is there."""
        self.set(ANA, standby=Standby(Here(PHONE), SecretHash("phone")))
        self.drop(ANA)


@pytest.fixture
def evening() -> Evening:
    evening = Evening()
    evening.open()
    assert rooms(evening, ANA, KIM, SAM, LEO, MIA, NOA) == [MAIN, MAIN, ONE, ONE, TWO, TWO]
    return evening


def late(evening: Evening, who: ParticipantId = NEW) -> None:
    """Somebody comes after the opening."""
    evening.sit(who, P)
    evening.settle()
    assert rooms(evening, who) == [LATE]


@pytest.fixture
def group() -> Evening:
    """The same people before anything is planned."""
    return Evening()


def the_round(group: Seated) -> Round:
    assert group.session.round is not None
    return group.session.round


def plan(group: Seated) -> e.Rooms:
    return the_round(group).plan


def together(group: Seated) -> list[set[ParticipantId]]:
    """Who has their place in which pair, by number."""
    return [{seat.participant for seat in group.session.members(room.id)} for room in group.session.pairs()]


def to(*moves: tuple[ParticipantId, RoomId], anyway: bool = False) -> c.MovePeople:
    return c.MovePeople(moves, anyway)
