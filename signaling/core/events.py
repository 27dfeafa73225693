"""What happened in a session: the audit trail, the attendance record, and what the state is rebuilt from.

Events hold ids, kinds, times (wall seconds) and hashes; never names or what people said.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from signaling.core.ids import (
    CallId,
    ConnectionId,
    LinkHash,
    ParticipantId,
    PersonId,
    RoomId,
    SecretHash,
    StandbyHash,
)
from signaling.core.lifecycles import Absence, Phase
from signaling.core.roles import GuestFunction, Role, Standing

# "closed": the group ended after its notice. "ended": at once, for everybody.
LeaveCause = Literal["left", "lost", "declined", "removed", "banned", "closed", "ended"]
KnockKind = Literal["expected", "again", "other_device", "removed", "stranger"]
SourceKind = Literal["microphone", "camera", "screen", "screen_sound"]
RoomKind = Literal["waiting", "desk", "main", "private", "pair", "late"]
CallKind = Literal["come", "private", "no_answer", "dropped", "partner_dropped"]
RestKind = Literal["away", "break", "arriving"]  # "arriving": moved while they were not connected
LateRule = Literal["ask", "smallest"]
Rooms = tuple[tuple[ParticipantId, ...], ...]
"""Who is with whom, by number: a plan."""

SOURCES: Final[tuple[SourceKind, ...]] = ("microphone", "camera", "screen", "screen_sound")


class By(Struct, frozen=True):
    """Who did it, and under which of their roles. `participant` None: the operator.

    An event whose `by` is None came of time, of another event, or of the person's own wish.
    """

    participant: ParticipantId | None
    role: Standing


class _Event(Struct, frozen=True):
    at: float


class _OfPerson(_Event, frozen=True):
    participant: ParticipantId


class _ToPerson(_OfPerson, frozen=True):
    by: By | None


class _ByPerson(_Event, frozen=True):
    by: By | None


# --- the door --------------------------------------------------------------------------------------------------------


class Knocked(Struct, frozen=True, tag="knocked"):
    """`claims`: the present seat of the same person that letting this one in moves here."""

    at: float
    participant: ParticipantId
    roles: tuple[Role, ...]
    function: GuestFunction | None
    person: PersonId | None
    link: LinkHash
    secret: SecretHash
    connection: ConnectionId
    kind: KnockKind
    claims: ParticipantId | None


class Entered(Struct, frozen=True, tag="entered"):
    """Came in without a knock. `room`: main, or the desk."""

    at: float
    participant: ParticipantId
    roles: tuple[Role, ...]
    function: GuestFunction | None
    person: PersonId | None
    link: LinkHash
    secret: SecretHash
    connection: ConnectionId
    room: RoomId


class AgreementAccepted(Struct, frozen=True, tag="agreed"):
    at: float
    participant: ParticipantId
    version: str


class Admitted(_ToPerson, frozen=True, tag="admitted"):
    pass


class SeatMoved(Struct, frozen=True, tag="seat_moved"):
    """The seat goes on on the device that knocked. `from_`: the knock's own id, which is no more."""

    at: float
    participant: ParticipantId
    from_: ParticipantId
    secret: SecretHash
    connection: ConnectionId
    by: By | None


class SentBack(_ToPerson, frozen=True, tag="sent_back"):
    pass


class WentAway(_OfPerson, frozen=True, tag="away"):
    """The connection dropped. `at` is the last contact."""


class Returned(Struct, frozen=True, tag="returned"):
    """`media_kept`: the media peer lives on, and with it what it publishes."""

    at: float
    participant: ParticipantId
    connection: ConnectionId
    media_kept: bool


class Lost(_OfPerson, frozen=True, tag="lost"):
    """Away for too long: out of everybody's view. The seat waits as long as the secret lives."""


class Left(Struct, frozen=True, tag="left"):
    """For good. `by` None: by own wish, or by time."""

    at: float
    participant: ParticipantId
    cause: LeaveCause
    by: By | None = None


