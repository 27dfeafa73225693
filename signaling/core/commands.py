"""What can be asked of a session, and who asks. None of it holds words: those stay in the shell's memory."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from signaling.core.events import LateRule, Rooms, SourceKind
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
from signaling.core.roles import GuestFunction, Role

# --- who asks --------------------------------------------------------------------------------------------------------


class Newcomer(Struct, frozen=True):
    """A connection that has no seat yet; its link or secret is in the command."""


class Member(Struct, frozen=True):
    participant: ParticipantId


class Operator(Struct, frozen=True):
    """Whoever holds the operator's key."""


class Server(Struct, frozen=True):
    """The hub itself: dropped connections, time."""


Actor = Newcomer | Member | Operator | Server


class _About(Struct, frozen=True):
    """A command about somebody else."""

    participant: ParticipantId


class _InRoom(Struct, frozen=True):
    room: RoomId


class _OfSource(Struct, frozen=True):
    source: SourceKind


# --- the door --------------------------------------------------------------------------------------------------------


class Join(Struct, frozen=True):
    """`participant` and `secret` are new, made by the caller; the rest comes from the link's record.

    `person` None: a shared or spoken link. `people`: how many the link is for. `agreement`: the version that this tap
    accepted; `agreed`: the one that the record knows already. `banned_until`: wall seconds.
    """

    participant: ParticipantId
    secret: SecretHash
    connection: ConnectionId
    link: LinkHash
    person: PersonId | None
    roles: tuple[Role, ...]
    function: GuestFunction | None
    people: int
    knocks: bool
    banned_until: float | None
    agreement: str | None
    agreed: str | None = None


class Resume(Struct, frozen=True):
    """By the secret of a seat, or of its standby phone."""

    secret: SecretHash
    connection: ConnectionId
    media_kept: bool


class Disconnect(Struct, frozen=True):
    """This connection is gone. Nothing happens when its person is already on another."""

    connection: ConnectionId


class Leave(Struct, frozen=True):
    pass


class Admit(_About, frozen=True):
    pass


class AdmitExpected(Struct, frozen=True):
    """Everybody who knocks with an unused link of the list; no stranger, no other device, nobody removed."""


class Decline(_About, frozen=True):
    pass


class SendBack(_About, frozen=True):
    pass


class LockDoor(Struct, frozen=True):
    on: bool


class Remove(_About, frozen=True):
    pass


class Ban(Struct, frozen=True):
    """`until`: wall seconds."""

    participant: ParticipantId
    until: float


class RevokeLink(Struct, frozen=True):
    link: LinkHash


# --- a facilitator's phone, and their absence ------------------------------------------------------------------------


class MakeStandby(Struct, frozen=True):
    token: StandbyHash


class JoinStandby(Struct, frozen=True):
    token: StandbyHash
    secret: SecretHash
    connection: ConnectionId


class TakeSeat(Struct, frozen=True):
    """`connection`: the phone's, which goes on as the seat's device."""

    connection: ConnectionId


class DropStandby(Struct, frozen=True):
    pass


class TakeOver(Struct, frozen=True):
    pass


# --- the own seat ----------------------------------------------------------------------------------------------------


class Publish(_OfSource, frozen=True):
    pass


class Unpublish(_OfSource, frozen=True):
    pass


class Mute(Struct, frozen=True):
    pass


class Unmute(Struct, frozen=True):
    pass


class RaiseHand(Struct, frozen=True):
    pass


class LowerHand(Struct, frozen=True):
    pass


class StepAway(Struct, frozen=True):
    pass


class ComeBack(Struct, frozen=True):
    pass


class DeclineUnmute(Struct, frozen=True):
    pass


# --- the rights of others --------------------------------------------------------------------------------------------


class MuteOther(_About, frozen=True):
    pass


class MuteAll(_InRoom, frozen=True):
    pass


class StopSource(Struct, frozen=True):
    participant: ParticipantId
    source: SourceKind


class Allow(Struct, frozen=True):
    participant: ParticipantId
    source: SourceKind


class Forbid(Struct, frozen=True):
    participant: ParticipantId
    source: SourceKind


class AllowAll(Struct, frozen=True):
    room: RoomId
    source: SourceKind


class ForbidAll(Struct, frozen=True):
    room: RoomId
    source: SourceKind


class AskToUnmute(_About, frozen=True):
    pass


class LowerHands(_InRoom, frozen=True):
    pass


class LowerOther(_About, frozen=True):
    pass


class Spotlight(Struct, frozen=True):
    room: RoomId
    participant: ParticipantId | None


class Rename(_About, frozen=True):
    pass


class Cover(_About, frozen=True):
    pass


class Uncover(_About, frozen=True):
    pass


class Follow(Struct, frozen=True):
    """`participant`: an interpreter."""

    participant: ParticipantId
    whom: ParticipantId | None


# --- the group as a whole --------------------------------------------------------------------------------------------


class PauseGroup(Struct, frozen=True):
    pass


class ResumeGroup(Struct, frozen=True):
    pass


class StartBreak(Struct, frozen=True):
    """`until`: wall seconds."""

    until: float


class EndBreak(Struct, frozen=True):
    pass


