"""What happened in a session: the audit trail, the attendance record, and what the state is rebuilt from.

Events hold ids, kinds, times (wall seconds) and hashes; never names or what people said.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash
from signaling.core.roles import Role

LeaveCause = Literal["left", "lost", "ended"]
SourceKind = Literal["microphone", "camera", "screen", "screen_sound"]


class Joined(Struct, frozen=True, tag="joined"):
    at: float
    participant: ParticipantId
    role: Role
    link: LinkHash
    secret: SecretHash
    connection: ConnectionId


class WentAway(Struct, frozen=True, tag="away"):
    """The connection dropped. `at` is the last contact."""

    at: float
    participant: ParticipantId


class Returned(Struct, frozen=True, tag="returned"):
    """`media_kept`: the media peer lives on, and with it what it publishes."""

    at: float
    participant: ParticipantId
    connection: ConnectionId
    media_kept: bool


class Left(Struct, frozen=True, tag="left"):
    at: float
    participant: ParticipantId
    cause: LeaveCause


class Muted(Struct, frozen=True, tag="muted"):
    at: float
    participant: ParticipantId


class Unmuted(Struct, frozen=True, tag="unmuted"):
    at: float
    participant: ParticipantId


class Published(Struct, frozen=True, tag="published"):
    at: float
    participant: ParticipantId
    source: SourceKind


class Unpublished(Struct, frozen=True, tag="unpublished"):
    at: float
    participant: ParticipantId
    source: SourceKind


class Ended(Struct, frozen=True, tag="ended"):
    at: float


Event = Joined | WentAway | Returned | Left | Muted | Unmuted | Published | Unpublished | Ended
