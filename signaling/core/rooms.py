"""Rooms, and the move between them: a change of who is seen and heard, nothing else.

A private room holds one person and one facilitator, and the person's interpreter. It lasts until one of the two goes
back, or leaves for good; a dropped connection does not end it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import accompanies, actor, own_seat
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN, WAITING, ParticipantId, RoomId
from signaling.core.lifecycles import ROOM, Door, RoomState, step
from signaling.core.module import Apply, Decide
from signaling.core.rounds import running
from signaling.core.sight import in_media_room
from signaling.core.state import Room, Seat, Session, with_room, with_seat
from signaling.protocol import ErrorCode


def move(
    session: Session,
    now: float,
    by: e.By | None,
    moves: Iterable[tuple[ParticipantId, RoomId]],
    *,
    back: bool = False,
) -> list[e.Event]:
    """Everything that a move means, as the events of one command. Whoever is there already is passed over.

    `back`: the end of the talk that they go to brings them back to where they are.
    """
    events: list[e.Event] = []
    for participant, room in moves:
        seat = session.seats[participant]
        if seat.room != room:
            events.append(e.Moved(now, participant, room, seat.room if back else None, by))
    return events


def talkers(session: Session, room: RoomId) -> list[Seat]:
    """The two of a private room, also while their connection is lost; without interpreters."""
    return [seat for seat in session.members(room) if not accompanies(seat)]


def end_private(session: Session, now: float, by: e.By | None, room: RoomId) -> list[e.Event]:
    """Everybody goes home. Who returns to the group starts muted: no word slips out. So does who visited a pair."""
    members = session.members(room)
    from_main = {seat.participant for seat in members if seat.is_facilitator and seat.back_to == MAIN}
    silent = [
        seat for seat in members if seat.door is Door.INSIDE and not seat.muted and seat.participant not in from_main
    ]
    return [
        *(e.Muted(now, seat.participant, None) for seat in silent),
        *move(session, now, by, [(seat.participant, home(session, seat)) for seat in members]),
        e.RoomClosed(now, room, by),
    ]


def home(session: Session, seat: Seat) -> RoomId:
    """Where somebody belongs when a private talk is over: where they were, unless their pair has emptied meanwhile.

    Facilitators visit a pair only when they were announced.
    """
    if seat.door is not Door.INSIDE:
        return WAITING
    before = session.rooms.get(seat.back_to) if seat.back_to is not None else None
    if before is None or seat.is_facilitator or running(session) is None:
        return MAIN
    company = [other for other in session.placed(before.id) if other.participant != seat.participant]
    return before.id if before.kind == "late" or (before.kind == "pair" and company) else MAIN


# --- deciding --------------------------------------------------------------------------------------------------------


def _talk_privately(session: Session, now: float, by: e.By, command: c.TalkPrivately) -> list[e.Event]:
    """Closes the person's calls: a facilitator is with them now."""
    leader, person = own_seat(session, by), session.need_seat(command.participant)
    if person.participant == leader.participant or accompanies(person):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "a private talk is with one other person")
    kinds = {session.rooms[seat.room].kind for seat in (leader, person)}
    if "private" in kinds:
        raise RefusedError(ErrorCode.BUSY, "one of the two is in a private talk")
    if "desk" in kinds:
        raise RefusedError(ErrorCode.NO_SUCH, "they are not in the group")
    if not person.here:
        raise RefusedError(ErrorCode.NOT_NOW, "they are not connected")
    room = RoomId(f"private.{person.participant}")
    return [
        e.RoomOpened(now, room, "private", by),
        *move(session, now, by, [(person.participant, room), (leader.participant, room)], back=True),
        *(e.CallClosed(now, call.id, by) for call in session.calls.values() if call.about == person.participant),
        *([] if person.check is None else [e.CheckAnswered(now, person.participant, None)]),
    ]


def _end_private(session: Session, now: float, by: e.By, command: c.EndPrivate) -> list[e.Event]:
    """Either of the two may."""
    room = session.rooms.get(command.room)
    talking = room is not None and room.kind == "private" and [seat.participant for seat in talkers(session, room.id)]
    if room is None or not talking or by.participant not in talking:
        # One answer for all: whether others talk privately is not for everybody to know.
        raise RefusedError(ErrorCode.NO_SUCH, "you are in no such private talk")
    return end_private(session, now, by, room.id)


DECIDE: Final[Decide] = {c.TalkPrivately: _talk_privately, c.EndPrivate: _end_private}


# --- applying --------------------------------------------------------------------------------------------------------


def _opened(session: Session, event: e.RoomOpened) -> Session:
    step(ROOM, _state(session, event.room), "room_opened")
    number = int(event.room.removeprefix("pair.")) if event.kind == "pair" else None
    room = Room(event.room, event.kind, event.at, actor(event.by), number=number)
    return session.change(rooms={**session.rooms, room.id: room})


def _closed(session: Session, event: e.RoomClosed) -> Session:
    """Who would go back there goes to the group: the next round has rooms of the same names."""
    step(ROOM, _state(session, event.room), "room_closed")
    for seat in session.seats.values():
        if seat.back_to == event.room:
            session = with_seat(session, seat.participant, back_to=MAIN)
    return session.change(rooms={key: room for key, room in session.rooms.items() if key != event.room})


def _state(session: Session, room: RoomId) -> RoomState | None:
    return RoomState.OPEN if room in session.rooms else None


def _moved(session: Session, event: e.Moved) -> Session:
    """What was muted for all in the room that they leave belongs to that room. Who waits has no media."""
    seat = session.seats[event.participant]
    left, to = session.rooms[seat.room], session.rooms[event.room]
    session = with_room(session, left.id, muted=left.muted - {event.participant})
    if to.kind in ("waiting", "late"):
        session = with_seat(session, event.participant, sources=frozenset(), stopped=frozenset())
    if not seat.here and not seat.is_facilitator and seat.resting != "away" and "pair" in (left.kind, to.kind):
        session = with_seat(session, event.participant, resting="arriving")  # told where they are before they are seen
    if to.kind == "pair" or (to.kind == "main" and event.by is not None and left.kind in ("pair", "late")):
        session = _known(session, event.participant)
    return with_seat(session, event.participant, room=event.room, back_to=event.back_to)


def _known(session: Session, who: ParticipantId) -> Session:
    """They have their place: no latecomers of this round any more, wherever they go."""
    if session.round is None:
        return session
    known = session.round.known | {who}
    return session.change(round=msgspec.structs.replace(session.round, known=known))


APPLY: Final[Apply] = {e.RoomOpened: _opened, e.RoomClosed: _closed, e.Moved: _moved}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    """A private room without its two ends; an interpreter goes where their person goes."""
    if session.ended:
        return []
    for room in session.rooms.values():
        if room.kind == "private" and len(talkers(session, room.id)) < 2:
            return end_private(session, now, None, room.id)
    interpreters = [seat for seat in session.seats.values() if accompanies(seat) and seat.door is Door.INSIDE]
    return move(session, now, None, [(seat.participant, _beside(session, seat)) for seat in interpreters])


def _beside(session: Session, interpreter: Seat) -> RoomId:
    """The followed one's room; main without one, and while they wait or are lost."""
    followed = session.seats.get(interpreter.follows) if interpreter.follows is not None else None
    return followed.room if followed is not None and in_media_room(session, followed) else MAIN


def due(session: Session) -> float | None:
    return None