class Banned(Struct, frozen=True, tag="banned"):
    """`until`: wall seconds."""

    at: float
    participant: ParticipantId
    until: float
    by: By | None


class DoorLocked(_ByPerson, frozen=True, tag="locked"):
    pass


class DoorUnlocked(_ByPerson, frozen=True, tag="unlocked"):
    pass


class LinkRevoked(Struct, frozen=True, tag="link_revoked"):
    at: float
    link: LinkHash


# --- a facilitator's phone, and their absence ------------------------------------------------------------------------


class StandbyOffered(Struct, frozen=True, tag="standby_offered"):
    at: float
    participant: ParticipantId
    token: StandbyHash
    until: float


class StandbyJoined(Struct, frozen=True, tag="standby_joined"):
    """Also when the phone comes back."""

    at: float
    participant: ParticipantId
    connection: ConnectionId
    secret: SecretHash


class StandbyAway(_OfPerson, frozen=True, tag="standby_away"):
    pass


class StandbyGone(_OfPerson, frozen=True, tag="standby_gone"):
    """The phone is put away, or its code is too old."""


class StandbyTook(Struct, frozen=True, tag="standby_took"):
    """The phone is the seat's device now."""

    at: float
    participant: ParticipantId
    connection: ConnectionId


class AbsenceStep(Struct, frozen=True, tag="absence"):
    at: float
    state: Absence


class TookOver(_OfPerson, frozen=True, tag="took_over"):
    pass


# --- rights ----------------------------------------------------------------------------------------------------------


class Muted(_ToPerson, frozen=True, tag="muted"):
    pass


class Unmuted(_ToPerson, frozen=True, tag="unmuted"):
    pass


class RoomMuted(Struct, frozen=True, tag="room_muted"):
    at: float
    room: RoomId
    by: By | None
    participants: tuple[ParticipantId, ...]


class Stopped(Struct, frozen=True, tag="stopped"):
    at: float
    participant: ParticipantId
    source: SourceKind
    by: By | None


class Allowed(Struct, frozen=True, tag="allowed"):
    at: float
    participant: ParticipantId
    source: SourceKind
    by: By | None


class Forbidden(Struct, frozen=True, tag="forbidden"):
    at: float
    participant: ParticipantId
    source: SourceKind
    by: By | None


class RoomLocked(Struct, frozen=True, tag="room_locked"):
    at: float
    room: RoomId
    source: SourceKind
    by: By | None


class RoomUnlocked(Struct, frozen=True, tag="room_unlocked"):
    at: float
    room: RoomId
    source: SourceKind
    by: By | None


class AskedToUnmute(_ToPerson, frozen=True, tag="asked"):
    pass


class UnmuteDeclined(_OfPerson, frozen=True, tag="unmute_declined"):
    pass


class Published(Struct, frozen=True, tag="published"):
    at: float
    participant: ParticipantId
    source: SourceKind


class Unpublished(Struct, frozen=True, tag="unpublished"):
    at: float
    participant: ParticipantId
    source: SourceKind


class HandRaised(_OfPerson, frozen=True, tag="hand"):
    pass


class HandLowered(Struct, frozen=True, tag="hand_down"):
    """`by` None: by themselves, or because they went."""

    at: float
    participant: ParticipantId
    by: By | None = None


class Spotlit(Struct, frozen=True, tag="spotlit"):
    """`participant` None: nobody any more."""

    at: float
    room: RoomId
    participant: ParticipantId | None
    by: By | None


class Renamed(_ToPerson, frozen=True, tag="renamed"):
    """The name itself is not in it."""


class Covered(_ToPerson, frozen=True, tag="covered"):
    pass


class Uncovered(_ToPerson, frozen=True, tag="uncovered"):
    pass


class Following(Struct, frozen=True, tag="following"):
    """An interpreter goes where this person goes. `whom` None: nobody any more."""

    at: float
    participant: ParticipantId
    whom: ParticipantId | None
    by: By | None


