"""WebSocket protocol v1: the shapes of all messages. docs/protocol.md tells their meaning and order.

Every request carries an `id` that the client chose; it gets exactly one reply (`ok`, `answer`, `snapshot` or `refused`)
with the same id. Events are numbered per session and stored; signals carry no number and are never stored.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

VERSION = 1

Id = Annotated[int, Meta(ge=0, le=2**31 - 1)]
ParticipantId = Annotated[str, Meta(min_length=1, max_length=32)]
SessionId = Annotated[str, Meta(min_length=1, max_length=32)]
MidText = Annotated[str, Meta(min_length=1, max_length=16)]
Name = Annotated[str, Meta(max_length=80)]
Secret = Annotated[str, Meta(min_length=16, max_length=128)]

SourceName = Literal["microphone", "camera", "screen", "screen_sound"]
RoleName = Literal["participant", "facilitator"]


class ErrorCode(enum.StrEnum):
    BAD_MESSAGE = "bad_message"  # not JSON, not one of ours, or out of bounds
    BAD_VERSION = "bad_version"
    BAD_LINK = "bad_link"  # unknown, revoked or expired
    LINK_FULL = "link_full"  # as many people came as the link is for
    BAD_NAME = "bad_name"
    RESUME_UNKNOWN = "resume_unknown"  # the secret is unknown, or too old: join again
    NOT_ALLOWED = "not_allowed"
    NOT_JOINED = "not_joined"
    BAD_OFFER = "bad_offer"
    MEDIA_GONE = "media_gone"  # the media worker is restarting: offer again, fresh
    TOO_MANY = "too_many"  # messages in a short time
    ENDED = "ended"
    UNAVAILABLE = "unavailable"  # the server cannot do it right now, by no fault of the client: try again


class ByeReason(enum.StrEnum):
    LEFT = "left"
    REPLACED = "replaced"  # the same person came back on another connection
    ENDED = "ended"  # the session is over
    STOPPING = "stopping"  # the server stops; come back in some seconds
    TOO_SLOW = "too_slow"  # the outbox was full
    TOO_MANY = "too_many"  # flood
    BAD_MESSAGE = "bad_message"


# --- client -> server ------------------------------------------------------------------------------------------------


class Join(Struct, frozen=True, tag="join"):
    """First message of a newcomer. Reply: `snapshot` with a resume secret."""

    id: Id
    version: int
    token: Secret
    name: Name


class Resume(Struct, frozen=True, tag="resume"):
    """First message of a returning browser. Reply: `snapshot`. `peer`: the peer whose RTCPeerConnection still lives."""

    id: Id
    version: int
    session: SessionId
    secret: Secret
    name: Name
    peer: int | None = None


class Offer(Struct, frozen=True, tag="offer"):
    """Reply: `answer`. `sources`: mid -> what that sending m-line carries. `fresh`: from a new RTCPeerConnection."""

    id: Id
    sdp: Annotated[str, Meta(max_length=600_000)]
    sources: dict[MidText, SourceName]
    fresh: bool


class Publish(Struct, frozen=True, tag="publish"):
    """A track was put on this source's m-line."""

    id: Id
    source: SourceName


class Unpublish(Struct, frozen=True, tag="unpublish"):
    id: Id
    source: SourceName


class Mute(Struct, frozen=True, tag="mute"):
    """Own microphone. The server stops forwarding it."""

    id: Id


class Unmute(Struct, frozen=True, tag="unmute"):
    id: Id


class Tile(Struct, frozen=True):
    participant: ParticipantId
    source: SourceName
    width: Annotated[int, Meta(ge=0, le=8192)]  # device pixels
    height: Annotated[int, Meta(ge=0, le=8192)]


class View(Struct, frozen=True, tag="view"):
    """Whose pictures the page shows, most important first. Before the first `view`: everybody's. Sound is not asked."""

    id: Id
    tiles: Annotated[list[Tile], Meta(max_length=64)]


