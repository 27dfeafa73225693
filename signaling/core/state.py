"""The state of one session, and what can be read off it. Nothing here is ever changed in place."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from signaling.core.errors import RefusedError
from signaling.core.events import CallKind, KnockKind, LateRule, LeaveCause, RestKind, RoomKind, Rooms, SourceKind
from signaling.core.ids import (
    DESK,
    LATE,
    MAIN,
    WAITING,
    CallId,
    ConnectionId,
    LinkHash,
    ParticipantId,
    PersonId,
    RoomId,
    SecretHash,
    SessionId,
    StandbyHash,
)
from signaling.core.lifecycles import Absence, CallState, Door, Phase, RoundState
from signaling.core.programme import Rules
from signaling.core.roles import IN_GROUP, GuestFunction, Role, sits_as
from signaling.protocol import ErrorCode


class Here(Struct, frozen=True):
    connection: ConnectionId


class Away(Struct, frozen=True):
    since: float


class Gone(Struct, frozen=True):
    """`cause` "lost": may still return, as long as the secret lives."""

    last_contact: float
    cause: LeaveCause


Presence = Here | Away | Gone


class Standby(Struct, frozen=True):
    """A facilitator's phone on the same seat."""

    presence: Here | Away
    secret: SecretHash


class Check(Struct, frozen=True):
    """ "Are you OK?", not answered yet."""

    since: float
    by: ParticipantId


class Arrival(Struct, frozen=True):
    """A facilitator will be in that room at that time."""

    room: RoomId
    at: float


class Look(Struct, frozen=True):
    """A facilitator sees the cameras of that room, on this connection alone, once the room has read it."""

    room: RoomId
    opens: float  # the room is told before that
    until: float
    connection: ConnectionId
    open: bool = False


class Seat(Struct, frozen=True):
    """One person in this session; survives reconnects. Everybody connected has exactly one, also while knocking."""

    participant: ParticipantId
    roles: tuple[Role, ...]  # never empty, in the order of Role
    function: GuestFunction | None
    person: PersonId | None  # of a personal link; None: a shared or spoken one
    link: LinkHash
    secret: SecretHash | None  # None: resumes no more
    presence: Presence
    door: Door
    since: float  # when they first came
    room: RoomId = WAITING
    back_to: RoomId | None = None  # where the end of a private talk returns them
    knock: KnockKind | None = None
    claims: ParticipantId | None = None  # the seat of the same person that letting this one in moves here
    muted: bool = False
    muted_by: ParticipantId | None = None  # None while muted: by themselves
    sources: frozenset[SourceKind] = frozenset()
    stopped: frozenset[SourceKind] = frozenset()  # by a facilitator, until unpublished and published again
    forbidden: frozenset[SourceKind] = frozenset()
    asked_to_unmute: ParticipantId | None = None
    hand: float | None = None  # when it was raised
    covered_by: ParticipantId | None = None
    follows: ParticipantId | None = None
    resting: RestKind | None = None
    check: Check | None = None
    stays: bool = False
    standby: Standby | None = None
    drop_in: Arrival | None = None
    look: Look | None = None
    banned_until: float | None = None

    @property
    def present(self) -> bool:
        """In the session's eyes: here, or away for a moment."""
        return not isinstance(self.presence, Gone)

    @property
    def here(self) -> bool:
        """Connected, on the seat's own device or on its standby phone."""
        return isinstance(self.presence, Here) or self.standby_here

    @property
    def standby_here(self) -> bool:
        return self.standby is not None and isinstance(self.standby.presence, Here)

    @property
    def inside(self) -> bool:
        """Let in."""
        return self.present and self.door is Door.INSIDE

    @property
    def is_facilitator(self) -> bool:
        return Role.FACILITATOR in self.roles

    @property
    def role(self) -> Role:
        """As others see it."""
        return sits_as(self.roles)

    def on(self, connection: ConnectionId) -> Literal["seat", "standby"] | None:
        """Which device of this seat the connection is, if it is one."""
        if self.presence == Here(connection):
            return "seat"
        if self.standby is not None and self.standby.presence == Here(connection):
            return "standby"
        return None


class Alone(Struct, frozen=True):
    """Who is left in a pair without anybody. `meant`: by a facilitator. `waits`: would rather. `called`: help was."""

    who: ParticipantId
    since: float
    meant: bool = False
    waits: bool = False
    called: bool = False


class Room(Struct, frozen=True):
    id: RoomId
    kind: RoomKind
    opened: float
    by: ParticipantId | None = None  # of a private room: its facilitator
    muted: frozenset[ParticipantId] = frozenset()  # by mute-all, not yet unmuted
    muted_by: ParticipantId | None = None  # who did that last
    locked: frozenset[SourceKind] = frozenset()  # participants and guests in this room may not start these
    spotlight: ParticipantId | None = None
    number: int | None = None  # of a pair
    alone: Alone | None = None  # in a pair


class Call(Struct, frozen=True):
    """Somebody needs a facilitator. One of a kind per person at a time; closed calls are removed."""

    id: CallId  # call_id(kind, about)
    kind: CallKind
    about: ParticipantId
    since: float
    state: CallState
    coming: ParticipantId | None = None
    taken: float | None = None  # when that one said so


Bond = tuple[str, str]
"""Two identities, in order."""


class Round(Struct, frozen=True):
    """Rooms of the group, from their plan until everybody is back."""

    state: RoundState
    plan: Rooms
    small: bool  # no planned room has more than three people: they are called pairs, else rooms
    until: float | None = None  # they end then
    warns_at: float | None = None  # the recall begins by itself then
    late: LateRule = "ask"
    known: frozenset[ParticipantId] = frozenset()  # no latecomers: there when planned, or opened, or placed since