# --- pauses ----------------------------------------------------------------------------------------------------------


class Paused(_ByPerson, frozen=True, tag="paused"):
    pass


class Resumed(_ByPerson, frozen=True, tag="unpaused"):
    pass


class Rested(Struct, frozen=True, tag="rested"):
    at: float
    participant: ParticipantId
    why: RestKind


class Woke(_OfPerson, frozen=True, tag="woke"):
    pass


class BreakStarted(Struct, frozen=True, tag="break"):
    at: float
    until: float
    by: By | None


class BreakEnded(_ByPerson, frozen=True, tag="break_over"):
    pass


# --- rooms -----------------------------------------------------------------------------------------------------------


class RoomOpened(Struct, frozen=True, tag="room_opened"):
    at: float
    room: RoomId
    kind: RoomKind
    by: By | None


class RoomClosed(Struct, frozen=True, tag="room_closed"):
    at: float
    room: RoomId
    by: By | None


class Moved(Struct, frozen=True, tag="moved"):
    """`back_to`: where the end of a private talk returns them."""

    at: float
    participant: ParticipantId
    room: RoomId
    back_to: RoomId | None
    by: By | None


# --- breakouts ---


class RoomsPlanned(Struct, frozen=True, tag="rooms_planned"):
    at: float
    rooms: Rooms
    by: By | None


class PlanDropped(_ByPerson, frozen=True, tag="plan_dropped"):
    pass


class RoomsOpened(Struct, frozen=True, tag="rooms_opened"):
    """`rooms`: as they are opened. `warns_at`: when the recall begins by itself. No `until`: they stay open."""

    at: float
    rooms: Rooms
    until: float | None
    warns_at: float | None
    late: LateRule
    by: By | None


class RoomsUntil(Struct, frozen=True, tag="rooms_until"):
    at: float
    until: float
    warns_at: float
    by: By | None


class Recalled(Struct, frozen=True, tag="recall"):
    """`at_time`: when everybody is brought back."""

    at: float
    at_time: float
    by: By | None


class RoomsOver(_ByPerson, frozen=True, tag="rooms_over"):
    pass


class KeptApart(Struct, frozen=True, tag="apart"):
    """`one`, `other`: identities, in order."""

    at: float
    one: str
    other: str
    on: bool
    by: By | None


class KeptTogether(Struct, frozen=True, tag="together"):
    """`one`, `other`: identities, in order."""

    at: float
    one: str
    other: str
    on: bool
    by: By | None


class Carried(Struct, frozen=True, tag="carried"):
    """The first event of a session whose group met before: what the one before left it. All are identities."""

    at: float
    last: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[str, str], ...]
    together: tuple[tuple[str, str], ...]


class DropInAnnounced(Struct, frozen=True, tag="drop_in"):
    """`at_time`: when the facilitator is there."""

    at: float
    participant: ParticipantId
    room: RoomId
    at_time: float


class DroppedIn(_OfPerson, frozen=True, tag="dropped_in"):
    pass


class DropInOff(_OfPerson, frozen=True, tag="drop_in_off"):
    pass


class Looked(Struct, frozen=True, tag="look"):
    """A facilitator is about to see the cameras of that room, on this connection alone."""

    at: float
    participant: ParticipantId
    room: RoomId
    until: float
    connection: ConnectionId


class LookOpened(_OfPerson, frozen=True, tag="look_opened"):
    pass


class LookOver(_OfPerson, frozen=True, tag="look_over"):
    pass


class BroadcastStarted(Struct, frozen=True, tag="broadcast"):
    at: float
    participant: ParticipantId
    until: float
    connection: ConnectionId


class BroadcastOver(_OfPerson, frozen=True, tag="broadcast_over"):
    pass


class PartnerGone(Struct, frozen=True, tag="partner_gone"):
    """`participant` is left alone in a pair. `meant`: a facilitator said so."""

    at: float
    room: RoomId
    participant: ParticipantId
    meant: bool


