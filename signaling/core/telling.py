"""What a client is told of a session: people, snapshots and events in the protocol's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from signaling import protocol as p
from signaling.core import events as e
from signaling.core.ids import ParticipantId
from signaling.core.slots import Fill
from signaling.core.state import Gone, Here, Seat, Session

Names = Mapping[ParticipantId, str]

_SOURCES: Final[tuple[p.SourceName, ...]] = ("microphone", "camera", "screen", "screen_sound")


def person(seat: Seat, names: Names) -> p.Person:
    """The name is empty after a restart of the server, until the person is back."""
    return p.Person(
        id=seat.participant,
        name=names.get(seat.participant, ""),
        role=seat.role.value,
        muted=seat.muted,
        sources=[source for source in _SOURCES if source in seat.sources],
        present=isinstance(seat.presence, Here),
    )


def people(session: Session, names: Names) -> list[p.Person]:
    return [person(seat, names) for seat in session.present()]


def slot_map(fills: Iterable[Fill]) -> list[p.Slot]:
    return [p.Slot(fill.mid, fill.participant, fill.source) for fill in fills]


def told(before: Session, after: Session, event: e.Event, names: Names) -> p.SessionEvent | None:
    """The event as others in the room see it; None for those that only the record needs."""
    match event:
        case e.Joined(participant=who):
            return p.Joined(person(after.seats[who], names))
        case e.Returned(participant=who):
            # Who was told that they left must be told that they are back in.
            gone = isinstance(before.seats[who].presence, Gone)
            return (p.Joined if gone else p.Returned)(person(after.seats[who], names))
        case e.WentAway(participant=who):
            return p.Away(who)
        case e.Left(participant=who, cause=cause):
            return p.Left(who, cause)
        case e.Muted(participant=who):
            return p.Muted(who)
        case e.Unmuted(participant=who):
            return p.Unmuted(who)
        case e.Published(participant=who, source=source):
            return p.Published(who, source)
        case e.Unpublished(participant=who, source=source):
            return p.Unpublished(who, source)
        case e.Ended():
            return None
        case _:
            assert_never(event)
