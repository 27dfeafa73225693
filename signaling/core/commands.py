"""What can be asked of a session, and who asks."""

from __future__ import annotations

from msgspec import Struct

from signaling.core.events import SourceKind
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash
from signaling.core.roles import Role

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

# --- what is asked ---------------------------------------------------------------------------------------------------


class Join(Struct, frozen=True):
    """`participant` and `secret` are new, made by the caller; `role` and `people` come from the link's record."""

    participant: ParticipantId
    secret: SecretHash
    connection: ConnectionId
    link: LinkHash
    role: Role
    people: int


class Resume(Struct, frozen=True):
    """`people` of each link is needed again: whoever left has given up their place on it."""

    secret: SecretHash
    connection: ConnectionId
    people: int
    media_kept: bool


class Disconnect(Struct, frozen=True):
    """This connection is gone. Nothing happens when its person is already on another."""

    connection: ConnectionId


class Publish(Struct, frozen=True):
    source: SourceKind


class Unpublish(Struct, frozen=True):
    source: SourceKind


class Mute(Struct, frozen=True):
    pass


class Unmute(Struct, frozen=True):
    pass


class Leave(Struct, frozen=True):
    pass


class End(Struct, frozen=True):
    pass


class Tick(Struct, frozen=True):
    """Time passed: see `session.deadline`."""


Command = Join | Resume | Disconnect | Publish | Unpublish | Mute | Unmute | Leave | End | Tick

# --- what must be done besides telling the events --------------------------------------------------------------------


class Close(Struct, frozen=True):
    """Say goodbye on this connection and close it."""

    connection: ConnectionId
    reason: str  # a protocol.ByeReason


class DropMedia(Struct, frozen=True):
    """The media peer of this person, if there is one, must go."""

    participant: ParticipantId


class SilenceMicrophone(Struct, frozen=True):
    """Forward this person's microphone no more, or again."""

    participant: ParticipantId
    on: bool


Effect = Close | DropMedia | SilenceMicrophone