class TalkPrivately(_About, frozen=True):
    pass


class EndPrivate(_InRoom, frozen=True):
    pass


# --- breakouts ---


class PlanRooms(Struct, frozen=True):
    """`how` "size": rooms of `count`. "number": `count` rooms. "again": as last time. `seed`: what chance there is."""

    how: Literal["size", "number", "again"]
    count: int
    seed: int


class EditPlan(Struct, frozen=True):
    rooms: Rooms


class DropPlan(Struct, frozen=True):
    pass


class OpenRooms(Struct, frozen=True):
    """`minutes` None: until they are recalled."""

    minutes: float | None
    late: LateRule


class ExtendRooms(Struct, frozen=True):
    minutes: float


class RecallRooms(Struct, frozen=True):
    """`seconds` 0: now."""

    seconds: float


class MovePeople(Struct, frozen=True):
    """All at once. `anyway`: although it leaves somebody alone."""

    moves: tuple[tuple[ParticipantId, RoomId], ...]
    anyway: bool


class KeepApart(Struct, frozen=True):
    participant: ParticipantId
    other: ParticipantId
    on: bool


class KeepTogether(Struct, frozen=True):
    participant: ParticipantId
    other: ParticipantId
    on: bool


class DropIn(_InRoom, frozen=True):
    pass


class CancelDropIn(Struct, frozen=True):
    pass


class Look(Struct, frozen=True):
    """`connection`: the one that asks, which alone gets it."""

    room: RoomId
    connection: ConnectionId


class CloseLook(Struct, frozen=True):
    pass


class Broadcast(Struct, frozen=True):
    on: bool
    connection: ConnectionId


class BackToGroup(Struct, frozen=True):
    pass


class WaitForPartner(Struct, frozen=True):
    pass


# --- help and words --------------------------------------------------------------------------------------------------


class CallHelp(Struct, frozen=True):
    kind: Literal["come", "private"]


class CancelHelp(Struct, frozen=True):
    kind: Literal["come", "private"]


class Coming(Struct, frozen=True):
    call: CallId


class CloseCall(Struct, frozen=True):
    call: CallId


class CheckOn(_About, frozen=True):
    pass


class AnswerCheck(Struct, frozen=True):
    ok: bool


class Say(Struct, frozen=True):
    """`to`: "room", "facilitators", "everyone" or a participant. Makes no event: see `Deliver`."""

    to: str


class Answer(_About, frozen=True):
    """A facilitator's line back to somebody. Makes no event."""


# --- endings and time ------------------------------------------------------------------------------------------------


class CloseGroup(Struct, frozen=True):
    minutes: Literal[0, 2, 5]


class CancelClose(Struct, frozen=True):
    pass


class AskToStay(Struct, frozen=True):
    on: bool


class End(Struct, frozen=True):
    pass


class Tick(Struct, frozen=True):
    """Time passed: see `session.deadline`."""


DoorCommand = Join | Resume | Disconnect | Leave | Admit | AdmitExpected | Decline | SendBack | LockDoor | Remove | Ban
StandbyCommand = MakeStandby | JoinStandby | TakeSeat | DropStandby
OwnCommand = Publish | Unpublish | Mute | Unmute | DeclineUnmute | RaiseHand | LowerHand
SourcesCommand = StopSource | Allow | Forbid | AllowAll | ForbidAll | MuteOther | MuteAll | AskToUnmute
FloorCommand = LowerHands | LowerOther | Spotlight | Rename | Cover | Uncover | Follow
RightsCommand = OwnCommand | SourcesCommand | FloorCommand
PausesCommand = PauseGroup | ResumeGroup | StepAway | ComeBack | StartBreak | EndBreak
RoomsCommand = TalkPrivately | EndPrivate
RoundCommand = PlanRooms | EditPlan | DropPlan | OpenRooms | ExtendRooms | RecallRooms | MovePeople
BondsCommand = KeepApart | KeepTogether
VisitsCommand = DropIn | CancelDropIn | Look | CloseLook | Broadcast
PartnersCommand = BackToGroup | WaitForPartner
HelpCommand = CallHelp | CancelHelp | Coming | CloseCall | CheckOn | AnswerCheck | Say | Answer
EndingsCommand = CloseGroup | CancelClose | AskToStay | End

Command = (
    DoorCommand
    | RevokeLink
    | StandbyCommand
    | TakeOver
    | RightsCommand
    | PausesCommand
    | RoomsCommand
    | RoundCommand
    | BondsCommand
    | VisitsCommand
    | PartnersCommand
    | HelpCommand
    | EndingsCommand
    | Tick
)

# --- what must be done besides telling the difference ----------------------------------------------------------------


class Close(Struct, frozen=True):
    """Say goodbye on this connection and close it."""

    connection: ConnectionId
    reason: str  # a protocol.ByeReason


class DropMedia(Struct, frozen=True):
    """The media peer of this person, if there is one, must go."""

    participant: ParticipantId


class Deliver(Struct, frozen=True):
    """Who gets the line that was said, besides its writer."""

    recipients: tuple[ParticipantId, ...]


Effect = Close | DropMedia | Deliver
