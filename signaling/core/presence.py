"""Connections and the resume secret: for how long somebody who dropped is awaited."""

from __future__ import annotations

from typing import Final

from signaling.core.lifecycles import PRESENCE, STANDBY, PresenceState, StandbyState, step
from signaling.core.state import Away, Gone, Here, Presence, Seat, Session, with_seat

AWAY_KEPT: Final = 60.0  # seconds. Others see "reconnecting" this long; then the person is out of view
SECRET_LIVES: Final = 600.0  # seconds since the last contact. Longer forgives more; a shared computer forgives less

_STATES: Final[dict[type[Presence], PresenceState]] = {
    Here: PresenceState.HERE,
    Away: PresenceState.AWAY,
    Gone: PresenceState.GONE,
}


def hold_to_table(presence: Presence | None, tag: str) -> None:
    """KeyError where the table of connections has no such event: our own bug."""
    step(PRESENCE, None if presence is None else _STATES[type(presence)], tag)


def last_contact(seat: Seat, now: float) -> float:
    match seat.presence:
        case Away(since):
            return since
        case Gone(last):
            return last
        case _:
            return now


def too_old(presence: Presence, now: float) -> bool:
    """The secret of who was last heard of then resumes no more."""
    match presence:
        case Away(since) | Gone(since):
            return now - since >= SECRET_LIVES
        case _:
            return False


def lost_at(seat: Seat) -> float | None:
    """When somebody who is away is out of view. Their phone on the same seat keeps them in it."""
    if not isinstance(seat.presence, Away) or seat.standby_here:
        return None
    phone = seat.standby.presence if seat.standby is not None else None
    since = max(seat.presence.since, phone.since) if isinstance(phone, Away) else seat.presence.since
    return since + AWAY_KEPT


def standby_state(session: Session, seat: Seat) -> StandbyState | None:
    if seat.standby is not None:
        return StandbyState.SILENT if isinstance(seat.standby.presence, Here) else StandbyState.LOST
    return StandbyState.OFFERED if any(who == seat.participant for who, _ in session.standby_offers.values()) else None


def without_standby(session: Session, seat: Seat, tag: str) -> Session:
    """The phone is off the seat, and its code of no use."""
    step(STANDBY, standby_state(session, seat), tag)
    return with_seat(without_offers(session, seat), seat.participant, standby=None)


def without_offers(session: Session, seat: Seat) -> Session:
    offers = {token: offer for token, offer in session.standby_offers.items() if offer[0] != seat.participant}
    return session.change(standby_offers=offers)