class PartnerAwaited(Struct, frozen=True, tag="partner_awaited"):
    """Who is alone there would rather wait."""

    at: float
    room: RoomId


class PartnerBack(Struct, frozen=True, tag="partner_back"):
    """Nobody is alone there any more, or there is nobody to tell."""

    at: float
    room: RoomId


class PartnerCalled(Struct, frozen=True, tag="partner_called"):
    """It has lasted: facilitators are called."""

    at: float
    room: RoomId


# --- help ------------------------------------------------------------------------------------------------------------


class CallOpened(Struct, frozen=True, tag="call_opened"):
    at: float
    call: CallId
    kind: CallKind
    about: ParticipantId


class CallRang(Struct, frozen=True, tag="call_rang"):
    at: float
    call: CallId


class CallComing(Struct, frozen=True, tag="call_coming"):
    at: float
    call: CallId
    by: By | None


class CallClosed(Struct, frozen=True, tag="call_closed"):
    at: float
    call: CallId
    by: By | None


class CheckedOn(_ToPerson, frozen=True, tag="check"):
    pass


class CheckAnswered(Struct, frozen=True, tag="check_answered"):
    """`ok` None: there was no answer in time, or the person is gone."""

    at: float
    participant: ParticipantId
    ok: bool | None


# --- endings ---------------------------------------------------------------------------------------------------------


class ClosingSet(Struct, frozen=True, tag="closing"):
    """`at_time`: when the group ends."""

    at: float
    at_time: float
    by: By | None


class ClosingCancelled(_ByPerson, frozen=True, tag="closing_off"):
    pass


class StayAsked(Struct, frozen=True, tag="stays"):
    at: float
    participant: ParticipantId
    on: bool


class PhaseChanged(Struct, frozen=True, tag="phase"):
    at: float
    phase: Phase


class Ended(_Event, frozen=True, tag="ended"):
    pass


DoorEvent = Knocked | Entered | AgreementAccepted | Admitted | SeatMoved | SentBack | WentAway | Returned | Lost | Left
LockEvent = Banned | DoorLocked | DoorUnlocked | LinkRevoked
StandbyEvent = StandbyOffered | StandbyJoined | StandbyAway | StandbyGone | StandbyTook
AbsenceEvent = AbsenceStep | TookOver
SoundEvent = Muted | Unmuted | RoomMuted | AskedToUnmute | UnmuteDeclined
SourceEvent = Stopped | Allowed | Forbidden | RoomLocked | RoomUnlocked | Published | Unpublished
FloorEvent = HandRaised | HandLowered | Spotlit | Renamed | Covered | Uncovered | Following
PausesEvent = Paused | Resumed | Rested | Woke | BreakStarted | BreakEnded
RoomsEvent = RoomOpened | RoomClosed | Moved
RoundEvent = RoomsPlanned | PlanDropped | RoomsOpened | RoomsUntil | Recalled | RoomsOver
BondsEvent = KeptApart | KeptTogether | Carried
VisitsEvent = (
    DropInAnnounced | DroppedIn | DropInOff | Looked | LookOpened | LookOver | BroadcastStarted | BroadcastOver
)
PartnersEvent = PartnerGone | PartnerAwaited | PartnerBack | PartnerCalled
HelpEvent = CallOpened | CallRang | CallComing | CallClosed | CheckedOn | CheckAnswered
EndingsEvent = ClosingSet | ClosingCancelled | StayAsked | PhaseChanged | Ended

RightsEvent = SoundEvent | SourceEvent | FloorEvent
Event = (
    DoorEvent
    | LockEvent
    | StandbyEvent
    | AbsenceEvent
    | RightsEvent
    | PausesEvent
    | RoomsEvent
    | RoundEvent
    | BondsEvent
    | VisitsEvent
    | PartnersEvent
    | HelpEvent
    | EndingsEvent
)
