"""Who comes in, who stays, who goes.

It fails closed: nobody gets in by somebody else's join, and a link alone never takes over a live seat.
"""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.door_state import APPLY as APPLY
from signaling.core.errors import RefusedError
from signaling.core.ids import DESK, MAIN, LinkHash, ParticipantId, RoomId
from signaling.core.lifecycles import Door, Phase
from signaling.core.module import Decide
from signaling.core.persons import ABANDONED, knock_kind, let_in, needs_no_knock, own_seat, seat_of_knock, seat_of_link
from signaling.core.presence import SECRET_LIVES, lost_at, too_old
from signaling.core.roles import IN_GROUP, Role
from signaling.core.state import Away, Gone, Here, Seat, Session
from signaling.protocol import ErrorCode

SEATS_PER_PLACE: Final = 20  # ever, of a shared link: one that is joined and left in a loop wears out alone
KNOCKS_BEYOND: Final = 2  # knocks at once by one link, beyond the people it is for
MOST_KNOCKS: Final = 100  # at once in a session. A list longer than that cannot be judged by anybody


# --- coming in -------------------------------------------------------------------------------------------------------


def _join(session: Session, now: float, by: e.By, command: c.Join) -> list[e.Event]:
    _need_no_ban(session, now, command)
    roles = set(command.roles)
    if not roles & IN_GROUP:
        return _come_in(session, now, command, DESK)
    if Role.FACILITATOR in roles:
        if not needs_no_knock(session, command.person):
            return _knock(session, now, command)
        came = _come_in(session, now, command, MAIN)
        seat = own_seat(session, command.person)
        led = e.TookOver(now, command.participant if seat is None else seat.participant)
        return [*came, led] if session.absence in ABANDONED else came
    held = _held(session, command)
    _need_open(session, command, held)
    if command.knocks or held is not None:
        return _knock(session, now, command)
    return _come_in(session, now, command, MAIN)


def _held(session: Session, command: c.Join) -> Seat | None:
    """The seat that whoever opens this link has already, be it on another device."""
    if command.person is not None:
        return own_seat(session, command.person)
    return seat_of_link(session, command.link) if command.people == 1 and command.knocks else None


def _need_no_ban(session: Session, now: float, command: c.Join) -> None:
    """The record knows bans of personal links; the session, those of a link for one that no person stands behind."""
    until = [command.banned_until or 0.0]
    for seat in session.seats.values():
        same = seat.person == command.person if command.person is not None else seat.link == command.link
        if same and (command.person is not None or command.people == 1):
            until.append(seat.banned_until or 0.0)
    if max(until) > now:
        raise RefusedError(ErrorCode.BANNED, f"{max(until):.0f}")


def _need_open(session: Session, command: c.Join, held: Seat | None) -> None:
    """The lock is for new people: not for another device of somebody who has a seat."""
    if session.locked and held is None:
        raise RefusedError(ErrorCode.LOCKED, "the door is locked")
    if session.phase is Phase.DRAINING:
        raise RefusedError(ErrorCode.OVER, "the group has ended")
    version = session.rules.agreement
    if version is not None and version not in (command.agreement, command.agreed):
        raise RefusedError(ErrorCode.AGREEMENT_NEEDED, "this version of the agreement was not accepted")


def _come_in(session: Session, now: float, command: c.Join, room: RoomId) -> list[e.Event]:
    """Without a knock. A seat that the person has and that is not live goes on here."""
    held = own_seat(session, command.person)
    if held is None:
        _need_place(session, command)
        entered = e.Entered(
            now,
            command.participant,
            command.roles,
            command.function,
            command.person,
            command.link,
            command.secret,
            command.connection,
            room,
        )
        return [entered, *_agreed(session, now, command)]
    moved = e.SeatMoved(now, held.participant, command.participant, command.secret, command.connection, None)
    return [_knocked(session, now, command), *_agreed(session, now, command), moved]


def _knock(session: Session, now: float, command: c.Join) -> list[e.Event]:
    if _held(session, command) is None:
        _need_place(session, command)
    dropped = _crowded_out(session, now, command)
    return [*dropped, _knocked(session, now, command), *_agreed(session, now, command)]