class Broadcast(Struct, frozen=True):
    """One facilitator's voice goes to main and all pairs, from this connection alone."""

    by: ParticipantId
    until: float
    connection: ConnectionId


_LOCKED = frozenset({Absence.LOCKED, Absence.OPEN_TO_TEAM, Absence.CLOSING})
_STANDING_ROOMS: dict[RoomId, Room] = {
    WAITING: Room(WAITING, "waiting", 0.0),
    DESK: Room(DESK, "desk", 0.0),
    MAIN: Room(MAIN, "main", 0.0),
    LATE: Room(LATE, "late", 0.0),
}


class Session(Struct, frozen=True):
    """`n` is the number of the last event. `rules` come from the record, not from events.

    `last`, `apart`, `together` hold identities; they begin as the group's session before left them.
    """

    id: SessionId
    rules: Rules = Rules()
    n: int = 0
    phase: Phase = Phase.OPEN
    seats: dict[ParticipantId, Seat] = {}
    rooms: dict[RoomId, Room] = msgspec.field(default_factory=lambda: dict(_STANDING_ROOMS))
    calls: dict[CallId, Call] = {}
    locked_by: ParticipantId | None = None  # the door, by a facilitator
    absence: Absence = Absence.NONE
    absent_since: float | None = None
    paused_by: ParticipantId | None = None
    break_until: float | None = None
    closes_at: float | None = None
    closes_itself: bool = False  # for want of a facilitator: none has asked for it
    round: Round | None = None
    broadcast: Broadcast | None = None
    last: tuple[tuple[str, ...], ...] = ()  # who was with whom when rooms were last opened
    apart: frozenset[Bond] = frozenset()
    together: frozenset[Bond] = frozenset()
    standby_offers: dict[StandbyHash, tuple[ParticipantId, float]] = {}  # -> (seat, until)

    @property
    def ended(self) -> bool:
        return self.phase is Phase.ENDED

    @property
    def locked(self) -> bool:
        """No new knocks: by a facilitator, or because none has been here for a while."""
        return self.locked_by is not None or self.absence in _LOCKED

    def present(self) -> list[Seat]:
        """Everybody, those who are reconnecting too, in the order in which they first came."""
        return [seat for seat in self.seats.values() if seat.present]

    def inside(self, room: RoomId | None = None) -> list[Seat]:
        """Everybody let in, and who is only in a private talk. `room`: those in it; the waiting room has none."""
        return [
            seat
            for seat in self.present()
            if (seat.door is Door.INSIDE or self.rooms[seat.room].kind == "private") and room in (None, seat.room)
        ]

    def waiting(self) -> list[Seat]:
        return [seat for seat in self.present() if seat.room == WAITING]

    def pairs(self) -> list[Room]:
        """The open ones, by number."""
        return sorted((room for room in self.rooms.values() if room.kind == "pair"), key=lambda room: room.number or 0)

    def members(self, room: RoomId) -> list[Seat]:
        """Whose place is there, also those whose connection is lost: they would return to it."""
        return [seat for seat in self.seats.values() if seat.room == room and seat.door is not Door.OUT]

    def placed(self, room: RoomId) -> list[Seat]:
        """The members, and those who go back there after a private talk."""
        return [seat for seat in self.seats.values() if room in (seat.room, seat.back_to) and seat.door is not Door.OUT]

    def partners(self, room: RoomId) -> list[Seat]:
        """Of the members, those who keep each other company."""
        return [seat for seat in self.members(room) if seat.door is Door.INSIDE and is_partner(seat)]

    def facilitators(self) -> list[Seat]:
        return [seat for seat in self.present() if seat.is_facilitator and seat.door is Door.INSIDE]

    def staffed(self) -> bool:
        """A facilitator is connected, be it by phone."""
        return any(seat.here for seat in self.facilitators())

    def need_seat(self, participant: ParticipantId) -> Seat:
        """Raises RefusedError where nobody of that id is present."""
        seat = self.seats.get(participant)
        if seat is None or not seat.present:
            raise RefusedError(ErrorCode.NO_SUCH, "nobody of that id is here")
        return seat

    def need_room(self, room: RoomId) -> Room:
        if room not in self.rooms:
            raise RefusedError(ErrorCode.NO_SUCH, "there is no such room")
        return self.rooms[room]

    def need_call(self, call: CallId) -> Call:
        if call not in self.calls:
            raise RefusedError(ErrorCode.NO_SUCH, "there is no such call")
        return self.calls[call]

    def change(self, **changes: Any) -> Session:
        return msgspec.structs.replace(self, **changes)


def identity(seat: Seat) -> str:
    """The person, where there is one: the same in all sessions of a group."""
    return seat.person or seat.participant


def is_partner(seat: Seat) -> bool:
    """Plans count them. Not who leads, and no guest with a function."""
    return not seat.is_facilitator and seat.function is None and not IN_GROUP.isdisjoint(seat.roles)


def call_id(kind: CallKind, about: ParticipantId) -> CallId:
    return CallId(f"{kind}.{about}")


def in_person(seat: Seat, connection: ConnectionId) -> bool:
    """Either device of a seat may act for it."""
    return seat.on(connection) is not None


def with_seat(session: Session, participant: ParticipantId, **changes: Any) -> Session:
    seat = msgspec.structs.replace(session.seats[participant], **changes)
    return session.change(seats={**session.seats, participant: seat})


def with_room(session: Session, room: RoomId, **changes: Any) -> Session:
    return session.change(rooms={**session.rooms, room: msgspec.structs.replace(session.rooms[room], **changes)})
