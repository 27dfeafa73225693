"""The session as a pure state machine: `decide` makes events of a command, `apply` makes the next state of an event.

Replaying a session's events gives the same state. `now` is wall-clock seconds and never decreases. Raises
`RefusedError` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, assert_never

import msgspec
from msgspec import Struct

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import MAIN, ConnectionId, LinkHash, ParticipantId, RoomId, SecretHash, SessionId
from signaling.core.roles import Role, Standing, may
from signaling.protocol import ByeReason, ErrorCode

AWAY_KEPT: Final = 60.0  # seconds. Others see "reconnecting" this long; then the person has left
SECRET_LIVES: Final = 600.0  # seconds since the last contact. Longer forgives more; a shared computer forgives less
SEATS_PER_PLACE: Final = 20  # ever. A link that is joined and left in a loop wears out alone, and eats no memory


class RefusedError(Exception):
    """The actor may not, or cannot now. `text` is for developers."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Here(Struct, frozen=True):
    connection: ConnectionId


class Away(Struct, frozen=True):
    since: float


class Gone(Struct, frozen=True):
    last_contact: float
    cause: e.LeaveCause


Presence = Here | Away | Gone


class Seat(Struct, frozen=True):
    """A person in this session; survives reconnects."""

    participant: ParticipantId
    role: Role
    link: LinkHash
    secret: SecretHash
    presence: Presence
    room: RoomId = MAIN
    muted: bool = False
    sources: frozenset[e.SourceKind] = frozenset()

    @property
    def in_room(self) -> bool:
        return not isinstance(self.presence, Gone)


class Session(Struct, frozen=True):
    """`n` is the number of the last event. `seats` is never changed in place."""

    id: SessionId
    n: int = 0
    seats: dict[ParticipantId, Seat] = {}
    ended: bool = False

    def present(self) -> list[Seat]:
        """Everybody in the room, those who are reconnecting too, in the order in which they first came."""
        return [seat for seat in self.seats.values() if seat.in_room]


Outcome = tuple[list[e.Event], list[c.Effect]]


def decide(session: Session, now: float, actor: c.Actor, command: c.Command) -> Outcome:
    """Events to be stored and applied, and effects to be performed after that."""
    _authorise(session, actor, command)
    match command:
        case c.Join():
            return _join(session, now, command)
        case c.Resume():
            return _resume(session, now, command)
        case c.Disconnect(connection):
            return [e.WentAway(now, seat.participant) for seat in _on(session, connection)], []
        case c.End():
            return _end(session, now)
        case c.Tick():
            return _tick(session, now)
        case c.Publish() | c.Unpublish() | c.Mute() | c.Unmute() | c.Leave():
            assert isinstance(actor, c.Member)
            return _own(session.seats[actor.participant], now, command)
        case _:
            assert_never(command)


def apply(session: Session, event: e.Event) -> Session:
    """The state after one event. Total over events that `decide` made."""
    n = session.n + 1
    match event:
        case e.Ended():
            return msgspec.structs.replace(session, n=n, ended=True)
        case e.Joined(_, participant, role, link, secret, connection):
            seat = Seat(participant, role, link, secret, Here(connection))
        case _:
            seat = _changed(session.seats[event.participant], event)
    return msgspec.structs.replace(session, n=n, seats={**session.seats, seat.participant: seat})


def replay(session: Session, events: Iterable[e.Event]) -> Session:
    for event in events:
        session = apply(session, event)
    return session


def deadline(session: Session) -> float | None:
    """When the next `Tick` is due; None while nobody is away."""
    since = [seat.presence.since for seat in session.seats.values() if isinstance(seat.presence, Away)]
    return min(since) + AWAY_KEPT if since else None


def seat_of_secret(session: Session, secret: SecretHash) -> Seat | None:
    return next((seat for seat in session.seats.values() if seat.secret == secret), None)


# --- deciding --------------------------------------------------------------------------------------------------------


def _standing(session: Session, actor: c.Actor) -> Standing:
    match actor:
        case c.Newcomer():
            return Standing.NEWCOMER
        case c.Operator():
            return Standing.OPERATOR
        case c.Server():
            return Standing.SERVER
        case c.Member(participant):
            seat = session.seats.get(participant)
            if seat is None or not isinstance(seat.presence, Here):
                raise RefusedError(ErrorCode.NOT_JOINED, "not in this session")
            return Standing(seat.role)
        case _:
            assert_never(actor)


def _authorise(session: Session, actor: c.Actor, command: c.Command) -> None:
    if session.ended and not isinstance(command, c.Disconnect | c.Tick | c.End):
        raise RefusedError(ErrorCode.ENDED, "the session is over")
    standing = _standing(session, actor)
    kind = type(command).__name__
    if not may(standing, kind):
        raise RefusedError(ErrorCode.NOT_ALLOWED, f"{standing} may not {kind.lower()}")


