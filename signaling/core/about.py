"""Whom and what a command is about, or the refusal that there is no such person or room."""

from __future__ import annotations

from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import DESK, ParticipantId, RoomId
from signaling.core.sight import in_media_room
from signaling.core.state import Room, Seat, Session
from signaling.protocol import ErrorCode


def actor(by: e.By | None) -> ParticipantId | None:
    """The person of an event; None for the operator, and for what comes by itself."""
    return by.participant if by is not None else None


def own_seat(session: Session, by: e.By) -> Seat:
    assert by.participant is not None  # the table of roles lets nobody else through
    return session.seats[by.participant]


def in_the_group(session: Session, participant: ParticipantId) -> Seat:
    """Somebody who is not at the desk, also while waiting. Raises RefusedError."""
    seat = session.need_seat(participant)
    if seat.room == DESK:
        raise RefusedError(ErrorCode.NO_SUCH, "they are not in the group")
    return seat


def in_a_room(session: Session, participant: ParticipantId) -> Seat:
    """Somebody in a media room. Raises RefusedError."""
    seat = session.need_seat(participant)
    if not in_media_room(session, seat):
        raise RefusedError(ErrorCode.NO_SUCH, "they are not in a room")
    return seat


def led(session: Session, participant: ParticipantId) -> Seat:
    """As `in_a_room`, but not one of the team: facilitators do not moderate each other. Raises RefusedError."""
    seat = in_a_room(session, participant)
    if seat.is_facilitator:
        raise RefusedError(ErrorCode.NOT_ALLOWED, "not on a facilitator")
    return seat


def media_room(session: Session, room: RoomId) -> Room:
    """Raises RefusedError."""
    found = session.need_room(room)
    if found.kind in ("waiting", "desk", "late"):
        raise RefusedError(ErrorCode.NO_SUCH, "there is no media in that room")
    return found


def accompanies(seat: Seat) -> bool:
    """An interpreter who does not lead as well."""
    return seat.function == "interpreter" and not seat.is_facilitator
