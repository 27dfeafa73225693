"""The board: all rooms of the group at once, as facilitators see it while there is a plan or the rooms are open."""

from __future__ import annotations

from collections.abc import Iterable

from signaling import protocol as p
from signaling.core import latecomers
from signaling.core.floor import hands
from signaling.core.ids import DESK, ParticipantId, RoomId
from signaling.core.lifecycles import Door, RoundState
from signaling.core.state import Bond, Room, Seat, Session, identity, is_partner
from signaling.shell import showing
from signaling.shell.memory import Memory


def board(session: Session, memory: Memory, viewer: ParticipantId) -> p.Board | None:
    """None while there is no round."""
    now = session.round
    if now is None:
        return None
    seats = [seat for seat in session.inside() if seat.door is Door.INSIDE and seat.room != DESK]
    return p.Board(
        state=now.state.value,
        groups=showing.groups(now),
        until=now.until,
        late=now.late,
        rooms=[_room(session, room) for room in session.pairs()],
        plan=[list(room) for room in now.plan] if now.state is RoundState.PLANNED else [],
        people=_people(session, memory, viewer, seats),
        apart=_pairs(seats, session.apart),
        together=_pairs(seats, session.together),
        again=bool(session.last),
        suggested={str(who): str(room) for who, room in latecomers.suggestions(session).items()},
    )


def _room(session: Session, room: Room) -> p.BoardRoom:
    assert room.number is not None  # it is a pair
    return p.BoardRoom(
        id=room.id,
        number=room.number,
        alone=None if room.alone is None else room.alone.who,
        called=room.alone is not None and room.alone.called,
        trio=latecomers.trio(session, room.id),
        watched_by=[seat.participant for seat, _ in showing.watchers(session, room.id)],
        coming=[seat.participant for seat, _ in showing.visitors(session, room.id)],
    )


def _people(session: Session, memory: Memory, viewer: ParticipantId, seats: Iterable[Seat]) -> list[p.Placed]:
    rooms: dict[RoomId, dict[ParticipantId, int]] = {}
    calling = showing.calling(session)
    placed = []
    for seat in seats:
        if seat.room not in rooms:
            rooms[seat.room] = {who: place for place, who in enumerate(hands(session, seat.room), 1)}
        hand = rooms[seat.room].get(seat.participant)
        person = showing.person(session, memory, viewer, seat, hand, calling)
        placed.append(p.Placed(person, seat.room, is_partner(seat)))
    return placed


def _pairs(seats: Iterable[Seat], bonds: Iterable[Bond]) -> list[tuple[str, str]]:
    """Bonds of those who are here, by their ids of today."""
    here = {identity(seat): seat.participant for seat in seats}
    return [(here[one], here[other]) for one, other in sorted(bonds) if one in here and other in here]
