"""When a partner is gone: the one left behind is told at once, decides for themselves, and is not forgotten.

A pair is company for somebody while another partner or a facilitator is connected in it. Interpreters and who only
watches are none, nor is a phone that stands by. After a minute alone facilitators are called, unless one of them meant
it so.
"""

from __future__ import annotations

from typing import Final

import msgspec

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import own_seat
from signaling.core.errors import RefusedError
from signaling.core.help import alarm
from signaling.core.ids import MAIN, ParticipantId, RoomId
from signaling.core.lifecycles import ALONE, AloneState, step
from signaling.core.module import Apply, Decide
from signaling.core.moving import with_those_left
from signaling.core.rooms import move
from signaling.core.state import Alone, Here, Room, Seat, Session, is_partner, with_room
from signaling.protocol import ErrorCode

CALLED_AFTER: Final = 60.0  # seconds alone. Sooner, a reload would call facilitators; later, a pair's time is over


def can_return(session: Session, room: RoomId) -> bool:
    """Whoever is alone there may yet have company: of a lost connection, or of a private talk."""
    alone = session.rooms[room].alone
    return any(
        room in (seat.room, seat.back_to)
        for seat in session.seats.values()
        if (is_partner(seat) or seat.is_facilitator) and (alone is None or seat.participant != alone.who)
    )


# --- deciding --------------------------------------------------------------------------------------------------------


def _back_to_group(session: Session, now: float, by: e.By, command: c.BackToGroup) -> list[e.Event]:
    """A facilitator ends a visit, and starts muted: no word meant for the pair slips out. A partner, only from an
    empty room: leaving company is for a facilitator to arrange."""
    seat = own_seat(session, by)
    room = session.rooms[seat.room]
    if room.kind == "pair" and seat.is_facilitator:
        return [
            *([] if seat.drop_in is None else [e.DropInOff(now, seat.participant)]),
            *([] if seat.muted else [e.Muted(now, seat.participant, None)]),
            *move(session, now, by, [(seat.participant, MAIN)]),
        ]
    _need_alone(room, seat)
    return move(session, now, by, with_those_left(session, {seat.participant: MAIN}).items())


def _wait(session: Session, now: float, by: e.By, command: c.WaitForPartner) -> list[e.Event]:
    seat = own_seat(session, by)
    alone = _need_alone(session.rooms[seat.room], seat)
    return [] if alone.waits else [e.PartnerAwaited(now, seat.room)]


def _need_alone(room: Room, seat: Seat) -> Alone:
    if room.alone is None or room.alone.who != seat.participant:
        raise RefusedError(ErrorCode.NOT_NOW, "you are not alone in a pair")
    return room.alone


DECIDE: Final[Decide] = {c.BackToGroup: _back_to_group, c.WaitForPartner: _wait}


# --- applying --------------------------------------------------------------------------------------------------------


def _gone(session: Session, event: e.PartnerGone) -> Session:
    step(ALONE, _state(session, event.room), "partner_gone")
    return with_room(session, event.room, alone=Alone(event.participant, event.at, event.meant))


def _back(session: Session, event: e.PartnerBack) -> Session:
    step(ALONE, _state(session, event.room), "partner_back")
    return with_room(session, event.room, alone=None)


def _awaited(session: Session, event: e.PartnerAwaited) -> Session:
    return _changed(session, event.room, "partner_awaited", waits=True)


def _called(session: Session, event: e.PartnerCalled) -> Session:
    return _changed(session, event.room, "partner_called", called=True)


def _changed(session: Session, room: RoomId, tag: str, **changes: bool) -> Session:
    alone = session.rooms[room].alone
    step(ALONE, _state(session, room), tag)
    assert alone is not None
    return with_room(session, room, alone=msgspec.structs.replace(alone, **changes))


def _state(session: Session, room: RoomId) -> AloneState | None:
    return None if session.rooms[room].alone is None else AloneState.ALONE


APPLY: Final[Apply] = {
    e.PartnerGone: _gone,
    e.PartnerBack: _back,
    e.PartnerAwaited: _awaited,
    e.PartnerCalled: _called,
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    return [] if session.ended else [event for room in session.pairs() for event in _of_room(session, now, room)]


def _of_room(session: Session, now: float, room: Room) -> list[e.Event]:
    who = _left(session, room.id)
    if room.alone is None:
        return [] if who is None else [e.PartnerGone(now, room.id, who, meant=False)]
    if room.alone.who != who:  # another one, who is told anew; or nobody to tell
        return [e.PartnerBack(now, room.id)]
    at = _calls_at(session, room)
    if at is None or now < at:
        return []
    return [e.PartnerCalled(now, room.id), *alarm(session, now, "partner_dropped", who)]


def _left(session: Session, room: RoomId) -> ParticipantId | None:
    """The only one connected in a pair."""
    if any(seat.is_facilitator and isinstance(seat.presence, Here) for seat in session.members(room)):
        return None
    here = [seat.participant for seat in session.partners(room) if seat.here]
    return here[0] if len(here) == 1 else None


def _calls_at(session: Session, room: Room) -> float | None:
    """Nobody is called while the other one is with a facilitator already."""
    alone = room.alone
    if alone is None or alone.meant or alone.called or _talks(session, room.id):
        return None
    return alone.since + CALLED_AFTER


def _talks(session: Session, room: RoomId) -> bool:
    """A member is in a private talk, and goes back here after it."""
    return any(seat.back_to == room for seat in session.seats.values())


def due(session: Session) -> float | None:
    if session.ended:
        return None
    return min((at for room in session.pairs() if (at := _calls_at(session, room)) is not None), default=None)
