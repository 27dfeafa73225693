"""Offer in, answer out (RFC 8829, RFC 9143): the browser always offers, the server always answers, ICE-lite.

An m-line either carries one of the client's sources, or is a slot: receive-only for the client, fed by us. Across
re-offers a mid keeps what it is, its SSRCs, msid, payload types and header extension ids. Of the offer's own text only
mids, rids and numbers ever reach the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from rtc.core.model import Grant, Mid, Source
from rtc.wire import extensions as uris
from rtc.wire import sdp
from rtc.wire.description import (
    Candidate,
    Codec,
    Direction,
    Extension,
    Fingerprint,
    Media,
    Rid,
    SessionDescription,
    SsrcGroup,
    Transport,
)

CNAME: Final = "kinroom"
"""Of every slot: all are on the server's one clock, which is what one CNAME says (RFC 3550 6.5.1)."""

MAX_SLOT_PAIRS: Final = 64
MAX_RIDS: Final = 3
MAX_REMOTE_SSRCS: Final = 16  # per sending m-line; Firefox announces 6 for three encodings with RTX

OPUS_PARAMETERS: Final = "minptime=10;useinbandfec=1"

_PROTOCOLS: Final = frozenset({"UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"})
_FINGERPRINTS: Final = frozenset({"sha-256", "sha-384", "sha-512"})
_IDENTITY: Final = (uris.MID, uris.RID, uris.RRID)
_SENDING_EXTENSIONS: Final = {
    "audio": frozenset({*_IDENTITY, uris.TRANSPORT_CC, uris.ABS_SEND_TIME, uris.AUDIO_LEVEL}),
    # Never video-orientation: without it phones rotate the picture before they encode.
    "video": frozenset({*_IDENTITY, uris.TRANSPORT_CC, uris.ABS_SEND_TIME}),
}
_SLOT_EXTENSIONS: Final = {
    "audio": frozenset({uris.MID, uris.ABS_SEND_TIME, uris.AUDIO_LEVEL}),
    "video": frozenset({uris.MID, uris.ABS_SEND_TIME}),
}
_SENDING_FEEDBACK: Final = {
    "audio": frozenset({"transport-cc"}),
    "video": frozenset({"nack", "nack pli", "ccm fir", "transport-cc"}),
}
_SLOT_FEEDBACK: Final[dict[str, frozenset[str]]] = {
    "audio": frozenset(),
    "video": frozenset({"nack", "nack pli", "ccm fir"}),
}
_CODECS: Final = {"audio": ("opus", 48_000, 2), "video": ("vp8", 90_000, 1)}


class NegotiationError(ValueError):
    """The offer is not one that we answer. The text may be shown to whoever made the offer."""


class Credentials(Struct, frozen=True):
    """ICE credentials of one side."""

    ufrag: str
    pwd: str


class LocalTransport(Struct, frozen=True):
    """What the answer says about this server."""

    ufrag: str
    pwd: str
    fingerprint: str  # SHA-256 of the DTLS certificate, upper case hex with colons
    candidates: list[tuple[str, int]]  # (IP address, UDP port), best first


class Line(Struct, frozen=True):
    """One accepted m-line: a source of the client, or a slot; the other of `source` and `slot` is None."""

    mid: Mid
    kind: str  # "audio" or "video"
    source: Source | None
    slot: int | None  # number of the pair, from 0; audio and video slots are counted apart
    payload_type: int
    rtx_payload_type: int | None
    clock_rate: int  # Hz
    extensions: dict[str, int]  # uri -> id, only what was accepted
    ssrc: int | None = None  # of a slot: ours
    rtx_ssrc: int | None = None  # of a video slot whose client offered RTX: ours
    rids: list[str] = []  # encodings that the client will send, in its order; [] without simulcast
    remote_ssrcs: list[int] = []  # announced by the client, RTX not among them; [] is usual in Chromium
    remote_rtx: dict[int, int] = {}  # RTX SSRC -> SSRC that it repairs
    reduced_size: bool = False  # RTCP need not be compound (RFC 5506)


