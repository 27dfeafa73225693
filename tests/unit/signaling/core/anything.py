"""Commands with any field that could be meant, for random histories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import CallId, ConnectionId, LinkHash, ParticipantId, RoomId, StandbyHash, pair_room
from signaling.core.roles import GuestFunction, Role
from signaling.core.state import Here, Seat, Session
from tests.unit.signaling.core.history import F, G, History, P

# Whose links there are: roles, function, people. None: a shared link.
CAST: dict[str, tuple[tuple[Role, ...], GuestFunction | None]] = {
    "ana": ((F,), None),
    "kim": ((F, P), None),
    "sam": ((P,), None),
    "leo": ((P,), None),
    "mia": ((P,), None),
    "noa": ((P,), None),
    "eva": ((G,), "interpreter"),
    "uma": ((G,), "supervisor"),
    "cor": ((Role.COORDINATOR,), None),
    "sup": ((Role.SUPPORT,), None),
}
FORGED = ParticipantId("forged")

Pick = Callable[[Sequence[Any]], Any]


def anything(history: History, pick: Pick, kind: type[Any]) -> Any:
    """That command with any field that could be meant, and some that could not."""
    session = history.session
    people = [*session.seats, FORGED]
    fields: dict[str, Sequence[Any]] = {
        "participant": [None, *people] if kind is c.Spotlight else people,
        "whom": [None, *people],
        "other": people,
        "room": [*session.rooms, RoomId("forged")],
        "call": [*session.calls, CallId("forged")],
        "source": e.SOURCES,
        "kind": ["come", "private"],
        "to": ["room", "facilitators", "everyone", *session.seats],
        "on": [True, False],
        "ok": [True, False],
        "minutes": [0, 2, 5]
        if kind is c.CloseGroup
        else [0.5, 5.0, 20.0]
        if kind is c.ExtendRooms
        else [None, 1.0, 20.0],
        "moves": [_moves(session, pick) for _ in range(2)] if kind is c.MovePeople else (),
        "anyway": [True, False],
        "rooms": [_plan(session, pick) for _ in range(2)] if kind is c.EditPlan else (),
        "how": ["size", "size", "number", "again"],
        "count": [1, 2, 3],
        "seed": range(5),
        "late": ["ask", "smallest"],
        "seconds": [0.0, 20.0, 60.0],
        "until": [0.0, history.now + 100.0],
        "link": [LinkHash(f"link of {person}") for person in CAST],
        "token": [StandbyHash(f"code {number}") for number in range(4)],
        "connection": [*sorted(connections(session)), ConnectionId(0)],
    }
    return kind(**{name: pick(fields[name]) for name in kind.__struct_fields__})


def _moves(session: Session, pick: Pick) -> tuple[tuple[ParticipantId, RoomId], ...]:
    """Of up to three people, into any room and into the next one."""
    rooms = [
        *session.rooms,
        pair_room(1 + max((room.number or 0 for room in session.pairs()), default=0)),
    ]
    return tuple((pick([*session.seats, FORGED]), pick(rooms)) for _ in range(pick([1, 1, 2, 3])))


def _plan(session: Session, pick: Pick) -> tuple[tuple[ParticipantId, ...], ...]:
    people = [who for who, seat in session.seats.items() if not seat.is_facilitator] or [FORGED]
    return tuple(tuple(pick(people) for _ in range(pick([0, 1, 2]))) for _ in range(pick([1, 2])))


def connections_of(seat: Seat) -> list[ConnectionId]:
    places = (seat.presence, seat.standby.presence if seat.standby is not None else None)
    return [place.connection for place in places if isinstance(place, Here)]


def connections(session: Session) -> set[ConnectionId]:
    return {connection for seat in session.seats.values() for connection in connections_of(seat)}
