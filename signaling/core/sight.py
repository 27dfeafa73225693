"""Who may see and hear whom: the only place that says so. The media plan and every screen follow from it."""

from __future__ import annotations

import enum
from typing import Final

from signaling.core.events import SOURCES, SourceKind
from signaling.core.ids import ParticipantId
from signaling.core.roles import IN_GROUP, Role
from signaling.core.state import Seat, Session

_ALL: Final = frozenset(SOURCES)
_NOTHING: Final[frozenset[SourceKind]] = frozenset()


class Exception_(enum.StrEnum):  # noqa: N801 - Exception is taken
    """Why somebody sees a person whom their room does not."""

    COVERED = "covered"  # facilitators of the room go on seeing a covered person


def in_media_room(session: Session, seat: Seat) -> bool:
    return seat.present and session.rooms[seat.room].kind in ("main", "private")


def sources_for(session: Session, viewer: ParticipantId, publisher: ParticipantId) -> frozenset[SourceKind]:
    """What of the publisher may reach the viewer, published or not."""
    one, other = session.seats.get(viewer), session.seats.get(publisher)
    if one is None or other is None or one.room != other.room:
        return _NOTHING
    return _ALL if in_media_room(session, one) and in_media_room(session, other) else _NOTHING


def held(session: Session, publisher: ParticipantId) -> frozenset[SourceKind]:
    """What of the publisher reaches nobody now."""
    return frozenset({"microphone"}) if session.seats[publisher].muted else _NOTHING


def may_start(session: Session, publisher: ParticipantId) -> frozenset[SourceKind]:
    return _ALL


def seen_by(session: Session, publisher: ParticipantId) -> list[ParticipantId] | None:
    """None: everybody in the room, as usual. Else exactly these; the publisher's own screen names them."""
    return None


def exceptions(session: Session) -> list[tuple[ParticipantId, ParticipantId, Exception_]]:
    """(viewer, publisher, why) of everybody who sees a person whom the rest of the room does not."""
    return []


def grants(roles: tuple[Role, ...]) -> tuple[frozenset[SourceKind], bool]:
    """(what their media peer may send, whether it may receive)."""
    return (_ALL, True) if IN_GROUP & set(roles) else (_NOTHING, False)
