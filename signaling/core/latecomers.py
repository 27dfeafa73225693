"""Who comes while the rooms are open is placed by rule: by itself, or they wait for a facilitator to say where."""

from __future__ import annotations

from collections.abc import Iterable

from signaling.core import events as e
from signaling.core import placing
from signaling.core.bonds import bonds
from signaling.core.ids import LATE, MAIN, ParticipantId, RoomId
from signaling.core.lifecycles import Door, RoundState
from signaling.core.rooms import move
from signaling.core.rounds import running
from signaling.core.state import Round, Seat, Session, is_partner


def suggestions(session: Session) -> dict[ParticipantId, RoomId]:
    """A room for each latecomer who is there; none for whom none fits."""
    if running(session) is None:
        return {}
    return _placed(session, [seat for seat in session.members(LATE) if seat.present])


def trio(session: Session, room: RoomId) -> RoomId | None:
    """Another room for who is left alone in this one."""
    alone = session.rooms[room].alone
    return None if alone is None else _placed(session, [session.seats[alone.who]]).get(alone.who)


def late(session: Session, now: float, open_: Round) -> list[e.Event]:
    """Nobody is alone in the main room: who comes is placed at once, or told that a facilitator will."""
    came = [seat for seat in session.inside(MAIN) if is_partner(seat) and seat.participant not in open_.known]
    rooms: dict[ParticipantId, RoomId] = {}
    if open_.late == "smallest" and open_.state is RoundState.OPEN:
        came += [seat for seat in session.inside(LATE) if is_partner(seat)]  # there was none for them before
        rooms = _placed(session, came)
    return move(session, now, None, [(seat.participant, rooms.get(seat.participant, LATE)) for seat in came])


def _placed(session: Session, people: Iterable[Seat]) -> dict[ParticipantId, RoomId]:
    """A room for each, one after the other. None where one is who they are kept apart from, be they lost."""
    wishes = bonds(session)
    rooms = {room.id: [seat.participant for seat in session.placed(room.id)] for room in session.pairs()}
    there = {room: [who for who in members if _is_company(session, who)] for room, members in rooms.items()}
    found: dict[ParticipantId, RoomId] = {}
    for seat in people:
        who = seat.participant
        free = {
            room: there[room]
            for room, members in rooms.items()
            if room != seat.room and not placing.are_apart(who, members, wishes)
        }
        room = placing.room_for(who, free, wishes)
        if room is not None:
            found[who] = room
            rooms[room].append(who)
            there[room].append(who)
    return found


def _is_company(session: Session, who: ParticipantId) -> bool:
    seat = session.seats[who]
    return seat.here and seat.door is Door.INSIDE and is_partner(seat)
