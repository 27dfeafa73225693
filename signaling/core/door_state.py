"""What the events of the door make of the state."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from signaling.core import events as e
from signaling.core.ids import MAIN, WAITING, ParticipantId, RoomId
from signaling.core.lifecycles import DOOR, Door, step
from signaling.core.module import Apply
from signaling.core.persons import left_before, own_seat, with_kinds, without_claims, without_past
from signaling.core.presence import hold_to_table, last_contact, standby_state, without_standby
from signaling.core.roles import GuestFunction, Role
from signaling.core.state import Away, Gone, Here, Seat, Session, call_id, with_room, with_seat

_SHARES: Final[frozenset[e.SourceKind]] = frozenset({"screen", "screen_sound"})
# What a guest may not start until a facilitator allows it: who only watches is named on every screen, and silent.
_WATCHES: Final[dict[GuestFunction, frozenset[e.SourceKind]]] = {
    "interpreter": _SHARES,
    "captioner": _SHARES | {"microphone"},
    "supervisor": frozenset(e.SOURCES),
    "trainee": frozenset(e.SOURCES),
}
_TURNED_AWAY: Final[frozenset[e.LeaveCause]] = frozenset({"declined", "removed", "banned"})
_NO_MEDIA: Final[dict[str, Any]] = {"sources": frozenset(), "stopped": frozenset()}


def _knocked(session: Session, event: e.Knocked) -> Session:
    seat = _new(session, event, step(DOOR, None, "knocked"), WAITING, knock=event.kind, claims=event.claims)
    return session.change(seats={**session.seats, event.participant: seat})


def _entered(session: Session, event: e.Entered) -> Session:
    seat = _new(session, event, step(DOOR, None, "entered"), event.room)
    session = session.change(seats={**session.seats, event.participant: seat})
    return with_kinds(without_past(session, event.person, seat.participant), event.person)


def _new(session: Session, event: e.Knocked | e.Entered, door: Door | None, room: RoomId, **more: Any) -> Seat:
    """An individual lock and a cover follow their person: nobody shakes them off by leaving and knocking again."""
    assert door is not None
    before = left_before(session, event.person)
    hold_to_table(None, "knocked")
    return Seat(
        participant=event.participant,
        roles=tuple(role for role in Role if role in event.roles),
        function=event.function,
        person=event.person,
        link=event.link,
        secret=event.secret,
        presence=Here(event.connection),
        door=door,
        since=event.at,
        room=room,
        forbidden=_forbidden(event.roles, event.function) if before is None else before.forbidden,
        covered_by=None if before is None else before.covered_by,
        **more,
    )


def _forbidden(roles: tuple[Role, ...], function: GuestFunction | None) -> frozenset[e.SourceKind]:
    if Role.FACILITATOR in roles:
        return frozenset()
    return _WATCHES[function] if function is not None else _SHARES


def _admitted(session: Session, event: e.Admitted) -> Session:
    seat = session.seats[event.participant]
    door = step(DOOR, seat.door, "admitted")
    talking = seat.room != WAITING  # in a private talk, which goes on
    place = {"back_to": MAIN} if talking else {"room": MAIN}
    session = with_seat(session, event.participant, door=door, knock=None, claims=None, **place)
    return with_kinds(without_past(session, seat.person, seat.participant), seat.person)


def _seat_moved(session: Session, event: e.SeatMoved) -> Session:
    seat, knock = session.seats[event.participant], session.seats[event.from_]
    hold_to_table(seat.presence, "seat_moved")
    session = with_seat(
        session,
        event.participant,
        door=step(DOOR, seat.door, "seat_moved"),
        presence=Here(event.connection),
        secret=event.secret,
        link=knock.link,
        room=MAIN if seat.room == WAITING or seat.room not in session.rooms else seat.room,
        **_NO_MEDIA,
    )
    seats = {who: other for who, other in session.seats.items() if who != event.from_}
    return with_kinds(_asking_on(session.change(seats=seats), knock, event.participant), seat.person)


def _asking_on(session: Session, knock: Seat, participant: ParticipantId) -> Session:
    """What they asked for, or were asked, at the door goes on for the seat."""
    calls = {}
    for call in session.calls.values():
        if call.about == knock.participant:
            moved = call_id(call.kind, participant)
            call = session.calls.get(moved) or msgspec.structs.replace(call, id=moved, about=participant)
        calls[call.id] = call
    check = session.seats[participant].check or knock.check
    return with_seat(session.change(calls=calls), participant, check=check)


def _sent_back(session: Session, event: e.SentBack) -> Session:
    seat = session.seats[event.participant]
    door = step(DOOR, seat.door, "sent_back")
    session = _gone_there(session, seat)
    return with_seat(session, event.participant, door=door, room=WAITING, back_to=None, **_NO_MEDIA)


def _went_away(session: Session, event: e.WentAway) -> Session:
    hold_to_table(session.seats[event.participant].presence, "away")
    return with_seat(session, event.participant, presence=Away(event.at))


def _returned(session: Session, event: e.Returned) -> Session:
    hold_to_table(session.seats[event.participant].presence, "returned")
    media: dict[str, Any] = {} if event.media_kept else _NO_MEDIA
    session = with_seat(session, event.participant, presence=Here(event.connection), **media)
    return with_kinds(session, session.seats[event.participant].person)


def _lost(session: Session, event: e.Lost) -> Session:
    seat = session.seats[event.participant]
    hold_to_table(seat.presence, "lost")
    gone = Gone(last_contact(seat, event.at), "lost")
    return with_kinds(with_seat(session, event.participant, presence=gone, **_NO_MEDIA), seat.person)


def _left(session: Session, event: e.Left) -> Session:
    seat = session.seats[event.participant]
    hold_to_table(seat.presence, "left")
    door = step(DOOR, seat.door, "left")
    if not _leaves_a_trace(session, seat, event.cause):
        return with_kinds(_forgotten(session, seat), seat.person)
    past = left_before(session, seat.person)
    session = _gone_there(session, seat)
    if standby_state(session, seat) is not None:
        session = without_standby(session, seat, "left")
    session = with_seat(
        session,
        event.participant,
        presence=Gone(last_contact(seat, event.at), event.cause),
        door=door,
        secret=None,
        room=WAITING,
        back_to=None,
        banned_until=_later(seat.banned_until, None if past is None else past.banned_until),
        **_NO_MEDIA,
    )
    session = without_claims(_handed_on(session, seat), seat)
    return with_kinds(without_past(session, seat.person, seat.participant), seat.person)


def _forgotten(session: Session, knock: Seat) -> Session:
    """A knock is gone as if it had never been."""
    return session.change(seats={who: seat for who, seat in session.seats.items() if who != knock.participant})


def _handed_on(session: Session, seat: Seat) -> Session:
    """The other devices on which this person knocks inherit the individual lock and the cover."""
    for other in session.seats.values():
        if seat.person is not None and other.person == seat.person and other.door is Door.KNOCKING:
            session = with_seat(session, other.participant, forbidden=seat.forbidden, covered_by=seat.covered_by)
    return session


def _later(one: float | None, other: float | None) -> float | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _leaves_a_trace(session: Session, seat: Seat, cause: e.LeaveCause) -> bool:
    """Not who was never inside, unless turned away: they are not "expected" when they knock again."""
    if seat.door is not Door.KNOCKING:
        return True
    if seat.person is None:
        return seat.banned_until is not None
    return cause in _TURNED_AWAY and own_seat(session, seat.person, seat.participant) is None


def _gone_there(session: Session, seat: Seat) -> Session:
    """Mute-all belongs to the room, and is over for who goes out of it. Who is let in again comes late."""
    room = session.rooms[seat.room]
    session = with_room(session, room.id, muted=room.muted - {seat.participant})
    if session.round is None:
        return session
    known = session.round.known - {seat.participant}
    return session.change(round=msgspec.structs.replace(session.round, known=known))


def _banned(session: Session, event: e.Banned) -> Session:
    return with_seat(session, event.participant, banned_until=event.until)


def _locked(session: Session, event: e.DoorLocked) -> Session:
    return session.change(locked_by=event.by.participant if event.by is not None else None)


def _unlocked(session: Session, event: e.DoorUnlocked) -> Session:
    return session.change(locked_by=None)


def _on_record(session: Session, event: e.AgreementAccepted | e.LinkRevoked) -> Session:
    """Nothing of the session depends on it."""
    return session


APPLY: Final[Apply] = {
    e.Knocked: _knocked,
    e.Entered: _entered,
    e.AgreementAccepted: _on_record,
    e.Admitted: _admitted,
    e.SeatMoved: _seat_moved,
    e.SentBack: _sent_back,
    e.WentAway: _went_away,
    e.Returned: _returned,
    e.Lost: _lost,
    e.Left: _left,
    e.Banned: _banned,
    e.DoorLocked: _locked,
    e.DoorUnlocked: _unlocked,
    e.LinkRevoked: _on_record,
}