class Leave(Struct, frozen=True, tag="leave"):
    id: Id


class Ping(Struct, frozen=True, tag="ping"):
    """Every 5 s; the page takes 12 s without any message as a dead connection."""

    id: Id


ClientMessage = Join | Resume | Offer | Publish | Unpublish | Mute | Unmute | View | Leave | Ping

# --- server -> client: replies ---------------------------------------------------------------------------------------


class Ok(Struct, frozen=True, tag="ok"):
    id: Id


class Refused(Struct, frozen=True, tag="refused"):
    """`id` is null when the message could not be read."""

    id: Id | None
    code: ErrorCode
    text: str  # for developers; the page has its own words for each code


class Answer(Struct, frozen=True, tag="answer"):
    """`peer`: to be given to `resume`. `slots`: (audio mid, video mid) pairs."""

    id: Id
    sdp: str
    peer: int
    slots: list[tuple[MidText, MidText]]


class Person(Struct, frozen=True):
    """What everybody in the session sees of a participant."""

    id: ParticipantId
    name: str
    role: RoleName
    muted: bool
    sources: list[SourceName]
    present: bool  # false: reconnecting


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """Everything this client may see, at event number `n`; events n+1 and on follow."""

    id: Id | None  # of the `join` or `resume` that it answers
    n: int
    session: SessionId
    you: ParticipantId
    secret: Secret | None  # the resume secret; only in reply to `join`
    peer: int | None  # the media peer that lives on; null: open a new RTCPeerConnection and offer fresh
    people: list[Person]  # yourself included
    slots: list[Slot]
    speakers: list[ParticipantId]


# --- server -> client: events ----------------------------------------------------------------------------------------


class Joined(Struct, frozen=True, tag="joined"):
    person: Person


class Left(Struct, frozen=True, tag="left"):
    participant: ParticipantId
    cause: Literal["left", "lost", "ended"]


class Away(Struct, frozen=True, tag="away"):
    """Their connection dropped; the seat is kept."""

    participant: ParticipantId


class Returned(Struct, frozen=True, tag="returned"):
    person: Person


class Muted(Struct, frozen=True, tag="muted"):
    participant: ParticipantId


class Unmuted(Struct, frozen=True, tag="unmuted"):
    participant: ParticipantId


class Published(Struct, frozen=True, tag="published"):
    participant: ParticipantId
    source: SourceName


class Unpublished(Struct, frozen=True, tag="unpublished"):
    participant: ParticipantId
    source: SourceName


SessionEvent = Joined | Left | Away | Returned | Muted | Unmuted | Published | Unpublished


class Event(Struct, frozen=True, tag="event"):
    n: int
    event: SessionEvent


# --- server -> client: signals ---------------------------------------------------------------------------------------


class Slot(Struct, frozen=True):
    mid: MidText
    participant: ParticipantId
    source: SourceName


class Slots(Struct, frozen=True, tag="slots"):
    """The whole map of this peer's slots that carry somebody; all others are empty. The page blanks what changed."""

    slots: list[Slot]


class SlotsNeeded(Struct, frozen=True, tag="slots_needed"):
    """The page has too few slot pairs: add up to `pairs` in all and offer again."""

    pairs: int


class Flowing(Struct, frozen=True, tag="flowing"):
    """Media of the present attachment starts at this RTP timestamp: show the tile from that frame on."""

    mid: MidText
    rtp: int


class Speakers(Struct, frozen=True, tag="speakers"):
    """Who speaks now, loudest first."""

    participants: list[ParticipantId]


class MediaLost(Struct, frozen=True, tag="media_lost"):
    """The media peer is gone (worker died, consent lost): open a new RTCPeerConnection with the same tracks."""

    peer: int


class Bye(Struct, frozen=True, tag="bye"):
    """Last message before the server closes."""

    reason: ByeReason


ServerMessage = Ok | Refused | Answer | Snapshot | Event | Slots | SlotsNeeded | Flowing | Speakers | MediaLost | Bye