class Negotiated(Struct, frozen=True):
    answer: str
    lines: dict[Mid, Line]  # in the order of the m-lines
    slots: list[tuple[Mid, Mid]]  # (audio, video) of the complete pairs; pair k has the msid stream `p{k}`
    extensions: dict[str, int]  # uri -> id, the same on every line that has it (RFC 9143 15.1)
    remote_fingerprints: list[Fingerprint]
    remote_ufrag: str
    remote_pwd: str
    ice_restarted: bool  # the remote credentials are not those of `previous`
    version: int  # of the answer, from 1


def remote_credentials(offer: SessionDescription) -> Credentials:
    """The client's ICE credentials, to tell an ICE restart before `negotiate` is given the local ones."""
    transport = _remote_transport(offer)
    return Credentials(transport.ufrag, transport.pwd)


def negotiate(
    offer: SessionDescription,
    sources: Mapping[Mid, Source],
    grant: Grant,
    previous: Negotiated | None,
    local: LocalTransport,
    new_ssrc: Callable[[], int],
) -> Negotiated:
    """Answer an offer. `new_ssrc` gives random 32-bit numbers; it is asked again when one is taken.

    `sources` says what the sending m-lines carry; mids of `previous` may be left out. Raises NegotiationError, and then
    nothing has changed: `previous` is still in force.
    """
    remote = _remote_transport(offer)
    lines = _Lines(offer, sources, grant, previous, new_ssrc).all()
    if offer.bundle[0] not in lines:
        raise NegotiationError("the first m-line of the BUNDLE group is not one that this server takes")
    version = previous.version + 1 if previous else 1
    return Negotiated(
        answer=sdp.write(_answer(offer, lines, local, version)),
        lines=lines,
        slots=_pairs(lines.values()),
        extensions={uri: number for line in lines.values() for uri, number in line.extensions.items()},
        remote_fingerprints=list(remote.fingerprints),
        remote_ufrag=remote.ufrag,
        remote_pwd=remote.pwd,
        ice_restarted=previous is not None
        and (previous.remote_ufrag, previous.remote_pwd) != (remote.ufrag, remote.pwd),
        version=version,
    )


def _remote_transport(offer: SessionDescription) -> Transport:
    """ICE and DTLS of the BUNDLE group: those of its first m-line (RFC 9143 7.2)."""
    tagged = next((media for media in offer.media if media.mid in offer.bundle[:1]), None)
    if tagged is None:
        raise NegotiationError("no BUNDLE group")
    transport = tagged.transport
    if not (transport.ufrag and transport.pwd):
        raise NegotiationError("no ICE credentials")
    if transport.setup not in ("actpass", "active"):
        raise NegotiationError("setup must be actpass or active")
    fingerprints = tuple(one for one in transport.fingerprints if one.algorithm in _FINGERPRINTS)
    if not fingerprints:
        raise NegotiationError("no usable fingerprint")
    return Transport(transport.ufrag, transport.pwd, fingerprints, transport.setup)


# --- one line at a time ----------------------------------------------------------------------------------------------


