"""A facilitator's phone on the same seat, silent until it is needed.

The laptop shows a code that works once, for two minutes. The phone gets a secret of its own; its commands are the
seat's. It becomes the seat's device only by a tap: a microphone must not open by itself.
"""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import ParticipantId
from signaling.core.lifecycles import STANDBY, step
from signaling.core.module import Apply, Decide
from signaling.core.presence import SECRET_LIVES, hold_to_table, standby_state, without_offers, without_standby
from signaling.core.state import Away, Gone, Here, Seat, Session, Standby, with_seat
from signaling.protocol import ErrorCode

OFFER_LIVES: Final = 120.0  # seconds. Long enough to find the phone, too short for a photo of the screen to be of use


def _make(session: Session, now: float, by: e.By, command: c.MakeStandby) -> list[e.Event]:
    return [e.StandbyOffered(now, _own(session, by).participant, command.token, now + OFFER_LIVES)]


def _join(session: Session, now: float, by: e.By, command: c.JoinStandby) -> list[e.Event]:
    who, until = session.standby_offers.get(command.token, (None, 0.0))
    if who is None or until <= now:
        raise RefusedError(ErrorCode.STANDBY_UNKNOWN, "the code is used up, too old, or never was")
    return [e.StandbyJoined(now, who, command.connection, command.secret)]


def _take(session: Session, now: float, by: e.By, command: c.TakeSeat) -> list[e.Event]:
    seat = _own(session, by)
    if seat.on(command.connection) != "standby":
        raise RefusedError(ErrorCode.NOT_ALLOWED, "only from the phone that stands by")
    return [e.StandbyTook(now, seat.participant, command.connection)]


def _drop(session: Session, now: float, by: e.By, command: c.DropStandby) -> list[e.Event]:
    seat = _own(session, by)
    return [] if standby_state(session, seat) is None else [e.StandbyGone(now, seat.participant)]


def _own(session: Session, by: e.By) -> Seat:
    assert by.participant is not None, "only a member has a phone"
    return session.seats[by.participant]


DECIDE: Final[Decide] = {
    c.MakeStandby: _make,
    c.JoinStandby: _join,
    c.TakeSeat: _take,
    c.DropStandby: _drop,
}


def _step(session: Session, participant: ParticipantId, tag: str) -> None:
    """Holds an event to the table."""
    step(STANDBY, standby_state(session, session.seats[participant]), tag)


def _offered(session: Session, event: e.StandbyOffered) -> Session:
    _step(session, event.participant, "standby_offered")
    session = without_offers(session, session.seats[event.participant])
    offer = (event.participant, event.until)
    return session.change(standby_offers={**session.standby_offers, event.token: offer})


def _joined(session: Session, event: e.StandbyJoined) -> Session:
    """A new phone takes the place of an older one. A phone that comes back leaves a newer code alone."""
    _step(session, event.participant, "standby_joined")
    before = session.seats[event.participant].standby
    if before is None or before.secret != event.secret:
        session = without_offers(session, session.seats[event.participant])
    phone = Standby(Here(event.connection), event.secret)
    seat = session.seats[event.participant]
    if isinstance(seat.presence, Gone):  # lost, and in view again: somebody acts for this seat
        hold_to_table(seat.presence, "standby_joined")
        session = with_seat(session, seat.participant, presence=Away(seat.presence.last_contact))
    return with_seat(session, seat.participant, standby=phone)


def _away(session: Session, event: e.StandbyAway) -> Session:
    _step(session, event.participant, "standby_away")
    phone = session.seats[event.participant].standby
    assert phone is not None
    return with_seat(session, event.participant, standby=Standby(Away(event.at), phone.secret))


def _gone(session: Session, event: e.StandbyGone) -> Session:
    return without_standby(session, session.seats[event.participant], "standby_gone")


def _took(session: Session, event: e.StandbyTook) -> Session:
    """The laptop's secret is dead from here on: it may come back only by its link, with a knock."""
    _step(session, event.participant, "standby_took")
    seat = session.seats[event.participant]
    hold_to_table(seat.presence, "standby_took")
    assert seat.standby is not None
    return with_seat(
        without_offers(session, session.seats[event.participant]),
        event.participant,
        presence=Here(event.connection),
        secret=seat.standby.secret,
        standby=None,
        sources=frozenset(),
        stopped=frozenset(),
    )


APPLY: Final[Apply] = {
    e.StandbyOffered: _offered,
    e.StandbyJoined: _joined,
    e.StandbyAway: _away,
    e.StandbyGone: _gone,
    e.StandbyTook: _took,
}


def settle(session: Session, now: float) -> list[e.Event]:
    """A phone that stays away is put away when its secret is too old."""
    late = [seat for seat in session.seats.values() if (at := _until(seat)) is not None and at <= now]
    return [e.StandbyGone(now, seat.participant) for seat in late]


def due(session: Session) -> float | None:
    return min(filter(None, map(_until, session.seats.values())), default=None)


def _until(seat: Seat) -> float | None:
    match seat.standby:
        case Standby(Away(since)):
            return since + SECRET_LIVES
        case _:
            return None
