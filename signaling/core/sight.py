"""Whose media reaches whom: the only place that says so. Pure; the media shell makes attachments and holds of it.

Media flows between the people of one media room (main, private or a pair) and nowhere else. A waiting room and the desk
are rooms in which nobody sees or hears anybody. Every exception is a member of `Exception_`, is listed by `exceptions`,
and is on the screen of the one who is seen or heard (`seen_by`, `lookers`) or who hears (`voice_of`). There is none by
which somebody listens to another room.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from signaling.core import events as e
from signaling.core.events import RoomKind, SourceKind
from signaling.core.ids import ParticipantId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.roles import IN_GROUP, Role
from signaling.core.state import Room, Seat, Session

EVERYTHING: Final[frozenset[SourceKind]] = frozenset(e.SOURCES)
NOTHING: Final[frozenset[SourceKind]] = frozenset()
_MICROPHONE: Final[frozenset[SourceKind]] = frozenset({"microphone"})
_CAMERA: Final[frozenset[SourceKind]] = frozenset({"camera"})
_HOLDS: Final[frozenset[RoomKind]] = frozenset({"main", "pair"})  # while the group is paused. Private talks go on


class Exception_(enum.StrEnum):  # noqa: N801 - Exception is taken
    """Why somebody sees or hears a person whom the rest of their room does not."""

    COVERED = "covered"  # facilitators of the room go on seeing and hearing whom they covered
    LOOK = "look"  # one facilitator sees the cameras of one pair for a minute, and hears nothing
    BROADCAST = "broadcast"  # one facilitator in the main room is heard in all pairs, and hears nothing


def in_media_room(session: Session, seat: Seat) -> bool:
    """Also while reconnecting: the media may live on."""
    room = session.rooms.get(seat.room)
    if room is None or not seat.present:
        return False
    match room.kind:
        case "main" | "pair":
            return seat.door is Door.INSIDE
        case "private":  # a waiting person may be talked to, and stays at the door
            return seat.door is not Door.OUT
        case _:
            return False


def sources_for(session: Session, viewer: ParticipantId, publisher: ParticipantId) -> frozenset[SourceKind]:
    """What of `publisher` may reach `viewer`, whether it is published or not."""
    seer, seen = session.seats.get(viewer), session.seats.get(publisher)
    if seer is None or seen is None or not in_media_room(session, seen):
        return NOTHING
    if viewer == publisher:
        return EVERYTHING
    if not in_media_room(session, seer) or seer.resting in ("away", "arriving"):
        return NOTHING
    if seer.room != seen.room:
        return _across(session, seer, seen)
    if seen.covered_by is not None and not seer.is_facilitator:
        return NOTHING
    return EVERYTHING


def _across(session: Session, seer: Seat, seen: Seat) -> frozenset[SourceKind]:
    """From one room into another. Who is covered, is so for facilitators of other rooms too."""
    if seen.covered_by is not None:
        return NOTHING
    looks = _looks(seer, seen.room)
    hears = voice_of(session, seen.participant) == "everyone" and session.rooms[seer.room].kind == "pair"
    return (_CAMERA if looks else NOTHING) | (_MICROPHONE if hears else NOTHING)


def lookers(session: Session, room: RoomId) -> list[Seat]:
    """Who sees this room's pictures from outside: all of them were named to it before."""
    return [seat for seat in session.present() if _looks(seat, room)]


def _looks(seer: Seat, room: RoomId) -> bool:
    return seer.look is not None and seer.look.open and seer.look.room == room


def voice_of(session: Session, who: ParticipantId) -> RoomId | Literal["everyone"] | None:
    """The one place where somebody is heard while they are not muted: a room; the main room and all pairs; none."""
    if session.broadcast is not None and session.broadcast.by == who:
        return "everyone"
    seat = session.seats.get(who)
    return seat.room if seat is not None and in_media_room(session, seat) else None


def held(session: Session, publisher: ParticipantId) -> frozenset[SourceKind]:
    """What of `publisher` reaches nobody at all."""
    seat = session.seats.get(publisher)
    if seat is None or not in_media_room(session, seat):
        return EVERYTHING
    room = session.rooms[seat.room]
    if seat.resting is not None or _paused(session, seat, room):
        return EVERYTHING
    silent = _MICROPHONE if muted(session, seat) else NOTHING
    return silent | seat.stopped | _shut(seat, room)


def may_start(session: Session, publisher: ParticipantId) -> frozenset[SourceKind]:
    """What a person may publish, and unmute, now."""
    seat = session.seats.get(publisher)
    if seat is None or not in_media_room(session, seat):
        return NOTHING
    return EVERYTHING - _shut(seat, session.rooms[seat.room])


def muted(session: Session, seat: Seat) -> bool:
    """Own mute, a facilitator's, or that of the room the person is in."""
    room = session.rooms.get(seat.room)
    return seat.muted or (room is not None and seat.participant in room.muted)


def seen_by(session: Session, publisher: ParticipantId) -> list[ParticipantId] | None:
    """Exactly those who can see and hear a person while it is not the room as usual; None: it is."""
    seat = session.seats.get(publisher)
    if seat is None or seat.covered_by is None:
        return None
    others = [other.participant for other in session.present() if other.participant != publisher]
    return [other for other in others if sources_for(session, other, publisher)]


def exceptions(session: Session) -> list[tuple[ParticipantId, ParticipantId, Exception_]]:
    """(viewer, publisher, why) of all that is not the same for everybody in a room, or leads from room to room."""
    covered = [
        (viewer, seat.participant, Exception_.COVERED)
        for seat in session.present()
        for viewer in seen_by(session, seat.participant) or ()
    ]
    return [*covered, *_lead_across(session)]


def _lead_across(session: Session) -> Iterator[tuple[ParticipantId, ParticipantId, Exception_]]:
    for seer in session.present():
        for seen in session.present():
            if seer.room != seen.room:
                sources = sources_for(session, seer.participant, seen.participant)
                if "camera" in sources:
                    yield seer.participant, seen.participant, Exception_.LOOK
                if "microphone" in sources:
                    yield seer.participant, seen.participant, Exception_.BROADCAST


def grants(roles: Iterable[Role]) -> tuple[frozenset[SourceKind], bool]:
    """(what the worker lets them send, whether it lets them receive). Desk roles alone: nothing, whatever we say."""
    return (EVERYTHING, True) if IN_GROUP.intersection(roles) else (NOTHING, False)


def _shut(seat: Seat, room: Room) -> frozenset[SourceKind]:
    """The individual lock, and the room's; the room's is for participants and guests."""
    return seat.forbidden if seat.is_facilitator else seat.forbidden | room.locked


def _paused(session: Session, seat: Seat, room: Room) -> bool:
    """Facilitators stay seen and heard."""
    return session.paused_by is not None and room.kind in _HOLDS and not seat.is_facilitator