class _Lines:
    """The accepted lines of one offer. What must be the same across lines is gathered here."""

    def __init__(
        self,
        offer: SessionDescription,
        sources: Mapping[Mid, Source],
        grant: Grant,
        previous: Negotiated | None,
        new_ssrc: Callable[[], int],
    ) -> None:
        self._offer = offer
        self._grant = grant
        self._previous = previous.lines if previous else {}
        self._sources = _merged_sources(self._previous, sources)
        self._new_ssrc = new_ssrc
        self._taken = {ssrc for line in self._previous.values() for ssrc in (line.ssrc, line.rtx_ssrc)}
        self._remote_ssrcs: set[int] = set()
        self._slots = {kind: sum(_is_slot(line, kind) for line in self._previous.values()) for kind in _CODECS}
        self._extensions = dict(previous.extensions) if previous else {}
        self._payload_types: dict[int, str] = {}

    def all(self) -> dict[Mid, Line]:
        offered = {Mid(media.mid): media for media in self._offer.media}
        if not self._sources.keys() <= offered.keys():
            raise NegotiationError("a source on an m-line that is not in the offer")
        self._taken |= {ssrc for media in self._offer.media for ssrc in media.ssrcs}
        lines = {mid: line for mid, media in offered.items() if (line := self._line(mid, media))}
        if not self._previous.keys() <= lines.keys():
            raise NegotiationError("an m-line in use may not be removed")
        return lines

    def _line(self, mid: Mid, media: Media) -> Line | None:
        """None is for a line to be rejected: not for us, or in a codec that we do not speak."""
        codec = _codec(media)
        known = self._previous.get(mid)
        if codec is None or media.rejected or media.protocol not in _PROTOCOLS:
            return None
        if media.mid not in self._offer.bundle or not media.rtcp_mux:  # Firefox groups no more than 128 m-lines
            return None
        source = self._sources.get(mid)
        if source is None and known is None and media.direction is not Direction.RECVONLY:
            return None
        rtx = _rtx(media, codec)
        self._claim(codec.payload_type, media.kind)
        if rtx is not None:
            self._claim(rtx, f"rtx {codec.payload_type}")
        now = (media.kind, codec.payload_type, rtx)
        if known is not None and (known.kind, known.payload_type, known.rtx_payload_type) != now:
            raise NegotiationError("an m-line may not change its codec")
        if source is not None:
            return self._sending(mid, media, source, codec, rtx)
        return self._slot(mid, media, known, codec, rtx)

    def _claim(self, payload_type: int, meaning: str) -> None:
        """RFC 9143 9.1: within BUNDLE a payload type means one thing."""
        if self._payload_types.setdefault(payload_type, meaning) != meaning:
            raise NegotiationError("one payload type with two meanings")

    def _sending(self, mid: Mid, media: Media, source: Source, codec: Codec, rtx: int | None) -> Line:
        if source not in self._grant.may_send:
            raise NegotiationError(f"{source} is not granted")
        if source.is_audio != (media.kind == "audio"):
            raise NegotiationError(f"{source} on an m-line of {media.kind}")
        if media.direction is Direction.RECVONLY:
            raise NegotiationError(f"{source} on an m-line that only receives")
        repairs = _repairs(media)
        ssrcs = [ssrc for ssrc in media.ssrcs if ssrc not in repairs]
        self._claim_remote([*ssrcs, *repairs])
        return Line(
            mid=mid,
            kind=media.kind,
            source=source,
            slot=None,
            payload_type=codec.payload_type,
            rtx_payload_type=rtx,
            clock_rate=codec.clock_rate,
            extensions=self._accept(media, _SENDING_EXTENSIONS[media.kind], sending=True),
            rids=_rids(media, codec.payload_type),
            remote_ssrcs=ssrcs,
            remote_rtx=repairs,
            reduced_size=media.reduced_size,
        )

    def _claim_remote(self, ssrcs: list[int]) -> None:
        if len(ssrcs) > MAX_REMOTE_SSRCS:
            raise NegotiationError("too many SSRCs on one m-line")
        if not self._remote_ssrcs.isdisjoint(ssrcs):
            raise NegotiationError("one SSRC on two m-lines")
        self._remote_ssrcs.update(ssrcs)

    def _slot(self, mid: Mid, media: Media, known: Line | None, codec: Codec, rtx: int | None) -> Line:
        if not self._grant.may_receive:
            raise NegotiationError("receiving is not granted")
        if known is not None:
            number, ssrc, rtx_ssrc = known.slot, known.ssrc, known.rtx_ssrc
        else:
            number, ssrc = self._next_slot(media.kind), self._fresh_ssrc()
            rtx_ssrc = self._fresh_ssrc() if rtx is not None else None
        return Line(
            mid=mid,
            kind=media.kind,
            source=None,
            slot=number,
            payload_type=codec.payload_type,
            rtx_payload_type=rtx,
            clock_rate=codec.clock_rate,
            extensions=self._accept(media, _SLOT_EXTENSIONS[media.kind], sending=False),
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc,
            reduced_size=media.reduced_size,
        )

    def _next_slot(self, kind: str) -> int:
        number = self._slots[kind]
        if number >= MAX_SLOT_PAIRS:
            raise NegotiationError(f"more than {MAX_SLOT_PAIRS} slots of {kind}")
        self._slots[kind] = number + 1
        return number

    def _fresh_ssrc(self) -> int:
        """Never 0: libwebrtc takes it for none."""
        while (ssrc := self._new_ssrc()) in self._taken or ssrc == 0:
            pass
        self._taken.add(ssrc)
        return ssrc

    def _accept(self, media: Media, wanted: frozenset[str], *, sending: bool) -> dict[str, int]:
        """The wanted extensions that the client can use this way, one id for a URI on all lines."""
        largest = 255 if media.allow_mixed else 14  # RFC 8285 4.1.2: two-byte elements only if allowed
        accepted: dict[str, int] = {}
        for extension in media.extensions:
            direction = extension.direction or Direction.SENDRECV
            usable = direction.sends if sending else direction.receives
            if extension.uri not in wanted or extension.uri in accepted or not usable:
                continue
            if not 0 < extension.id <= largest or extension.id == 15:
                continue
            if self._agrees(extension):
                accepted[extension.uri] = extension.id
        return accepted

    def _agrees(self, extension: Extension) -> bool:
        if any(number == extension.id and uri != extension.uri for uri, number in self._extensions.items()):
            return False
        return self._extensions.setdefault(extension.uri, extension.id) == extension.id