def _join(session: Session, now: float, command: c.Join) -> Outcome:
    if sum(seat.link == command.link for seat in session.seats.values()) >= command.people * SEATS_PER_PLACE:
        raise RefusedError(ErrorCode.LINK_FULL, "the link is worn out")
    _need_place(session, now, command.link, command.people)
    joined = e.Joined(now, command.participant, command.role, command.link, command.secret, command.connection)
    return [joined], []


def _resume(session: Session, now: float, command: c.Resume) -> Outcome:
    seat = seat_of_secret(session, command.secret)
    if seat is None or now - _last_contact(seat, now) > SECRET_LIVES:
        raise RefusedError(ErrorCode.RESUME_UNKNOWN, "unknown secret, or too long ago")
    if not _holds_place(seat, now):
        _need_place(session, now, seat.link, command.people)
    returned = e.Returned(now, seat.participant, command.connection, command.media_kept)
    effects: list[c.Effect] = [] if command.media_kept else [c.DropMedia(seat.participant)]
    if isinstance(seat.presence, Here):
        effects.append(c.Close(seat.presence.connection, ByeReason.REPLACED))
    return [returned], effects


def _own(seat: Seat, now: float, command: c.Publish | c.Unpublish | c.Mute | c.Unmute | c.Leave) -> Outcome:
    """What people do with their own seat. Asking for what is already so changes nothing and is no error."""
    me = seat.participant
    match command:
        case c.Publish(source):
            return ([] if source in seat.sources else [e.Published(now, me, source)]), []
        case c.Unpublish(source):
            return ([e.Unpublished(now, me, source)] if source in seat.sources else []), []
        case c.Mute():
            return ([], []) if seat.muted else ([e.Muted(now, me)], [c.SilenceMicrophone(me, True)])
        case c.Unmute():
            return ([e.Unmuted(now, me)], [c.SilenceMicrophone(me, False)]) if seat.muted else ([], [])
        case c.Leave():
            return [e.Left(now, me, "left")], _farewell(seat, ByeReason.LEFT)
        case _:
            assert_never(command)


def _end(session: Session, now: float) -> Outcome:
    if session.ended:
        return [], []
    present = session.present()
    events: list[e.Event] = [e.Left(now, seat.participant, "ended") for seat in present]
    return [*events, e.Ended(now)], [effect for seat in present for effect in _farewell(seat, ByeReason.ENDED)]


def _tick(session: Session, now: float) -> Outcome:
    lost = [
        seat.participant
        for seat in session.seats.values()
        if isinstance(seat.presence, Away) and now - seat.presence.since >= AWAY_KEPT
    ]
    return [e.Left(now, who, "lost") for who in lost], [c.DropMedia(who) for who in lost]


def _farewell(seat: Seat, reason: Literal[ByeReason.LEFT, ByeReason.ENDED]) -> list[c.Effect]:
    drop: list[c.Effect] = [c.DropMedia(seat.participant)]
    return [*drop, c.Close(seat.presence.connection, reason)] if isinstance(seat.presence, Here) else drop


def _on(session: Session, connection: ConnectionId) -> list[Seat]:
    return [seat for seat in session.seats.values() if seat.presence == Here(connection)]


def _last_contact(seat: Seat, now: float) -> float:
    match seat.presence:
        case Here():
            return now
        case Away(since):
            return since
        case Gone(last_contact):
            return last_contact
        case _:
            assert_never(seat.presence)


def _holds_place(seat: Seat, now: float) -> bool:
    """Whoever leaves gives up their place on the link at once; whoever was lost, when their secret is too old."""
    if isinstance(seat.presence, Gone):
        return seat.presence.cause == "lost" and now - seat.presence.last_contact <= SECRET_LIVES
    return True


def _need_place(session: Session, now: float, link: LinkHash, people: int) -> None:
    if sum(seat.link == link and _holds_place(seat, now) for seat in session.seats.values()) >= people:
        raise RefusedError(ErrorCode.LINK_FULL, "as many people came as the link is for")


# --- applying --------------------------------------------------------------------------------------------------------

_SeatEvent = e.WentAway | e.Returned | e.Left | e.Muted | e.Unmuted | e.Published | e.Unpublished


def _changed(seat: Seat, event: _SeatEvent) -> Seat:
    change = msgspec.structs.replace
    match event:
        case e.WentAway(at):
            return change(seat, presence=Away(at))
        case e.Returned(_, _, connection, media_kept):
            sources = seat.sources if media_kept else frozenset()
            return change(seat, presence=Here(connection), sources=sources)
        case e.Left(at, _, cause):
            return change(seat, presence=Gone(_last_contact(seat, at), cause), sources=frozenset())
        case e.Muted():
            return change(seat, muted=True)
        case e.Unmuted():
            return change(seat, muted=False)
        case e.Published(_, _, source):
            return change(seat, sources=seat.sources | {source})
        case e.Unpublished(_, _, source):
            return change(seat, sources=seat.sources - {source})
        case _:
            assert_never(event)