def _knocked(session: Session, now: float, command: c.Join) -> e.Knocked:
    kind, claims = knock_kind(session, command.person)
    held = _held(session, command)
    if command.person is None and held is not None:
        kind, claims = ("other_device" if held.present else "again"), held.participant
    return e.Knocked(
        now,
        command.participant,
        command.roles,
        command.function,
        command.person,
        command.link,
        command.secret,
        command.connection,
        kind,
        claims,
    )


def _agreed(session: Session, now: float, command: c.Join) -> list[e.Event]:
    version = session.rules.agreement
    if version is None or command.agreement != version or command.agreed == version:
        return []
    return [e.AgreementAccepted(now, command.participant, version)]


def _need_place(session: Session, command: c.Join) -> None:
    """A shared link is for a number of people. Who leaves gives up the place; who is lost, when the secret is old."""
    if command.person is not None:
        return
    seats = [seat for seat in session.seats.values() if seat.link == command.link and seat.door is not Door.KNOCKING]
    if len(seats) >= command.people * SEATS_PER_PLACE:
        raise RefusedError(ErrorCode.LINK_FULL, "the link is worn out")
    if sum(seat.door is not Door.OUT for seat in seats) >= command.people:
        raise RefusedError(ErrorCode.LINK_FULL, "as many people came as the link is for")


def _crowded_out(session: Session, now: float, command: c.Join) -> list[e.Event]:
    """Knocks that dropped long enough to be out of view give way; those that are there do not."""
    knocks = [seat for seat in session.seats.values() if seat.door is Door.KNOCKING]
    own = [seat for seat in knocks if seat.link == command.link]
    if sum(seat.present for seat in own) >= command.people + KNOCKS_BEYOND:
        raise RefusedError(ErrorCode.LINK_FULL, "this link knocks on several devices already")
    if sum(seat.present for seat in knocks) >= MOST_KNOCKS:
        raise RefusedError(ErrorCode.TOO_MANY, "too many people knock")
    lost = [seat for seat in own if not seat.present] if len(own) >= command.people + KNOCKS_BEYOND else []
    if not lost and len(knocks) >= 2 * MOST_KNOCKS:
        lost = [seat for seat in knocks if not seat.present]
    return [e.Left(now, seat.participant, "lost") for seat in lost[:1]]


def _resume(session: Session, now: float, by: e.By, command: c.Resume) -> list[e.Event]:
    for seat in session.seats.values():
        who = seat.participant
        if seat.secret == command.secret and not too_old(seat.presence, now):
            return [e.Returned(now, who, command.connection, command.media_kept)]
        phone = seat.standby
        if phone is not None and phone.secret == command.secret and not too_old(phone.presence, now):
            return [e.StandbyJoined(now, who, command.connection, command.secret)]
    raise RefusedError(ErrorCode.RESUME_UNKNOWN, "unknown secret, or too long ago")


def _disconnect(session: Session, now: float, by: e.By, command: c.Disconnect) -> list[e.Event]:
    for seat in session.seats.values():
        match seat.on(command.connection):
            case "seat":
                return [e.WentAway(now, seat.participant)]
            case "standby":
                return [e.StandbyAway(now, seat.participant)]
    return []


# --- the facilitators' part ------------------------------------------------------------------------------------------


def _admit(session: Session, now: float, by: e.By, command: c.Admit) -> list[e.Event]:
    seat = session.need_seat(command.participant)
    if seat.door is Door.INSIDE:
        return []
    if session.phase is Phase.DRAINING:
        raise RefusedError(ErrorCode.NOT_NOW, "the group has ended")
    return let_in(session, now, by, seat)


def _admit_expected(session: Session, now: float, by: e.By, command: c.AdmitExpected) -> list[e.Event]:
    if session.phase is Phase.DRAINING:
        raise RefusedError(ErrorCode.NOT_NOW, "the group has ended")
    return [
        e.Admitted(now, seat.participant, by)
        for seat in session.waiting()
        if seat.door is Door.KNOCKING and seat.knock == "expected" and isinstance(seat.presence, Here)
    ]