def _merged_sources(previous: Mapping[Mid, Line], sources: Mapping[Mid, Source]) -> dict[Mid, Source]:
    merged = {mid: line.source for mid, line in previous.items() if line.source is not None}
    for mid, source in sources.items():
        if mid in previous and merged.get(mid) is not source:
            raise NegotiationError("an m-line may not change what it carries")
        merged[mid] = source
    if len(set(merged.values())) != len(merged):
        raise NegotiationError("one source on two m-lines")
    return merged


def _is_slot(line: Line, kind: str) -> bool:
    return line.slot is not None and line.kind == kind


def _usable(payload_type: int) -> bool:
    # RFC 5761 4: beside RTCP on one port, 64 to 95 would read as RTCP.
    return not 64 <= payload_type <= 95


def _codec(media: Media) -> Codec | None:
    """The first payload type of the one codec for this kind of media."""
    for codec in media.codecs:
        if _CODECS.get(media.kind) == (codec.name.lower(), codec.clock_rate, codec.channels) and _usable(
            codec.payload_type
        ):
            return codec
    return None


def _rtx(media: Media, repaired: Codec) -> int | None:
    apt = str(repaired.payload_type)
    for codec in media.codecs:
        if codec.name.lower() == "rtx" and codec.parameter("apt") == apt and _usable(codec.payload_type):
            return codec.payload_type
    return None


def _repairs(media: Media) -> dict[int, int]:
    """RTX SSRC -> repaired SSRC. RFC 5576 4.2: in a FID group the repaired one is first."""
    groups = (group.ssrcs for group in media.ssrc_groups if group.semantics == "FID")
    return {ssrcs[1]: ssrcs[0] for ssrcs in groups if len(ssrcs) == 2 and media.ssrcs.keys() >= set(ssrcs)}


def _rids(media: Media, payload_type: int) -> list[str]:
    """Offered encodings that are declared for sending and may use our codec."""
    declared = {
        rid.id for rid in media.rids if rid.sends and (not rid.payload_types or payload_type in rid.payload_types)
    }
    return [rid for rid in dict.fromkeys(media.simulcast_send) if rid in declared][:MAX_RIDS]


