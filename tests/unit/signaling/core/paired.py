"""A group in pairs, put there straight: how it comes into them is tested in test_breakouts.py."""

from __future__ import annotations

import msgspec
import pytest

from signaling.core.ids import ParticipantId, RoomId, pair_room
from signaling.core.lifecycles import RoundState
from signaling.core.state import Round
from tests.unit.signaling.core.seated import ANA, KIM, LEO, SAM, F, P, Seated

MIA, NOA = ParticipantId("mia"), ParticipantId("noa")  # participants
ONE, TWO = pair_room(1), pair_room(2)


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


def without_round(group: Seated) -> None:
    """The pairs are over for who is in the main room already."""
    rooms = {key: room for key, room in group.session.rooms.items() if room.kind != "pair"}
    group.session = group.session.change(round=None, rooms=rooms)


def re_round(group: Seated, **changes: object) -> None:
    assert group.session.round is not None
    group.session = group.session.change(round=msgspec.structs.replace(group.session.round, **changes))


def rooms(group: Seated, *people: ParticipantId) -> list[RoomId]:
    return [group.at(who).room for who in people]


@pytest.fixture
def pairs() -> Seated:
    """Sam and Leo in pair 1, Mia and Noa in pair 2."""
    return in_pairs((SAM, LEO), (MIA, NOA))
