"""What an SDP offer or answer says, as values. `rtc.wire.sdp` reads and writes them."""

from __future__ import annotations

import enum

from msgspec import Struct


class Direction(enum.StrEnum):
    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)


class Fingerprint(Struct, frozen=True):
    algorithm: str  # lower case: sha-256
    value: str  # upper case hex with colons


class Codec(Struct, frozen=True):
    payload_type: int
    name: str  # as offered; codec names compare without case
    clock_rate: int  # Hz
    channels: int = 1
    parameters: str = ""  # the fmtp value
    feedback: tuple[str, ...] = ()  # rtcp-fb values: "nack", "nack pli"; "*" lines are in every codec

    def parameter(self, name: str) -> str | None:
        """Value of one `name=value` of the fmtp."""
        for item in self.parameters.split(";"):
            key, _, value = item.strip().partition("=")
            if key == name:
                return value.strip()
        return None


class Extension(Struct, frozen=True):
    """One header extension (RFC 8285). `direction` is as seen by whoever wrote the description."""

    id: int
    uri: str
    direction: Direction | None = None


class Rid(Struct, frozen=True):
    """One encoding (RFC 8851)."""

    id: str
    sends: bool
    payload_types: tuple[int, ...] = ()  # () means all of the m-line


class SsrcGroup(Struct, frozen=True):
    semantics: str
    ssrcs: tuple[int, ...]


class Candidate(Struct, frozen=True):
    """A host candidate to write; best first, those of TCP last."""

    address: str
    port: int
    tcp: bool = False  # passive: the browser connects (RFC 6544 4.5)


class Transport(Struct, frozen=True):
    """ICE and DTLS attributes in force for one m-line, those of the session included."""

    ufrag: str = ""
    pwd: str = ""
    fingerprints: tuple[Fingerprint, ...] = ()
    setup: str = ""


class Media(Struct, frozen=True, kw_only=True):
    """One m-line with its attributes."""

    kind: str  # audio, video, application
    port: int
    protocol: str
    formats: tuple[str, ...]
    mid: str
    direction: Direction = Direction.SENDRECV
    transport: Transport = Transport()
    bundle_only: bool = False
    rtcp_mux: bool = False
    reduced_size: bool = False  # rtcp-rsize, RFC 5506
    allow_mixed: bool = False  # extmap-allow-mixed, of the m-line (Firefox) or of the session (Chromium)
    codecs: tuple[Codec, ...] = ()  # in the order of the formats
    extensions: tuple[Extension, ...] = ()
    rids: tuple[Rid, ...] = ()
    simulcast_send: tuple[str, ...] = ()  # first alternative of each encoding, paused or not
    simulcast_receive: tuple[str, ...] = ()
    msid: tuple[str, str] | None = None  # (stream, track)
    ssrcs: dict[int, str] = {}  # ssrc -> cname, "" where none was given
    ssrc_groups: tuple[SsrcGroup, ...] = ()
    candidates: tuple[Candidate, ...] = ()  # never read, only written

    @property
    def rejected(self) -> bool:
        """Port 0 without bundle-only (RFC 9143 6): the sender of this description does not use the m-line."""
        return self.port == 0 and not self.bundle_only


class SessionDescription(Struct, frozen=True, kw_only=True):
    media: tuple[Media, ...]
    bundle: tuple[str, ...] = ()  # mids of the first BUNDLE group
    ice_lite: bool = False
    version: int = 0  # of the o= line