def _pairs(lines: Iterable[Line]) -> list[tuple[Mid, Mid]]:
    audio, video = (
        [line.mid for line in sorted(lines, key=lambda line: line.slot or 0) if _is_slot(line, kind)]
        for lines, kind in ((list(lines), "audio"), (list(lines), "video"))
    )
    return list(zip(audio, video, strict=False))


# --- the answer ------------------------------------------------------------------------------------------------------


def _answer(
    offer: SessionDescription, lines: Mapping[Mid, Line], local: LocalTransport, version: int
) -> SessionDescription:
    transport = Transport(local.ufrag, local.pwd, (Fingerprint("sha-256", local.fingerprint),), "passive")
    candidates = tuple(Candidate(address, port) for address, port in local.candidates)
    bundle = tuple(mid for mid in offer.bundle if mid in lines)
    media = tuple(
        _accepted(one, lines[Mid(one.mid)], transport, candidates if one.mid == bundle[0] else ())
        if one.mid in lines
        else _rejected(one)
        for one in offer.media
    )
    return SessionDescription(media=media, bundle=bundle, ice_lite=True, version=version)


def _rejected(media: Media) -> Media:
    return Media(
        kind=media.kind,
        port=0,
        protocol=media.protocol,
        formats=media.formats[:1],
        mid=media.mid,
        direction=Direction.INACTIVE,
    )


def _accepted(media: Media, line: Line, transport: Transport, candidates: tuple[Candidate, ...]) -> Media:
    codecs = tuple(_answered_codecs(media, line))
    sending = line.source is not None
    return Media(
        kind=media.kind,
        port=9,
        protocol=media.protocol,
        formats=tuple(str(codec.payload_type) for codec in codecs),
        mid=media.mid,
        direction=_answered_direction(media.direction, sending),
        transport=transport,
        rtcp_mux=True,
        reduced_size=line.reduced_size,
        allow_mixed=media.allow_mixed,
        codecs=codecs,
        extensions=tuple(
            dict.fromkeys(_answered_extension(one, sending) for one in media.extensions if _took(line, one))
        ),
        rids=tuple(Rid(rid, sends=False) for rid in line.rids),
        simulcast_receive=tuple(line.rids),
        msid=None if sending else (f"p{line.slot}", f"s{line.mid}"),
        ssrcs={ssrc: CNAME for ssrc in (line.ssrc, line.rtx_ssrc) if ssrc is not None},
        ssrc_groups=_groups(line),
        candidates=candidates,
    )


def _answered_codecs(media: Media, line: Line) -> Iterable[Codec]:
    codec = next(one for one in media.codecs if one.payload_type == line.payload_type)
    allowed = (_SLOT_FEEDBACK if line.source is None else _SENDING_FEEDBACK)[line.kind]
    name, parameters = ("opus", OPUS_PARAMETERS) if line.kind == "audio" else ("VP8", "")
    feedback = tuple(value for value in codec.feedback if value in allowed)
    yield Codec(codec.payload_type, name, codec.clock_rate, codec.channels, parameters, feedback)
    if line.rtx_payload_type is not None:
        yield Codec(line.rtx_payload_type, "rtx", codec.clock_rate, 1, f"apt={codec.payload_type}")


def _answered_direction(offered: Direction, sending: bool) -> Direction:
    if sending:
        return Direction.RECVONLY if offered.sends else Direction.INACTIVE
    return Direction.SENDONLY if offered.receives else Direction.INACTIVE


def _took(line: Line, extension: Extension) -> bool:
    return line.extensions.get(extension.uri) == extension.id


def _answered_extension(extension: Extension, sending: bool) -> Extension:
    """RFC 8285 6: an offered direction is answered with its reverse; none is answered with none."""
    if extension.direction is None:
        return Extension(extension.id, extension.uri)
    return Extension(extension.id, extension.uri, Direction.RECVONLY if sending else Direction.SENDONLY)


def _groups(line: Line) -> tuple[SsrcGroup, ...]:
    if line.ssrc is None or line.rtx_ssrc is None:
        return ()
    return (SsrcGroup("FID", (line.ssrc, line.rtx_ssrc)),)
