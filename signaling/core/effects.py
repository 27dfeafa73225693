"""What must be done besides telling: read off the state before and after, so that no rule can forget it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import ConnectionId, ParticipantId
from signaling.core.sight import in_media_room
from signaling.core.state import Here, Seat, Session
from signaling.protocol import ByeReason

_REASONS: Final[dict[e.LeaveCause, ByeReason]] = {
    "left": ByeReason.LEFT,
    "lost": ByeReason.LEFT,
    "declined": ByeReason.DECLINED,
    "removed": ByeReason.REMOVED,
    "banned": ByeReason.REMOVED,
    "closed": ByeReason.CLOSED,
    "ended": ByeReason.ENDED,
}


def effects(before: Session, after: Session, events: Sequence[e.Event]) -> list[c.Effect]:
    """Media first: nobody is told goodbye while they are still seen."""
    return [*_dropped(before, after, events), *_closed(before, after, events)]


def _dropped(before: Session, after: Session, events: Iterable[e.Event]) -> list[c.Effect]:
    """Media of whoever is in no room with media any more, or goes on from another page."""
    anew: set[ParticipantId] = set()
    for event in events:
        match event:
            case e.Returned(participant=who, media_kept=False) | e.SeatMoved(participant=who):
                anew.add(who)
            case e.StandbyTook(participant=who):
                anew.add(who)
            case _:
                pass
    out = {who for who, seat in before.seats.items() if in_media_room(before, seat) and not _has_media(after, who)}
    return [c.DropMedia(who) for who in before.seats if who in anew | out]


def _has_media(session: Session, who: ParticipantId) -> bool:
    seat = session.seats.get(who)
    return seat is not None and in_media_room(session, seat)


def _closed(before: Session, after: Session, events: Iterable[e.Event]) -> list[c.Effect]:
    """Connections that belong to nobody any more, but for those that dropped by themselves."""
    causes = {event.participant: event.cause for event in events if isinstance(event, e.Left)}
    gone = {event.participant for event in events if isinstance(event, e.WentAway)}
    phones_gone = {event.participant for event in events if isinstance(event, e.StandbyAway)}
    live = {connection for seat in after.seats.values() for connection in _connections(seat)}
    closed: list[c.Effect] = []
    for who, seat in before.seats.items():
        reason = _REASONS[causes[who]] if who in causes else ByeReason.REPLACED
        for connection in _connections(seat):
            dropped = who in (gone if seat.presence == Here(connection) else phones_gone)
            if connection not in live and not dropped:
                closed.append(c.Close(connection, reason))
    return closed


def _connections(seat: Seat) -> list[ConnectionId]:
    places = (seat.presence, seat.standby.presence if seat.standby is not None else None)
    return [place.connection for place in places if isinstance(place, Here)]