def _decline(session: Session, now: float, by: e.By, command: c.Decline) -> list[e.Event]:
    seat = session.need_seat(command.participant)
    if seat.door is Door.INSIDE:
        raise RefusedError(ErrorCode.NOT_NOW, "already inside")
    return [e.Left(now, seat.participant, "declined", by)]


def _send_back(session: Session, now: float, by: e.By, command: c.SendBack) -> list[e.Event]:
    seat = _patient(session, command.participant)
    return [e.SentBack(now, seat.participant, by)] if seat.door is Door.INSIDE else []


def _remove(session: Session, now: float, by: e.By, command: c.Remove) -> list[e.Event]:
    return [e.Left(now, _patient(session, command.participant).participant, "removed", by)]


def _ban(session: Session, now: float, by: e.By, command: c.Ban) -> list[e.Event]:
    """With the other devices on which the same person knocks. Whoever is inside is never banned by way of a knock."""
    seat = _patient(session, command.participant)
    if command.until <= now:
        raise RefusedError(ErrorCode.NOT_NOW, "that time has passed")
    if seat.door is Door.KNOCKING and seat_of_knock(session, seat) is not None:
        return [e.Left(now, seat.participant, "declined", by)]
    knocks = [
        other.participant
        for other in session.seats.values()
        if other.door is Door.KNOCKING and other.person == seat.person is not None and other != seat
    ]
    return [
        *(e.Left(now, who, "banned", by) for who in knocks),
        e.Banned(now, seat.participant, command.until, by),
        e.Left(now, seat.participant, "banned", by),
    ]


def _patient(session: Session, participant: ParticipantId) -> Seat:
    """Somebody in the facilitators' care, lost ones too. The team is put out by revoking links, not by each other."""
    seat = session.seats.get(participant)
    if seat is None or seat.door is Door.OUT:
        raise RefusedError(ErrorCode.NO_SUCH, "nobody of that id is here")
    if seat.is_facilitator or not IN_GROUP & set(seat.roles):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "not with one of the team")
    return seat


def _lock(session: Session, now: float, by: e.By, command: c.LockDoor) -> list[e.Event]:
    if command.on == (session.locked_by is not None):
        return []
    return [e.DoorLocked(now, by) if command.on else e.DoorUnlocked(now, by)]


def _leave(session: Session, now: float, by: e.By, command: c.Leave) -> list[e.Event]:
    assert by.participant is not None, "only a member leaves"
    return [e.Left(now, by.participant, "left")]


def _revoke(session: Session, now: float, by: e.By, command: c.RevokeLink) -> list[e.Event]:
    held = [seat.participant for seat in _of_link(session, command.link)]
    gone: list[e.Event] = [e.Left(now, who, "removed", by) for who in held]
    return [e.LinkRevoked(now, command.link), *gone] if held else []


def _of_link(session: Session, link: LinkHash) -> list[Seat]:
    return [seat for seat in session.seats.values() if seat.link == link and seat.door is not Door.OUT]


DECIDE: Final[Decide] = {
    c.Join: _join,
    c.Resume: _resume,
    c.Disconnect: _disconnect,
    c.Leave: _leave,
    c.Admit: _admit,
    c.AdmitExpected: _admit_expected,
    c.Decline: _decline,
    c.SendBack: _send_back,
    c.LockDoor: _lock,
    c.Remove: _remove,
    c.Ban: _ban,
    c.RevokeLink: _revoke,
}


# --- time ------------------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    """Who is away for too long is lost; whose secret is too old as well has left."""
    if session.ended:
        return []
    events: list[e.Event] = []
    for seat in session.seats.values():
        at = _until(seat)
        if at is None or at > now:
            continue
        away = isinstance(seat.presence, Away)
        events.append(e.Lost(now, seat.participant) if away else e.Left(now, seat.participant, "lost"))
    return events


def due(session: Session) -> float | None:
    return None if session.ended else min(filter(None, map(_until, session.seats.values())), default=None)


def _until(seat: Seat) -> float | None:
    """When time does something to this seat."""
    if isinstance(seat.presence, Gone):
        return seat.presence.last_contact + SECRET_LIVES if seat.door is not Door.OUT else None
    return lost_at(seat)
