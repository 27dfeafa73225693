"""Which seats belong to the same person, and what that makes of a knock."""

from __future__ import annotations

import msgspec

from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import LinkHash, ParticipantId, PersonId
from signaling.core.lifecycles import Absence, Door
from signaling.core.state import Gone, Here, Seat, Session, with_seat
from signaling.protocol import ErrorCode

ABANDONED = frozenset({Absence.OPEN_TO_TEAM, Absence.CLOSING})  # anyone of the team may lead


def own_seat(session: Session, person: PersonId | None, but: ParticipantId | None = None) -> Seat | None:
    """The seat that this person has been let in on and not left, be they lost for the moment. At most one."""
    return next((seat for seat in _of(session, person, but) if _has_seat(seat)), None)


def seat_of_link(session: Session, link: LinkHash) -> Seat | None:
    """The same for a link for one that no person of a list stands behind, such as one from a spoken code."""
    return next((seat for seat in session.seats.values() if seat.link == link and _has_seat(seat)), None)


def seat_of_knock(session: Session, knock: Seat) -> Seat | None:
    """The seat that letting this knock in moves to its device."""
    if knock.person is not None:
        return own_seat(session, knock.person, knock.participant)
    claimed = session.seats.get(knock.claims) if knock.claims is not None else None
    return claimed if claimed is not None and _has_seat(claimed) else None


def without_claims(session: Session, gone: Seat) -> Session:
    """Strangers' knocks that were another device of somebody who is gone are strangers' again."""
    for knock in session.seats.values():
        if knock.person is None and knock.claims == gone.participant:
            session = with_seat(session, knock.participant, knock="stranger", claims=None)
    return session


def knock_kind(
    session: Session, person: PersonId | None, but: ParticipantId | None = None
) -> tuple[e.KnockKind, ParticipantId | None]:
    """What facilitators are told of a knock, and whose other device it is."""
    if person is None:
        return "stranger", None
    seats = _of(session, person, but)
    held = own_seat(session, person, but)
    if held is not None:
        return ("other_device" if held.present else "again"), held.participant
    first = next((seat for seat in _of(session, person, None) if seat.door is Door.KNOCKING), None)
    if first is not None and first.participant != but:
        return "other_device", first.participant
    out = [seat.presence.cause for seat in seats if isinstance(seat.presence, Gone) and seat.door is Door.OUT]
    if out:  # declined ones too: "everyone expected" is nobody who was turned away
        return ("removed" if out[-1] in ("removed", "banned") else "again"), None
    return "expected", None


def with_kinds(session: Session, person: PersonId | None) -> Session:
    """The knocks of this person as they are now that one of their other seats changed."""
    if person is None:
        return session
    seats = dict(session.seats)
    for seat in _of(session, person, None):
        if seat.door is Door.KNOCKING:
            kind, claims = knock_kind(session, person, seat.participant)
            seats[seat.participant] = msgspec.structs.replace(seat, knock=kind, claims=claims)
    return session.change(seats=seats)


def left_before(session: Session, person: PersonId | None, but: ParticipantId | None = None) -> Seat | None:
    """What is kept of the time before of somebody who went and comes again. At most one."""
    return next((seat for seat in _of(session, person, but) if seat.door is Door.OUT), None)


def without_past(session: Session, person: PersonId | None, but: ParticipantId) -> Session:
    """Nobody's times before pile up."""
    if person is None:
        return session
    past = {seat.participant for seat in _of(session, person, but) if seat.door is Door.OUT}
    return session.change(seats={who: seat for who, seat in session.seats.items() if who not in past})


def let_in(session: Session, now: float, by: e.By | None, knock: Seat) -> list[e.Event]:
    """The knock gets a seat, or takes along the seat that its person has already. Raises RefusedError."""
    held = seat_of_knock(session, knock)
    if held is None:
        return [e.Admitted(now, knock.participant, by)]
    if not isinstance(knock.presence, Here) or knock.secret is None:
        raise RefusedError(ErrorCode.NOT_NOW, "the device that knocks is reconnecting")
    return [
        e.SeatMoved(now, held.participant, knock.participant, knock.secret, knock.presence.connection, by),
    ]


def needs_no_knock(session: Session, person: PersonId | None, but: ParticipantId | None = None) -> bool:
    """Whether a facilitator comes in at once: not while their own seat is live on another device."""
    held = own_seat(session, person, but)
    if held is None or not held.present:
        return True
    return not held.here and session.absence in ABANDONED


def may_take_over(session: Session, seat: Seat) -> bool:
    """A facilitator who knocks may lead as soon as the same link would now let them in."""
    return (
        seat.is_facilitator
        and seat.door is Door.KNOCKING
        and isinstance(seat.presence, Here)
        and needs_no_knock(session, seat.person, seat.participant)
    )


def _has_seat(seat: Seat) -> bool:
    return seat.door in (Door.INSIDE, Door.SENT_BACK)


def _of(session: Session, person: PersonId | None, but: ParticipantId | None) -> list[Seat]:
    if person is None:
        return []
    return [seat for seat in session.seats.values() if seat.person == person and seat.participant != but]
